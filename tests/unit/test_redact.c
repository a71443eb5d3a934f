#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "text/redact.h"

enum { OUT_MAX = 1024 * 1024 };

static struct flow_bytes bytes(const char *text)
{
    return (struct flow_bytes){(const unsigned char *)text, strlen(text)};
}

static void expect_redacted(const char *text, const char *value, const char *expected)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(OUT_MAX);
    struct flow_bytes values[] = {bytes("another value"), bytes(value), bytes("xyz"), {NULL, 0}};

    flow_redact(text, values, FLOW_COUNT(values), &out);
    EXPECT_STR(out.text, expected);
}

TEST("a value is taken out wherever it stands, and nothing else is")
{
    expect_redacted("s3cret", "s3cret", "[redacted]");
    expect_redacted("a s3cret, and s3cre", "s3cret", "a [redacted], and s3cre");
    expect_redacted("s3cret s3cret", "s3cret", "[redacted] [redacted]");
    expect_redacted("s3crets3cret", "s3cret", "[redacted]");
    expect_redacted("", "s3cret", "");
    expect_redacted("xyz stays, being short", "s3cret", "xyz stays, being short");
    expect_redacted("four", "four", "[redacted]");
}

TEST("a value is found as JSON writes it, escaped in whatever way")
{
    const char *value = "a\"b\\c/\n\tü€😀";

    expect_redacted("{\"v\":\"a\\\"b\\\\c/\\n\\tü€😀\"}", value, "{\"v\":\"[redacted]\"}");
    expect_redacted("a\\\"b\\\\c\\/\\u000a\\u0009\\u00fc\\u20AC\\ud83d\\ude00!", value,
                    "[redacted]!");
    expect_redacted("\\u0061\\u0022b\\u005Cc/\\n\\t\\u00FC€😀", value, "[redacted]");
    expect_redacted("\\ud83d\\u0041 \\q \\", value, "\\ud83d\\u0041 \\q \\");
}

TEST("a value is found as URLs and forms write it")
{
    const char *value = "p+q r&s=%é";

    expect_redacted("?k=p%2Bq%20r%26s%3D%25%C3%A9&x", value, "?k=[redacted]&x");
    expect_redacted("?k=p%2bq+r%26s%3d%25%c3%a9&x", value, "?k=[redacted]&x");
    expect_redacted("/p+q%20r&s=%25%C3%A9/", value, "/[redacted]/");
    expect_redacted("100%, %zz, %4", value, "100%, %zz, %4");
}

/* Of len bytes, in the alphabet given by its last two characters; padded. */
static void encode64(const char *text, size_t len, const char *last, char *out)
{
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    size_t i, j = 0;

    for (i = 0; i < len; i += 3) {
        unsigned long three = 0;

        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < len ? (unsigned char)text[i + k] : 0U);
        for (size_t k = 0; k < 4; k++) {
            size_t digit = three >> (18 - 6 * k) & 63;

            out[j++] = i * 8 + k * 6 >= len * 8 ? '='
                       : digit < 62             ? letters[digit]
                                                : last[digit - 62];
        }
    }
    out[j] = '\0';
}

TEST("a value is found in base64, alone or anywhere in what was encoded")
{
    static const char *const values[] = {"f4r!", "s3cret", "\377\376\375\374\373", "longer secret"};
    char input[64], encoded[128];

    for (size_t i = 0; i < FLOW_COUNT(values) * 2 * 6 * 6; i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(OUT_MAX);
        const char *value = values[i % FLOW_COUNT(values)], *last = i / 4 % 2 ? "+/" : "-_";
        struct flow_bytes known = bytes(value);
        size_t before = i / 8 % 6, after = i / 48;
        int len = snprintf(input, sizeof input, "%.*s%s%.*s", (int)before, "user:x", value,
                           (int)after, "@abcde");

        encode64(input, (size_t)len, last, encoded);
        flow_redact(encoded, &known, 1, &out);
        EXPECT_PRESENT("[redacted]", out.text);
        EXPECT(strlen(out.text) <=
               strlen("[redacted]") + (before * 4 + 2) / 3 + (after * 4 + 2) / 3 + 2);
        if (before == 0 && after == 0)
            EXPECT_STR(out.text, "[redacted]");
    }
}

TEST("values that overlap leave nothing of either")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(OUT_MAX);
    struct flow_bytes values[] = {bytes("abcdef"), bytes("cdefghij"), bytes("cdef"),
                                  bytes("cdefg")};

    flow_redact("<abcdefghij> <abcdefg> <cdef>", values, FLOW_COUNT(values), &out);
    EXPECT_STR(out.text, "<[redacted]> <[redacted]> <[redacted]>");
}

TEST("no value leaves the text alone")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(OUT_MAX);

    flow_redact("nothing known", NULL, 0, &out);
    EXPECT_STR(out.text, "nothing known");
}

TEST("100,000 values that begin alike are looked for without a wait")
{
    enum { COUNT = 100000, LEN = 16 };
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(OUT_MAX);
    FLOW_CLEANUP(flow_freep) char *texts = malloc(COUNT * LEN);
    FLOW_CLEANUP(flow_freep) struct flow_bytes *values = calloc(COUNT, sizeof *values);

    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(texts + i * LEN, LEN, "sk_live_%06zu", i);
        values[i] = bytes(texts + i * LEN);
    }
    for (size_t i = 0; i < 100; i++)
        flow_redact("cannot use sk_live_077777 for it\n", values, COUNT, &out);
    EXPECT_PRESENT("cannot use [redacted] for it", out.text);
    EXPECT_ABSENT("077777", out.text);
}

static void expect_visible(const char *text, size_t len, int keep_lines, const char *expected)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(OUT_MAX);

    flow_visible(text, len, keep_lines, &out);
    EXPECT_STR(out.text, expected);
}

TEST("what moves a cursor or turns text round is shown, and words of any script stay")
{
    expect_visible("\033[2J\a\r\177", 7, 0, "\\x1B[2J\\x07\\x0D\\x7F");
    expect_visible("a\tb\n", 4, 1, "a\tb\n");
    expect_visible("a\tb\n", 4, 0, "a\\x09b\\x0A");
    expect_visible("a\0b", 3, 1, "a\\x00b");
    expect_visible("\xc2\x9b"
                   "31m",
                   5, 1, "\\u{9B}31m");
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what it is about */
    expect_visible("\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\xe2\x80\xa8", 11, 1,
                   "\\u{202E}\\u{2066}\\u{61C}\\u{2028}");
    expect_visible("Grüße, 世界 😀", strlen("Grüße, 世界 😀"), 1, "Grüße, 世界 😀");
}

TEST("bytes that are not UTF-8 are shown one by one")
{
    expect_visible("\xff\xc3(\xc0\xaf\xed\xa0\x80\xe2\x82", 10, 1,
                   "\\xFF\\xC3(\\xC0\\xAF\\xED\\xA0\\x80\\xE2\\x82");
}
