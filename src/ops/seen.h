/*
 * What this user has seen: the newest version of each parameter that a
 * snapshot, an earlier look or an earlier write showed, so that nothing is
 * overwritten unseen (T41). Kept in the snapshots and, for what no snapshot
 * covers, in the vault's record "index", without values.
 */
#ifndef FLOW_OPS_SEEN_H
#define FLOW_OPS_SEEN_H

#include "model/param.h"
#include "ops/session.h"

/* 0: never seen, or no cache. */
enum flow_code flow_seen_version(struct flow_session *session, const struct flow_stage *stage,
                                 const char *name, uint64_t *ret_version, struct flow_err *err);

/* After a write or a look: snapshots that cover the name now hold param (NULL: removed). */
enum flow_code flow_seen_note(struct flow_session *session, const struct flow_stage *stage,
                              const char *name, const struct flow_param *param,
                              struct flow_err *err);

#endif
