/*
 * Sealing: XChaCha20-Poly1305 with a key, a nonce and associated data, and the
 * keyed hashes that the vault format is made of (THREATS, section 7).
 *
 * Keys are FLOW_KEY_LEN random bytes in a struct flow_key, held in a
 * flow_secret or wiped by its owner (flow_key_wipe, FLOW_CLEANUP-able).
 * Source: libsodium 1.0.18 manual; only calls of that version are used.
 */
#ifndef FLOW_CRYPTO_SEAL_H
#define FLOW_CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum { FLOW_KEY_LEN = 32, FLOW_NONCE_LEN = 24, FLOW_TAG_LEN = 16, FLOW_HASH_LEN = 32 };

struct flow_key {
    unsigned char bytes[FLOW_KEY_LEN];
};
void flow_key_wipe(struct flow_key *key);

/*
 * A new key: BLAKE2b-256 over count pieces, keyed with 32 random bytes. As
 * random as the generator; and should the generator repeat itself (a restored
 * machine image), still another key wherever the pieces differ (T30).
 */
void flow_key_make(const struct flow_bytes *pieces, size_t count, struct flow_key *ret_key);

/* crypto_kdf_derive_from_key: sub-key number id for an 8-byte context. */
void flow_key_derive(const struct flow_key *from, const char context[8], uint64_t id,
                     struct flow_key *ret_key);

/* out gets in.len + FLOW_TAG_LEN bytes; in and out may be the same memory. */
void flow_seal(const struct flow_key *key, const unsigned char nonce[FLOW_NONCE_LEN],
               struct flow_bytes associated, struct flow_bytes in, unsigned char *out);

/*
 * out gets in.len - FLOW_TAG_LEN bytes, or is NULL where only the tag is asked
 * after. FLOW_E_DAMAGED: not made with this key and data; out is zeroed.
 */
enum flow_code flow_unseal(const struct flow_key *key, const unsigned char nonce[FLOW_NONCE_LEN],
                           struct flow_bytes associated, struct flow_bytes in, unsigned char *out,
                           struct flow_err *err);

/*
 * The nonce of T30: keyed BLAKE2b over 32 random bytes, associated data and
 * plaintext, so a generator that repeats itself does not repeat a nonce.
 */
void flow_nonce_make(const struct flow_key *nonce_key, struct flow_bytes associated,
                     struct flow_bytes plain, unsigned char nonce[FLOW_NONCE_LEN]);

/* BLAKE2b-256 over count pieces, one behind the other; key may be NULL. */
void flow_hash(const struct flow_key *key, const struct flow_bytes *pieces, size_t count,
               unsigned char hash[FLOW_HASH_LEN]);

#endif
