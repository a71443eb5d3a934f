/* Refreshing: every snapshot of a stage fetched anew, names and values. */
#ifndef FLOW_OPS_REFRESH_H
#define FLOW_OPS_REFRESH_H

#include "ops/session.h"

struct flow_refreshed {
    const char *source; /* "ssm" */
    size_t names, added, changed, gone;
};

/*
 * refreshed has room for FLOW_SOURCE_COUNT; one is filled in for each source
 * that has snapshots, none for a stage of files and the local store.
 */
enum flow_code flow_refresh_stage(struct flow_session *session, const struct flow_stage *stage,
                                  struct flow_refreshed *refreshed, size_t *ret_count,
                                  struct flow_err *err);

#endif
