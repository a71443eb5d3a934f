#include "text/redact.h"

#include "text/utf8.h"

void flow_visible(const char *text, size_t len, int keep_lines, struct flow_str *out)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t i = 0;

    while (i < len) {
        uint32_t c = at[i];
        size_t step = flow_utf8_decode(at + i, len - i, &c);

        if (step == 0 ||
            (c < 0x80 && flow_utf8_is_hidden(c) && !(keep_lines && (c == '\n' || c == '\t'))))
            flow_str_addf(out, "\\x%02X", (unsigned)at[i]);
        else if (c >= 0x80 && flow_utf8_is_hidden(c))
            flow_str_addf(out, "\\u{%X}", (unsigned)c);
        else
            flow_str_add_bytes(out, at + i, step);
        i += step > 0 ? step : 1;
    }
}
