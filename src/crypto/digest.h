/*
 * SHA-256 and HMAC-SHA-256, for AWS signatures.
 * Source: FIPS 180-4, FIPS 198-1; OpenSSL's EVP interface behind this door.
 * Lives in the network module: no command that is served from the vault loads it.
 */
#ifndef FLOW_CRYPTO_DIGEST_H
#define FLOW_CRYPTO_DIGEST_H

#include "base/bytes.h"
#include "base/err.h"

enum { FLOW_SHA256_LEN = 32, FLOW_SHA256_HEX = 2 * FLOW_SHA256_LEN + 1 };

enum flow_code flow_sha256(struct flow_bytes data, unsigned char digest[FLOW_SHA256_LEN],
                           struct flow_err *err);
enum flow_code flow_hmac_sha256(struct flow_bytes key, struct flow_bytes data,
                                unsigned char digest[FLOW_SHA256_LEN], struct flow_err *err);
/* Lower-case hexadecimal, NUL-terminated. */
void flow_sha256_hex(const unsigned char digest[FLOW_SHA256_LEN], char hex[FLOW_SHA256_HEX]);

#endif
