/*
 * A box: a few bytes sealed on their own, with their nonce before them, as the
 * vault's header holds its wrapped keys and sealed names.
 *
 *   nonce 24 | ciphertext | tag 16
 *
 * The nonce is made with a sub-key of the sealing key (context "FENV1box", 1), by T30.
 */
#ifndef FLOW_VAULT_BOX_H
#define FLOW_VAULT_BOX_H

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/seal.h"

enum { FLOW_BOX_EXTRA = FLOW_NONCE_LEN + FLOW_TAG_LEN };

/* box gets plain.len + FLOW_BOX_EXTRA bytes. */
void flow_box_close(const struct flow_key *key, struct flow_bytes associated,
                    struct flow_bytes plain, unsigned char *box);

/* plain gets box.len - FLOW_BOX_EXTRA bytes. FLOW_E_DAMAGED: another key or other bytes. */
enum flow_code flow_box_open(const struct flow_key *key, struct flow_bytes associated,
                             struct flow_bytes box, unsigned char *plain, struct flow_err *err);

#endif
