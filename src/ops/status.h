/*
 * Status: which stage has which key. From files, the local store and snapshots
 * of any age; no service is asked unless the session says refresh.
 */
#ifndef FLOW_OPS_STATUS_H
#define FLOW_OPS_STATUS_H

#include "model/view.h"
#include "ops/session.h"

enum flow_presence {
    FLOW_MISSING, /* another stage has it, this one lacks it */
    FLOW_PRESENT,
    FLOW_UNREADABLE,
    FLOW_UNKNOWN /* the stage could not be resolved: its error says why */
};

struct flow_status_cell {
    enum flow_presence presence;
    bool stale;   /* older than max_age */
    bool differs; /* a weaker source of the stage has another value */
    uint64_t version;
    enum flow_kind kind;
};

struct flow_status_column {
    const struct flow_stage *stage; /* lent by the project */
    char *error;                    /* NULL, or why the column is unknown */
    struct flow_status_cell *cells; /* one a key */
};

struct flow_status {
    char **keys; /* sorted */
    size_t key_count;
    struct flow_status_column *columns; /* in the project's order */
    size_t column_count;
};

/* stage NULL: every stage of the project. FLOW_E_USAGE without a project. Where not one stage could
 * be resolved there is nothing to show: the first one's error. */
enum flow_code flow_status_make(struct flow_session *session, const struct flow_stage *stage,
                                struct flow_status *status, struct flow_err *err);
void flow_status_done(struct flow_status *status);

#endif
