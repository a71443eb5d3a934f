#include "text/json_scan.h"

#include <stdlib.h>

#include "support/test.h"
#include "text/json.h"

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

TEST("a document of 8 MiB is read, and one byte more is too many")
{
    static char text[FLOW_JSON_BYTES_MAX + 1];
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_json *root = NULL;

    memset(text, 'a', sizeof text);
    text[0] = text[FLOW_JSON_BYTES_MAX - 1] = '"';
    OK(parse(text, FLOW_JSON_BYTES_MAX, &root, &err), err);
    EXPECT_INT(strlen(flow_json_text(root)), FLOW_JSON_BYTES_MAX - 2);
    flow_json_free(root);
    root = NULL;
    text[FLOW_JSON_BYTES_MAX - 1] = 'a';
    text[FLOW_JSON_BYTES_MAX] = '"';
    EXPECT_CODE(parse(text, sizeof text, &root, &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "the reply is not valid JSON: more than 8 MiB at byte 0");
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
