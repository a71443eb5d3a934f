#include "cmd/child.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cmd/harden.h"

enum { CHILD_STRING_MAX = 128 * 1024, CHILD_SPARE = 4096 };

static bool is_own(const char *assignment)
{
    return strncmp(assignment, "FLOWENV_", 8) == 0;
}

static size_t name_len(const char *assignment)
{
    return strcspn(assignment, "=");
}

static int compare_names(const char *a, const char *b)
{
    size_t a_len = name_len(a), b_len = name_len(b), len = a_len < b_len ? a_len : b_len;
    int order = memcmp(a, b, len);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Entries of the view come first of their name: rank is the order in which they were added. */
struct assignment {
    char *text;
    size_t rank;
};

static int compare(const void *a_pointer, const void *b_pointer)
{
    const struct assignment *a = a_pointer, *b = b_pointer;
    int order = compare_names(a->text, b->text);

    return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

static enum flow_code assignment_of(const struct flow_entry *entry, struct flow_arena *arena,
                                    char **ret_text, struct flow_err *err)
{
    size_t key_len = strlen(entry->key);
    char *text;

    if (memchr(entry->value.at, '\0', entry->value.len) != NULL)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "the value of %s holds a NUL byte, which no environment can",
                            entry->key);
    if (key_len + entry->value.len + 2 > CHILD_STRING_MAX)
        return flow_err_set(err, FLOW_E_LIMIT,
                            "%s is %zu bytes long; the kernel takes %d a variable", entry->key,
                            entry->value.len, CHILD_STRING_MAX - 2 - (int)key_len);
    text = flow_arena_alloc(arena, key_len + entry->value.len + 2);
    if (text == NULL)
        return flow_err_nomem(err);
    memcpy(text, entry->key, key_len);
    text[key_len] = '=';
    memcpy(text + key_len + 1, entry->value.at, entry->value.len);
    text[key_len + 1 + entry->value.len] = '\0';
    *ret_text = text;
    return FLOW_OK;
}

/* The view's entries, then what was inherited; of one name the first stays. */
static enum flow_code collect(const struct flow_environ *env, const struct flow_view *view,
                              bool pristine, struct flow_arena *arena, struct assignment *list,
                              size_t *ret_count, struct flow_err *err)
{
    size_t inherited, count = 0, i;
    char *const *own = flow_environ_list(env, &inherited);

    for (i = 0; i < view->count; i++) {
        if (assignment_of(&view->entries[i], arena, &list[count].text, err))
            return err->code;
        if (!is_own(list[count].text))
            count++;
    }
    for (i = 0; !pristine && i < inherited; i++)
        if (!is_own(own[i]))
            list[count++].text = own[i];
    for (i = 0; i < count; i++)
        list[i].rank = i;
    *ret_count = count;
    return FLOW_OK;
}

static enum flow_code check_size(char *const *envp, const char *const *argv, struct flow_err *err)
{
    long max = sysconf(_SC_ARG_MAX);
    size_t total = CHILD_SPARE, largest = 0, i;
    const char *culprit = "";

    for (i = 0; argv[i] != NULL; i++)
        total += strlen(argv[i]) + 1 + sizeof argv[i];
    for (i = 0; envp[i] != NULL; i++) {
        size_t len = strlen(envp[i]) + 1;

        total += len + sizeof envp[i];
        if (len > largest) {
            largest = len;
            culprit = envp[i];
        }
    }
    if (max < 0 || total <= (size_t)max)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_LIMIT,
                        "the environment and the arguments are %zu bytes, the kernel takes %ld; "
                        "the largest variable is %.*s with %zu bytes; --only or --pristine make "
                        "it less",
                        total, max, (int)name_len(culprit), culprit, largest);
}

enum flow_code child_environment(const struct flow_environ *env, const struct flow_view *view,
                                 bool pristine, const char *const *argv, struct flow_arena *arena,
                                 char ***ret_envp, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct assignment *list = NULL;
    size_t inherited, count = 0, kept = 0, i;
    char **envp;

    (void)flow_environ_list(env, &inherited);
    list = calloc(view->count + inherited + 1, sizeof *list);
    envp = flow_arena_alloc(arena, (view->count + inherited + 1) * sizeof *envp);
    if (list == NULL || envp == NULL)
        return flow_err_nomem(err);
    if (collect(env, view, pristine, arena, list, &count, err))
        return err->code;
    qsort(list, count, sizeof *list, compare);
    for (i = 0; i < count; i++)
        if (kept == 0 || compare_names(envp[kept - 1], list[i].text) != 0)
            envp[kept++] = list[i].text;
    envp[kept] = NULL;
    *ret_envp = envp;
    return check_size(envp, argv, err);
}

/* Tries one file. ENOENT and ENOTDIR: go on looking. */
static int try_exec(const char *file, const char *const *argv, char *const *envp)
{
    (void)execve(file, (char *const *)(uintptr_t)argv, envp);
    return errno;
}

static int search(const char *const *argv, char *const *envp, const char *path)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str file = FLOW_STR_INIT(PATH_MAX);
    int found = ENOENT;

    for (;;) {
        size_t len = strcspn(path, ":");
        int failure;

        flow_str_clear(&file);
        flow_str_add_bytes(&file, len > 0 ? path : ".", len > 0 ? len : 1);
        flow_str_add_char(&file, '/');
        flow_str_add(&file, argv[0]);
        failure = file.failed ? ENAMETOOLONG : try_exec(file.text, argv, envp);
        if (failure == EACCES)
            found = EACCES;
        else if (failure != ENOENT && failure != ENOTDIR && failure != ENAMETOOLONG)
            return failure;
        if (path[len] == '\0')
            return found;
        path += len + 1;
    }
}

enum flow_code child_exec(const char *const *argv, char *const *envp, const char *path,
                          int *ret_status, struct flow_err *err)
{
    int failure;

    child_close_descriptors();
    harden_undo();
    failure =
        strchr(argv[0], '/') != NULL ? try_exec(argv[0], argv, envp) : search(argv, envp, path);
    *ret_status = CHILD_NOT_EXECUTABLE;
    if (failure == ENOENT || failure == ENOTDIR) {
        *ret_status = CHILD_NOT_FOUND;
        return flow_err_set(err, FLOW_E_NOT_FOUND, "'%s' is not found%s", argv[0],
                            strchr(argv[0], '/') == NULL ? " on PATH" : "");
    }
    if (failure == ENOEXEC)
        return flow_err_set(err, FLOW_E_IO,
                            "'%s' can't be executed: it is no program, and no script with a #! "
                            "line",
                            argv[0]);
    return flow_err_sys(err, FLOW_E_IO, failure, "'%s' can't be executed", argv[0]);
}
