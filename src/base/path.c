#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum flow_code flow_path_join(const char *directory, const char *name, struct flow_str *path,
                              struct flow_err *err)
{
    flow_str_clear(path);
    if (*name != '/') {
        flow_str_add(path, directory);
        if (path->len > 0 && path->text[path->len - 1] != '/')
            flow_str_add_char(path, '/');
    }
    flow_str_add(path, name);
    return flow_str_check(path, "a path", err);
}

/* --- the user's directories ------------------------------------------------ */

static const struct {
    const char *variable, *below_home, *what;
} user_dirs[] = {
    [FLOW_DIR_CONFIG] = {"XDG_CONFIG_HOME", ".config", "configuration"},
    [FLOW_DIR_DATA] = {"XDG_DATA_HOME", ".local/share", "data"},
    [FLOW_DIR_STATE] = {"XDG_STATE_HOME", ".local/state", "state"},
};

/* NULL where the variable is unset, empty or relative. */
static const char *absolute(const struct flow_environ *env, const char *variable)
{
    const char *path = flow_environ_text(env, variable);

    return path != NULL && *path == '/' ? path : NULL;
}

enum flow_code flow_path_user(const struct flow_environ *env, enum flow_dir dir, const char *name,
                              struct flow_str *path, struct flow_err *err)
{
    const char *base = absolute(env, user_dirs[dir].variable), *home = absolute(env, "HOME");

    flow_str_clear(path);
    if (base != NULL)
        flow_str_addf(path, "%s/flowenv", base);
    else if (home != NULL)
        flow_str_addf(path, "%s/%s/flowenv", home, user_dirs[dir].below_home);
    else
        return flow_err_set(err, FLOW_E_NOT_FOUND,
                            "no place for your %s: neither %s nor HOME holds an absolute path; "
                            "set HOME",
                            user_dirs[dir].what, user_dirs[dir].variable);
    if (name != NULL)
        flow_str_addf(path, "/%s", name);
    return flow_str_check(path, "a path", err);
}

/* --- the project's root ------------------------------------------------------ */

/* NULL: what lies here may be believed; else why not (T18). */
static const char *distrust(const struct stat *status)
{
    if (status->st_uid != geteuid() && status->st_uid != 0)
        return "belongs to another user";
    if ((status->st_mode & S_IWOTH) != 0)
        return "can be written by everybody";
    if ((status->st_mode & S_IWGRP) != 0 && status->st_gid != getegid())
        return "can be written by a group of users";
    return NULL;
}

/* Is file_name in directory? *ret_why: NULL, or why neither it nor what lies above counts. */
static bool look_in(const char *directory, const char *file_name, const char **ret_why)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    struct stat status;
    bool found;

    found = flow_path_join(directory, file_name, &path, &err) == FLOW_OK &&
            lstat(path.text, &status) == 0;
    *ret_why = found && stat(path.text, &status) == 0 ? distrust(&status) : NULL;
    if (*ret_why == NULL)
        *ret_why = stat(directory, &status) == 0 ? distrust(&status) : "cannot be examined";
    return found;
}

enum flow_code flow_path_check_believed(const char *directory, const char *file_name,
                                        struct flow_err *err)
{
    const char *why;

    if (!look_in(directory, file_name, &why) || why == NULL)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED,
                        "'%s/%s' is not believed: it, or the directory, %s; read it, then make "
                        "both your own and run chmod go-w on them",
                        directory, file_name, why);
}

/* Cuts the last component off an absolute path; false: it was the root. */
static bool to_parent(char *path)
{
    char *slash = strrchr(path, '/');

    if (path[1] == '\0')
        return false;
    slash[slash == path] = '\0';
    return true;
}

/* May the search go on above directory? */
static bool is_below_boundary(const char *directory, const char *home)
{
    FLOW_CLEANUP(flow_freep) char *parent = strdup(directory);
    struct stat here, above;

    return parent != NULL && to_parent(parent) && (home == NULL || strcmp(directory, home) != 0) &&
           stat(directory, &here) == 0 && stat(parent, &above) == 0 && here.st_dev == above.st_dev;
}

static bool is_trusted(const char *directory, char *const *trusted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(trusted[i]);

        if (strncmp(directory, trusted[i], len) == 0 &&
            (directory[len] == '\0' || directory[len] == '/'))
            return true;
    }
    return false;
}

enum flow_code flow_path_find_up(const struct flow_environ *env, const char *start,
                                 const char *file_name, char *const *trusted, size_t trusted_count,
                                 struct flow_str *directory, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) char *here = realpath(start, NULL);
    const char *home_text = absolute(env, "HOME"), *why = NULL;
    FLOW_CLEANUP(flow_freep) char *home = home_text == NULL ? NULL : realpath(home_text, NULL);

    if (here == NULL)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot examine the directory '%s'", start);
    for (;;) {
        bool found = look_in(here, file_name, &why);

        if (is_trusted(here, trusted, trusted_count))
            why = NULL;
        if (found) {
            if (why != NULL)
                return flow_err_set(err, FLOW_E_UNTRUSTED,
                                    "'%s' in '%s' is not believed: it, or the directory, %s; "
                                    "read it, then make both your own and writable by you alone, "
                                    "or name the directory under trusted_dirs in your config.ini",
                                    file_name, here, why);
            flow_str_clear(directory);
            flow_str_add(directory, here);
            return flow_str_check(directory, "a path", err);
        }
        if (why != NULL || !is_below_boundary(here, home) || !to_parent(here))
            break;
    }
    return flow_err_set(err, FLOW_E_NOT_FOUND, "no '%s' in '%s' or above it", file_name, start);
}

/* --- inside or not -------------------------------------------------------------- */

/* Steps behind a component that does not exist stay where they are, unless they go up. */
static bool goes_up(const char *tail)
{
    while (*tail != '\0') {
        size_t len = strcspn(tail, "/");

        if (len == 2 && tail[0] == '.' && tail[1] == '.')
            return true;
        tail += len;
        tail += strspn(tail, "/");
    }
    return false;
}

/* Links resolved as far as the path exists; what does not exist yet is left out. NULL: not to be
 * said, or a link that leads nowhere yet. */
static char *resolve_existing(const char *path)
{
    FLOW_CLEANUP(flow_freep) char *part = strdup(path);
    struct stat status;
    char *resolved = NULL;

    while (part != NULL) {
        char *slash;

        resolved = realpath(*part == '\0' ? "." : part, NULL);
        if (resolved != NULL || errno != ENOENT || *part == '\0' || lstat(part, &status) == 0)
            break;
        slash = strrchr(part, '/');
        if (slash == NULL)
            *part = '\0';
        else
            slash[slash == part] = '\0';
    }
    if (resolved != NULL && goes_up(path + strlen(part)))
        flow_freep(&resolved);
    return resolved;
}

enum flow_code flow_path_parent(const char *path, struct flow_str *directory, struct flow_err *err)
{
    const char *slash = strrchr(path, '/');

    flow_str_clear(directory);
    if (slash == NULL)
        flow_str_add(directory, ".");
    else
        flow_str_add_bytes(directory, path, slash == path ? 1 : (size_t)(slash - path));
    return flow_str_check(directory, "a path", err);
}

bool flow_path_is_inside(const char *path, const char *directory)
{
    FLOW_CLEANUP(flow_freep) char *inner = resolve_existing(path);
    FLOW_CLEANUP(flow_freep) char *outer = realpath(directory, NULL);
    size_t len;

    if (inner == NULL || outer == NULL)
        return false;
    len = strcmp(outer, "/") == 0 ? 0 : strlen(outer);
    return strncmp(inner, outer, len) == 0 && (inner[len] == '\0' || inner[len] == '/');
}
