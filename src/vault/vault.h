/*
 * The vault: one encrypted file of named records (THREATS, section 7).
 *
 * Reading:  flow_vault_open() reads and verifies the header, unlocks it with
 *           the key file, and compares it with the state file (T31);
 *           flow_vault_load() reads and decrypts one record. No lock is taken,
 *           and what is open stays the generation that it was.
 * Writing:  flow_vault_update() takes the lock, reads the newest generation,
 *           applies the changes to it, and replaces the file durably (T32,
 *           T33). Changes are operations, so they work on whatever is there
 *           by then. Nothing else, and no network call, happens under the lock.
 * Names:    1 to 62 bytes; a longer one is hashed by the caller. Names, and how
 *           long the records are, can't be read without the key (T10).
 * Errors:   FLOW_E_NOT_FOUND no vault file; FLOW_E_LOCKED no key or a wrong
 *           one, or the lock was not to be had; FLOW_E_DAMAGED; FLOW_E_ROLLBACK;
 *           FLOW_E_TOO_NEW; FLOW_E_REFUSED loose modes or owners, or a key file
 *           in the vault's directory, in key_not_in, or below them (T34);
 *           FLOW_E_LIMIT; FLOW_E_IO.
 */
#ifndef FLOW_VAULT_VAULT_H
#define FLOW_VAULT_VAULT_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "vault/record.h"

struct flow_vault;

struct flow_vault_options {
    const char *path;     /* the vault file; its lock is PATH.lock, its last generation PATH.prev */
    const char *key_file; /* 32 bytes; made, 0600, with the vault if neither is there */
    const char *key_not_in; /* the project's directory: no key lies in it (T34); may be NULL */
    const char *state_dir;  /* directory of the state files; made, 0700, if it is not there */
    const struct flow_clock *clock;
    bool create;          /* make the vault (and the key file) where there is none */
    bool accept_rollback; /* record what is there as the new base */
    int lock_wait_ms;     /* 0: 10 s */
    /* Called with a sentence for the user (state lost, key file made); may be NULL. */
    void (*notice)(void *context, const char *sentence);
    void *notice_context;
};

enum flow_code flow_vault_open(const struct flow_vault_options *options,
                               struct flow_vault **ret_vault, struct flow_err *err);
void flow_vault_free(struct flow_vault *vault);
void flow_vault_freep(struct flow_vault **vault);

/* FLOW_E_NOT_FOUND: no record of that name. record is initialised by it, whatever it returns. */
enum flow_code flow_vault_load(struct flow_vault *vault, const char *name,
                               struct flow_record *record, struct flow_err *err);

struct flow_vault_change {
    const char *name; /* the record; one that is not there yet comes in empty */
    /* Edits the record; an error abandons the whole update. A record left without groups is
     * removed. */
    enum flow_code (*apply)(void *context, struct flow_record *record, struct flow_err *err);
    void *context;
};
/*
 * All changes, in order, in one commit, or none. apply may be called more than
 * once. Changes that change nothing make no commit. Afterwards the vault is
 * open at the newest generation.
 */
enum flow_code flow_vault_update(struct flow_vault *vault, const struct flow_vault_change *changes,
                                 size_t count, struct flow_err *err);

/* Names of all records, sorted; lent until the next update. */
enum flow_code flow_vault_names(struct flow_vault *vault, const char *const **ret_names,
                                size_t *ret_count, struct flow_err *err);

#endif
