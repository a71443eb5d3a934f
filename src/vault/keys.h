/*
 * The keys of an open vault, all in one locked block: one flow_secret costs
 * several pages and some 30 us.
 */
#ifndef FLOW_VAULT_KEYS_H
#define FLOW_VAULT_KEYS_H

#include "base/secret.h"
#include "crypto/seal.h"

struct flow_vault_keys {
    struct flow_key header, root;      /* HK and RK, in the order of a slot's box */
    struct flow_key mac, names, state; /* sub-keys of HK, "FENV1hdr" 1 to 3 */
    /* At work, and wiped after it: what the key file holds; the wrapping key of a slot; the key of
     * a record and its sub-keys, "FENV1stg" 1 and 2. */
    struct flow_key file, wrap, stage, record, nonce;
};

enum flow_code flow_vault_keys_new(struct flow_secret **ret_secret,
                                   struct flow_vault_keys **ret_keys, struct flow_err *err);

/* Makes the sub-keys of HK. */
void flow_vault_keys_derive(struct flow_vault_keys *keys);

/* Wipes the ones at work. */
void flow_vault_keys_rest(struct flow_vault_keys *keys);

#endif
