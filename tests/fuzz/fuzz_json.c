/* Any bytes as JSON: what is read is a tree that can be walked to its end, and each of its strings
 * is valid UTF-8 that comes back the same when it is written and read once more. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "text/json.h"
#include "text/json_writer.h"
#include "text/utf8.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return flow_secret_start(&err) == FLOW_OK ? 0 : 1;
}

static void check_text(const char *text)
{
    struct flow_bytes bytes = {.at = (const unsigned char *)text, .len = strlen(text)};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *out = NULL;
    FLOW_CLEANUP(flow_json_freep) struct flow_json *again = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json_writer json;

    assert(flow_utf8_valid(bytes));
    if (flow_secret_new_room(0, &out, &err))
        return;
    json = flow_json_write(out, &err);
    flow_json_put_string(&json, NULL, text);
    assert(flow_json_end(&json) == FLOW_OK);
    bytes.at = flow_secret_expose(out, &bytes.len);
    assert(flow_json_parse(bytes, "what was written", &again, &err) == FLOW_OK);
    assert(strcmp(flow_json_text(again), text) == 0);
}

static void walk(const struct flow_json *value, unsigned depth)
{
    const struct flow_json *item;
    int64_t whole;
    double number;

    assert(depth <= FLOW_JSON_DEPTH_MAX);
    if (flow_json_kind(value) == FLOW_JSON_TEXT)
        check_text(flow_json_text(value));
    if (flow_json_int64(value, &whole))
        assert(flow_json_double(value, &number) && (double)whole == number);
    for (item = flow_json_first(value); item != NULL; item = flow_json_next(item)) {
        if (flow_json_kind(value) == FLOW_JSON_OBJECT)
            assert(flow_json_member(value, flow_json_name(item)) == item);
        walk(item, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_json_parse((struct flow_bytes){data, size}, "the input", &root, &err) == FLOW_OK)
        walk(root, 0);
    else
        assert(root == NULL && err.text[0] != '\0');
    return 0;
}
