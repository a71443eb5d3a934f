#include "net/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "net/canonical.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SCOPE_END "aws4_request"

static struct flow_bytes bytes_of(const void *at, size_t len)
{
    return (struct flow_bytes){.at = at, .len = len};
}

static struct flow_bytes text_bytes(const char *text)
{
    return bytes_of(text, strlen(text));
}

/* What signing adds to a request. */
struct additions {
    char date[FLOW_DATE_AMZ_MAX];
    char body_hash[FLOW_SHA256_HEX];
    struct flow_header headers[4]; /* the last place is Authorization's */
    size_t count;
};

static void add_header(struct additions *added, const char *name, const char *value)
{
    added->headers[added->count++] = (struct flow_header){.name = name, .value = value};
}

static bool has_token(const struct flow_sigv4_identity *identity)
{
    return identity->session_token != NULL && identity->session_token[0] != '\0';
}

static enum flow_code additions_fill(struct additions *added,
                                     const struct flow_sigv4_identity *identity,
                                     const struct flow_sigv4_request *request, struct flow_err *err)
{
    unsigned char digest[FLOW_SHA256_LEN];

    if (flow_sha256(request->body, digest, err))
        return err->code;
    flow_sha256_hex(digest, added->body_hash);
    flow_date_amz(request->wall_s, added->date);
    added->count = 0;
    add_header(added, "X-Amz-Date", added->date);
    if (request->sign_body)
        add_header(added, "X-Amz-Content-Sha256", added->body_hash);
    if (has_token(identity) && !request->token_is_unsigned)
        add_header(added, "X-Amz-Security-Token", identity->session_token);
    return FLOW_OK;
}

static enum flow_code add_text(struct flow_secret *secret, const char *text, struct flow_err *err)
{
    return flow_secret_append(secret, text, strlen(text), err);
}

/* A URL is no place for a secret, so path and query may pass through a string. */
static enum flow_code add_target(const struct flow_sigv4_request *request,
                                 struct flow_secret *canonical, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_CANONICAL_MAX);

    if (flow_canonical_path(request->target, request->keep_path, &text, err))
        return err->code;
    flow_str_add_char(&text, '\n');
    if (flow_canonical_query(request->target, &text, err))
        return err->code;
    flow_str_add_char(&text, '\n');
    return flow_secret_append(canonical, text.text, text.len, err);
}

static enum flow_code add_headers(const struct additions *added,
                                  const struct flow_sigv4_request *request,
                                  struct flow_secret *canonical, struct flow_str *signed_names,
                                  struct flow_err *err)
{
    struct flow_canonical_list list;

    list.count = 0;
    if (flow_canonical_list_add(&list, request->headers, request->header_count, err) ||
        flow_canonical_list_add(&list, added->headers, added->count, err))
        return err->code;
    return flow_canonical_headers(&list, canonical, signed_names, err);
}

static enum flow_code canonical_with(const struct additions *added,
                                     const struct flow_sigv4_request *request,
                                     struct flow_secret *canonical, struct flow_str *signed_names,
                                     struct flow_err *err)
{
    if (add_text(canonical, request->method, err) || add_text(canonical, "\n", err) ||
        add_target(request, canonical, err) ||
        add_headers(added, request, canonical, signed_names, err) ||
        add_text(canonical, "\n", err) || add_text(canonical, signed_names->text, err) ||
        add_text(canonical, "\n", err) || add_text(canonical, added->body_hash, err))
        return err->code;
    return FLOW_OK;
}

enum flow_code flow_sigv4_canonical(const struct flow_sigv4_identity *identity,
                                    const struct flow_sigv4_request *request,
                                    struct flow_secret *canonical, struct flow_str *signed_names,
                                    struct flow_err *err)
{
    struct additions added;

    if (additions_fill(&added, identity, request, err))
        return err->code;
    return canonical_with(&added, request, canonical, signed_names, err);
}

/* "20150830/us-east-1/service/aws4_request" */
static void add_scope(struct flow_str *text, const struct flow_sigv4_identity *identity,
                      const char *date)
{
    flow_str_add_bytes(text, date, FLOW_DATE_DAY_LEN);
    flow_str_addf(text, "/%s/%s/" SCOPE_END, identity->region, identity->service);
}

enum flow_code flow_sigv4_string_to_sign(const struct flow_sigv4_identity *identity, int64_t wall_s,
                                         struct flow_bytes canonical, struct flow_str *text,
                                         struct flow_err *err)
{
    unsigned char digest[FLOW_SHA256_LEN];
    char hex[FLOW_SHA256_HEX], date[FLOW_DATE_AMZ_MAX];

    if (flow_sha256(canonical, digest, err))
        return err->code;
    flow_sha256_hex(digest, hex);
    flow_date_amz(wall_s, date);
    flow_str_addf(text, ALGORITHM "\n%s\n", date);
    add_scope(text, identity, date);
    flow_str_addf(text, "\n%s", hex);
    return flow_str_check(text, "a string to sign", err);
}

enum flow_code flow_sigv4_key(const struct flow_sigv4_identity *identity, int64_t wall_s,
                              unsigned char key[FLOW_SHA256_LEN], struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *start = NULL;
    struct flow_bytes secret = identity->secret_access_key, chain;
    char date[FLOW_DATE_AMZ_MAX];

    flow_date_amz(wall_s, date);
    if (flow_secret_new("AWS4", 4, &start, err) ||
        flow_secret_append(start, secret.at, secret.len, err))
        return err->code;
    chain.at = flow_secret_expose(start, &chain.len);
    /* Each link is the key of the next; OpenSSL has taken the key before it writes the digest. */
    if (flow_hmac_sha256(chain, bytes_of(date, FLOW_DATE_DAY_LEN), key, err))
        return err->code;
    chain = bytes_of(key, FLOW_SHA256_LEN);
    if (flow_hmac_sha256(chain, text_bytes(identity->region), key, err) ||
        flow_hmac_sha256(chain, text_bytes(identity->service), key, err) ||
        flow_hmac_sha256(chain, text_bytes(SCOPE_END), key, err)) {
        flow_wipe(key, FLOW_SHA256_LEN);
        return err->code;
    }
    return FLOW_OK;
}

enum flow_code flow_sigv4_signature(const unsigned char key[FLOW_SHA256_LEN],
                                    const char *string_to_sign, char signature[FLOW_SHA256_HEX],
                                    struct flow_err *err)
{
    unsigned char digest[FLOW_SHA256_LEN];

    if (flow_hmac_sha256(bytes_of(key, FLOW_SHA256_LEN), text_bytes(string_to_sign), digest, err))
        return err->code;
    flow_sha256_hex(digest, signature);
    return FLOW_OK;
}

enum flow_code flow_sigv4_authorization(const struct flow_sigv4_identity *identity, int64_t wall_s,
                                        const char *signed_names, const char *signature,
                                        struct flow_str *value, struct flow_err *err)
{
    char date[FLOW_DATE_AMZ_MAX];

    flow_date_amz(wall_s, date);
    flow_str_addf(value, ALGORITHM " Credential=%s/", identity->access_key_id);
    add_scope(value, identity, date);
    flow_str_addf(value, ", SignedHeaders=%s, Signature=%s", signed_names, signature);
    return flow_str_check(value, "an Authorization header", err);
}

/* --- all stages at once --- */

enum { CANONICAL_ROOM = 4096 }; /* bytes: a request with a session token of the usual size */

struct flow_sigv4_signer {
    const struct flow_sigv4_identity *identity;
    char day[FLOW_DATE_DAY_LEN]; /* that the key is for; zeroed: none yet */
    unsigned char key[FLOW_SHA256_LEN];
    struct flow_secret *canonical;
    struct flow_str names, text, authorization;
    struct additions added;
};

enum flow_code flow_sigv4_signer_new(const struct flow_sigv4_identity *identity,
                                     struct flow_sigv4_signer **ret_signer, struct flow_err *err)
{
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *signer = malloc(sizeof *signer);

    if (signer == NULL)
        return flow_err_nomem(err);
    *signer = (struct flow_sigv4_signer){
        .identity = identity,
        .names = FLOW_STR_INIT(FLOW_SIGV4_NAMES_MAX),
        .text = FLOW_STR_INIT(FLOW_SIGV4_TEXT_MAX),
        .authorization = FLOW_STR_INIT(FLOW_SIGV4_TEXT_MAX),
    };
    if (flow_secret_new_room(CANONICAL_ROOM, &signer->canonical, err))
        return err->code;
    *ret_signer = FLOW_TAKE(signer);
    return FLOW_OK;
}

void flow_sigv4_signer_free(struct flow_sigv4_signer *signer)
{
    if (signer == NULL)
        return;
    flow_wipe(signer->key, sizeof signer->key);
    flow_secret_free(signer->canonical);
    flow_str_done(&signer->names);
    flow_str_done(&signer->text);
    flow_str_done(&signer->authorization);
    free(signer);
}

void flow_sigv4_signer_freep(struct flow_sigv4_signer **signer)
{
    flow_sigv4_signer_free(*signer);
    *signer = NULL;
}

/* Derives the key when its day has come. */
static enum flow_code renew_key(struct flow_sigv4_signer *signer, int64_t wall_s,
                                struct flow_err *err)
{
    if (memcmp(signer->day, signer->added.date, FLOW_DATE_DAY_LEN) == 0)
        return FLOW_OK;
    if (flow_sigv4_key(signer->identity, wall_s, signer->key, err))
        return err->code;
    memcpy(signer->day, signer->added.date, FLOW_DATE_DAY_LEN);
    return FLOW_OK;
}

/* Stages 1 to 5, their texts in the signer's scratch memory. */
static enum flow_code sign_stages(struct flow_sigv4_signer *signer,
                                  const struct flow_sigv4_request *request, struct flow_err *err)
{
    char signature[FLOW_SHA256_HEX];
    struct flow_bytes canonical;

    flow_secret_set_len(signer->canonical, 0);
    flow_str_clear(&signer->names);
    flow_str_clear(&signer->text);
    flow_str_clear(&signer->authorization);
    if (canonical_with(&signer->added, request, signer->canonical, &signer->names, err))
        return err->code;
    canonical.at = flow_secret_expose(signer->canonical, &canonical.len);
    if (flow_sigv4_string_to_sign(signer->identity, request->wall_s, canonical, &signer->text,
                                  err) ||
        renew_key(signer, request->wall_s, err) ||
        flow_sigv4_signature(signer->key, signer->text.text, signature, err))
        return err->code;
    return flow_sigv4_authorization(signer->identity, request->wall_s, signer->names.text,
                                    signature, &signer->authorization, err);
}

enum flow_code flow_sigv4_sign(struct flow_sigv4_signer *signer,
                               const struct flow_sigv4_request *request,
                               struct flow_sigv4_signed *ret_signed, struct flow_err *err)
{
    struct additions *added = &signer->added;

    if (additions_fill(added, signer->identity, request, err) || sign_stages(signer, request, err))
        return flow_err_wrap(err, "signing a request");
    if (has_token(signer->identity) && request->token_is_unsigned)
        add_header(added, "X-Amz-Security-Token", signer->identity->session_token);
    add_header(added, "Authorization", signer->authorization.text);
    memcpy(ret_signed->headers, added->headers, added->count * sizeof added->headers[0]);
    ret_signed->count = added->count;
    return FLOW_OK;
}
