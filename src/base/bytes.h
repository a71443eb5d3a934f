/*
 * Bytes lent by somebody, and a cursor that reads binary formats from them.
 *
 * The cursor is the one bounds check of every binary parser: a read past the
 * end gives zero or an empty slice and sticks as `failed`, so a parser reads a
 * whole structure and checks once. Integers are little-endian.
 */
#ifndef FLOW_BASE_BYTES_H
#define FLOW_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_bytes {
    const unsigned char *at; /* never NULL */
    size_t len;
};

struct flow_cursor {
    const unsigned char *at;
    size_t left;
    bool failed;
};

struct flow_cursor flow_cursor_on(const void *bytes, size_t len);
uint8_t flow_cursor_u8(struct flow_cursor *cursor);
uint16_t flow_cursor_u16(struct flow_cursor *cursor);
uint32_t flow_cursor_u32(struct flow_cursor *cursor);
uint64_t flow_cursor_u64(struct flow_cursor *cursor);
struct flow_bytes flow_cursor_take(struct flow_cursor *cursor, size_t len);

/* Stores little-endian; return the address behind. */
unsigned char *flow_put_u16(unsigned char *at, uint16_t value);
unsigned char *flow_put_u32(unsigned char *at, uint32_t value);
unsigned char *flow_put_u64(unsigned char *at, uint64_t value);

#endif
