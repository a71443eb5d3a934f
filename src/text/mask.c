/* What GitHub's runner must conceal; declared in text/format.h. */
#include <string.h>

#include "base/cleanup.h"
#include "text/format.h"

enum { MASK_MIN = 4 }; /* bytes: a shorter mask would star out ordinary words */

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

/* The runner compares trimmed lines. */
static struct flow_bytes trimmed(struct flow_bytes line)
{
    while (line.len > 0 && is_blank(line.at[0]))
        line.at++, line.len--;
    while (line.len > 0 && is_blank(line.at[line.len - 1]))
        line.len--;
    return line;
}

static enum flow_code append(struct flow_secret *out, const char *text, struct flow_err *err)
{
    return flow_secret_append(out, text, strlen(text), err);
}

/* The runner decodes %25, %0D and %0A; a line holds neither CR nor LF. */
static enum flow_code append_mask(struct flow_bytes line, struct flow_secret *out,
                                  struct flow_err *err)
{
    if (line.len < MASK_MIN)
        return FLOW_OK;
    if (append(out, "::add-mask::", err))
        return err->code;
    for (size_t done = 0, i = 0; i <= line.len; i++) {
        if (i < line.len && line.at[i] != '%')
            continue;
        if (flow_secret_append(out, line.at + done, i - done, err) ||
            append(out, i < line.len ? "%25" : "\n", err))
            return err->code;
        done = i + 1;
    }
    return FLOW_OK;
}

static enum flow_code append_masks(struct flow_bytes value, struct flow_secret *out,
                                   struct flow_err *err)
{
    for (size_t start = 0, i = 0; i <= value.len; i++) {
        struct flow_bytes line = {value.at + start, i - start};

        if (i < value.len && value.at[i] != '\n' && value.at[i] != '\r')
            continue;
        if (append_mask(trimmed(line), out, err))
            return err->code;
        start = i + 1;
    }
    return FLOW_OK;
}

enum flow_code flow_format_masks(const struct flow_pair *pairs, size_t count,
                                 struct flow_secret **ret_text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;

    if (flow_secret_new_room(0, &text, err))
        return err->code;
    for (size_t i = 0; i < count; i++)
        if (pairs[i].secret && append_masks(pairs[i].value, text, err))
            return err->code;
    *ret_text = FLOW_TAKE(text);
    return FLOW_OK;
}
