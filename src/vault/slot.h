/*
 * Slots: the ways into a vault. Each holds HK and RK in a box that one key
 * file, passphrase or recipient opens.
 *
 *   slot   type u16 | flags u16 | body length u32 | slot id 16 | scope 16 | body
 *   type 1, a key file: salt 32 | box 104
 *          wrap key = BLAKE2b-256(key = the file's 32 bytes, "FENV1 keyfile" | vault id | slot id |
 * salt) type 2, a passphrase, 144 bytes; type 3, an X25519 recipient, 152 bytes box    vault/box.h
 * over HK | RK; bound to magic | major | vault id | the slot's bytes before it
 *
 * This version makes and opens type 1 with scope 0 (the whole vault) and flags
 * 0. Every other slot is kept byte for byte and never opened (T35).
 * The slot id is BLAKE2b-256(key = the file's 32 bytes, "FENV1 slot id" |
 * vault id | scope), cut to 16 bytes, so a slot that was damaged (6) can be told from
 * a key file that never fitted (5). A slot with another id is tried all the same.
 */
#ifndef FLOW_VAULT_SLOT_H
#define FLOW_VAULT_SLOT_H

#include "base/bytes.h"
#include "base/err.h"
#include "vault/header.h"
#include "vault/keys.h"

enum { FLOW_SLOT_KEY_FILE = 1, FLOW_SLOT_PASSPHRASE = 2, FLOW_SLOT_RECIPIENT = 3 };
enum { FLOW_SLOT_HEAD_LEN = 40, FLOW_SLOT_KEY_FILE_LEN = FLOW_SLOT_HEAD_LEN + 32 + 24 + 64 + 16 };

/* FLOW_E_DAMAGED: slots is not count slots, or one of a known type has not its length. */
enum flow_code flow_slots_check(struct flow_bytes slots, size_t count, struct flow_err *err);

/*
 * Opens the slot that keys->file fits, and sets keys->header and keys->root.
 * FLOW_E_LOCKED: there is none. FLOW_E_DAMAGED: there is, and it was damaged.
 */
enum flow_code flow_slots_open(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               struct flow_err *err);

/* Writes a slot that keys->file opens. */
void flow_slot_make(const unsigned char vault_id[FLOW_ID_LEN], struct flow_vault_keys *keys,
                    unsigned char slot[FLOW_SLOT_KEY_FILE_LEN]);

#endif
