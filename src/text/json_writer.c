#include "text/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text/quote.h"

static void add(struct flow_json_writer *json, const char *text)
{
    if (json->code == FLOW_OK)
        json->code = flow_secret_append(json->out, text, strlen(text), json->err);
}

static void add_quoted(struct flow_json_writer *json, const char *name, struct flow_bytes text)
{
    const char *refusal = flow_quote_refusal(FLOW_QUOTE_JSON, text);

    if (json->code != FLOW_OK)
        return;
    json->code = refusal == NULL ? flow_quote_append(FLOW_QUOTE_JSON, text, json->out, json->err)
                                 : flow_err_set(json->err, FLOW_E_FORMAT, "JSON can't hold %s: %s",
                                                name == NULL ? "a value" : name, refusal);
}

static struct flow_bytes bytes_of(const char *text)
{
    return (struct flow_bytes){.at = (const unsigned char *)text, .len = strlen(text)};
}

/* The comma, and the name, that come before an item. */
static void begin_item(struct flow_json_writer *json, const char *name)
{
    if (json->comma)
        add(json, ",");
    json->comma = true;
    if (name == NULL)
        return;
    add_quoted(json, "a name", bytes_of(name));
    add(json, ":");
}

struct flow_json_writer flow_json_write(struct flow_secret *out, struct flow_err *err)
{
    return (struct flow_json_writer){.out = out, .err = err, .code = FLOW_OK, .comma = false};
}

void flow_json_open(struct flow_json_writer *json, const char *name, char bracket)
{
    begin_item(json, name);
    add(json, (char[]){bracket, '\0'});
    json->comma = false;
}

void flow_json_close(struct flow_json_writer *json, char bracket)
{
    add(json, (char[]){bracket, '\0'});
    json->comma = true;
}

void flow_json_put_text(struct flow_json_writer *json, const char *name, struct flow_bytes value)
{
    begin_item(json, name);
    add_quoted(json, name, value);
}

void flow_json_put_string(struct flow_json_writer *json, const char *name, const char *value)
{
    flow_json_put_text(json, name, bytes_of(value));
}

void flow_json_put_bool(struct flow_json_writer *json, const char *name, bool value)
{
    begin_item(json, name);
    add(json, value ? "true" : "false");
}

void flow_json_put_int64(struct flow_json_writer *json, const char *name, int64_t value)
{
    char digits[sizeof "-9223372036854775808"];

    (void)snprintf(digits, sizeof digits, "%" PRId64, value);
    begin_item(json, name);
    add(json, digits);
}

enum flow_code flow_json_end(const struct flow_json_writer *json)
{
    return json->code;
}
