/*
 * Any bytes as a value for every target: what is rendered reads back exactly,
 * between two other keys, or is refused. The readers are those of text/, and
 * for serverless the inverse of its own escapes.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "target/target.h"
#include "text/dotenv.h"
#include "text/json.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

static void check_equal(const char *text, struct flow_bytes value)
{
    assert(text != NULL && strlen(text) == value.len);
    assert(value.len == 0 || memcmp(text, value.at, value.len) == 0);
}

/* Puts the backslashes and variables back in place as serverless does. */
static char *unescape(const char *text)
{
    char *plain = malloc(strlen(text) + 1), *out = plain;

    assert(plain != NULL);
    while (*text != '\0') {
        size_t back = strspn(text, "\\");

        if (strncmp(text + back, "${", 2) == 0) {
            assert(back % 2 == 1);
            memset(out, '\\', back / 2);
            out += back / 2;
            text += back;
            *out++ = *text++;
        } else {
            memcpy(out, text, back);
            out += back;
            text += back;
            if (*text != '\0')
                *out++ = *text++;
        }
    }
    *out = '\0';
    return plain;
}

static void check_lambda(struct flow_bytes text, struct flow_bytes value)
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    const struct flow_json *variables;
    struct flow_err err = FLOW_ERR_INIT;

    assert(!flow_json_parse(text, "the rendered text", &root, &err));
    variables = flow_json_member(root, "Variables");
    assert(flow_json_count(root) == 1 && flow_json_count(variables) == 3);
    check_equal(flow_json_text_of(variables, "KEY"), value);
}

static void check_serverless(struct flow_bytes text, struct flow_bytes value)
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    FLOW_CLEANUP(flow_freep) char *plain = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    assert(!flow_json_parse(text, "the rendered text", &root, &err));
    assert(flow_json_count(root) == 3);
    plain = unescape(flow_json_text_of(root, "KEY"));
    check_equal(plain, value);
    assert(strstr(plain, "{{resolve:") == NULL);
}

static void check_vercel(struct flow_bytes text, struct flow_bytes value)
{
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    FLOW_CLEANUP(flow_dotenv_done) struct flow_dotenv set = {0};
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_dotenv_item *item;

    assert(!flow_arena_new(&arena, &err));
    flow_dotenv_init(&set, arena);
    assert(!flow_dotenv_parse(&set, "rendered", text, &err));
    item = flow_dotenv_find(&set, "KEY", 3);
    assert(set.count == 3 && item != NULL && item->value.len == value.len);
    assert(value.len == 0 || memcmp(item->value.at, value.at, value.len) == 0);
}

static void check(enum flow_target_kind kind, const struct flow_view *view, struct flow_bytes value,
                  void (*check_text)(struct flow_bytes text, struct flow_bytes value))
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    FLOW_CLEANUP(flow_freep) char *lines = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_bytes bytes;

    if (flow_target_render(kind, view, &text, &lines, &err)) {
        assert(err.code == FLOW_E_REFUSED && text == NULL && lines != NULL);
        return;
    }
    bytes.at = flow_secret_expose(text, &bytes.len);
    check_text(bytes, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct flow_origin origin = {.source = "ssm", .name = "/p/key"};
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    struct flow_bytes value = {data, size}, other = {(const unsigned char *)"1", 1};
    struct flow_err err = FLOW_ERR_INIT;

    assert(!flow_view_init(&view, "dev", &err));
    assert(!flow_view_offer(&view, "AAA", other, &origin, &err));
    assert(!flow_view_offer(&view, "KEY", value, &origin, &err));
    assert(!flow_view_offer(&view, "ZZZ", other, &origin, &err));
    flow_view_sort(&view);
    check(FLOW_TARGET_LAMBDA, &view, value, check_lambda);
    check(FLOW_TARGET_SERVERLESS, &view, value, check_serverless);
    check(FLOW_TARGET_VERCEL, &view, value, check_vercel);
    return 0;
}
