/*
 * Where things lie: XDG base directories and the project's root.
 *
 *   config  $XDG_CONFIG_HOME/flowenv  or ~/.config/flowenv        config.ini, key
 *   data    $XDG_DATA_HOME/flowenv    or ~/.local/share/flowenv   the vault
 *   state   $XDG_STATE_HOME/flowenv   or ~/.local/state/flowenv   rollback state, rate buckets
 *
 * A relative XDG_* value is ignored, as the specification asks. No HOME and
 * no XDG value: FLOW_E_NOT_FOUND with what to set.
 * Source: XDG Base Directory Specification 0.8.
 */
#ifndef FLOW_BASE_PATH_H
#define FLOW_BASE_PATH_H

#include <stdbool.h>

#include "base/environ.h"
#include "base/err.h"
#include "base/str.h"

enum flow_dir { FLOW_DIR_CONFIG, FLOW_DIR_DATA, FLOW_DIR_STATE };

/* The directory in path, with "/" and name behind unless name is NULL. */
enum flow_code flow_path_user(const struct flow_environ *env, enum flow_dir dir, const char *name,
                              struct flow_str *path, struct flow_err *err);

/*
 * Finds file_name in start or a parent of it and gives that directory. The
 * search stops in HOME, at a mount boundary, or in a directory that is not the
 * user's or root's, or is writable by others (T18; the user's own group is not
 * others): FLOW_E_NOT_FOUND, or FLOW_E_UNTRUSTED where a file lies there but
 * it, or the directory, may not be believed. The directory is given with its
 * links resolved.
 * trusted: directories, with links resolved, that the user believes in whoever
 * owns them, and all below them.
 */
enum flow_code flow_path_find_up(const struct flow_environ *env, const char *start,
                                 const char *file_name, char *const *trusted, size_t trusted_count,
                                 struct flow_str *directory, struct flow_err *err);

/*
 * FLOW_E_REFUSED if file_name is in directory, but it or the directory is not
 * the user's or root's, or is writable by others: for files that decide where
 * credentials go. One that is not there is fine.
 */
enum flow_code flow_path_check_believed(const char *directory, const char *file_name,
                                        struct flow_err *err);

/* directory "/" name, without a doubled slash; an absolute name replaces directory. */
enum flow_code flow_path_join(const char *directory, const char *name, struct flow_str *path,
                              struct flow_err *err);

/* The directory that holds path: what stands before its last "/", "." where there is none. */
enum flow_code flow_path_parent(const char *path, struct flow_str *directory, struct flow_err *err);

/* True if the path, links resolved as far as it exists, lies in directory or is it. */
bool flow_path_is_inside(const char *path, const char *directory);

#endif
