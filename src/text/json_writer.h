/*
 * JSON, written: request bodies, documents for machines.
 *
 * Appends to a secret; commas come by themselves. The first error sticks, so a
 * document is written in one go and checked once:
 *
 *     struct flow_json_writer json = flow_json_write(body, err);
 *     flow_json_open(&json, NULL, '{');
 *     flow_json_put_string(&json, "Name", name);
 *     flow_json_close(&json, '}');
 *     return flow_json_end(&json);
 *
 * No white space, members in the order given, strings as FLOW_QUOTE_JSON writes
 * them. Source: RFC 8259; THREATS T13, T15.
 */
#ifndef FLOW_TEXT_JSON_WRITER_H
#define FLOW_TEXT_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

struct flow_json_writer {
    struct flow_secret *out;
    struct flow_err *err;
    enum flow_code code;
    bool comma; /* something stands before the next item */
};

struct flow_json_writer flow_json_write(struct flow_secret *out, struct flow_err *err);
/* name: of the member to come; NULL in a list or at the top. bracket: '{' or '['. */
void flow_json_open(struct flow_json_writer *json, const char *name, char bracket);
void flow_json_close(struct flow_json_writer *json, char bracket);
/* FLOW_E_FORMAT, naming the member: the value is one that JSON can't hold (not UTF-8). */
void flow_json_put_text(struct flow_json_writer *json, const char *name, struct flow_bytes value);
void flow_json_put_string(struct flow_json_writer *json, const char *name, const char *value);
void flow_json_put_bool(struct flow_json_writer *json, const char *name, bool value);
void flow_json_put_int64(struct flow_json_writer *json, const char *name, int64_t value);
enum flow_code flow_json_end(const struct flow_json_writer *json);

#endif
