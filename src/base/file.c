#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"

enum {
    CHUNK = 16 * 1024,      /* bytes: what is read at once where the size is not known */
    LOCK_PAUSE_MAX_MS = 16, /* between two attempts at a lock */
    LOCK_TRIES = 8,         /* at one that is taken away */
    LOCK_TEXT = 24          /* bytes: room for the holder's number */
};

/* --- opening ------------------------------------------------------------- */

static enum flow_code open_failed(const struct flow_file_want *want, int why, struct flow_err *err)
{
    switch (why) {
    case ENOENT:
    case ENOTDIR:
        return flow_err_set(err, FLOW_E_NOT_FOUND, "there is no file '%s'", want->path);
    case EXDEV:
        return flow_err_set(err, FLOW_E_REFUSED, "'%s' leads out of '%s', so it is not read",
                            want->path, want->root);
    case ELOOP:
        return flow_err_set(err, FLOW_E_REFUSED,
                            "'%s' is or goes through a symbolic link that "
                            "may not be followed, so it is not read",
                            want->path);
    case ENXIO: /* a socket */
        return flow_err_set(err, FLOW_E_IO, "'%s' is not a regular file", want->path);
    default:
        return flow_err_sys(err, FLOW_E_IO, why, "cannot open '%s'", want->path);
    }
}

/* The rules of T8 for what is open at fd. */
static enum flow_code check_private(const char *path, const struct stat *status,
                                    struct flow_err *err)
{
    if (!S_ISREG(status->st_mode))
        return flow_err_set(err, FLOW_E_REFUSED, "'%s' is not a regular file", path);
    if (status->st_uid != geteuid())
        return flow_err_set(err, FLOW_E_REFUSED,
                            "'%s' belongs to user %lu, not to you; nothing is read from it", path,
                            (unsigned long)status->st_uid);
    if ((status->st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "'%s' is open to others (mode %04o); see who had access, then run "
                            "chmod 600 on it",
                            path, (unsigned)(status->st_mode & 07777));
    return FLOW_OK;
}

static enum flow_code check_opened(const struct flow_file_want *want, int fd, off_t *ret_size,
                                   struct flow_err *err)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot examine '%s'", want->path);
    if (want->is_private && check_private(want->path, &status, err))
        return err->code;
    if (S_ISDIR(status.st_mode))
        return flow_err_set(err, FLOW_E_IO, "'%s' is a directory, not a file", want->path);
    if (!S_ISREG(status.st_mode))
        return flow_err_set(err, FLOW_E_IO, "'%s' is not a regular file", want->path);
    *ret_size = status.st_size;
    return FLOW_OK;
}

static enum flow_code open_wanted(const struct flow_file_want *want, int *ret_fd, off_t *ret_size,
                                  struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    FLOW_CLEANUP(flow_fd_closep) int root = -1;
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

    if (want->is_private)
        flags |= O_NOFOLLOW;
    if (want->root == NULL) {
        fd = open(want->path, flags);
    } else {
        root = open(want->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (root < 0)
            return flow_err_sys(err, errno == ENOENT ? FLOW_E_NOT_FOUND : FLOW_E_IO, errno,
                                "cannot open the directory '%s'", want->root);
        fd = flow_beneath_open(root, want->path, flags);
    }
    if (fd < 0)
        return open_failed(want, errno, err);
    if (check_opened(want, fd, ret_size, err))
        return err->code;
    *ret_fd = FLOW_TAKE_FD(fd);
    return FLOW_OK;
}

enum flow_code flow_file_open(const struct flow_file_want *want, int *ret_fd, struct flow_err *err)
{
    off_t size;

    return open_wanted(want, ret_fd, &size, err);
}

/* --- reading and writing descriptors --------------------------------------- */

/* After EINTR or EAGAIN the call is to be made again; a descriptor that we did not open may be
 * non-blocking. */
static bool try_again(int fd, short event)
{
    struct pollfd wait = {.fd = fd, .events = event};

    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return poll(&wait, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

/* Up to len bytes; fewer only at the end of the file. -1: errno. */
static ssize_t read_full(int fd, unsigned char *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = read(fd, bytes + done, len - done);

        if (n == 0)
            break;
        if (n > 0)
            done += (size_t)n;
        else if (!try_again(fd, POLLIN))
            return -1;
    }
    return (ssize_t)done;
}

static int write_full(int fd, const unsigned char *bytes, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = write(fd, bytes + done, len - done);

        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0) {
            errno = EIO;
            return -1;
        } else if (!try_again(fd, POLLOUT)) {
            return -1;
        }
    }
    return 0;
}

static enum flow_code too_large(const char *what, size_t max, struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_LIMIT, "'%s' is larger than %zu bytes", what, max);
}

/* Reads to the end; expected is a guess at the size, so that nothing has to grow if it is right. */
static enum flow_code read_secret(int fd, const char *what, size_t max, size_t expected,
                                  struct flow_secret **ret_bytes, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *secret = NULL;
    size_t len = 0, room = expected + 1;

    if (flow_secret_new_room(room, &secret, err))
        return err->code;
    for (;;) {
        unsigned char *bytes = flow_secret_edit(secret, len + room, err);
        ssize_t n;

        if (bytes == NULL)
            return flow_err_wrap(err, "reading '%s'", what);
        n = read_full(fd, bytes + len, room);
        if (n < 0)
            return flow_err_sys(err, FLOW_E_IO, errno, "cannot read '%s'", what);
        len += (size_t)n;
        flow_secret_set_len(secret, len);
        if (len > max)
            return too_large(what, max, err);
        if ((size_t)n < room)
            break;
        room = CHUNK;
    }
    *ret_bytes = FLOW_TAKE(secret);
    return FLOW_OK;
}

enum flow_code flow_file_read_secret(const struct flow_file_want *want,
                                     struct flow_secret **ret_bytes, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    off_t size = 0;

    if (open_wanted(want, &fd, &size, err))
        return err->code;
    if ((uintmax_t)size > want->max)
        return too_large(want->path, want->max, err);
    return read_secret(fd, want->path, want->max, (size_t)size, ret_bytes, err);
}

enum flow_code flow_file_read_fd(int fd, const char *what, size_t max,
                                 struct flow_secret **ret_bytes, struct flow_err *err)
{
    return read_secret(fd, what, max, max < CHUNK ? max : CHUNK, ret_bytes, err);
}

enum flow_code flow_file_read(const struct flow_file_want *want, struct flow_str *text,
                              struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    unsigned char chunk[CHUNK];
    off_t size = 0;
    ssize_t n;

    flow_str_clear(text);
    if (open_wanted(want, &fd, &size, err))
        return err->code;
    do {
        n = read_full(fd, chunk, sizeof chunk);
        if (n < 0)
            return flow_err_sys(err, FLOW_E_IO, errno, "cannot read '%s'", want->path);
        flow_str_add_bytes(text, chunk, (size_t)n);
        if (text->len > want->max)
            return too_large(want->path, want->max, err);
    } while ((size_t)n == sizeof chunk && !text->failed);
    return flow_str_check(text, want->path, err);
}

enum flow_code flow_file_write_fd(int fd, const char *what, const void *bytes, size_t len,
                                  struct flow_err *err)
{
    if (write_full(fd, bytes, len) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot write to %s", what);
    return FLOW_OK;
}

/* --- locking ------------------------------------------------------------------------ */

/* Nothing but a number that a holder wrote, or a part of one; else it is somebody's file. */
static bool is_lock_file(int fd)
{
    char text[LOCK_TEXT + 1] = "";
    ssize_t n;

    do
        n = pread(fd, text, LOCK_TEXT, 0);
    while (n < 0 && errno == EINTR);
    return n >= 0 && n < LOCK_TEXT && strspn(text, "0123456789\n") == (size_t)n;
}

/* 0: not known. The holder writes it right after it got the lock. */
static long lock_holder(int fd)
{
    char text[LOCK_TEXT] = "", *end;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, &end, 10) : 0;

    return n > 0 && *end == '\n' && pid > 0 ? pid : 0;
}

/* Only for the message of those who wait: a failure is no reason to give the lock up. */
static void lock_sign(int fd)
{
    char text[LOCK_TEXT];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) == 0 && len > 0)
        (void)!pwrite(fd, text, (size_t)len, 0);
}

/* Tries until wait_ms have passed, each pause twice the last. 0, or -1 and errno. */
static int lock_wait(int fd, int wait_ms)
{
    const struct flow_clock *clock = &flow_clock_system;
    int64_t end_ms = flow_clock_steady_ms(clock) + wait_ms, pause_ms = 1;

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || flow_clock_steady_ms(clock) >= end_ms)
            return -1;
        flow_clock_sleep_ms(clock, pause_ms);
        if (pause_ms < LOCK_PAUSE_MAX_MS)
            pause_ms *= 2;
    }
    return 0;
}

static enum flow_code lock_failed(const char *path, int fd, int why, struct flow_err *err)
{
    long holder = why == EWOULDBLOCK ? lock_holder(fd) : 0;

    if (why != EWOULDBLOCK)
        return flow_err_sys(err, FLOW_E_IO, why, "cannot lock '%s'", path);
    if (holder == 0)
        (void)flow_err_set(err, FLOW_E_LOCKED, "'%s' is held by another process", path);
    else
        (void)flow_err_set(err, FLOW_E_LOCKED, "'%s' is held by process %ld", path, holder);
    return flow_err_hint(err, "nothing was changed; wait for it to end and try again");
}

static enum flow_code lock_once(const char *path, int wait_ms, int *ret_fd, struct stat *ret_status,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep)
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                  S_IRUSR | S_IWUSR);

    if (fd < 0 && errno == ELOOP)
        return flow_err_set(err, FLOW_E_REFUSED, "the lock file '%s' is a symbolic link", path);
    if (fd < 0 || fstat(fd, ret_status) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot open the lock file '%s'", path);
    if (check_private(path, ret_status, err))
        return err->code;
    if (!is_lock_file(fd))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "'%s' is no lock file, but holds something else; nothing was changed",
                            path);
    if (lock_wait(fd, wait_ms) != 0)
        return lock_failed(path, fd, errno, err);
    *ret_fd = FLOW_TAKE_FD(fd);
    return FLOW_OK;
}

/* A lock file that somebody took away while we waited would lock nobody out. */
static bool is_still_there(const char *path, const struct stat *locked)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_dev == locked->st_dev &&
           status.st_ino == locked->st_ino;
}

enum flow_code flow_file_lock(const char *path, int wait_ms, int *ret_fd, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    struct stat status;

    for (int i = 0; i < LOCK_TRIES; i++) {
        flow_fd_closep(&fd);
        if (lock_once(path, wait_ms, &fd, &status, err))
            return err->code;
        if (!is_still_there(path, &status))
            continue;
        lock_sign(fd);
        *ret_fd = FLOW_TAKE_FD(fd);
        return FLOW_OK;
    }
    return flow_err_set(err, FLOW_E_LOCKED, "somebody takes the lock file '%s' away all the time",
                        path);
}
