#include "cmd/harden.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the user had. */
static struct {
    struct rlimit core;
    bool has_core;
    mode_t mask;
    struct sigaction on_pipe;
} before;

static void forbid_core(void)
{
    struct rlimit none;

    before.has_core = getrlimit(RLIMIT_CORE, &before.core) == 0;
    if (!before.has_core)
        return;
    none = before.core;
    none.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, &none);
}

/* Opened the wrong way round on purpose: an answer written to nowhere must not look like one. */
static void fill_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int flags = (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC;

        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags) != fd)
            _exit(EXIT_FAILURE);
    }
}

void harden_process(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    harden_for_system();
    forbid_core();
    before.mask = umask(S_IRWXG | S_IRWXO);
    (void)sigaction(SIGPIPE, &ignore, &before.on_pipe);
    fill_descriptors();
}

void harden_undo(void)
{
    if (before.has_core)
        (void)setrlimit(RLIMIT_CORE, &before.core);
    (void)umask(before.mask);
    (void)sigaction(SIGPIPE, &before.on_pipe, NULL);
}
