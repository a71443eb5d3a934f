/*
 * Resolving: the sources of a stage merged into one view, snapshots kept fresh
 * by the rules of DESIGN, section 5 and THREATS T27, T38 to T40.
 */
#ifndef FLOW_OPS_RESOLVE_H
#define FLOW_OPS_RESOLVE_H

#include "model/view.h"
#include "ops/session.h"

struct flow_resolve_options {
    bool allow_unreadable;   /* else FLOW_E_REFUSED names the keys (T40); explain, status, check */
    bool allow_takeover;     /* else names of T12 are FLOW_E_REFUSED; explain, status, check */
    bool allow_disagreement; /* else FLOW_E_REFUSED where the sources of a protected stage differ
                                (T39); --yes, explain, status, check */
    bool no_expand;          /* .env values as they stand */
    bool always_fresh;       /* max_age 0, and no snapshot stands in: check */
    bool any_age;            /* snapshots whatever their age, no request: status */
    /* Patterns of flow_view_filter(): a key passes both lists. Applied before anything is refused.
     * A count of 0: every key. */
    const char *const *keep, *const *only;
    size_t keep_count, only_count;
};

/* The view of a stage. view is initialised by it; the caller does flow_view_done() on success. */
enum flow_code flow_resolve_stage(struct flow_session *session, const struct flow_stage *stage,
                                  const struct flow_resolve_options *options,
                                  struct flow_view *view, struct flow_err *err);

/* No project: .env files, the first that has a key wins. */
enum flow_code flow_resolve_files(struct flow_session *session, const char *const *paths,
                                  size_t count, const struct flow_resolve_options *options,
                                  struct flow_view *view, struct flow_err *err);

/* No project: everything under prefix in a store; slashes at its end do not count. */
enum flow_code flow_resolve_prefix(struct flow_session *session, enum flow_source source,
                                   const char *prefix, const struct flow_resolve_options *options,
                                   struct flow_view *view, struct flow_err *err);

#endif
