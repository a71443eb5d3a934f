/*
 * Snapshots: what a store on a network held under one prefix at one moment,
 * kept in the vault, and when one may be served (DESIGN 5; THREATS T26, T27,
 * T38).
 *
 *   younger than max_age          served, no request
 *   older                         fetched anew
 *   service can't be reached      served up to stale_for, its age is told
 *   service refuses               values dropped, names kept, the command fails
 *
 * A snapshot belongs to a stage's record ("project/stage") or to a prefix's
 * ("prefix:/a/b"), and in it to one identity (endpoint, region, account) and
 * prefix, so nobody is served another account's values. Its names are the name
 * index: they outlive the values.
 */
#ifndef FLOW_OPS_SNAPSHOT_H
#define FLOW_OPS_SNAPSHOT_H

#include "model/param.h"
#include "ops/session.h"

struct flow_snapshot_want {
    enum flow_source source;
    const struct flow_stage *stage; /* NULL: none */
    const char *prefix;
    bool always_fresh; /* max_age 0, and a snapshot never stands in: check */
    bool any_age;      /* what there is, no request: status */
};

struct flow_snapshot {
    struct flow_params params; /* sorted by name */
    int64_t fetched_s;
    bool stale;      /* older than max_age */
    bool from_vault; /* false: fetched just now */
};

/* *ret_snapshot is initialised on success; flow_snapshot_done() releases it. */
enum flow_code flow_snapshot_get(struct flow_session *session,
                                 const struct flow_snapshot_want *want,
                                 struct flow_snapshot *ret_snapshot, struct flow_err *err);
void flow_snapshot_done(struct flow_snapshot *snapshot);

/*
 * Out of a snapshot that covers it and may be served: the parameter called
 * name, or with below every parameter under that path. Added to params.
 * FLOW_E_NOT_FOUND: no snapshot has it, ask the service.
 */
enum flow_code flow_snapshot_lookup(struct flow_session *session, const char *name, bool below,
                                    struct flow_params *params, struct flow_err *err);

#endif
