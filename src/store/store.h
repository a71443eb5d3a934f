/*
 * A store: a place that holds parameters. Each says what it can do, and
 * nothing else is asked of it.
 *
 * Every store passes the same contract test. Stores do no merging, no
 * caching, no asking: that is src/ops.
 */
#ifndef FLOW_STORE_STORE_H
#define FLOW_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/param.h"

enum flow_can {
    FLOW_CAN_FETCH = 1, /* names with values */
    FLOW_CAN_GET = 2,   /* one value, with a version or label */
    FLOW_CAN_PUT = 4,
    FLOW_CAN_REMOVE = 8,
    FLOW_CAN_HISTORY = 16
};

/* What to fetch. A zeroed struct with a prefix is a complete walk with values. */
struct flow_fetch {
    const char *prefix;       /* "/flowlogic/dev", no slash at the end; "/" is everything */
    const char *const *known; /* full names known to exist; fetched by name, many at once */
    size_t known_count;
    bool known_only;     /* no walk: names that are new would be missed */
    bool without_values; /* names, types, versions only, where the store can */
};

struct flow_put {
    const char *name;
    struct flow_bytes value;
    enum flow_type type;
    uint64_t replaces; /* 0: create, FLOW_E_EXISTS if it is there; else the version this was planned
                          on */
    const char *key_id;      /* NULL: the one it has, else the account's default */
    const char *description; /* NULL: none */
    const char *tier;        /* NULL: the account's default */
};

struct flow_store;

struct flow_store_class {
    const char *name; /* "ssm", "local", "dotenv", "environ" */
    unsigned can;     /* enum flow_can, or'ed */

    /* Adds to params. All or nothing (T27). A known name that is gone is left out. */
    enum flow_code (*fetch)(struct flow_store *store, const struct flow_fetch *what,
                            struct flow_params *params, struct flow_err *err);
    /* selector: NULL, a version in digits, or a label. FLOW_E_NOT_FOUND. Adds one to params. */
    enum flow_code (*get)(struct flow_store *store, const char *name, const char *selector,
                          struct flow_params *params, struct flow_err *err);
    enum flow_code (*put)(struct flow_store *store, const struct flow_put *put,
                          uint64_t *ret_version, struct flow_err *err);
    /* removed[i] says whether names[i] was there. */
    enum flow_code (*remove)(struct flow_store *store, const char *const *names, size_t count,
                             bool *removed, struct flow_err *err);
    /* Every version kept, oldest first. FLOW_E_NOT_FOUND. */
    enum flow_code (*history)(struct flow_store *store, const char *name, bool with_values,
                              struct flow_params *params, struct flow_err *err);
    void (*free)(struct flow_store *store);
};

/* The first member of every store. */
struct flow_store {
    const struct flow_store_class *class;
};

void flow_store_free(struct flow_store *store); /* NULL is fine */
void flow_store_freep(struct flow_store **store);

#endif
