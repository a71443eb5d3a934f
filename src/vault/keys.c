#include "vault/keys.h"

enum flow_code flow_vault_keys_new(struct flow_secret **ret_secret,
                                   struct flow_vault_keys **ret_keys, struct flow_err *err)
{
    struct flow_secret *secret = NULL;

    if (flow_secret_new_room(sizeof **ret_keys, &secret, err))
        return err->code;
    /* The struct is all bytes, so any address is aligned for it. */
    *ret_keys = (struct flow_vault_keys *)flow_secret_edit(secret, sizeof **ret_keys, err);
    flow_wipe(*ret_keys, sizeof **ret_keys);
    *ret_secret = secret;
    return FLOW_OK;
}

void flow_vault_keys_derive(struct flow_vault_keys *keys)
{
    flow_key_derive(&keys->header, "FENV1hdr", 1, &keys->mac);
    flow_key_derive(&keys->header, "FENV1hdr", 2, &keys->names);
    flow_key_derive(&keys->header, "FENV1hdr", 3, &keys->state);
}

void flow_vault_keys_rest(struct flow_vault_keys *keys)
{
    flow_key_wipe(&keys->file);
    flow_key_wipe(&keys->wrap);
    flow_key_wipe(&keys->stage);
    flow_key_wipe(&keys->record);
    flow_key_wipe(&keys->nonce);
}
