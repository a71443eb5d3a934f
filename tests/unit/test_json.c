#include "text/json.h"

#include "support/test.h"

static struct flow_json *parsed(const char *text)
{
    const struct flow_bytes bytes = {.at = (const unsigned char *)text, .len = strlen(text)};
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json *root = NULL;

    OK(flow_json_parse(bytes, "the text", &root, &err), err);
    return root;
}

TEST("members are found by their exact name, and what is missing is passed on")
{
    FLOW_CLEANUP(flow_json_freep)
    struct flow_json *root = parsed("{\"Name\":\"x\",\"name\":\"y\",\"list\":[1]}");

    EXPECT_STR(flow_json_text_of(root, "Name"), "x");
    EXPECT_STR(flow_json_text_of(root, "name"), "y");
    EXPECT_NULL(flow_json_text_of(root, "NAME"));
    EXPECT_NULL(flow_json_text_of(root, "list"));
    EXPECT_NULL(flow_json_member(flow_json_member(root, "list"), "Name"));
    EXPECT_NULL(flow_json_member(NULL, "Name"));
    EXPECT_NULL(flow_json_first(NULL));
    EXPECT_NULL(flow_json_next(NULL));
    EXPECT_NULL(flow_json_text(NULL));
    EXPECT_NULL(flow_json_name(root));
    EXPECT_INT(flow_json_count(NULL), 0);
    EXPECT_INT(flow_json_kind(NULL), FLOW_JSON_NULL);
}

TEST("items and members come in their order")
{
    static const enum flow_json_kind kinds[] = {FLOW_JSON_NULL, FLOW_JSON_BOOL, FLOW_JSON_NUMBER,
                                                FLOW_JSON_TEXT, FLOW_JSON_LIST, FLOW_JSON_OBJECT};
    FLOW_CLEANUP(flow_json_freep)
    struct flow_json *root = parsed("{\"f\":null,\"e\":true,\"d\":1,\"c\":\"\",\"b\":[],\"a\":{}}");
    const struct flow_json *item = flow_json_first(root);
    size_t i;

    EXPECT_INT(flow_json_count(root), FLOW_COUNT(kinds));
    for (i = 0; i < FLOW_COUNT(kinds); i++, item = flow_json_next(item)) {
        EXPECT_INT(flow_json_kind(item), kinds[i]);
        EXPECT_INT(flow_json_name(item)[0], 'f' - (int)i);
    }
    EXPECT_NULL(item);
    EXPECT(flow_json_is_true(flow_json_member(root, "e")));
    EXPECT(!flow_json_is_true(flow_json_member(root, "d")));
}

TEST("strings come with their escapes resolved")
{
    FLOW_CLEANUP(flow_json_freep)
    struct flow_json *root =
        parsed("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u00e9\\u20AC\\ud83d\\ude00\"");

    EXPECT_STR(flow_json_text(root), "\"\\/\b\f\n\r\t\x01\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST("numbers are doubles, or whole where a double holds every whole number")
{
    static const struct {
        const char *text;
        double number;
        int64_t whole;
        bool is_whole;
    } cases[] = {
        {"0", 0, 0, true},
        {"-7", -7, -7, true},
        {"1e3", 1000, 1000, true},
        {"1795425749.63", 1795425749.63, 0, false},
        {"1.7954257496300001E9", 1795425749.63, 0, false},
        {"9007199254740992", 9007199254740992.0, INT64_C(9007199254740992), true},
        {"9007199254740994", 9007199254740994.0, 0, false},
        {"0.5", 0.5, 0, false},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_json_freep) struct flow_json *root = parsed(cases[i].text);
        int64_t whole = 42;
        double number = 42;

        EXPECT(flow_json_double(root, &number));
        EXPECT(number == cases[i].number);
        EXPECT(flow_json_int64(root, &whole) == cases[i].is_whole);
        EXPECT_INT(whole, cases[i].is_whole ? cases[i].whole : 42);
    }
}

TEST("a number that is too large for a double, or none, is not a number")
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = parsed("[1e999,-1e999,\"1\",null,true]");
    const struct flow_json *item;
    int64_t whole = 42;
    double number = 42;

    for (item = flow_json_first(root); item != NULL; item = flow_json_next(item)) {
        EXPECT(!flow_json_double(item, &number));
        EXPECT(!flow_json_int64(item, &whole));
    }
    EXPECT(!flow_json_double(NULL, &number));
    EXPECT(number == 42 && whole == 42);
}
