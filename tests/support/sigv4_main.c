/*
 * Signs what standard input asks for, so that a test in Python can compare
 * every stage with botocore's.
 *
 * in:  [{"method": "POST", "target": "/?a=b", "headers": [["Host", "..."]], "body": "...",
 *        "access_key_id": "...", "secret_access_key": "...", "session_token": null,
 *        "region": "...", "service": "...", "wall_s": 1440938160}]
 * out: one line a case: [canonical request, string to sign, signature, Authorization]
 */
#include <stdio.h>
#include <string.h>

#include "net/sigv4.h"
#include "text/json.h"
#include "text/json_writer.h"

enum { INPUT_MAX = 4 * 1024 * 1024, HEADERS_MAX = 32 };

static struct flow_bytes bytes_of(const char *text)
{
    return (struct flow_bytes){.at = (const unsigned char *)text, .len = strlen(text)};
}

static struct flow_bytes secret_bytes(const struct flow_secret *secret)
{
    struct flow_bytes bytes;

    bytes.at = flow_secret_expose(secret, &bytes.len);
    return bytes;
}

static size_t headers_of(const struct flow_json *wish, struct flow_header headers[HEADERS_MAX])
{
    const struct flow_json *pair = flow_json_first(flow_json_member(wish, "headers"));
    size_t count = 0;

    for (; pair != NULL && count < HEADERS_MAX; pair = flow_json_next(pair), count++) {
        headers[count].name = flow_json_text(flow_json_first(pair));
        headers[count].value = flow_json_text(flow_json_next(flow_json_first(pair)));
    }
    return count;
}

static enum flow_code print_stages(const struct flow_sigv4_identity *identity,
                                   const struct flow_sigv4_request *request, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *canonical = NULL, *line = NULL;
    FLOW_CLEANUP(flow_sigv4_signer_freep) struct flow_sigv4_signer *signer = NULL;
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_SIGV4_NAMES_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_SIGV4_TEXT_MAX);
    unsigned char key[FLOW_SHA256_LEN];
    char signature[FLOW_SHA256_HEX];
    struct flow_sigv4_signed all;
    struct flow_json_writer json;

    if (flow_secret_new_room(0, &canonical, err) || flow_secret_new_room(0, &line, err) ||
        flow_sigv4_canonical(identity, request, canonical, &names, err) ||
        flow_sigv4_string_to_sign(identity, request->wall_s, secret_bytes(canonical), &text, err) ||
        flow_sigv4_key(identity, request->wall_s, key, err) ||
        flow_sigv4_signature(key, text.text, signature, err) ||
        flow_sigv4_signer_new(identity, &signer, err) ||
        flow_sigv4_sign(signer, request, &all, err))
        return err->code;
    json = flow_json_write(line, err);
    flow_json_open(&json, NULL, '[');
    flow_json_put_text(&json, NULL, secret_bytes(canonical));
    flow_json_put_string(&json, NULL, text.text);
    flow_json_put_string(&json, NULL, signature);
    flow_json_put_string(&json, NULL, flow_header_find(all.headers, all.count, "Authorization"));
    flow_json_close(&json, ']');
    (void)printf("%s\n", (const char *)secret_bytes(line).at);
    return flow_json_end(&json);
}

static enum flow_code sign(const struct flow_json *wish, struct flow_err *err)
{
    struct flow_header headers[HEADERS_MAX];
    const struct flow_sigv4_identity identity = {
        .access_key_id = flow_json_text_of(wish, "access_key_id"),
        .secret_access_key = bytes_of(flow_json_text_of(wish, "secret_access_key")),
        .session_token = flow_json_text_of(wish, "session_token"),
        .region = flow_json_text_of(wish, "region"),
        .service = flow_json_text_of(wish, "service"),
    };
    struct flow_sigv4_request request = {
        .method = flow_json_text_of(wish, "method"),
        .target = flow_json_text_of(wish, "target"),
        .headers = headers,
        .header_count = headers_of(wish, headers),
        .body = bytes_of(flow_json_text_of(wish, "body")),
    };

    (void)flow_json_int64(flow_json_member(wish, "wall_s"), &request.wall_s);
    return print_stages(&identity, &request, err);
}

int main(void)
{
    static char text[INPUT_MAX];
    const struct flow_bytes input = {(unsigned char *)text, fread(text, 1, sizeof text, stdin)};
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_json *wish;

    if (flow_secret_start(&err) || flow_json_parse(input, "the input", &root, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (wish = flow_json_first(root); wish != NULL; wish = flow_json_next(wish))
        if (sign(wish, &err)) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 1;
        }
    return 0;
}
