/*
 * The parts of a request in the one form that both ends of an AWS signature
 * compute it from. Every function appends.
 * Source: CONTRACTS 2.1, steps 2 to 4; botocore's auth.py where the guide is silent.
 */
#ifndef FLOW_NET_CANONICAL_H
#define FLOW_NET_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "net/header.h"

enum { FLOW_CANONICAL_MAX = 64 * 1024, FLOW_CANONICAL_HEADERS_MAX = 128 }; /* bytes; headers */

/* Dot segments and doubled slashes go (unless keep), and what is on the wire is percent-encoded
 * once more. target: path and query. */
enum flow_code flow_canonical_path(const char *target, bool keep, struct flow_str *out,
                                   struct flow_err *err);

/* Names and values percent-encoded once, sorted by name, then by value; "a" becomes "a=". */
enum flow_code flow_canonical_query(const char *target, struct flow_str *out, struct flow_err *err);

/* The headers that are signed, lent, sorted by name; those of one name in the order they came in.
 */
struct flow_canonical_list {
    const struct flow_header *headers[FLOW_CANONICAL_HEADERS_MAX];
    size_t count;
};
/* Takes in all but those that must not be signed. FLOW_E_LIMIT: more than fit. */
enum flow_code flow_canonical_list_add(struct flow_canonical_list *list,
                                       const struct flow_header *headers, size_t count,
                                       struct flow_err *err);

/* "name:value,value\n" for each name, blanks squeezed, to out; "name;name" to names. */
enum flow_code flow_canonical_headers(const struct flow_canonical_list *list,
                                      struct flow_secret *out, struct flow_str *names,
                                      struct flow_err *err);

#endif
