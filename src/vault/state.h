/*
 * The rollback state: what this user has last seen of a vault (T31). One file
 * a vault, STATE_DIR/VAULT-ID.state, written after the vault.
 *
 *   0 magic 'FENVSEEN' | 8 version u32 = 1 | 12 entries u32 | 16 vault id 16 | 32 generation u64
 *   | 40 MAC of the vault's header 32 | 72 entries, by rising id: id 16, record generation u64
 *   | keyed BLAKE2b-256 of all before it, 32 bytes, key "FENV1hdr" 3 of HK
 *
 * It holds no secret, and only a holder of HK can make one.
 */
#ifndef FLOW_VAULT_STATE_H
#define FLOW_VAULT_STATE_H

#include <stdbool.h>

#include "vault/header.h"

struct flow_state_entry {
    unsigned char id[FLOW_ID_LEN];
    uint64_t generation;
};

struct flow_state {
    unsigned char vault_id[FLOW_ID_LEN];
    uint64_t generation;
    unsigned char mac[FLOW_HASH_LEN];
    struct flow_state_entry *entries;
    size_t count;
};

void flow_state_done(struct flow_state *state);

/* FLOW_E_DAMAGED for all that flow_state_write() would not have written. */
enum flow_code flow_state_parse(struct flow_bytes bytes, const struct flow_key *key,
                                struct flow_state *ret_state, struct flow_err *err);

/*
 * Reads the state of that vault. FLOW_E_NOT_FOUND: none. FLOW_E_REFUSED: the
 * file or its directory is not private (T8). FLOW_E_DAMAGED.
 */
enum flow_code flow_state_read(const char *directory, const unsigned char vault_id[FLOW_ID_LEN],
                               const struct flow_key *key, struct flow_state *ret_state,
                               struct flow_err *err);

/*
 * FLOW_E_ROLLBACK: the vault, or a record in it, is older than the state, or
 * is another one of the same generation. Else *ret_newer says whether the
 * state is behind.
 */
enum flow_code flow_state_compare(const struct flow_state *state,
                                  const struct flow_vault_header *header, bool *ret_newer,
                                  struct flow_err *err);

/* Writes the state of a vault that has this header, durably; makes the directory. */
enum flow_code flow_state_write(const char *directory, const struct flow_vault_header *header,
                                const struct flow_key *key, struct flow_err *err);

#endif
