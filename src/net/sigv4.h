/*
 * AWS Signature Version 4 in request headers, as pure stages: everything that
 * a signature depends on is a parameter, the time too.
 *
 *     canonical request -> string to sign -> signature -> Authorization
 *                          signing key    ->
 *
 * A canonical request holds the session token, so it lies in a flow_secret and
 * is never shown. The later stages hold none of the secrets.
 *
 * Source: CONTRACTS, section 2; "Create a signed AWS API request" in the IAM
 * user guide.
 */
#ifndef FLOW_NET_SIGV4_H
#define FLOW_NET_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "net/date.h"
#include "net/header.h"

enum {
    FLOW_SIGV4_NAMES_MAX = 8 * 1024, /* bytes of the list of signed headers */
    FLOW_SIGV4_TEXT_MAX = 16 * 1024  /* bytes of a string to sign or an Authorization value */
};

/* Who signs, and for what service: fixed for a client. All lent. */
struct flow_sigv4_identity {
    const char *access_key_id;
    struct flow_bytes secret_access_key;
    const char *session_token; /* lent from its secret; NULL or "": none */
    const char *region, *service;
};

struct flow_sigv4_request {
    const char *method;
    const char *target;                /* path and query as on the wire, "/" or "/a%20b?c=d" */
    const struct flow_header *headers; /* Host among them; those that must not be signed are left
                                          out here, not by the caller */
    size_t header_count; /* at most FLOW_CANONICAL_HEADERS_MAX, with those that signing adds */
    struct flow_bytes body;
    int64_t wall_s;         /* when it is signed */
    bool keep_path;         /* dot segments and doubled slashes stay as they are */
    bool sign_body;         /* adds x-amz-content-sha256 */
    bool token_is_unsigned; /* X-Amz-Security-Token is sent, but not signed */
};

/*
 * Stage 1. Appends to canonical, and the names of the signed headers, with
 * semicolons, to signed_names. Signed are the request's headers and those that
 * signing adds: x-amz-date, x-amz-security-token, x-amz-content-sha256.
 */
enum flow_code flow_sigv4_canonical(const struct flow_sigv4_identity *identity,
                                    const struct flow_sigv4_request *request,
                                    struct flow_secret *canonical, struct flow_str *signed_names,
                                    struct flow_err *err);

/* Stage 2. Appends to text. */
enum flow_code flow_sigv4_string_to_sign(const struct flow_sigv4_identity *identity, int64_t wall_s,
                                         struct flow_bytes canonical, struct flow_str *text,
                                         struct flow_err *err);

/* Stage 3: the key of one day, region and service. The caller wipes it. */
enum flow_code flow_sigv4_key(const struct flow_sigv4_identity *identity, int64_t wall_s,
                              unsigned char key[FLOW_SHA256_LEN], struct flow_err *err);

/* Stage 4. */
enum flow_code flow_sigv4_signature(const unsigned char key[FLOW_SHA256_LEN],
                                    const char *string_to_sign, char signature[FLOW_SHA256_HEX],
                                    struct flow_err *err);

/* Stage 5. Appends the value of the Authorization header. */
enum flow_code flow_sigv4_authorization(const struct flow_sigv4_identity *identity, int64_t wall_s,
                                        const char *signed_names, const char *signature,
                                        struct flow_str *value, struct flow_err *err);

/* --- all stages at once, for a client that signs many requests ------------------- */

/* Keeps the day's signing key and scratch memory; both are wiped. The identity is lent. */
struct flow_sigv4_signer;
enum flow_code flow_sigv4_signer_new(const struct flow_sigv4_identity *identity,
                                     struct flow_sigv4_signer **ret_signer, struct flow_err *err);
void flow_sigv4_signer_free(struct flow_sigv4_signer *signer);
void flow_sigv4_signer_freep(struct flow_sigv4_signer **signer);

/* What to send beside the request's own headers; lent until the signer signs again. */
struct flow_sigv4_signed {
    struct flow_header headers[4]; /* X-Amz-Date and Authorization, and those that apply */
    size_t count;
};
enum flow_code flow_sigv4_sign(struct flow_sigv4_signer *signer,
                               const struct flow_sigv4_request *request,
                               struct flow_sigv4_signed *ret_signed, struct flow_err *err);

#endif
