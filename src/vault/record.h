/*
 * A record: the plaintext of one entry of the vault, a list of groups, each
 * what one source held at one moment.
 *
 * Canonical TLV, one valid encoding only. A field is
 *   tag u8 | length | bytes
 * length: 7 bits a byte, the low ones first, bit 7 says that more follow.
 * number: little-endian. Both in as few bytes as hold them, at most 4 and 8.
 *
 *   record    0x10 group*
 *   group     0x11 source | 0x12 fetched | 0x13 booted | 0x14 walked | 0x15 entry*
 *   entry     0x21 name | 0x22 value | 0x23 flags | 0x24 version | 0x25 modified
 *             | 0x26 who | 0x27 why | 0x28 key id
 *   padding   0x00: zeros to a multiple of 4 KiB, so lengths say little
 *
 * Fields stand in rising order of their tags; a text that is empty and a
 * number that is zero are left out. A later version adds tags above the ones
 * named here; such fields are kept as they are, in `extra` (T35).
 * flags: bits 0-1 type, bit 2 unreadable, bit 3 value present; the others 0.
 * Groups are sorted by source, entries by name then version, bytewise, no duplicates.
 * Limits: 8 MiB a record, 2048 bytes a name or another text, 64 KiB a value.
 */
#ifndef FLOW_VAULT_RECORD_H
#define FLOW_VAULT_RECORD_H

#include "base/err.h"
#include "base/secret.h"
#include "model/param.h"

enum {
    FLOW_RECORD_MAX = 8 * 1024 * 1024,
    FLOW_RECORD_PAD = 4096,
    FLOW_RECORD_TEXT_MAX = 2048,
    FLOW_VALUE_MAX = 64 * 1024
};

struct flow_group {
    char *source;              /* who it was read from: store, account, region, prefix; heap text */
    int64_t fetched_s;         /* when the values were read; 0: no values, names only */
    int64_t booted_s;          /* what the steady clock said then: it is never set back (T26) */
    int64_t walked_s;          /* when the names were last listed completely; 0: never */
    struct flow_params params; /* sorted */
    struct flow_bytes extra;   /* unknown fields, in params.arena; len 0: none */
};

struct flow_record {
    struct flow_group *groups;
    size_t count, cap;
    struct flow_secret *extra; /* unknown fields; NULL: none */
};

void flow_record_init(struct flow_record *record);
void flow_record_done(struct flow_record *record);

/* NULL: none. */
struct flow_group *flow_record_find(const struct flow_record *record, const char *source);
/* Finds it, or adds an empty one. The address is valid until the next group is added. */
enum flow_code flow_record_group(struct flow_record *record, const char *source,
                                 struct flow_group **ret_group, struct flow_err *err);
void flow_record_drop(struct flow_record *record, const char *source);

/*
 * Sorts, encodes and pads. FLOW_E_LIMIT names what is too large, FLOW_E_EXISTS
 * what is there twice; then *ret_plain is not touched.
 */
enum flow_code flow_record_encode(struct flow_record *record, struct flow_secret **ret_plain,
                                  struct flow_err *err);
/*
 * FLOW_E_DAMAGED for anything that encode() would not have written. record is
 * initialised by it, and empty after an error.
 */
enum flow_code flow_record_decode(const struct flow_secret *plain, struct flow_record *record,
                                  struct flow_err *err);

#endif
