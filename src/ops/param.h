/*
 * What `get`, `put`, `list`, `rm` and `history` do, on whichever store the
 * session names.
 *
 * A NAME that begins with "/" is taken as it is; another is relative to the
 * prefix of a stage (FLOW_E_USAGE without one).
 */
#ifndef FLOW_OPS_PARAM_H
#define FLOW_OPS_PARAM_H

#include "model/param.h"
#include "ops/session.h"

struct flow_put_request {
    const char *name;
    const char *stage; /* NULL: none named */
    const struct flow_secret *value;
    bool has_type; /* --type; else SecureString for a new one, the type it has for an old one */
    enum flow_type type;
    const char *key_id, *description, *tier;
    bool overwrite_unseen; /* --overwrite: even if it changed since it was last seen */
    bool dry_run;
};

struct flow_receipt { /* names and versions, never a value */
    char name[2049];
    enum { FLOW_PUT_CREATED, FLOW_PUT_UPDATED, FLOW_PUT_UNCHANGED } outcome;
    uint64_t old_version, new_version; /* old 0: none; new 0 in a dry run */
    enum flow_type type;
};

/* FLOW_E_CONFLICT: changed since last seen, or written by someone else in between; says both
 * versions. */
enum flow_code flow_param_put(struct flow_session *session, const struct flow_put_request *request,
                              struct flow_receipt *receipt, struct flow_err *err);

/* operand: NAME, NAME:VERSION or NAME:LABEL. Gives one parameter; FLOW_E_NOT_FOUND suggests the
 * nearest known. */
enum flow_code flow_param_get(struct flow_session *session, const char *operand, const char *stage,
                              struct flow_params *params, struct flow_err *err);

/* path NULL: the stage's prefix. Sorted. */
enum flow_code flow_param_list(struct flow_session *session, const char *path, const char *stage,
                               bool with_values, struct flow_params *params, struct flow_err *err);

struct flow_removal {
    const char *name; /* as the user gave it */
    bool removed;     /* false: it was not there */
};
/* FLOW_E_PARTIAL where some were not there; removals[i] says which. */
enum flow_code flow_param_remove(struct flow_session *session, const char *const *operands,
                                 size_t count, const char *stage, bool dry_run,
                                 struct flow_removal *removals, struct flow_err *err);

enum flow_code flow_param_history(struct flow_session *session, const char *operand,
                                  const char *stage, bool with_values, struct flow_params *params,
                                  struct flow_err *err);

#endif
