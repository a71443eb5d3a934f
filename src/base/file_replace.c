#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    STALE_AFTER_S = 60, /* a draft this old is nobody's */
    CHANCE_DIGITS = 8   /* hexadecimal, at the end of a draft's name */
};

/* A file on its way to another name in the same directory. */
struct draft {
    int directory;
    char name[NAME_MAX + 1]; /* ".TARGET.flowenv-XXXXXXXX" */
    bool exists;
};

/* Whatever went wrong, no draft stays behind. */
static void draft_done(struct draft *draft)
{
    if (draft->exists)
        (void)unlinkat(draft->directory, draft->name, 0);
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

static bool is_stale(int directory, const char *name)
{
    struct stat status;

    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == geteuid() && status.st_mtime < time(NULL) - STALE_AFTER_S;
}

/* Takes away what a crash left: drafts of ours with this prefix that nobody can still be writing.
 */
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
            strlen(entry->d_name) == len + CHANCE_DIGITS && is_stale(directory, entry->d_name))
            (void)unlinkat(directory, entry->d_name, 0);
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

/* Opens the directory of path and finds a name for the draft; nothing exists under it yet. */
static enum flow_code draft_begin(struct draft *draft, const char *path, const char **ret_name,
                                  struct flow_err *err)
{
    unsigned char chance[CHANCE_DIGITS / 2];
    int len;

    draft->directory = open_parent(path, ret_name);
    if (draft->directory < 0)
        return flow_err_sys(err, errno == ENOENT ? FLOW_E_NOT_FOUND : FLOW_E_IO, errno,
                            "cannot open the directory of '%s'", path);
    if (check_target(draft->directory, *ret_name, path, err))
        return err->code;
    len = snprintf(draft->name, sizeof draft->name, ".%s.flowenv-", *ret_name);
    if (len < 0 || len + CHANCE_DIGITS > NAME_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the file name in '%s' is too long", path);
    sweep(draft->directory, draft->name);
    flow_random(chance, sizeof chance);
    (void)snprintf(draft->name + len, CHANCE_DIGITS + 1, "%02x%02x%02x%02x", chance[0], chance[1],
                   chance[2], chance[3]);
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

static int close_checked(int *fd)
{
    int closing = *fd;

    *fd = -1;
    return close(closing);
}

/*
 * Creates and fills the draft. A failed fsync or close is final: the system
 * may have dropped what it could not write, and a second try would succeed
 * without it.
 */
static enum flow_code draft_write(struct draft *draft, const char *path, const void *bytes,
                                  size_t len, mode_t mode, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep)
    int fd = openat(draft->directory, draft->name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & S_IRWXU);

    draft->exists = fd >= 0;
    if (fd < 0 || fchmod(fd, mode) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot make a file beside '%s'", path);
    if (flow_file_write_fd(fd, path, bytes, len, err))
        return err->code;
    if (sync_down(fd) != 0 || close_checked(&fd) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot write to '%s'", path);
    return FLOW_OK;
}

/* Reads the draft back: one that is short or garbled never gets the name. */
static enum flow_code draft_verify(const struct draft *draft, const char *path, const void *bytes,
                                   size_t len, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep)
    int fd = openat(draft->directory, draft->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *read_back = NULL;
    size_t read_len;

    if (fd < 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot read back '%s'", path);
    if (flow_file_read_fd(fd, path, len, &read_back, err))
        return err->code;
    if (flow_secret_len(read_back) != len ||
        flow_differs(flow_secret_expose(read_back, &read_len), bytes, len))
        return flow_err_set(err, FLOW_E_IO, "'%s' does not read back as it was written", path);
    return FLOW_OK;
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

enum flow_code flow_file_replace(const char *path, const void *bytes, size_t len, mode_t mode,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(draft_done) struct draft draft = {.directory = -1};
    const char *name;

    if (draft_begin(&draft, path, &name, err) || draft_write(&draft, path, bytes, len, mode, err) ||
        draft_verify(&draft, path, bytes, len, err) || draft_rename(&draft, path, name, err))
        return flow_err_hint(err, "nothing was changed");
    if (sync_directory(draft.directory) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno,
                            "'%s' was written, but a power cut may still undo that", path);
    return FLOW_OK;
}

enum flow_code flow_file_keep_previous(const char *path, struct flow_err *err)
{
    FLOW_CLEANUP(draft_done) struct draft draft = {.directory = -1};
    char previous[NAME_MAX + 1];
    const char *name;

    if (draft_begin(&draft, path, &name, err))
        return err->code;
    (void)snprintf(previous, sizeof previous, "%s.prev", name);
    if (linkat(draft.directory, name, draft.directory, draft.name, 0) != 0)
        return errno == ENOENT
                   ? FLOW_OK
                   : flow_err_sys(err, FLOW_E_IO, errno, "cannot give '%s' a second name", path);
    /* Where .prev is this very file already, rename() does nothing and the draft is unlinked. */
    draft.exists = true;
    if (renameat(draft.directory, draft.name, draft.directory, previous) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot replace '%s.prev'", path);
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
