#include "vault/box.h"

#include <assert.h>

void flow_box_close(const struct flow_key *key, struct flow_bytes associated,
                    struct flow_bytes plain, unsigned char *box)
{
    FLOW_CLEANUP(flow_key_wipe) struct flow_key nonce_key;

    flow_key_derive(key, "FENV1box", 1, &nonce_key);
    flow_nonce_make(&nonce_key, associated, plain, box);
    flow_seal(key, box, associated, plain, box + FLOW_NONCE_LEN);
}

enum flow_code flow_box_open(const struct flow_key *key, struct flow_bytes associated,
                             struct flow_bytes box, unsigned char *plain, struct flow_err *err)
{
    const struct flow_bytes sealed = {box.at + FLOW_NONCE_LEN, box.len - FLOW_NONCE_LEN};

    assert(box.len >= FLOW_BOX_EXTRA);
    return flow_unseal(key, box.at, associated, sealed, plain, err);
}
