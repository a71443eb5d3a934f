/*
 * JSON, read through cJSON. Writing: text/json_writer.h.
 *
 * The door guards against what cJSON does: it takes control characters and
 * bytes that are not UTF-8 in strings, white space of its own making, numbers
 * such as "1." and "01"; cuts a string at \u0000; keeps duplicate names; finds
 * members without regard to case. Here the text is scanned once, against
 * RFC 8259 and the limits below, before cJSON sees it (text/json_scan.h), and
 * names are compared byte by byte.
 *
 * Memory: the tree lies on the heap, which the program's allocator wipes (T4).
 * Source: RFC 8259; THREATS T24.
 */
#ifndef FLOW_TEXT_JSON_H
#define FLOW_TEXT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

enum {
    FLOW_JSON_DEPTH_MAX = 32,
    FLOW_JSON_NUMBER_MAX = 20,            /* characters; 1.7954257496300001E9 is 19 */
    FLOW_JSON_BYTES_MAX = 8 * 1024 * 1024 /* a document */
};

/* A value of a document; the root owns the rest, and only the root is freed. */
struct flow_json;

enum flow_json_kind {
    FLOW_JSON_NULL,
    FLOW_JSON_BOOL,
    FLOW_JSON_NUMBER,
    FLOW_JSON_TEXT,
    FLOW_JSON_LIST,
    FLOW_JSON_OBJECT
};

/*
 * Reads exactly one document. what names it in the sentence.
 * FLOW_E_FORMAT, FLOW_E_LIMIT: "WHAT is not valid JSON: ... at byte N"; nothing of its content.
 */
enum flow_code flow_json_parse(struct flow_bytes text, const char *what,
                               struct flow_json **ret_root, struct flow_err *err);
void flow_json_free(struct flow_json *root);
void flow_json_freep(struct flow_json **root);

/* All accessors take NULL for "not there" and pass it on, so that they can be chained. */
enum flow_json_kind flow_json_kind(const struct flow_json *value); /* of NULL: FLOW_JSON_NULL */

/* An object's member of exactly that name; NULL: not there, or value is no object. */
const struct flow_json *flow_json_member(const struct flow_json *value, const char *name);
/* A member's name. NULL: not a member. */
const char *flow_json_name(const struct flow_json *value);

/* for (item = flow_json_first(list); item != NULL; item = flow_json_next(item)); objects too. */
const struct flow_json *flow_json_first(const struct flow_json *value);
const struct flow_json *flow_json_next(const struct flow_json *value);
/* Items of a list, members of an object; 0 of anything else. The tests read vectors with it. */
size_t flow_json_count(const struct flow_json *value);

/* A string's text, UTF-8 without NUL; NULL: not a string. */
const char *flow_json_text(const struct flow_json *value);
/* A member that is a string. */
const char *flow_json_text_of(const struct flow_json *value, const char *name);
/* False: not a number, or not finite; for int64: not whole, or beyond 2^53. */
bool flow_json_double(const struct flow_json *value, double *ret_number);
bool flow_json_int64(const struct flow_json *value, int64_t *ret_number);
bool flow_json_is_true(const struct flow_json *value);

#endif
