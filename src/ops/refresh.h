/* What `refresh` and `status` do. */
#ifndef FLOW_OPS_REFRESH_H
#define FLOW_OPS_REFRESH_H

#include "model/view.h"
#include "ops/session.h"

struct flow_refreshed {
    const char *source; /* "ssm" */
    size_t names, added, changed, gone;
};
/* Fetches every remote source of the stage anew, walks included. refreshed holds FLOW_SOURCE_COUNT
 * at most. */
enum flow_code flow_refresh_stage(struct flow_session *session, const struct flow_stage *stage,
                                  struct flow_refreshed *refreshed, size_t *ret_count,
                                  struct flow_err *err);

enum flow_presence {
    FLOW_MISSING, /* another stage has it, this one lacks it */
    FLOW_PRESENT,
    FLOW_UNREADABLE,
    FLOW_UNKNOWN /* the stage could not be resolved; why is in stage_errors */
};
struct flow_status_cell {
    enum flow_presence presence;
    bool stale; /* older than max_age */
    uint64_t version;
    enum flow_kind kind;
};
/* The matrix keys x stages, from snapshots and files; asks no service unless the session says
 * refresh. */
struct flow_status {
    char **keys;
    size_t key_count;
    const struct flow_stage *const *stages; /* lent by the project */
    size_t stage_count;
    struct flow_status_cell *cells; /* key_count rows of stage_count */
    char **stage_errors;            /* NULL, or why a stage's column is unknown */
    int64_t *fetched_s;             /* oldest snapshot of each stage; 0: no snapshot */
};
/* stage NULL: all stages. */
enum flow_code flow_status_make(struct flow_session *session, const struct flow_stage *stage,
                                struct flow_status *status, struct flow_err *err);
void flow_status_done(struct flow_status *status);

#endif
