/*
 * The view that a command works on, as its options say: --stage, --prefix or
 * --env-file, and --only, --no-expand, --yes.
 */
#ifndef FLOW_CMD_VIEW_H
#define FLOW_CMD_VIEW_H

#include "cmd/command.h"
#include "ops/resolve.h"
#include "text/format.h"

/*
 * Resolves into call->view; for commands that share SHARES_VIEW. keep: patterns
 * of a target, which --only narrows further; count 0: none.
 */
enum flow_code view_resolve(struct call *call, const char *const *keep, size_t keep_count,
                            struct flow_err *err);
/* The stage named, or the default one, into call->view; for commands that only look. */
enum flow_code view_look(struct call *call, const struct flow_stage *stage, bool always_fresh,
                         struct flow_err *err);
/* Names the sources of the stage that can't be asked from here. */
void view_note_unread(const struct call *call, const struct flow_stage *stage);
/*
 * The stage with the sources that are really read: the local store may stand in for ssm, and what
 * can't be asked from here is left out and named in a note. Lent.
 */
enum flow_code view_stage(struct call *call, const struct flow_stage *stage,
                          struct flow_stage *ret_stage, struct flow_err *err);

/* True where values go to a terminal and --reveal was not given; says so once. */
bool view_masked(struct call *call);
extern const struct flow_bytes view_mask; /* what stands for a masked value */

/* The view's entries for a writer; free() them. The bytes stay the view's. */
enum flow_code view_pairs(const struct flow_view *view, bool masked, struct flow_pair **ret_pairs,
                          struct flow_err *err);

#endif
