#include "crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>

/* A fetch walks the providers and takes longer than hashing a request, so each is fetched once and
 * kept until the process ends. */
static EVP_MD *sha256;
static EVP_MAC *hmac;

static enum flow_code no_algorithm(const char *name, struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_IO, "the OpenSSL library can't compute %s", name);
}

/* False where OpenSSL found no memory for its start: a fetch would end the process. */
static bool started(void)
{
    return OSSL_LIB_CTX_get0_global_default() != NULL;
}

enum flow_code flow_sha256(struct flow_bytes data, unsigned char digest[FLOW_SHA256_LEN],
                           struct flow_err *err)
{
    if (sha256 == NULL && started())
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL || EVP_Digest(data.at, data.len, digest, NULL, sha256, NULL) != 1)
        return no_algorithm("SHA-256", err);
    return FLOW_OK;
}

static bool hmac_run(EVP_MAC_CTX *context, struct flow_bytes key, struct flow_bytes data,
                     unsigned char digest[FLOW_SHA256_LEN])
{
    char digest_name[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t len;

    return EVP_MAC_init(context, key.at, key.len, params) == 1 &&
           EVP_MAC_update(context, data.at, data.len) == 1 &&
           EVP_MAC_final(context, digest, &len, FLOW_SHA256_LEN) == 1;
}

enum flow_code flow_hmac_sha256(struct flow_bytes key, struct flow_bytes data,
                                unsigned char digest[FLOW_SHA256_LEN], struct flow_err *err)
{
    EVP_MAC_CTX *context;
    bool done;

    if (hmac == NULL && started())
        hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    context = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
    done = context != NULL && hmac_run(context, key, data, digest);
    EVP_MAC_CTX_free(context);
    return done ? FLOW_OK : no_algorithm("HMAC-SHA-256", err);
}

void flow_sha256_hex(const unsigned char digest[FLOW_SHA256_LEN], char hex[FLOW_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < FLOW_SHA256_LEN; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[FLOW_SHA256_HEX - 1] = '\0';
}
