/*
 * An entry of the vault: its name, its key and its record, sealed and opened.
 *
 *   name     box under the names key over: length u16 | name | zeros to 64 bytes;
 *            bound to vault id | entry id
 *   key      32 random bytes; box under RK, bound to vault id | entry id | epoch u32
 *   record   0 'FREC' | 4 version u32 = 1 | 8 entry id 16 | 24 generation u64 | 32 epoch u32
 *            | 36 reserved 4 | 40 nonce 24 | ciphertext | tag 16
 *            sealed with sub-key 1 of the entry's key, the nonce made with sub-key 2;
 *            bound to magic | major | vault id | bytes 0 to 39
 */
#ifndef FLOW_VAULT_ENTRY_H
#define FLOW_VAULT_ENTRY_H

#include <stdbool.h>

#include "base/secret.h"
#include "vault/header.h"
#include "vault/keys.h"

/* True for the length of a record whose plaintext is 1 to 2048 times 4 KiB. */
bool flow_entry_length_is_right(uint64_t length);

/* A new entry of that name, with a key of its own, and no record yet. FLOW_E_LIMIT: the name. */
enum flow_code flow_entry_make(const struct flow_vault_header *header,
                               const struct flow_vault_keys *keys, const char *name,
                               struct flow_vault_entry *ret_entry, struct flow_err *err);

/* Fills in entry->name. FLOW_E_DAMAGED. */
enum flow_code flow_entry_open_name(const struct flow_vault_header *header,
                                    const struct flow_vault_keys *keys,
                                    struct flow_vault_entry *entry, struct flow_err *err);

/*
 * Seals plain as the entry's record of header->generation: sets fresh, length,
 * generation and hash.
 */
enum flow_code flow_entry_seal(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               const struct flow_secret *plain, struct flow_vault_entry *entry,
                               struct flow_err *err);

/*
 * Opens the entry's record, entry->length bytes. ret_plain may be NULL where it is only to be
 * checked. FLOW_E_DAMAGED, FLOW_E_TOO_NEW.
 */
enum flow_code flow_entry_open(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               const struct flow_vault_entry *entry, const unsigned char *record,
                               struct flow_secret **ret_plain, struct flow_err *err);

#endif
