/* Whether a file would be seen by git, and so might be committed (T7). */
#ifndef FLOW_CMD_WORKTREE_H
#define FLOW_CMD_WORKTREE_H

#include "base/environ.h"
#include "base/err.h"

/*
 * FLOW_E_REFUSED: path lies in a git work tree and is not ignored there, or
 * nobody could tell, git not being there. git is started without a shell, with
 * PATH and HOME alone, and none of the programs that a repository's
 * configuration may name.
 */
enum flow_code worktree_check(const char *path, const struct flow_environ *env,
                              struct flow_err *err);

#endif
