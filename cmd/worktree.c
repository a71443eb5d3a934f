#include "cmd/worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/str.h"

/* True if the directory or one above it holds a .git. */
static bool in_worktree(const char *directory)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct stat status;
    size_t len = strlen(directory);

    for (;;) {
        flow_str_clear(&path);
        flow_str_add_bytes(&path, directory, len);
        flow_str_add(&path, "/.git");
        if (!path.failed && lstat(path.text, &status) == 0)
            return true;
        while (len > 0 && directory[len - 1] != '/')
            len--;
        if (len == 0)
            return false;
        len--;
    }
}

static int wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* git's exit status; -1: it could not be asked. */
static int run_git(char *const *argv, char *const *envp)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid;
    int status = -1;

    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    if (posix_spawnattr_init(&attributes) == 0) {
        (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) == 0 &&
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0 &&
            posix_spawnp(&pid, "git", &actions, &attributes, argv, envp) == 0)
            status = wait_for(pid);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return status;
}

static int ask_git(const char *directory, const char *name, const struct flow_environ *env)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str home = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    const char *argv[] = {
        "git", "-c",      "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
        "-C",  directory, "check-ignore",         "-q", "--",
        name,  NULL};
    char *envp[4] = {0};
    const char *value;

    value = flow_environ_text(env, "PATH");
    flow_str_addf(&path, "PATH=%s", value != NULL ? value : "/usr/local/bin:/usr/bin:/bin");
    value = flow_environ_text(env, "HOME");
    flow_str_addf(&home, "HOME=%s", value != NULL ? value : "/nonexistent");
    envp[0] = path.text;
    envp[1] = home.text;
    return run_git((char *const *)(uintptr_t)argv, envp);
}

enum flow_code worktree_check(const char *path, const struct flow_environ *env,
                              struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str directory = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    const char *slash = strrchr(path, '/');
    char *real;
    int status;

    flow_str_add_bytes(&directory, path, slash == NULL ? 0 : (size_t)(slash - path));
    real = realpath(directory.len > 0 ? directory.text : ".", NULL);
    if (real == NULL)
        return flow_err_sys(err, FLOW_E_IO, errno, "looking at the directory of '%s'", path);
    status = in_worktree(real) ? ask_git(real, slash == NULL ? path : slash + 1, env) : 0;
    free(real);
    if (status == 0)
        return FLOW_OK;
    if (status == 1)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "git does not ignore '%s', so its values might be committed; nothing "
                            "is written; add it to .gitignore, or say --force",
                            path);
    return flow_err_set(err, FLOW_E_REFUSED,
                        "'%s' lies in a git work tree, and git could not be asked whether it "
                        "ignores it; nothing is written; --force writes it all the same",
                        path);
}
