/*
 * Parameters: named, versioned values as a store holds them, and a set of them.
 *
 * A set owns one arena; names, values and texts of its parameters lie there.
 * Plain data: no I/O. Sorting and searching are by name, bytewise.
 */
#ifndef FLOW_MODEL_PARAM_H
#define FLOW_MODEL_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum flow_type { FLOW_STRING, FLOW_STRING_LIST, FLOW_SECURE_STRING };

/* "String", "StringList", "SecureString": AWS's own words. */
const char *flow_type_name(enum flow_type type);
/* False: no such type. */
bool flow_type_parse(const char *text, enum flow_type *ret_type);

struct flow_param {
    const char *name; /* "/flowlogic/dev/stripe/secret-key", or a key for dotenv and environ */
    struct flow_bytes value; /* at is NULL where the value was not read or is unreadable */
    enum flow_type type;
    bool unreadable;    /* exists, value not to be had; why says the reason */
    const char *why;    /* NULL, or why it is unreadable: "AccessDeniedException: no kms:Decrypt" */
    const char *where;  /* NULL, or where it was read: ".env.dev:12" */
    const char *who;    /* NULL, or who wrote it */
    const char *key_id; /* NULL, or the KMS key */
    uint64_t version;   /* 0: the store has no versions */
    int64_t modified_s; /* seconds since 1970; 0: unknown */
    struct flow_bytes extra; /* fields of a vault record that this version does not know, kept */
};

struct flow_params {
    struct flow_arena *arena;
    struct flow_param *list; /* count used of cap; heap memory, holds no value bytes itself */
    size_t count, cap;
};

enum flow_code flow_params_init(struct flow_params *params, struct flow_err *err);
void flow_params_done(struct flow_params *params);

/*
 * Adds a copy of *param, its texts and value copied into the set's arena.
 * *ret_param (may be NULL) lends the copy until the next add or sort.
 */
enum flow_code flow_params_add(struct flow_params *params, const struct flow_param *param,
                               struct flow_param **ret_param, struct flow_err *err);

/* By name, then version, rising. */
void flow_params_sort(struct flow_params *params);
/* In a sorted set: the first parameter of that name, or NULL. */
struct flow_param *flow_params_find(const struct flow_params *params, const char *name);
/* Removes one by its address in the list; its bytes stay in the arena until done. */
void flow_params_remove(struct flow_params *params, struct flow_param *param);

#endif
