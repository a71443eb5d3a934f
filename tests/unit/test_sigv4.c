#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "net/canonical.h"
#include "net/sigv4.h"
#include "support/test.h"
#include "text/json.h"

enum { VECTORS_MAX = 1024 * 1024, HEADERS_MAX = 16 };

/* AWS's own example (CONTRACTS 2.3): 2015-08-30T12:36:00Z. */
enum { EXAMPLE_S = 1440938160 };

static struct flow_bytes bytes_of(const char *text)
{
    return (struct flow_bytes){.at = (const unsigned char *)text, .len = strlen(text)};
}

static struct flow_sigv4_identity example_identity(const char *token)
{
    return (struct flow_sigv4_identity){
        .access_key_id = "AKIDEXAMPLE",
        .secret_access_key = bytes_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        .session_token = token,
        .region = "us-east-1",
        .service = "service",
    };
}

static const struct flow_header example_headers[] = {{"Host", "example.amazonaws.com"}};

static struct flow_sigv4_request example_request(void)
{
    return (struct flow_sigv4_request){
        .method = "GET",
        .target = "/",
        .headers = example_headers,
        .header_count = FLOW_COUNT(example_headers),
        .body = bytes_of(""),
        .wall_s = EXAMPLE_S,
    };
}

/* --- the published vectors --- */

/* The file's bytes; NULL where there is none. Freed by the caller. */
static char *read_vectors(size_t *ret_len)
{
    const char *root = getenv("FLOWENV_VECTORS");
    char path[1024];
    char *text = NULL;
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/sigv4/aws-signing-v4-header.json",
                   root != NULL ? root : "../shared/vectors");
    file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    text = malloc(VECTORS_MAX);
    assert_non_null(text);
    *ret_len = fread(text, 1, VECTORS_MAX, file);
    (void)fclose(file);
    return text;
}

static int64_t seconds_of(const char *iso)
{
    struct tm parts = {0};

    /* NOLINTNEXTLINE(cert-err34-c): the vectors' own dates */
    EXPECT(sscanf(iso, "%d-%d-%dT%d:%d:%dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                  &parts.tm_hour, &parts.tm_min, &parts.tm_sec) == 6);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return timegm(&parts);
}

static size_t headers_of(const struct flow_json *wish, struct flow_header headers[HEADERS_MAX])
{
    const struct flow_json *pair = flow_json_first(flow_json_member(wish, "headers"));
    size_t count = 0;

    for (; pair != NULL; pair = flow_json_next(pair), count++) {
        EXPECT(count < HEADERS_MAX);
        headers[count].name = flow_json_text(flow_json_first(pair));
        headers[count].value = flow_json_text(flow_json_next(flow_json_first(pair)));
    }
    return count;
}

static bool is_set(const struct flow_json *wish, const char *name)
{
    return flow_json_is_true(flow_json_member(wish, name));
}

static void expect_stages(const struct flow_sigv4_identity *identity,
                          const struct flow_sigv4_request *request, const struct flow_json *expect)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *canonical = NULL;
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *signer = NULL;
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_SIGV4_NAMES_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_SIGV4_TEXT_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str value = FLOW_STR_INIT(FLOW_SIGV4_TEXT_MAX);
    unsigned char key[FLOW_SHA256_LEN];
    char signature[FLOW_SHA256_HEX];
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_sigv4_signed all;
    struct flow_bytes bytes;

    OK(flow_secret_new_room(0, &canonical, &err), err);
    OK(flow_sigv4_canonical(identity, request, canonical, &names, &err), err);
    bytes.at = flow_secret_expose(canonical, &bytes.len);
    EXPECT_STR((const char *)bytes.at, flow_json_text_of(expect, "canonical_request"));

    OK(flow_sigv4_string_to_sign(identity, request->wall_s, bytes, &text, &err), err);
    EXPECT_STR(text.text, flow_json_text_of(expect, "string_to_sign"));

    OK(flow_sigv4_key(identity, request->wall_s, key, &err), err);
    OK(flow_sigv4_signature(key, text.text, signature, &err), err);
    EXPECT_STR(signature, flow_json_text_of(expect, "signature"));

    OK(flow_sigv4_authorization(identity, request->wall_s, names.text, signature, &value, &err),
       err);
    EXPECT_STR(value.text, flow_json_text_of(expect, "authorization"));

    OK(flow_sigv4_signer_new(identity, &signer, &err), err);
    OK(flow_sigv4_sign(signer, request, &all, &err), err);
    EXPECT_STR(flow_header_find(all.headers, all.count, "Authorization"), value.text);
}

static void expect_vector(const struct flow_json *wish, const struct flow_json *expect)
{
    struct flow_header headers[HEADERS_MAX];
    const struct flow_sigv4_identity identity = {
        .access_key_id = flow_json_text_of(wish, "access_key_id"),
        .secret_access_key = bytes_of(flow_json_text_of(wish, "secret_access_key")),
        .session_token = flow_json_text_of(wish, "session_token"),
        .region = flow_json_text_of(wish, "region"),
        .service = flow_json_text_of(wish, "service"),
    };
    const struct flow_sigv4_request request = {
        .method = flow_json_text_of(wish, "method"),
        .target = flow_json_text_of(wish, "target"),
        .headers = headers,
        .header_count = headers_of(wish, headers),
        .body = bytes_of(flow_json_text_of(wish, "body")),
        .wall_s = seconds_of(flow_json_text_of(wish, "timestamp")),
        .keep_path = !is_set(wish, "normalize"),
        .sign_body = is_set(wish, "sign_body"),
        .token_is_unsigned = is_set(wish, "omit_session_token"),
    };

    print_message("%s\n", flow_json_text_of(wish, "name"));
    expect_stages(&identity, &request, expect);
}

TEST("every stage of AWS's published vectors, where FLOWENV_VECTORS or ../shared/vectors holds "
     "them, "
     "comes out byte for byte")
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *vectors = NULL;
    FLOW_CLEANUP(flow_freep) char *text = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_json *item;
    struct flow_bytes bytes = {.len = 0};

    text = read_vectors(&bytes.len);
    if (text == NULL)
        SKIP("the folder of published vectors is not there");
    bytes.at = (const unsigned char *)text;
    OK(flow_json_parse(bytes, "the vectors", &vectors, &err), err);
    EXPECT_INT(flow_json_count(vectors), 38);
    for (item = flow_json_first(vectors); item != NULL; item = flow_json_next(item))
        expect_vector(flow_json_member(item, "case"), flow_json_member(item, "expect"));
}

/* --- what the vectors don't say --- */

TEST("the example of the documentation is signed as the documentation says")
{
    const struct flow_sigv4_identity identity = example_identity(NULL);
    const struct flow_sigv4_request request = example_request();
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *signer = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_sigv4_signed all;

    OK(flow_sigv4_signer_new(&identity, &signer, &err), err);
    OK(flow_sigv4_sign(signer, &request, &all, &err), err);
    EXPECT_INT(all.count, 2);
    EXPECT_STR(flow_header_find(all.headers, all.count, "x-amz-date"), "20150830T123600Z");
    EXPECT_STR(flow_header_find(all.headers, all.count, "authorization"),
               "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
               "SignedHeaders=host;x-amz-date, "
               "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST("a signer takes a new key when the day changes, and the old one when it comes back")
{
    const struct flow_sigv4_identity identity = example_identity(NULL);
    struct flow_sigv4_request request = example_request();
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *kept = NULL;
    int64_t days[] = {0, 0, 1, 1, 0};
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    OK(flow_sigv4_signer_new(&identity, &kept, &err), err);
    for (i = 0; i < FLOW_COUNT(days); i++) {
        FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *fresh = NULL;
        struct flow_sigv4_signed from_kept, from_fresh;

        request.wall_s = EXAMPLE_S + days[i] * 86400;
        OK(flow_sigv4_signer_new(&identity, &fresh, &err), err);
        OK(flow_sigv4_sign(kept, &request, &from_kept, &err), err);
        OK(flow_sigv4_sign(fresh, &request, &from_fresh, &err), err);
        EXPECT_STR(flow_header_find(from_kept.headers, from_kept.count, "Authorization"),
                   flow_header_find(from_fresh.headers, from_fresh.count, "Authorization"));
    }
}

TEST("a token goes out as a header, signed or not, and never into the Authorization header")
{
    const struct flow_sigv4_identity identity = example_identity("t0ken");
    struct flow_sigv4_request request = example_request();
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *signer = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_sigv4_signed all;
    int is_unsigned;

    OK(flow_sigv4_signer_new(&identity, &signer, &err), err);
    for (is_unsigned = 0; is_unsigned < 2; is_unsigned++) {
        const char *authorization;

        request.token_is_unsigned = is_unsigned != 0;
        OK(flow_sigv4_sign(signer, &request, &all, &err), err);
        EXPECT_INT(all.count, 3);
        EXPECT_STR(flow_header_find(all.headers, all.count, "X-Amz-Security-Token"), "t0ken");
        authorization = flow_header_find(all.headers, all.count, "Authorization");
        EXPECT_ABSENT("t0ken", authorization);
        EXPECT((strstr(authorization, "x-amz-security-token") == NULL) == is_unsigned);
    }
}

TEST("headers that proxies change are not signed")
{
    static const struct flow_header headers[] = {
        {"User-Agent", "flowenv"}, {"Connection", "close"}, {"X-Amzn-Trace-Id", "1"}, {"HOST", "h"},
        {"Expect", "nothing"},
    };
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *out = NULL;
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(100);
    struct flow_canonical_list list = {.count = 0};
    struct flow_err err = FLOW_ERR_INIT;
    size_t len;

    OK(flow_secret_new_room(0, &out, &err), err);
    OK(flow_canonical_list_add(&list, headers, FLOW_COUNT(headers), &err), err);
    OK(flow_canonical_headers(&list, out, &names, &err), err);
    EXPECT_STR(names.text, "host");
    EXPECT_STR((const char *)flow_secret_expose(out, &len), "host:h\n");
}

TEST("more headers than the list holds are refused, not cut")
{
    struct flow_header headers[FLOW_CANONICAL_HEADERS_MAX + 1];
    struct flow_canonical_list list = {.count = 0};
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < FLOW_COUNT(headers); i++)
        headers[i] = (struct flow_header){"X-Amz-Meta", "v"};
    EXPECT_CODE(flow_canonical_list_add(&list, headers, FLOW_COUNT(headers), &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "a request to sign has more than 128 headers");
}

static const struct {
    const char *target, *path, *query;
} targets[] = {
    {"/", "/", ""},
    {"/?", "/", ""},
    {"/?a", "/", "a="},
    {"/?a=b=c", "/", "a=b%3Dc"},
    {"/?b=2&a=2&a=1", "/", "a=1&a=2&b=2"},
    {"/?a-b=1&a=2", "/", "a=2&a-b=1"},
    {"/?a=%2d%2D-&b=+%2B%20", "/", "a=---&b=%2B%2B%20"},
    {"/?a=%zz%4", "/", "a=%25zz%254"},
    {"/?&&a=1&", "/", "a=1"},
    {"/a%3Ab", "/a%253Ab", ""},
    {"/a//b/./c/../d/", "/a/b/d/", ""},
    {"/..", "/", ""},
    {"/../../a", "/a", ""},
    {"/a/..", "/", ""},
    {"/a/.", "/a", ""},
    {"/...", "/...", ""},
    {"/a:b*c", "/a%3Ab%2Ac", ""},
};

TEST("paths and queries take their canonical form")
{
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < FLOW_COUNT(targets); i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(1000);
        FLOW_CLEANUP(flow_str_done) struct flow_str query = FLOW_STR_INIT(1000);

        OK(flow_canonical_path(targets[i].target, false, &path, &err), err);
        OK(flow_canonical_query(targets[i].target, &query, &err), err);
        EXPECT_STR(path.text, targets[i].path);
        EXPECT_STR(query.text, targets[i].query);
    }
}

TEST("a request that can't be signed is refused with a sentence that shows nothing of it")
{
    const struct flow_sigv4_identity identity = example_identity("t0ken");
    struct flow_sigv4_request request = example_request();
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *signer = NULL;
    FLOW_CLEANUP(flow_freep) char *target = malloc(FLOW_CANONICAL_MAX + 2);
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_sigv4_signed all;

    assert_non_null(target);
    memset(target, '/', 1);
    memset(target + 1, 'a', FLOW_CANONICAL_MAX);
    target[FLOW_CANONICAL_MAX + 1] = '\0';
    request.target = target;
    OK(flow_sigv4_signer_new(&identity, &signer, &err), err);
    EXPECT_CODE(flow_sigv4_sign(signer, &request, &all, &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "signing a request: a path is longer than 65536 bytes");
    request = example_request();
    OK(flow_sigv4_sign(signer, &request, &all, &err), err);
}

/* --- the digests below, against FIPS 180-4 and RFC 4231 --- */

TEST("SHA-256 and HMAC-SHA-256 give the published digests")
{
    static const unsigned char key[20] = {11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
                                          11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
    const struct flow_bytes key_bytes = {.at = key, .len = sizeof key};
    unsigned char digest[FLOW_SHA256_LEN];
    struct flow_err err = FLOW_ERR_INIT;
    char hex[FLOW_SHA256_HEX];

    OK(flow_sha256(bytes_of(""), digest, &err), err);
    flow_sha256_hex(digest, hex);
    EXPECT_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    OK(flow_sha256(bytes_of("abc"), digest, &err), err);
    flow_sha256_hex(digest, hex);
    EXPECT_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    OK(flow_hmac_sha256(key_bytes, bytes_of("Hi There"), digest, &err), err);
    flow_sha256_hex(digest, hex);
    EXPECT_STR(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    OK(flow_hmac_sha256(bytes_of(""), bytes_of(""), digest, &err), err);
    flow_sha256_hex(digest, hex);
    EXPECT_STR(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
