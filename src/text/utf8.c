#include "text/utf8.h"

#include <string.h>

#include "base/cleanup.h"

static bool is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

size_t flow_utf8_decode(const unsigned char *at, size_t left, uint32_t *ret_char)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len;
    uint32_t c;

    if (left == 0)
        return 0;
    if (at[0] < 0x80) {
        *ret_char = at[0];
        return 1;
    }
    len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || left < len)
        return 0;
    c = at[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (!is_tail(at[i]))
            return 0;
        c = c << 6 | (at[i] & 0x3fU);
    }
    if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *ret_char = c;
    return len;
}

/* Eight bytes at once as long as none has its top bit set, which is nearly always. */
static size_t ascii_span(const unsigned char *at, size_t left)
{
    size_t i = 0;
    uint64_t eight;

    for (; left - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, at + i, sizeof eight);
        if (eight & 0x8080808080808080U)
            break;
    }
    return i;
}

bool flow_utf8_valid(struct flow_bytes text)
{
    size_t i = ascii_span(text.at, text.len), len;
    uint32_t c;

    for (; i < text.len; i += len) {
        len = flow_utf8_decode(text.at + i, text.len - i, &c);
        if (len == 0)
            return false;
    }
    return true;
}

bool flow_utf8_is_hidden(uint32_t c)
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

static bool is_nfc_alone(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x0, 0x2ff},     {0x388, 0x482},     {0x48a, 0x590},    {0x1e00, 0x1f70},
                  {0x2002, 0x20cf}, {0x212c, 0x2328},   {0x232b, 0x2adb},  {0x2e00, 0x3029},
                  {0x309b, 0xa66e}, {0xabee, 0xd7ff},   {0xe000, 0xf8ff},  {0xfb4f, 0xfe1f},
                  {0xfe30, 0xffff}, {0x1f000, 0x1faff}, {0x20000, 0x2f7ff}};

    for (size_t i = 0; i < FLOW_COUNT(ranges); i++)
        if (c <= ranges[i].last)
            return c >= ranges[i].first;
    return false;
}

bool flow_utf8_is_nfc(struct flow_bytes text)
{
    size_t i = ascii_span(text.at, text.len), len;
    uint32_t c;

    for (; i < text.len; i += len) {
        len = flow_utf8_decode(text.at + i, text.len - i, &c);
        if (len == 0 || !is_nfc_alone(c))
            return false;
    }
    return true;
}
