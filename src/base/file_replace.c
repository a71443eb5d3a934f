#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHANCE_DIGITS = 8, /* hexadecimal, at the end of a draft's name */
    CHANCES = 8,       /* names that are tried for one draft */
    CHUNK = 16 * 1024  /* bytes: what is read back at once */
};

/*
 * A file on its way to another name in the same directory. Whoever writes it
 * holds a lock on it until it has that name, so one that is not locked is
 * what a crash left.
 */
struct draft {
    int directory, fd;
    char name[NAME_MAX + 1]; /* ".TARGET.flowenv-XXXXXXXX" */
    bool exists;
};

#define DRAFT_INIT                                                                                 \
    {                                                                                              \
        .directory = -1, .fd = -1                                                                  \
    }

/* Whatever went wrong, no draft stays behind. */
static void draft_done(struct draft *draft)
{
    if (draft->exists)
        (void)unlinkat(draft->directory, draft->name, 0);
    flow_fd_closep(&draft->fd);
    flow_fd_closep(&draft->directory);
}

/* Opens the directory that holds path; *ret_name lends the last component. -1: errno. */
static int open_parent(const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    char parent[FLOW_STR_PATH_MAX + 1] = ".";

    if (len > FLOW_STR_PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (slash != NULL) {
        memcpy(parent, path, len);
        parent[len] = '\0';
    }
    *ret_name = slash == NULL ? path : slash + 1;
    return open(slash == path ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The lock is held until the name is gone: whoever makes a draft sees one or the other. */
static void take_away_if_abandoned(int directory, const char *name)
{
    FLOW_CLEANUP(flow_fd_closep)
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(directory, name, 0);
}

/* What the names of all drafts of a file begin with; its length, or -1: it is too long. */
static int write_prefix(const char *name, char prefix[NAME_MAX + 1])
{
    int len = snprintf(prefix, NAME_MAX + 1, ".%s.flowenv-", name);

    return len < 0 || len + CHANCE_DIGITS > NAME_MAX ? -1 : len;
}

/* Takes away what a crash left: drafts with this prefix that nobody is writing. */
static void sweep(int directory, const char *prefix)
{
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    size_t len = strlen(prefix);
    struct dirent *entry;

    if (entries == NULL) {
        flow_fd_closep(&copy);
        return;
    }
    while ((entry = readdir(entries)) != NULL)
        if (strncmp(entry->d_name, prefix, len) == 0 &&
            strlen(entry->d_name) == len + CHANCE_DIGITS)
            take_away_if_abandoned(directory, entry->d_name);
    (void)closedir(entries);
}

/* Only a regular file is replaced: a link or a device would be lost, not written to. */
static enum flow_code check_target(int directory, const char *name, const char *path,
                                   struct flow_err *err)
{
    struct stat status;

    if (*name == '\0')
        return flow_err_set(err, FLOW_E_REFUSED, "'%s' is a directory, not a file", path);
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || S_ISREG(status.st_mode))
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED, "'%s' is a %s, not a regular file", path,
                        S_ISLNK(status.st_mode)   ? "symbolic link"
                        : S_ISDIR(status.st_mode) ? "directory"
                                                  : "special file");
}

/* Locks a new draft. False: somebody's sweep() saw it before it was locked. */
static bool draft_lock(const struct draft *draft)
{
    struct stat status;

    if (flock(draft->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(draft->fd, &status) != 0 || status.st_nlink > 0;
}

/* The end of a draft's name. */
static void write_chance(char digits[CHANCE_DIGITS + 1])
{
    unsigned char chance[CHANCE_DIGITS / 2];

    flow_random(chance, sizeof chance);
    (void)snprintf(digits, CHANCE_DIGITS + 1, "%02x%02x%02x%02x", chance[0], chance[1], chance[2],
                   chance[3]);
}

/* Creates the draft under a name that nothing has. -1: errno. */
static int draft_create(struct draft *draft, size_t prefix_len, mode_t mode)
{
    for (int i = 0; i < CHANCES; i++) {
        write_chance(draft->name + prefix_len);
        draft->fd = openat(draft->directory, draft->name,
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & S_IRWXU);
        if (draft->fd < 0 && errno != EEXIST)
            return -1;
        if (draft->fd >= 0 && draft_lock(draft)) {
            draft->exists = true;
            return fchmod(draft->fd, mode);
        }
        flow_fd_closep(&draft->fd);
    }
    errno = EEXIST;
    return -1;
}

/* Opens the directory of path, clears it of old drafts and makes a new one, empty. */
static enum flow_code draft_begin(struct draft *draft, const char *path, mode_t mode,
                                  const char **ret_name, struct flow_err *err)
{
    int len;

    draft->directory = open_parent(path, ret_name);
    if (draft->directory < 0)
        return flow_err_sys(err, errno == ENOENT ? FLOW_E_NOT_FOUND : FLOW_E_IO, errno,
                            "cannot open the directory of '%s'", path);
    if (check_target(draft->directory, *ret_name, path, err))
        return err->code;
    len = write_prefix(*ret_name, draft->name);
    if (len < 0)
        return flow_err_set(err, FLOW_E_LIMIT, "the file name in '%s' is too long", path);
    sweep(draft->directory, draft->name);
    if (draft_create(draft, (size_t)len, mode) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot make a file beside '%s'", path);
    return FLOW_OK;
}

/* On its way to the disk, not only to the system's memory. */
static int sync_down(int fd)
{
#ifdef F_FULLFSYNC /* macOS: its fsync() stops at the drive's own memory */
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return 0;
#endif
    return fsync(fd);
}

/* A file system that has nothing to sync for a directory says EINVAL. */
static int sync_directory(int fd)
{
    return sync_down(fd) == 0 || errno == EINVAL ? 0 : -1;
}

/* What close() would say of fd, which stays open, and locked: that of a second descriptor. */
static int close_copy(int fd)
{
    int copy = dup(fd);

    return copy < 0 ? -1 : close(copy);
}

/*
 * Fills the draft. A failed fsync or close is final: the system may have
 * dropped what it could not write, and a second try would succeed without it.
 */
static enum flow_code draft_write(const struct draft *draft, const char *path, const void *bytes,
                                  size_t len, struct flow_err *err)
{
    if (flow_file_write_fd(draft->fd, path, bytes, len, err))
        return err->code;
    if (sync_down(draft->fd) != 0 || close_copy(draft->fd) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot write to '%s'", path);
    return FLOW_OK;
}

/* 1: the file holds these bytes and no more. 0: it does not. -1: errno. */
static int holds(int fd, const unsigned char *bytes, size_t len)
{
    unsigned char chunk[CHUNK];
    size_t done = 0;
    int same = 1;

    while (same == 1) {
        ssize_t n = read(fd, chunk, sizeof chunk);

        if (n == 0)
            break;
        if (n > 0 && ((size_t)n > len - done || flow_differs(chunk, bytes + done, (size_t)n)))
            same = 0;
        else if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            same = -1;
    }
    flow_wipe(chunk, sizeof chunk);
    return same == 1 && done < len ? 0 : same;
}

/* Reads the draft back: one that is short or garbled never gets the name. */
static enum flow_code draft_verify(const struct draft *draft, const char *path, const void *bytes,
                                   size_t len, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep)
    int fd = openat(draft->directory, draft->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    switch (fd < 0 ? -1 : holds(fd, bytes, len)) {
    case 1:
        return FLOW_OK;
    case 0:
        return flow_err_set(err, FLOW_E_IO, "'%s' does not read back as it was written", path);
    default:
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot read back '%s'", path);
    }
}

/*
 * Gives the file that is there a second name; where there is none, an older
 * .prev stays. The name is made aside, as that of a draft, and put in the place
 * of the older one, so there is a .prev at any instant. A file system without
 * hard links is no error.
 */
static enum flow_code keep_previous(const struct draft *draft, const char *path, const char *name,
                                    struct flow_err *err)
{
    char previous[NAME_MAX + 1], aside[NAME_MAX + 1];
    size_t prefix_len = strlen(draft->name) - CHANCE_DIGITS;
    struct stat status;

    if (fstatat(draft->directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return FLOW_OK;
    (void)snprintf(previous, sizeof previous, "%s.prev", name);
    memcpy(aside, draft->name, strlen(draft->name) + 1);
    aside[prefix_len] = 'x'; /* no hexadecimal digit: a name no draft has, and as much our own */
    if (linkat(draft->directory, name, draft->directory, aside, 0) != 0) {
        if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK)
            return FLOW_OK;
    } else if (renameat(draft->directory, aside, draft->directory, previous) == 0) {
        /* Two names of one file: rename() leaves both. */
        (void)unlinkat(draft->directory, aside, 0);
        return FLOW_OK;
    } else {
        int why = errno;

        (void)unlinkat(draft->directory, aside, 0);
        errno = why;
    }
    return flow_err_sys(err, FLOW_E_IO, errno, "cannot keep the present file as '%s.prev'", path);
}

/* The moment of the change. */
static enum flow_code draft_rename(struct draft *draft, const char *path, const char *name,
                                   struct flow_err *err)
{
    if (renameat(draft->directory, draft->name, draft->directory, name) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot rename a file to '%s'", path);
    draft->exists = false;
    return FLOW_OK;
}

/* The same where nothing may be replaced: link(), unlike rename(), minds what is there. */
static enum flow_code draft_link(struct draft *draft, const char *path, const char *name,
                                 struct flow_err *err)
{
    if (linkat(draft->directory, draft->name, draft->directory, name, 0) == 0) {
        draft->exists = unlinkat(draft->directory, draft->name, 0) != 0;
        return FLOW_OK;
    }
    if (errno == EEXIST)
        return flow_err_set(err, FLOW_E_EXISTS, "'%s' is there already", path);
    return flow_err_sys(err, FLOW_E_IO, errno, "cannot link a file to '%s'", path);
}

enum how { REPLACE, REPLACE_KEEPING, CREATE };

static enum flow_code publish(struct draft *draft, const char *path, const char *name, enum how how,
                              struct flow_err *err)
{
    if (how == CREATE)
        return draft_link(draft, path, name, err);
    if (how == REPLACE_KEEPING && keep_previous(draft, path, name, err))
        return err->code;
    return draft_rename(draft, path, name, err);
}

static enum flow_code write_file(const char *path, const void *bytes, size_t len, mode_t mode,
                                 enum how how, struct flow_err *err)
{
    FLOW_CLEANUP(draft_done) struct draft draft = DRAFT_INIT;
    const char *name;

    if (draft_begin(&draft, path, mode, &name, err) || draft_write(&draft, path, bytes, len, err) ||
        draft_verify(&draft, path, bytes, len, err) || publish(&draft, path, name, how, err))
        return flow_err_hint(err, "nothing was changed");
    if (sync_directory(draft.directory) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno,
                            "'%s' was written, but a power cut may still undo that", path);
    return FLOW_OK;
}

enum flow_code flow_file_replace(const char *path, const void *bytes, size_t len, mode_t mode,
                                 struct flow_err *err)
{
    return write_file(path, bytes, len, mode, REPLACE, err);
}

enum flow_code flow_file_replace_keeping(const char *path, const void *bytes, size_t len,
                                         mode_t mode, struct flow_err *err)
{
    return write_file(path, bytes, len, mode, REPLACE_KEEPING, err);
}

enum flow_code flow_file_create(const char *path, const void *bytes, size_t len, mode_t mode,
                                struct flow_err *err)
{
    return write_file(path, bytes, len, mode, CREATE, err);
}

void flow_file_sweep(const char *path)
{
    FLOW_CLEANUP(flow_fd_closep) int directory = -1;
    char prefix[NAME_MAX + 1];
    const char *name;

    directory = open_parent(path, &name);
    if (directory >= 0 && write_prefix(name, prefix) > 0)
        sweep(directory, prefix);
}

enum flow_code flow_file_sync_directory(const char *path, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int directory = -1;
    const char *name;

    directory = open_parent(path, &name);
    if (directory < 0 || sync_directory(directory) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot sync the directory of '%s'", path);
    return FLOW_OK;
}

/* Makes one directory and syncs its parent, so that what is later said to be kept is. -1: errno. */
static int make_directory(const char *path)
{
    FLOW_CLEANUP(flow_fd_closep) int parent = -1;
    struct stat status;
    const char *name;
    int why;

    if (mkdir(path, S_IRWXU) == 0) {
        parent = open_parent(path, &name);
        return parent < 0 ? -1 : sync_directory(parent);
    }
    why = errno;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return 0;
    errno = why;
    return -1;
}

enum flow_code flow_file_make_dirs(const char *path, struct flow_err *err)
{
    char part[FLOW_STR_PATH_MAX + 1];
    size_t len = strlen(path);

    if (len > FLOW_STR_PATH_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the path '%s' is too long", path);
    for (size_t i = 1; i <= len; i++) {
        if ((path[i] != '/' && path[i] != '\0') || path[i - 1] == '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (make_directory(part) != 0)
            return flow_err_sys(err, FLOW_E_IO, errno, "cannot make the directory '%s'", part);
    }
    return FLOW_OK;
}
