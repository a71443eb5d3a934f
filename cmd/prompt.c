#include "cmd/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/report.h"

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
static volatile sig_atomic_t arrived;

struct terminal {
    int fd;
    bool silent;
    struct termios before;
    sigset_t mask;
    struct sigaction actions[FLOW_COUNT(caught)];
};

static void note_signal(int number)
{
    arrived = number;
}

static void tty_write(const struct terminal *tty, const char *text)
{
    struct flow_err ignored = FLOW_ERR_INIT;

    (void)flow_file_write_fd(tty->fd, "the terminal", text, strlen(text), &ignored);
}

static enum flow_code tty_open(struct terminal *tty, const char *hint, struct flow_err *err)
{
    tty->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tty->fd >= FD_SETSIZE) /* wait_for_byte() could not name it */
        (void)close(tty->fd);
    if (tty->fd < 0 || tty->fd >= FD_SETSIZE)
        return flow_err_set(err, FLOW_E_REFUSED, "there is no terminal to ask on; %s", hint);
    return FLOW_OK;
}

/*
 * Signals are caught first, so none can leave the terminal silent, and held
 * back but while wait_for_byte() waits, so none comes unseen just before.
 */
static void tty_begin(struct terminal *tty, bool silent)
{
    struct sigaction action = {.sa_handler = note_signal};
    struct termios quiet;
    sigset_t held;
    size_t i;

    arrived = 0;
    (void)sigemptyset(&action.sa_mask);
    (void)sigemptyset(&held);
    for (i = 0; i < FLOW_COUNT(caught); i++) {
        (void)sigaction(caught[i], &action, &tty->actions[i]);
        (void)sigaddset(&held, caught[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &held, &tty->mask);
    tty->silent = silent && tcgetattr(tty->fd, &tty->before) == 0;
    if (!tty->silent)
        return;
    quiet = tty->before;
    quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
    (void)tcsetattr(tty->fd, TCSAFLUSH, &quiet);
}

/* Gives all back; what was typed and not read is dropped, so no shell runs it. */
static void tty_end(struct terminal *tty)
{
    size_t i;

    if (tty->silent)
        while (tcsetattr(tty->fd, TCSAFLUSH, &tty->before) < 0 && errno == EINTR)
            continue;
    for (i = 0; i < FLOW_COUNT(caught); i++)
        (void)sigaction(caught[i], &tty->actions[i], NULL);
    (void)sigprocmask(SIG_SETMASK, &tty->mask, NULL);
}

/* False: a signal came first. */
static bool wait_for_byte(const struct terminal *tty)
{
    fd_set ready;
    int got;

    do {
        FD_ZERO(&ready);
        FD_SET(tty->fd, &ready);
        got = pselect(tty->fd + 1, &ready, NULL, NULL, NULL, &tty->mask);
    } while (got < 0 && errno == EINTR && arrived == 0);
    return arrived == 0;
}

/* Reads to the newline, which is not kept. Returns the length, -1 on a signal, -2 on the end. */
static ssize_t read_line(const struct terminal *tty, unsigned char *line, size_t room)
{
    size_t len = 0;

    for (;;) {
        unsigned char byte;
        ssize_t got;

        if (!wait_for_byte(tty))
            return -1;
        got = read(tty->fd, &byte, 1);
        if (got < 0)
            return -2;
        if (got == 0 || byte == '\n')
            return len == 0 && got == 0 ? -2 : (ssize_t)len;
        if (len < room)
            line[len++] = byte;
        flow_wipe(&byte, sizeof byte);
    }
}

/* Asks until a line is there; a stop and a continuation ask again. -2: the end of input. */
static ssize_t ask(struct terminal *tty, const char *question, bool silent, unsigned char *line,
                   size_t room, bool *ret_more)
{
    for (;;) {
        struct pollfd more = {.fd = tty->fd, .events = POLLIN};
        ssize_t len;

        tty_begin(tty, silent);
        tty_write(tty, question);
        len = read_line(tty, line, room);
        *ret_more = len >= 0 && poll(&more, 1, 0) == 1 && (more.revents & POLLIN) != 0;
        if (len < 0 && silent)
            tty_write(tty, "\n");
        tty_end(tty);
        if (len != -1)
            return len;
        /* Ends the process, or stops it; then the loop asks again. */
        (void)raise(arrived);
    }
}

static enum flow_code check_typed(ssize_t len, bool more, struct flow_err *err)
{
    if (len <= 0)
        return flow_err_set(err, FLOW_E_USAGE, "nothing was typed, nothing is changed");
    if (more)
        return flow_err_set(err, FLOW_E_USAGE,
                            "more than one line was pasted; nothing is changed; use --from-file "
                            "or standard input for a value of several lines");
    if (len >= PROMPT_LINE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT,
                            "a terminal cuts a line of %d bytes or more; nothing is changed; use "
                            "--from-file or standard input",
                            PROMPT_LINE_MAX);
    return FLOW_OK;
}

enum flow_code prompt_secret(const char *question, struct flow_secret **ret_value,
                             struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *value = NULL;
    struct terminal tty;
    unsigned char *line;
    char came[64];
    ssize_t len;
    bool more;

    if (flow_secret_new_room(PROMPT_LINE_MAX, &value, err) ||
        tty_open(&tty, "give the value on standard input or with --from-file", err))
        return err->code;
    line = flow_secret_edit(value, PROMPT_LINE_MAX, err);
    len = ask(&tty, question, true, line, PROMPT_LINE_MAX, &more);
    if (len >= 0) {
        flow_secret_set_len(value, (size_t)len);
        (void)snprintf(came, sizeof came, "(%zd byte%s)\n", len, len == 1 ? "" : "s");
        tty_write(&tty, came);
    }
    (void)close(tty.fd);
    if (check_typed(len, more, err))
        return err->code;
    *ret_value = FLOW_TAKE(value);
    return FLOW_OK;
}

enum flow_code prompt_expect(const char *question, const char *expected, const char *hint,
                             struct flow_err *err)
{
    unsigned char line[256];
    struct terminal tty;
    ssize_t len;
    bool more;

    if (tty_open(&tty, hint, err))
        return err->code;
    len = ask(&tty, question, false, line, sizeof line, &more);
    (void)close(tty.fd);
    if (len < 0 || (size_t)len != strlen(expected) || memcmp(line, expected, (size_t)len) != 0)
        return flow_err_set(err, FLOW_E_REFUSED, "that is not '%s'; nothing is changed", expected);
    return FLOW_OK;
}

/* One newline at the end belongs to the file or the command, not to the value. */
static enum flow_code trim(struct call *call, bool exact, struct flow_secret *value,
                           struct flow_err *err)
{
    size_t len;
    const unsigned char *bytes = flow_secret_expose(value, &len);

    if (!exact && len > 0 && bytes[len - 1] == '\n') {
        flow_secret_set_len(value, --len);
        report_note(call, "took one newline off the end of the value; --exact keeps it");
    }
    if (!exact && len > 0 && bytes[len - 1] == '\r')
        report_note(call, "the value ends in a carriage return; was the file written on Windows?");
    if (len == 0 && !exact)
        return flow_err_set(err, FLOW_E_USAGE,
                            "the value is empty, nothing is changed; --exact says it is meant");
    return FLOW_OK;
}

static enum flow_code read_source(const struct value_source *source, struct flow_secret **ret_value,
                                  struct flow_err *err)
{
    struct flow_file_want want = {.path = source->file, .max = VALUE_BYTES_MAX};

    if (source->file != NULL)
        return flow_file_read_secret(&want, ret_value, err);
    if (source->fd >= 0)
        return flow_file_read_fd(source->fd, "the descriptor of --fd", VALUE_BYTES_MAX, ret_value,
                                 err);
    return flow_file_read_fd(STDIN_FILENO, "standard input", VALUE_BYTES_MAX, ret_value, err);
}

enum flow_code prompt_value(struct call *call, const struct value_source *source,
                            const char *question, struct flow_secret **ret_value,
                            struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *value = NULL;

    if (source->file == NULL && source->fd < 0 && isatty(STDIN_FILENO) == 1)
        return prompt_secret(question, ret_value, err);
    if (read_source(source, &value, err) || trim(call, source->exact, value, err))
        return err->code;
    *ret_value = FLOW_TAKE(value);
    return FLOW_OK;
}
