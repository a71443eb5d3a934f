/*
 * The key file: FLOW_KEY_LEN random bytes and nothing else, private to the
 * user (T8). Whoever has it opens the vault; without it nobody does.
 */
#ifndef FLOW_VAULT_KEYFILE_H
#define FLOW_VAULT_KEYFILE_H

#include "base/clock.h"
#include "base/err.h"
#include "crypto/seal.h"

/* FLOW_E_NOT_FOUND; FLOW_E_LOCKED: not a key file; FLOW_E_REFUSED: others can read it. */
enum flow_code flow_keyfile_read(const char *path, struct flow_key *ret_key, struct flow_err *err);

/*
 * Makes one, durably, with the directories to it. FLOW_E_EXISTS: there is one,
 * perhaps since a moment ago; it is left as it is.
 */
enum flow_code flow_keyfile_make(const char *path, const struct flow_clock *clock,
                                 struct flow_key *ret_key, struct flow_err *err);

#endif
