/*
 * A place: where a NAME on the command line leads, which is a parameter of a
 * store.
 *
 * "/flowlogic/dev/stripe/secret-key" is taken as it is; "stripe/secret-key" is
 * relative to the prefix of a stage; "STRIPE_SECRET_KEY" is a key of a stage and
 * goes the way of DESIGN, section 4 back to its parameter.
 */
#ifndef FLOW_OPS_PLACE_H
#define FLOW_OPS_PLACE_H

#include "ops/session.h"

struct flow_place {
    struct flow_str name;           /* full */
    char *selector;                 /* NULL: the newest; a version or a label */
    const struct flow_stage *stage; /* NULL: none */
    enum flow_source source;
    struct flow_store *store; /* NULL until opened */
};

#define FLOW_PLACE_INIT                                                                            \
    {                                                                                              \
        .name = FLOW_STR_INIT(FLOW_STR_LINE_MAX)                                                   \
    }

void flow_place_done(struct flow_place *place);

/* FLOW_E_USAGE: a relative name without a stage, or a stage without a prefix. */
enum flow_code flow_place_find(struct flow_session *session, const char *operand, const char *stage,
                               bool writes, struct flow_place *place, struct flow_err *err);

/* The same to read, for NAME, NAME:VERSION or NAME:LABEL; a name itself holds no colon. */
enum flow_code flow_place_find_selected(struct flow_session *session, const char *operand,
                                        const char *stage, struct flow_place *place,
                                        struct flow_err *err);

enum flow_code flow_place_open(struct flow_session *session, struct flow_place *place, bool writes,
                               struct flow_err *err);

/* Adds to a FLOW_E_NOT_FOUND in err the nearest name that is known to exist, and returns its code.
 */
enum flow_code flow_place_not_found(struct flow_session *session, const struct flow_place *place,
                                    struct flow_err *err);

#endif
