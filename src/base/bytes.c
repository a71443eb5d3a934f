#include "base/bytes.h"

struct flow_cursor flow_cursor_on(const void *bytes, size_t len)
{
    return (struct flow_cursor){.at = bytes, .left = len, .failed = false};
}

struct flow_bytes flow_cursor_take(struct flow_cursor *cursor, size_t len)
{
    static const unsigned char nothing[1];
    struct flow_bytes taken = {.at = nothing, .len = 0};

    if (cursor->failed || len > cursor->left) {
        cursor->failed = true;
        return taken;
    }
    taken.at = cursor->at;
    taken.len = len;
    cursor->at += len;
    cursor->left -= len;
    return taken;
}

static uint64_t take_integer(struct flow_cursor *cursor, size_t width)
{
    struct flow_bytes bytes = flow_cursor_take(cursor, width);
    uint64_t value = 0;
    size_t i;

    for (i = bytes.len; i-- > 0;)
        value = value << 8 | bytes.at[i];
    return value;
}

uint8_t flow_cursor_u8(struct flow_cursor *cursor)
{
    return (uint8_t)take_integer(cursor, 1);
}

uint16_t flow_cursor_u16(struct flow_cursor *cursor)
{
    return (uint16_t)take_integer(cursor, 2);
}

uint32_t flow_cursor_u32(struct flow_cursor *cursor)
{
    return (uint32_t)take_integer(cursor, 4);
}

uint64_t flow_cursor_u64(struct flow_cursor *cursor)
{
    return take_integer(cursor, 8);
}

static unsigned char *put_integer(unsigned char *at, uint64_t value, size_t width)
{
    size_t i;

    for (i = 0; i < width; i++)
        at[i] = (unsigned char)(value >> (8 * i));
    return at + width;
}

unsigned char *flow_put_u16(unsigned char *at, uint16_t value)
{
    return put_integer(at, value, 2);
}

unsigned char *flow_put_u32(unsigned char *at, uint32_t value)
{
    return put_integer(at, value, 4);
}

unsigned char *flow_put_u64(unsigned char *at, uint64_t value)
{
    return put_integer(at, value, 8);
}
