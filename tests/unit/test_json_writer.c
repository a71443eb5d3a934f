#include "text/json_writer.h"

#include "support/test.h"
#include "text/json.h"

TEST("a document is written with its commas and quoting, and read back the same")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *out = NULL;
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json_writer json;
    struct flow_bytes written;

    OK(flow_secret_new_room(0, &out, &err), err);
    json = flow_json_write(out, &err);
    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "Name", "/a\"b\\\n\x01\xc3\xa9");
    flow_json_put_bool(&json, "Overwrite", false);
    flow_json_put_int64(&json, "Version", INT64_MIN);
    flow_json_open(&json, "Names", '[');
    flow_json_put_string(&json, NULL, "");
    flow_json_open(&json, NULL, '{');
    flow_json_close(&json, '}');
    flow_json_put_bool(&json, NULL, true);
    flow_json_close(&json, ']');
    flow_json_open(&json, "Empty", '[');
    flow_json_close(&json, ']');
    flow_json_close(&json, '}');
    OK(flow_json_end(&json), err);
    written.at = flow_secret_expose(out, &written.len);
    EXPECT_PRESENT("\"Overwrite\":false,\"Version\":-9223372036854775808,\"Names\":[\"\",{},true],"
                   "\"Empty\":[]}",
                   (const char *)written.at);
    OK(flow_json_parse(written, "what was written", &root, &err), err);
    EXPECT_STR(flow_json_text_of(root, "Name"), "/a\"b\\\n\x01\xc3\xa9");
}

TEST("a value that JSON can't hold stops the writer, with the member's name and not the value")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *out = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json_writer json;

    OK(flow_secret_new_room(0, &out, &err), err);
    json = flow_json_write(out, &err);
    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "Value", "s3cret\xff");
    flow_json_put_string(&json, "Next", "fine");
    flow_json_close(&json, '}');
    EXPECT_CODE(flow_json_end(&json), FLOW_E_FORMAT);
    EXPECT_PRESENT("JSON can't hold Value: ", err.text);
    EXPECT_ABSENT("s3cret", err.text);
    EXPECT_INT(flow_secret_len(out), strlen("{\"Value\":"));
}
