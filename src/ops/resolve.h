/*
 * Resolving: the sources of a stage merged into one view, snapshots kept fresh
 * by the rules of DESIGN, section 5 and THREATS T27, T38 to T40.
 */
#ifndef FLOW_OPS_RESOLVE_H
#define FLOW_OPS_RESOLVE_H

#include "model/view.h"
#include "ops/session.h"

struct flow_resolve_options {
    bool allow_unreadable; /* explain, list, status, check: else FLOW_E_REFUSED names the keys (T40)
                            */
    bool no_expand;        /* .env values as they stand */
    bool always_fresh;     /* max_age 0: check */
    bool allow_takeover;   /* names of T12 are not refused: explain, list, status, check */
};

/* The view of a stage. view is initialised by it; the caller does flow_view_done() on success. */
enum flow_code flow_resolve_stage(struct flow_session *session, const struct flow_stage *stage,
                                  const struct flow_resolve_options *options,
                                  struct flow_view *view, struct flow_err *err);

/* No project: .env files, the first that has a key wins. */
enum flow_code flow_resolve_files(struct flow_session *session, const char *const *paths,
                                  size_t count, const struct flow_resolve_options *options,
                                  struct flow_view *view, struct flow_err *err);

/* No project: everything under prefix in a store. */
enum flow_code flow_resolve_prefix(struct flow_session *session, enum flow_source source,
                                   const char *prefix, const struct flow_resolve_options *options,
                                   struct flow_view *view, struct flow_err *err);

#endif
