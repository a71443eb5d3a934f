/*
 * Files: read whole and bounded, replaced whole or not at all.
 *
 * Reading: O_NOFOLLOW is not asked of the last component unless the file must
 *          be private; O_NONBLOCK then S_ISREG, so a FIFO never blocks (T9); a
 *          path under a root never leaves it (base/beneath.h).
 * Private: regular, owned by the effective user, no group or other bit (T8);
 *          else FLOW_E_REFUSED, nothing is ever chmod'ed.
 * Writing: a draft beside (random name, O_EXCL), written in full, synced, read
 *          back, renamed, the directory synced (T32). A failure leaves the
 *          old file and no draft.
 */
#ifndef FLOW_BASE_FILE_H
#define FLOW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

struct flow_file_want {
    const char *path; /* as the user knows it; relative to root where there is one */
    const char *root; /* NULL, or a directory that the path, links included, must not leave */
    size_t max;       /* bytes; a longer file is FLOW_E_LIMIT */
    bool is_private;  /* the checks of T8, no symbolic link as last component */
};

/* FLOW_E_NOT_FOUND: no such file. FLOW_E_IO, FLOW_E_LIMIT, FLOW_E_REFUSED; all name the path. */
enum flow_code flow_file_read_secret(const struct flow_file_want *want,
                                     struct flow_secret **ret_bytes, struct flow_err *err);
/* The same into a string, for files that hold no secret. The string is cleared first. */
enum flow_code flow_file_read(const struct flow_file_want *want, struct flow_str *text,
                              struct flow_err *err);

/* Reads a descriptor to its end (stdin, --fd). */
enum flow_code flow_file_read_fd(int fd, const char *what, size_t max,
                                 struct flow_secret **ret_bytes, struct flow_err *err);

/* Opens a regular file for reading without blocking; the caller closes. Checks as above. */
enum flow_code flow_file_open(const struct flow_file_want *want, int *ret_fd, struct flow_err *err);

/*
 * Replaces path by len bytes, mode as given whatever the umask (0600 for
 * anything with a secret). FLOW_E_REFUSED: path is a symbolic link, a
 * directory, anything but a regular file. Drafts that a crash left beside it
 * are removed.
 */
enum flow_code flow_file_replace(const char *path, const void *bytes, size_t len, mode_t mode,
                                 struct flow_err *err);
/* The same, and the file that was there stays as PATH.prev. */
enum flow_code flow_file_replace_keeping(const char *path, const void *bytes, size_t len,
                                         mode_t mode, struct flow_err *err);
/* The same for a file that is not there yet. FLOW_E_EXISTS: it is, and stays as it is. */
enum flow_code flow_file_create(const char *path, const void *bytes, size_t len, mode_t mode,
                                struct flow_err *err);

/* Removes drafts of path that a crash left, where nothing else is to be written. */
void flow_file_sweep(const char *path);

/* Makes sure that path, as it is now, outlives a power cut: syncs the directory that holds it. */
enum flow_code flow_file_sync_directory(const char *path, struct flow_err *err);

/* Writes all of it to a descriptor; EINTR and short writes are handled. EPIPE: FLOW_E_IO. */
enum flow_code flow_file_write_fd(int fd, const char *what, const void *bytes, size_t len,
                                  struct flow_err *err);

/* Makes a directory and its missing parents, 0700. One that exists is left as it is. */
enum flow_code flow_file_make_dirs(const char *path, struct flow_err *err);

/*
 * An exclusive flock() on path (made if missing, 0600, never removed), waiting
 * at most wait_ms. FLOW_E_LOCKED names the holder's pid where it is known.
 * FLOW_E_REFUSED: a file that others may open, or one that holds anything but
 * what a holder writes, its pid.
 */
enum flow_code flow_file_lock(const char *path, int wait_ms, int *ret_fd, struct flow_err *err);

#endif
