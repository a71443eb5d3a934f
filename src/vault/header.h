/*
 * The header of the vault file, format 1 (THREATS, section 7): all that stands
 * before the records. Little-endian. Plain data: no I/O, no decryption.
 *
 *   prefix   0 magic 89 'FENV' 0D 0A 1A | 8 major u16 = 1 | 10 minor u16 | 12 header length u32
 *            | 16 vault id 16 | 32 generation u64 | 40 critical features u32
 *            | 44 optional features u32 | 48 commit time u64, seconds since 1970
 *            | 56 slots u16 | 58 entries u16 | 60 reserved 4
 *   slots    vault/slot.h
 *   entries  0 id 16 | 16 key epoch u32 | 20 flags u32 | 24 offset u64 | 32 length u64
 *            | 40 record generation u64 | 48 record BLAKE2b-256 32 | 80 wrapped key 72
 *            | 152 sealed name 104
 *   MAC      keyed BLAKE2b-256 of all before it
 *
 * One valid encoding: entries stand in rising order of their ids, records in
 * the order of the entries, from the end of the header to the end of the file,
 * without a gap. Minor, optional features, slots of other types and the low
 * half of an entry's flags are kept as they are (T35); critical features and
 * the high half of the flags are not known to this version: FLOW_E_TOO_NEW.
 */
#ifndef FLOW_VAULT_HEADER_H
#define FLOW_VAULT_HEADER_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/seal.h"

enum {
    FLOW_VAULT_FILE_MAX = 64 * 1024 * 1024,
    FLOW_HEADER_MAX = 256 * 1024,
    FLOW_PREFIX_LEN = 64,
    FLOW_ENTRY_LEN = 256,
    FLOW_SLOTS_MAX = 32,
    FLOW_ENTRIES_MAX = 256,
    FLOW_ENTRY_NAME_MAX = 62, /* bytes */
    FLOW_ID_LEN = 16,
    FLOW_BIND_LEN = 8 + 2 + FLOW_ID_LEN,
    FLOW_WRAPPED_KEY_LEN = 72,
    FLOW_SEALED_NAME_LEN = 104
};

struct flow_vault_entry {
    unsigned char id[FLOW_ID_LEN];
    uint32_t epoch, flags;
    uint64_t offset,
        length; /* of the record in the file; the offset is set by flow_vault_header_write */
    uint64_t generation; /* that the record was written in */
    unsigned char hash[FLOW_HASH_LEN];
    unsigned char wrapped_key[FLOW_WRAPPED_KEY_LEN];
    unsigned char sealed_name[FLOW_SEALED_NAME_LEN];
    char name[FLOW_ENTRY_NAME_MAX + 1]; /* "" until flow_entry_open_name() */
    unsigned char *fresh;               /* NULL, or a sealed record that is in no file yet; owned */
};

struct flow_vault_header {
    uint16_t minor;
    uint32_t optional;
    unsigned char vault_id[FLOW_ID_LEN];
    uint64_t generation, committed_s;
    struct flow_bytes slots; /* lent by whoever has the bytes of the header */
    size_t slot_count;
    struct flow_vault_entry *entries; /* sorted by id */
    size_t count, cap;
    unsigned char mac[FLOW_HASH_LEN];
};

void flow_vault_header_done(struct flow_vault_header *header);

/*
 * The length of the header, from the first bytes of a file of file_len bytes;
 * all of the prefix is checked. FLOW_E_DAMAGED, FLOW_E_TOO_NEW.
 */
enum flow_code flow_vault_header_measure(struct flow_bytes first, uint64_t file_len,
                                         size_t *ret_len, struct flow_err *err);

/*
 * Reads bytes, which are exactly the header and outlive *header. Every length
 * and order is checked; the MAC is not. *header is initialised by it, and
 * empty after an error.
 */
enum flow_code flow_vault_header_parse(struct flow_bytes bytes, uint64_t file_len,
                                       struct flow_vault_header *header, struct flow_err *err);

/* The same header once more, entries copied, slots lent; no fresh records. */
enum flow_code flow_vault_header_copy(const struct flow_vault_header *header,
                                      struct flow_vault_header *ret_copy, struct flow_err *err);

/* FLOW_E_DAMAGED: not written by a holder of the key. */
enum flow_code flow_vault_header_check_mac(struct flow_bytes bytes, const struct flow_key *mac_key,
                                           struct flow_err *err);

/* Length in bytes, and that of the whole file. */
size_t flow_vault_header_len(const struct flow_vault_header *header);
uint64_t flow_vault_header_file_len(const struct flow_vault_header *header);

/* Gives each entry its offset, writes flow_vault_header_len() bytes, and keeps the MAC. */
void flow_vault_header_write(struct flow_vault_header *header, const struct flow_key *mac_key,
                             unsigned char *at);

/* NULL: none of that name, of that id. */
struct flow_vault_entry *flow_vault_header_find(const struct flow_vault_header *header,
                                                const char *name);
struct flow_vault_entry *flow_vault_header_find_id(const struct flow_vault_header *header,
                                                   const unsigned char id[FLOW_ID_LEN]);
/* Adds a copy in its place. FLOW_E_LIMIT: the vault is full. */
enum flow_code flow_vault_header_add(struct flow_vault_header *header,
                                     const struct flow_vault_entry *entry,
                                     struct flow_vault_entry **ret_entry, struct flow_err *err);
void flow_vault_header_remove(struct flow_vault_header *header, struct flow_vault_entry *entry);

/* magic | major | vault id: with this every sealed thing is bound to its vault. */
void flow_vault_header_bind(const unsigned char vault_id[FLOW_ID_LEN],
                            unsigned char bind[FLOW_BIND_LEN]);

#endif
