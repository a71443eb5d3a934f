#include "text/json.h"

#include <stdlib.h>

#include "support/test.h"
#include "text/json_writer.h"

/* A text as a string literal, which may hold NUL bytes. */
struct text {
    const char *bytes;
    size_t len;
};
#define T(literal)                                                                                 \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

/* A copy that ends where the text does, so that the sanitizer sees a read behind it. */
static enum flow_code parse(const char *bytes, size_t len, struct flow_json **ret_root,
                            struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) unsigned char *exact = malloc(len > 0 ? len : 1);

    assert_non_null(exact);
    memcpy(exact, bytes, len);
    return flow_json_parse((struct flow_bytes){exact, len}, "the reply", ret_root, err);
}

static struct flow_json *parsed(const char *text)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json *root = NULL;

    OK(parse(text, strlen(text), &root, &err), err);
    return root;
}

static const struct text accepted[] = {
    /* values of every kind at the top */
    T("null"),
    T("true"),
    T("false"),
    T("0"),
    T("-0"),
    T("1"),
    T("-1"),
    T("12345678901234567890"),
    T("1.5"),
    T("-1.5"),
    T("0.0"),
    T("1e5"),
    T("1E5"),
    T("1e+5"),
    T("1e-5"),
    T("0e0"),
    T("0.5E-3"),
    T("1e400"),
    T("1795425749.63"),
    T("1.7954257496300001E9"),
    T("\"\""),
    T("\"a\""),
    T("[]"),
    T("{}"),
    /* white space */
    T(" null"),
    T("null "),
    T(" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n"),
    T("{ \t\r\n\"a\" \t\r\n: \t\r\n1 \t\r\n}"),
    T("[ ]"),
    T("{\n}"),
    /* lists and objects */
    T("[1]"),
    T("[1,2,3]"),
    T("[null,true,false,0,\"\",[],{}]"),
    T("[[],[[]],[[[]]]]"),
    T("{\"a\":1}"),
    T("{\"a\":1,\"b\":2}"),
    T("{\"a\":{\"a\":{\"a\":1}}}"),
    T("{\"\":0}"),
    T("{\"a\":1,\"A\":2}"),
    T("[{\"a\":1},{\"a\":1}]"),
    T("{\"a\":{\"b\":1},\"b\":{\"a\":1}}"),
    /* strings */
    T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    T("\"\\u0041\""),
    T("\"\\u00e9\\u00E9\""),
    T("\"\\uD83D\\uDE00\""),
    T("\"\\ud83d\\ude00\""),
    T("\"\\u0001\""),
    T("\"\\uFFFF\""),
    T("\"\\u2028\\u2029\""),
    T("\"\\\\u0000\""),
    T("\"'\""),
    T("\"/\""),
    T("\"\x7f\""),
    T("\"\xc2\x80\""),
    T("\"\xdf\xbf\""),
    T("\"\xe0\xa0\x80\""),
    T("\"\xed\x9f\xbf\""),
    T("\"\xee\x80\x80\""),
    T("\"\xef\xbf\xbf\""),
    T("\"\xf0\x90\x80\x80\""),
    T("\"\xf4\x8f\xbf\xbf\""),
    T("\"\xef\xbb\xbf\""),
    T("\"[1,2]{}:,\""),
    T("{\"\\u00e9\":1,\"e\":2}"),
};

static const struct text refused[] = {
    /* nothing, or not enough */
    T(""),
    T(" "),
    T("\n"),
    T("n"),
    T("nul"),
    T("t"),
    T("tru"),
    T("fals"),
    T("["),
    T("{"),
    T("[1"),
    T("[1,"),
    T("[[1]"),
    T("{\"a"),
    T("{\"a\""),
    T("{\"a\":"),
    T("{\"a\":1"),
    T("{\"a\":1,"),
    T("\""),
    T("\"a"),
    T("-"),
    T("1."),
    T("1e"),
    T("1e+"),
    /* too much */
    T("1 2"),
    T("[] []"),
    T("{}{}"),
    T("nullx"),
    T("[1]]"),
    T("{\"a\":1}}"),
    T("\"a\"b"),
    T("[1],"),
    T("{} //"),
    T("[]\0"),
    T("[]\f"),
    /* other words, other cases */
    T("Null"),
    T("TRUE"),
    T("undefined"),
    T("NaN"),
    T("Infinity"),
    T("-Infinity"),
    T("nan"),
    T("inf"),
    T("None"),
    T("a"),
    T("'a'"),
    T("[a]"),
    T("{a:1}"),
    T("{'a':1}"),
    T("{1:1}"),
    T("{null:1}"),
    /* commas and colons */
    T(","),
    T("[,]"),
    T("[1,]"),
    T("[,1]"),
    T("[1,,2]"),
    T("[1 2]"),
    T("[1:2]"),
    T("[1;2]"),
    T("{,}"),
    T("{\"a\":1,}"),
    T("{,\"a\":1}"),
    T("{\"a\":1,,\"b\":2}"),
    T("{\"a\":1 \"b\":2}"),
    T("{\"a\"}"),
    T("{\"a\",1}"),
    T("{\"a\"::1}"),
    T("{\"a\":}"),
    T("{:1}"),
    T("[}"),
    T("{]"),
    T("(1)"),
    /* comments and byte order marks */
    T("/* */1"),
    T("1//x"),
    T("[1/**/]"),
    T("#\n1"),
    T("\xef\xbb\xbf{}"),
    T("\xff\xfe[\0]\0"),
    T("\xc2\xa0"
      "1"),
    T("\v1"),
    T("\f1"),
    /* numbers */
    T("+1"),
    T("01"),
    T("-01"),
    T("00"),
    T(".5"),
    T("-.5"),
    T("1.e5"),
    T("1.5.5"),
    T("1e5.5"),
    T("1ee5"),
    T("1e+-5"),
    T("--1"),
    T("- 1"),
    T("1 000"),
    T("1_000"),
    T("1,5"),
    T("0x10"),
    T("0b1"),
    T("1f"),
    T("1e\xc2\xb2"),
    T("\xef\xbc\x91"),
    T("123456789012345678901"),
    T("0.0000000000000000001"),
    T("1.79542574963000011E9"),
    /* strings: control characters and escapes */
    T("\"\n\""),
    T("\"\t\""),
    T("\"\x01\""),
    T("\"\x1f\""),
    T("\"\0\""),
    T("\"a\0b\""),
    T("\"\\\""),
    T("\"\\"),
    T("\"\\x41\""),
    T("\"\\'\""),
    T("\"\\a\""),
    T("\"\\v\""),
    T("\"\\0\""),
    T("\"\\U0041\""),
    T("\"\\\n\""),
    T("\"\\\0\""),
    T("\"\\u\""),
    T("\"\\u004\""),
    T("\"\\u004"),
    T("\"\\u00g1\""),
    T("\"\\u+041\""),
    T("\"\\u 041\""),
    T("\"\\u0000\""),
    T("\"a\\u0000b\""),
    T("{\"a\\u0000b\":1}"),
    /* strings: surrogates */
    T("\"\\ud83d\""),
    T("\"\\ud83dx\""),
    T("\"\\ud83d\\n\""),
    T("\"\\ud83d\\u0041\""),
    T("\"\\ud83d\\ud83d\""),
    T("\"\\ud83d\\u"),
    T("\"\\ude00\""),
    T("\"\\ude00\\ud83d\""),
    /* strings: UTF-8 */
    T("\"\x80\""),
    T("\"\xbf\""),
    T("\"\xc0\x80\""),
    T("\"\xc1\xbf\""),
    T("\"\xc3\""),
    T("\"\xc3("
      "\""),
    T("\"\xe0\x9f\xbf\""),
    T("\"\xe2\x82\""),
    T("\"\xed\xa0\x80\""),
    T("\"\xed\xbf\xbf\""),
    T("\"\xf0\x8f\xbf\xbf\""),
    T("\"\xf0\x9f\x98\""),
    T("\"\xf4\x90\x80\x80\""),
    T("\"\xf5\x80\x80\x80\""),
    T("\"\xff\""),
    T("\"\xfe\""),
    T("\xc3\xa9"),
    T("{\"\xff\":1}"),
    T("\"\xc3"),
    /* the same name twice */
    T("{\"a\":1,\"a\":1}"),
    T("{\"a\":1,\"b\":2,\"a\":3}"),
    T("{\"a\":1,\"\\u0061\":2}"),
    T("{\"\":1,\"\":2}"),
    T("[{\"x\":{\"a\":1,\"a\":2}}]"),
    T("{\"/\":1,\"\\/\":2}"),
};

TEST("what RFC 8259 and the limits allow is read")
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(accepted); i++) {
        FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
        struct flow_err err = FLOW_ERR_INIT;

        print_message("%s\n", accepted[i].bytes);
        OK(parse(accepted[i].bytes, accepted[i].len, &root, &err), err);
        assert_non_null(root);
    }
}

TEST("everything else is refused, and nothing of it is shown")
{
    size_t i;

    assert_true(FLOW_COUNT(accepted) + FLOW_COUNT(refused) >= 120);
    for (i = 0; i < FLOW_COUNT(refused); i++) {
        struct flow_err err = FLOW_ERR_INIT;
        struct flow_json *root = NULL;
        enum flow_code code = parse(refused[i].bytes, refused[i].len, &root, &err);

        print_message("%s\n", refused[i].bytes);
        EXPECT(code == FLOW_E_FORMAT || code == FLOW_E_LIMIT);
        EXPECT_NULL(root);
        EXPECT_PRESENT("the reply is not valid JSON: ", err.text);
    }
}

TEST("no beginning of a document is a document")
{
    static const char whole[] =
        "{\"Parameters\":[{\"Name\":\"/a\\u00e9\xc3\xa9\",\"Version\":-1.5e3,"
        "\"Labels\":[null,true,false,{}]}],\"NextToken\":\"x\"}";
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json *root = NULL;
    size_t len;

    for (len = 0; len < sizeof whole - 1; len++)
        EXPECT_CODE(parse(whole, len, &root, &err), FLOW_E_FORMAT);
    OK(parse(whole, len, &root, &err), err);
    flow_json_free(root);
}

TEST("32 levels are read and 33 are not, of lists and of objects; a million end as soon")
{
    static char deep[2 * 1000 * 1000];
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json *root = NULL;

    memset(deep, '[', 32);
    memset(deep + 32, ']', 32);
    OK(parse(deep, 64, &root, &err), err);
    flow_json_free(root);
    memset(deep, '[', 33);
    memset(deep + 33, ']', 33);
    EXPECT_CODE(parse(deep, 66, &root, &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "the reply is not valid JSON: more than 32 levels at byte 32");
    memset(deep, '[', sizeof deep);
    EXPECT_CODE(parse(deep, sizeof deep, &root, &err), FLOW_E_LIMIT);
}

TEST("the sentence says what is wrong and where")
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"", "the reply is not valid JSON: it ends too early at byte 0"},
        {"[1,x]", "the reply is not valid JSON: an unexpected character at byte 3"},
        {"[1] 2", "the reply is not valid JSON: something behind its end at byte 4"},
        {"\"s3cret\\u0000\"", "the reply is not valid JSON: a NUL character in a string at byte 7"},
        {"\"\xff\"", "the reply is not valid JSON: bytes that are not UTF-8 at byte 1"},
        {"{\"s3cret\":1,\"s3cret\":2}",
         "the reply is not valid JSON: an object has the same name twice"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        struct flow_err err = FLOW_ERR_INIT;
        struct flow_json *root = NULL;

        EXPECT_CODE(parse(cases[i].text, strlen(cases[i].text), &root, &err), FLOW_E_FORMAT);
        EXPECT_STR(err.text, cases[i].sentence);
    }
}

TEST("a name that occurs twice among 20,000 is found without a quadratic search")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(1024 * 1024);
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json *root = NULL;
    unsigned i;

    flow_str_add(&text, "{\"n19999\":0");
    for (i = 0; i < 20000; i++)
        flow_str_addf(&text, ",\"n%u\":0", i);
    flow_str_add(&text, "}");
    EXPECT_CODE(parse(text.text, text.len, &root, &err), FLOW_E_FORMAT);
    EXPECT_PRESENT("the same name twice", err.text);
}

/* --- accessors --- */

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

/* --- the writer --- */

TEST("a document is written with its commas and quoting, and read back the same")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *out = NULL;
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json_writer json;
    size_t len;

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
    EXPECT_PRESENT("\"Overwrite\":false,\"Version\":-9223372036854775808,\"Names\":[\"\",{},true],"
                   "\"Empty\":[]}",
                   (const char *)flow_secret_expose(out, &len));
    root = parsed((const char *)flow_secret_expose(out, &len));
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
