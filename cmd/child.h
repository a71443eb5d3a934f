/*
 * Becoming another program (T2, T16).
 *
 * The environment is built from scratch: what flowenv was started with, unless
 * pristine, without FLOWENV_*; the view on top; sorted, no name twice. No shell
 * has a part in it, arguments arrive untouched.
 */
#ifndef FLOW_CMD_CHILD_H
#define FLOW_CMD_CHILD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/environ.h"
#include "base/err.h"
#include "model/view.h"

enum { CHILD_NOT_EXECUTABLE = 126, CHILD_NOT_FOUND = 127 };

/*
 * *ret_envp lies in arena. FLOW_E_REFUSED: a value holds NUL. FLOW_E_LIMIT: one
 * string, or all of them, are more than the kernel takes; argv counts too.
 */
enum flow_code child_environment(const struct flow_environ *env, const struct flow_view *view,
                                 bool pristine, const char *const *argv, struct flow_arena *arena,
                                 char ***ret_envp, struct flow_err *err);

/*
 * Replaces this process by argv[0], searched in path (the PATH it was started
 * with) unless it has a slash. Returns only on failure, with *ret_status
 * CHILD_NOT_EXECUTABLE or CHILD_NOT_FOUND.
 */
enum flow_code child_exec(const char *const *argv, char *const *envp, const char *path,
                          int *ret_status, struct flow_err *err);

/* Makes every descriptor above 2 close on exec. */
void child_close_descriptors(void);

#endif
