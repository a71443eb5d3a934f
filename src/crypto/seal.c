#include "crypto/seal.h"

#include <assert.h>
#include <sodium.h>

#include "base/secret.h"

static_assert(FLOW_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
                  FLOW_KEY_LEN == crypto_generichash_KEYBYTES &&
                  FLOW_KEY_LEN == crypto_kdf_KEYBYTES &&
                  FLOW_NONCE_LEN == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES &&
                  FLOW_TAG_LEN == crypto_aead_xchacha20poly1305_ietf_ABYTES &&
                  FLOW_HASH_LEN == crypto_generichash_BYTES,
              "the lengths of the vault format are libsodium's");

void flow_key_wipe(struct flow_key *key)
{
    flow_wipe(key, sizeof *key);
}

/* The state holds the key and the last block of what was hashed, so it is wiped. */
static void hash_pieces(const struct flow_key *key, const struct flow_bytes *pieces, size_t count,
                        unsigned char *out, size_t out_len)
{
    crypto_generichash_state state;
    size_t i;

    (void)crypto_generichash_init(&state, key != NULL ? key->bytes : NULL,
                                  key != NULL ? sizeof key->bytes : 0, out_len);
    for (i = 0; i < count; i++)
        (void)crypto_generichash_update(&state, pieces[i].at, pieces[i].len);
    (void)crypto_generichash_final(&state, out, out_len);
    flow_wipe(&state, sizeof state);
}

void flow_hash(const struct flow_key *key, const struct flow_bytes *pieces, size_t count,
               unsigned char hash[FLOW_HASH_LEN])
{
    hash_pieces(key, pieces, count, hash, FLOW_HASH_LEN);
}

void flow_key_make(const struct flow_bytes *pieces, size_t count, struct flow_key *ret_key)
{
    FLOW_CLEANUP(flow_key_wipe) struct flow_key random;

    flow_random(random.bytes, sizeof random.bytes);
    hash_pieces(&random, pieces, count, ret_key->bytes, sizeof ret_key->bytes);
}

void flow_key_derive(const struct flow_key *from, const char context[8], uint64_t id,
                     struct flow_key *ret_key)
{
    (void)crypto_kdf_derive_from_key(ret_key->bytes, sizeof ret_key->bytes, id, context,
                                     from->bytes);
}

void flow_nonce_make(const struct flow_key *nonce_key, struct flow_bytes associated,
                     struct flow_bytes plain, unsigned char nonce[FLOW_NONCE_LEN])
{
    unsigned char random[32];
    const struct flow_bytes pieces[] = {{random, sizeof random}, associated, plain};

    flow_random(random, sizeof random);
    hash_pieces(nonce_key, pieces, FLOW_COUNT(pieces), nonce, FLOW_NONCE_LEN);
}

void flow_seal(const struct flow_key *key, const unsigned char nonce[FLOW_NONCE_LEN],
               struct flow_bytes associated, struct flow_bytes in, unsigned char *out)
{
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, in.at, in.len, associated.at,
                                                     associated.len, NULL, nonce, key->bytes);
}

enum flow_code flow_unseal(const struct flow_key *key, const unsigned char nonce[FLOW_NONCE_LEN],
                           struct flow_bytes associated, struct flow_bytes in, unsigned char *out,
                           struct flow_err *err)
{
    size_t len;

    if (in.len < FLOW_TAG_LEN)
        return flow_err_set(err, FLOW_E_DAMAGED, "sealed bytes are cut short");
    len = in.len - FLOW_TAG_LEN;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out, NULL, in.at, len, in.at + len,
                                                            associated.at, associated.len, nonce,
                                                            key->bytes) == 0)
        return FLOW_OK;
    if (out != NULL)
        flow_wipe(out, len);
    return flow_err_set(err, FLOW_E_DAMAGED, "sealed bytes fail their check");
}
