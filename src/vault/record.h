/*
 * A record: the plaintext of one entry of the vault, a list of groups, each
 * what one source held at one moment.
 *
 * Canonical TLV, one valid encoding only; unknown tags are kept. A field is
 *   tag u8 | length u32 | bytes
 * and fields stand in rising order of their tags:
 *   0x10 group    0x11 source text | 0x12 fetched i64 | 0x13 walked i64 | 0x20 entry*
 *   0x20 entry    0x21 name | 0x22 value | 0x23 flags u32 | 0x24 version u64 | 0x25 modified i64
 *                 | 0x26 who | 0x27 why | 0x28 key id; a field that is zero or absent is left out
 *   0x00 padding  zeros to a multiple of 4 KiB, so lengths say little
 * flags: bits 0-1 type, bit 2 unreadable, bit 3 value present; the others 0.
 * Groups are sorted by source, entries by name then version, both bytewise, no duplicates.
 * Limits: 8 MiB a record, 255 bytes a variable's name, 2048 a parameter's, 64 KiB a value.
 */
#ifndef FLOW_VAULT_RECORD_H
#define FLOW_VAULT_RECORD_H

#include "base/err.h"
#include "base/secret.h"
#include "model/param.h"

enum { FLOW_RECORD_MAX = 8 * 1024 * 1024, FLOW_RECORD_PAD = 4096, FLOW_VALUE_MAX = 64 * 1024 };

struct flow_group {
    char *source;              /* who it was read from: store, account, region, prefix; heap text */
    int64_t fetched_s;         /* when the values were read; 0: no values, names only */
    int64_t walked_s;          /* when the names were last listed completely; 0: never */
    struct flow_params params; /* sorted */
    struct flow_bytes extra;   /* unknown fields, in params.arena */
};

struct flow_record {
    struct flow_group *groups;
    size_t count, cap;
};

void flow_record_init(struct flow_record *record);
void flow_record_done(struct flow_record *record);

/* NULL: none. */
struct flow_group *flow_record_find(const struct flow_record *record, const char *source);
/* Finds it, or adds an empty one. The address is valid until the next group is added. */
enum flow_code flow_record_group(struct flow_record *record, const char *source,
                                 struct flow_group **ret_group, struct flow_err *err);
void flow_record_drop(struct flow_record *record, const char *source);

/* Sorts, encodes and pads. FLOW_E_LIMIT names what is too large. */
enum flow_code flow_record_encode(struct flow_record *record, struct flow_secret **ret_plain,
                                  struct flow_err *err);
/* FLOW_E_DAMAGED for anything that encode() would not have written. record is initialised by it. */
enum flow_code flow_record_decode(const struct flow_secret *plain, struct flow_record *record,
                                  struct flow_err *err);

#endif
