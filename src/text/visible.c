#include "text/redact.h"

#include <stdbool.h>

#include "base/cleanup.h"
#include "text/utf8.h"

/* Controls, and what changes the order in which text is shown (UAX 9). */
static bool is_hidden(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
                  {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

    for (size_t i = 0; i < FLOW_COUNT(ranges); i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

void flow_visible(const char *text, size_t len, int keep_lines, struct flow_str *out)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t i = 0;

    while (i < len) {
        uint32_t c = at[i];
        size_t step = flow_utf8_decode(at + i, len - i, &c);

        if (step == 0 || (c < 0x80 && is_hidden(c) && !(keep_lines && (c == '\n' || c == '\t'))))
            flow_str_addf(out, "\\x%02X", (unsigned)at[i]);
        else if (c >= 0x80 && is_hidden(c))
            flow_str_addf(out, "\\u{%X}", (unsigned)c);
        else
            flow_str_add_bytes(out, at + i, step);
        i += step > 0 ? step : 1;
    }
}
