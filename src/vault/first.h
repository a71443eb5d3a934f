/* The first generation of a new vault: its id, its keys, one slot for the key file, no records. */
#ifndef FLOW_VAULT_FIRST_H
#define FLOW_VAULT_FIRST_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"

/*
 * Writes it to path, where no vault is, and the key file if there is none;
 * *ret_key_made says so, also where the vault then failed. The caller holds
 * the lock. Errors as in vault/vault.h.
 */
enum flow_code flow_first_write(const char *path, const char *key_file,
                                const struct flow_clock *clock, bool *ret_key_made,
                                struct flow_err *err);

#endif
