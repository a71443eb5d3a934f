/*
 * Serverless Framework v3: a flat JSON object for `environment: ${file(...)}`.
 *
 * The framework looks for variables in the values of the file too, and
 * CloudFormation for dynamic references. Source: CONTRACTS 8; serverless 3.40
 * lib/configuration/variables/parse.js; CloudFormation User Guide, "dynamic
 * references". Shown by the real `serverless package` in the tests.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "target/form.h"

static bool has_at(struct flow_bytes value, size_t at, const char *word)
{
    size_t len = strlen(word);

    return value.len - at >= len && memcmp(value.at + at, word, len) == 0;
}

/* Where word stands in value from `from` on; value.len: nowhere. */
static size_t find(struct flow_bytes value, size_t from, const char *word)
{
    for (size_t at = from; at < value.len; at++) {
        const unsigned char *next = memchr(value.at + at, word[0], value.len - at);

        if (next == NULL)
            break;
        at = (size_t)(next - value.at);
        if (has_at(value, at, word))
            return at;
    }
    return value.len;
}

/* The backslashes that stand right before a place. */
static size_t backslashes_before(struct flow_bytes value, size_t at)
{
    size_t count = 0;

    while (count < at && value.at[at - count - 1] == '\\')
        count++;
    return count;
}

/* "$${" and "$\${": after a "$" the parser does not see the backslash that would save us. */
static bool has_dollar_before_variable(struct flow_bytes value)
{
    for (size_t at = 0; (at = find(value, at, "${")) < value.len; at++) {
        size_t back = backslashes_before(value, at);

        if (at > back && value.at[at - back - 1] == '$')
            return true;
    }
    return false;
}

static void check(const struct flow_view *view, struct flow_verdict *verdict)
{
    flow_form_lambda.check(view, verdict);
    for (size_t i = 0; i < view->count; i++) {
        const struct flow_entry *entry = &view->entries[i];

        if (has_dollar_before_variable(entry->value))
            flow_verdict_fault(verdict,
                               "%s: serverless knows no way to write \"$\" right before \"${\", "
                               "with or without backslashes between",
                               entry->key);
        if (find(entry->value, 0, "{{resolve:") < entry->value.len)
            flow_verdict_fault(verdict,
                               "%s: CloudFormation would replace the \"{{resolve:\" in its value",
                               entry->key);
    }
}

/* Each backslash before a "${" is doubled, and one more put there. */
static enum flow_code escape(struct flow_bytes value, struct flow_secret *out, struct flow_err *err)
{
    size_t done = 0, at = 0;

    for (; (at = find(value, at, "${")) < value.len; at += 2) {
        size_t back = backslashes_before(value, at);

        if (flow_secret_append(out, value.at + done, at - done, err) ||
            flow_secret_append(out, value.at + at - back, back, err) ||
            flow_secret_append(out, "\\${", 3, err))
            return err->code;
        done = at + 2;
    }
    return flow_secret_append(out, value.at + done, value.len - done, err);
}

/* Escapes all values into one secret, then points the pairs at their parts of it. */
static enum flow_code escape_all(struct flow_pair *pairs, size_t count, struct flow_secret *room,
                                 struct flow_err *err)
{
    const unsigned char *bytes;
    size_t all;

    for (size_t i = 0; i < count; i++) {
        size_t before = flow_secret_len(room);

        if (escape(pairs[i].value, room, err))
            return err->code;
        pairs[i].value.len = flow_secret_len(room) - before;
    }
    bytes = flow_secret_expose(room, &all);
    for (size_t i = 0; i < count; i++) {
        pairs[i].value.at = bytes;
        bytes += pairs[i].value.len;
    }
    return FLOW_OK;
}

static enum flow_code write(const struct flow_pair *pairs, size_t count,
                            struct flow_secret **ret_text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct flow_pair *escaped = calloc(count + 1, sizeof *escaped);
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *room = NULL;

    if (escaped == NULL)
        return flow_err_nomem(err);
    if (count > 0)
        memcpy(escaped, pairs, count * sizeof *escaped);
    if (flow_secret_new_room(0, &room, err) || escape_all(escaped, count, room, err))
        return err->code;
    return flow_format_write(FLOW_FORMAT_JSON, escaped, count, ret_text, err);
}

const struct flow_form flow_form_serverless = {FLOW_QUOTE_JSON, check, write};
