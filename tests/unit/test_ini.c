#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "text/ini.h"

/* What a parse gave, one "section|key=value@line" a line. */
static enum flow_code write_item(void *context, const char *section, const char *key,
                                 const char *value, unsigned line, struct flow_err *err)
{
    struct flow_str *out = context;

    if (key == NULL)
        flow_str_addf(out, "%s@%u\n", section, line);
    else if (strcmp(key, "stop") == 0)
        return flow_err_set(err, FLOW_E_USAGE, "told to stop");
    else
        flow_str_addf(out, "%s|%s=%s@%u\n", section, key, value, line);
    return FLOW_OK;
}

static enum flow_code parse(const char *text, size_t len, struct flow_str *out,
                            struct flow_err *err)
{
    return flow_ini_parse("a.ini", text, len, write_item, out, err);
}

static void expect_items(const char *text, const char *items)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    OK(parse(text, strlen(text), &out, &err), err);
    EXPECT_STR(out.text, items);
}

static void expect_error(const char *text, const char *sentence)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT(parse(text, strlen(text), &out, &err) != FLOW_OK);
    EXPECT_STR(err.text, sentence);
}

TEST("sections and keys come in order with their lines")
{
    expect_items("top = 1\n\n[one]\nkey = value\n\n[two words]\nk=a = b\nempty =\n",
                 "|top=1@1\none@3\none|key=value@4\ntwo words@6\ntwo words|k=a = b@7\n"
                 "two words|empty=@8\n");
    expect_items("", "");
}

TEST("a mark, CRLF, blanks and a missing last line end change nothing")
{
    expect_items("\xef\xbb\xbf[one]\r\nkey\t =  a b \t\r\nlast = x", "one@1\none|key=a b@2\n"
                                                                     "one|last=x@3\n");
    expect_items("\xef\xbb\xbf", "");
}

TEST("a comment begins a line or follows a blank, and is nothing inside a word")
{
    expect_items("; one\n  # two\n[one] ; three\nk = a;b#c ; four\nl = \"q\" # five\n",
                 "one@3\none|k=a;b#c@4\none|l=\"q\"@5\n");
}

TEST("a line of the greatest length arrives whole")
{
    char text[FLOW_INI_LINE_MAX + 2], items[FLOW_INI_LINE_MAX + 16];

    memset(text, 'v', sizeof text);
    memcpy(text, "k=", 2);
    text[FLOW_INI_LINE_MAX] = '\0';
    (void)snprintf(items, sizeof items, "|%s@1\n", text);
    expect_items(text, items);
    text[FLOW_INI_LINE_MAX] = 'v';
    text[FLOW_INI_LINE_MAX + 1] = '\0';
    expect_error(text, "a.ini:1: the line is longer than 1000 bytes");
}

TEST("what inih lets pass without a word is an error that says the line")
{
    static const struct {
        const char *text, *sentence;
    } broken[] = {
        {"[one]\nk = a\n  b\n",
         "a.ini:3: the line begins with a blank; a value can't go on on a second line"},
        {"[one] two\n", "a.ini:1: text after the ']' of a section"},
        {"[one\n", "a.ini:1: the section's closing ']' is missing"},
        {"[]\n", "a.ini:1: a section's name may not be empty nor have blanks around it"},
        {"[ one]\n", "a.ini:1: a section's name may not be empty nor have blanks around it"},
        {"[12345678901234567890123456789012345678901234567890]\n",
         "a.ini:1: the section's name is longer than 49 bytes"},
        {"\nword\n", "a.ini:2: neither 'key = value' nor '[section]'"},
        {"k: v = 1\n", "a.ini:1: ':' before '='; write 'key = value'"},
        {" = 1\n", "a.ini:1: the line begins with a blank; a value can't go on on a second line"},
        {"= 1\n", "a.ini:1: no key before '='"},
        {"[a]\nk = 1\nk = 2\n", "a.ini:3: 'k' is given twice, first on line 2"},
        {"[a]\n[b]\n[a]\n", "a.ini:3: 'a' is given twice, first on line 1"},
        {"k = a\rb\n", "a.ini:1: control character 0x0d in column 6"},
        {"k = \xff\n", "a.ini:1: the line is not UTF-8"},
        {"k = \x1b[1m\n", "a.ini:1: control character 0x1b in column 5"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(broken); i++)
        expect_error(broken[i].text, broken[i].sentence);
}

TEST("the same key in two sections is two keys")
{
    expect_items("[a]\nk = 1\n[b]\nk = 2\n", "a@1\na|k=1@2\nb@3\nb|k=2@4\n");
}

TEST("the longest section's name arrives whole")
{
    expect_items("[1234567890123456789012345678901234567890123456789]\nk=1\n",
                 "1234567890123456789012345678901234567890123456789@1\n"
                 "1234567890123456789012345678901234567890123456789|k=1@2\n");
}

TEST("a NUL byte is an error, not the end of the line")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(parse("k = a\0b\n", 9, &out, &err), FLOW_E_FORMAT);
    EXPECT_STR(err.text, "a.ini:1: control character 0x00 in column 6");
}

TEST("the first error ends the parse, the caller's own as well")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    static const char text[] = "a = 1\nstop = 2\nb = 3\n";

    EXPECT_CODE(parse(text, sizeof text - 1, &out, &err), FLOW_E_USAGE);
    EXPECT_STR(err.text, "a.ini:2: told to stop");
    EXPECT_STR(out.text, "|a=1@1\n");
}

TEST("a file with more than is reasonable is refused before it costs time")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INI_FILE_MAX + 1);
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_INI_FILE_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    int i;

    for (i = 0; i <= FLOW_INI_ITEMS_MAX; i++)
        flow_str_addf(&text, "k%d=\n", i);
    EXPECT_CODE(parse(text.text, text.len, &out, &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "a.ini:4001: more than 4000 entries");
    while (text.len <= FLOW_INI_FILE_MAX && !text.failed)
        flow_str_add_char(&text, '\n');
    EXPECT_CODE(parse(text.text, text.len, &out, &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "a.ini is larger than 262144 bytes");
}
