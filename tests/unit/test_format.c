#include "text/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "support/test.h"
#include "text/quote.h"
#include "text/reserved.h"
#include "text/utf8.h"

#define PAIR(name, text)                                                                           \
    {                                                                                              \
        .key = (name), .value = {(const unsigned char *)(text), sizeof(text) - 1}, .secret = true  \
    }

static char written[4096];

/* The text of the pairs, or the error's sentence. */
static const char *write_pairs(enum flow_format format, const struct flow_pair *pairs, size_t count)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t len;

    if (flow_format_write(format, pairs, count, &text, &err)) {
        EXPECT_NULL(text);
        EXPECT_INT(err.code, FLOW_E_REFUSED);
        (void)snprintf(written, sizeof written, "%s", err.text);
    } else {
        const unsigned char *bytes = flow_secret_expose(text, &len);

        (void)snprintf(written, sizeof written, "%s", (const char *)bytes);
        EXPECT_INT(strlen(written), len);
    }
    return written;
}

static const char *write_value(enum flow_format format, const char *value)
{
    struct flow_pair pair = {.key = "K", .value = {(const unsigned char *)value, strlen(value)}};

    return write_pairs(format, &pair, 1);
}

#define WRITTEN(format, value) write_value(FLOW_FORMAT_##format, (value))

TEST("a format has a name, and the name leads back to it")
{
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_format found;

    for (unsigned i = 0; i < FLOW_FORMAT_COUNT; i++) {
        OK(flow_format_parse(flow_format_name((enum flow_format)i), &found, &err), err);
        EXPECT_INT(found, i);
        EXPECT_INT(flow_format_is_shell(found), i <= FLOW_FORMAT_POWERSHELL);
    }
}

TEST("a wrong format is answered with the nearest and with all there are")
{
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_format found;

    EXPECT_CODE(flow_format_parse("jsno", &found, &err), FLOW_E_USAGE);
    EXPECT_STR(err.text, "no format 'jsno', did you mean 'json'; there are: sh, bash, zsh, fish, "
                         "powershell, dotenv, json, yaml, docker, github-env, systemd, tfvars");
    EXPECT_CODE(flow_format_parse("", &found, &err), FLOW_E_USAGE);
    EXPECT_ABSENT("did you mean", err.text);
}

TEST("a POSIX shell gets single quotes, in which nothing is special but themselves")
{
    EXPECT_STR(WRITTEN(SH, "$(rm) `x` \"\\\n!"), "export K='$(rm) `x` \"\\\n!'\n");
    EXPECT_STR(WRITTEN(BASH, "it's"), "export K='it'\\''s'\n");
    EXPECT_STR(WRITTEN(ZSH, "''"), "export K=''\\'''\\'''\n");
    EXPECT_STR(WRITTEN(SH, ""), "export K=''\n");
    EXPECT_STR(WRITTEN(SH, "\x83\xff"), "export K='\x83\xff'\n");
}

TEST("fish gets one line a statement, so that eval and source read the same")
{
    EXPECT_STR(WRITTEN(FISH, "a'b\\c\n$d"), "set -gx K 'a\\'b\\\\c'\\n'$d';\n");
}

TEST("PowerShell's typographic quotes are quotes, and line ends are escaped")
{
    EXPECT_STR(WRITTEN(POWERSHELL, "it's $x"), "$env:K = 'it''s $x'\n");
    EXPECT_STR(WRITTEN(POWERSHELL, "\xe2\x80\x98\xe2\x80\x9b\xe2\x80\x9c"),
               "$env:K = '\xe2\x80\x98\xe2\x80\x98\xe2\x80\x9b\xe2\x80\x9b\xe2\x80\x9c'\n");
    EXPECT_STR(WRITTEN(POWERSHELL, "a\r\n\"$`\xe2\x80\x9e\xe2\x80\x98'"),
               "$env:K = \"a`r`n`\"`$```\xe2\x80\x9e\xe2\x80\x98'\"\n");
    EXPECT_PRESENT("is set to nothing", WRITTEN(POWERSHELL, ""));
}

TEST("dotenv gets the most portable form that dotenv 17 reads back exactly")
{
    EXPECT_STR(WRITTEN(DOTENV, "https://a.b/c=d@e"), "K=https://a.b/c=d@e\n");
    EXPECT_STR(WRITTEN(DOTENV, ""), "K=''\n");
    EXPECT_STR(WRITTEN(DOTENV, "pa$$ #1 \"x\" \\n"), "K='pa$$ #1 \"x\" \\n'\n");
    EXPECT_STR(WRITTEN(DOTENV, "a\nb\n"), "K='a\nb\n'\n");
    EXPECT_STR(WRITTEN(DOTENV, "it's"), "K=\"it's\"\n");
    EXPECT_STR(WRITTEN(DOTENV, "it's \\n"), "K=`it's \\n`\n");
    EXPECT_STR(WRITTEN(DOTENV, "a\r\nb\r"), "K=\"a\\r\nb\\r\"\n");
    EXPECT_STR(WRITTEN(DOTENV, "a'\"`b"), "K=a'\"`b\n");
    EXPECT_STR(WRITTEN(DOTENV, "C:\\dir\\"), "K=C:\\dir\\\n");
}

TEST("what no quotes of dotenv hold exactly is refused")
{
    static const char *const none[] = {"'\"`",    "a#\\",    " \\",     "a'\"`\n",
                                       "\r\"",    "\r\\n",   "\n\\",    "x'\"`#",
                                       "x\r'\"`", "'\"` \\", "\"'`a\\", "a'`\"\xc2\xa0"};

    for (size_t i = 0; i < FLOW_COUNT(none); i++)
        EXPECT_STR(WRITTEN(DOTENV, none[i]),
                   "key K cannot be written as dotenv: none of dotenv's quotes gives exactly these "
                   "bytes back");
}

TEST("JSON and YAML are documents of strings, whatever the keys look like")
{
    static const struct flow_pair pairs[] = {PAIR("1E5", "a\"\\\x01\n"), PAIR("NO", "true")};

    EXPECT_STR(write_pairs(FLOW_FORMAT_JSON, pairs, 2),
               "{\n  \"1E5\": \"a\\\"\\\\\\u0001\\n\",\n  \"NO\": \"true\"\n}\n");
    EXPECT_STR(write_pairs(FLOW_FORMAT_YAML, pairs, 2),
               "\"1E5\": \"a\\\"\\\\\\u0001\\n\"\n\"NO\": \"true\"\n");
    EXPECT_STR(write_pairs(FLOW_FORMAT_JSON, NULL, 0), "{}\n");
    EXPECT_STR(write_pairs(FLOW_FORMAT_YAML, NULL, 0), "{}\n");
    EXPECT_STR(write_pairs(FLOW_FORMAT_SH, NULL, 0), "");
}

TEST("YAML gets escapes for what it takes as a line end or does not print")
{
    EXPECT_STR(
        WRITTEN(YAML, "\x7f\xc2\x85\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf\xef\xbf\xbd\xe2\x82\xac"),
        "\"K\": \"\\u007f\\u0085\xc2\xa0\\u2028\\ufeff\xef\xbf\xbd\xe2\x82\xac\"\n");
}

TEST("docker has one line for a value, and nothing is quoted in it")
{
    EXPECT_STR(WRITTEN(DOCKER, " a 'b' # \\ "), "K= a 'b' # \\ \n");
    EXPECT_PRESENT("it holds a line end", WRITTEN(DOCKER, "a\nb"));
    EXPECT_PRESENT("it holds a line end", WRITTEN(DOCKER, "a\r"));
}

TEST("docker's longest line is written, one byte more is refused")
{
    enum { LONGEST = 64 * 1024 - 3 };
    static char value[LONGEST + 1];
    struct flow_pair pair = {.key = "K", .value = {(unsigned char *)value, LONGEST}};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    memset(value, 'x', sizeof value);
    OK(flow_format_write(FLOW_FORMAT_DOCKER, &pair, 1, &text, &err), err);
    pair.value.len++;
    EXPECT_PRESENT("its line is longer", write_pairs(FLOW_FORMAT_DOCKER, &pair, 1));
}

TEST("GITHUB_ENV fences each value with a random line")
{
    static const struct flow_pair pairs[] = {PAIR("A", "x\ny"), PAIR("B", "")};
    char first[sizeof written], fence[64];

    EXPECT(sscanf(write_pairs(FLOW_FORMAT_GITHUB_ENV, pairs, 2), "A<<%63s", fence) == 1);
    EXPECT_INT(strlen(fence), strlen("ghadelimiter_") + 32);
    (void)snprintf(first, sizeof first, "A<<%s\nx\ny\n%s\nB<<%s\n\n%s\n", fence, fence, fence,
                   fence);
    EXPECT_STR(written, first);
    EXPECT_ABSENT(fence, write_pairs(FLOW_FORMAT_GITHUB_ENV, pairs, 2));
}

TEST("systemd gets double quotes with four escapes")
{
    EXPECT_STR(WRITTEN(SYSTEMD, "a\"b\\c`d$e\n'"), "K=\"a\\\"b\\\\c\\`d\\$e\n'\"\n");
    EXPECT_PRESENT("control character", WRITTEN(SYSTEMD, "a\rb"));
    EXPECT_PRESENT("control character", WRITTEN(SYSTEMD, "\x7f"));
}

TEST("Terraform sees no template in a value, and never a character it would change")
{
    EXPECT_STR(WRITTEN(TFVARS, "${x} $$%{y}$"), "K = \"$${x} $$%%{y}$\"\n");
    EXPECT_STR(WRITTEN(TFVARS, "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80"),
               "K = \"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\"\n");
    EXPECT_PRESENT("normalise", WRITTEN(TFVARS, "e\xcc\x81"));
    EXPECT_PRESENT("normalise", WRITTEN(TFVARS, "\xe2\x84\xab"));
}

TEST("a NUL is refused by every format, with the key and its place, and nothing is written")
{
    static const struct flow_pair pairs[] = {
        PAIR("A", "fine"),
        {.key = "B", .value = {(const unsigned char *)"s3cr\0t", 6}, .where = ".env:7"}};

    for (unsigned i = 0; i < FLOW_FORMAT_COUNT; i++) {
        EXPECT_PRESENT("key B (.env:7) cannot be written as ",
                       write_pairs((enum flow_format)i, pairs, 2));
        EXPECT_PRESENT("it holds a NUL byte", written);
        EXPECT_ABSENT("s3cr", written);
    }
}

TEST("bytes that are not UTF-8 are for shells alone")
{
    for (unsigned i = FLOW_FORMAT_POWERSHELL; i < FLOW_FORMAT_COUNT; i++)
        EXPECT_PRESENT("it is not valid UTF-8", write_value((enum flow_format)i, "a\xff"));
}

TEST("a key that the format cannot hold is refused with its place")
{
    static const struct flow_pair dot = {
        .key = "a.b", .value = {(const unsigned char *)"v", 1}, .where = ".env:3"};
    static const struct flow_pair dash = PAIR("a-b", "v"), digit = PAIR("1A", "v");

    EXPECT_STR(write_pairs(FLOW_FORMAT_SH, &dot, 1),
               "key a.b (.env:3) cannot be written as sh: it takes no such name; json, yaml, "
               "dotenv, docker and exec do");
    EXPECT_PRESENT("it takes no such name", write_pairs(FLOW_FORMAT_SYSTEMD, &dash, 1));
    EXPECT_PRESENT("it takes no such name", write_pairs(FLOW_FORMAT_TFVARS, &digit, 1));
    EXPECT_STR(write_pairs(FLOW_FORMAT_TFVARS, &dash, 1), "a-b = \"v\"\n");
    EXPECT_STR(write_pairs(FLOW_FORMAT_DOTENV, &dot, 1), "a.b=v\n");
    EXPECT_STR(write_pairs(FLOW_FORMAT_DOCKER, &digit, 1), "1A=v\n");
}

TEST("a key of more than 1,000 bytes is no key")
{
    static char key[1002];
    struct flow_pair pair = {.key = key, .value = {(const unsigned char *)"v", 1}};

    memset(key, 'K', 1000);
    EXPECT_ABSENT("cannot", write_pairs(FLOW_FORMAT_YAML, &pair, 1));
    key[1000] = 'K';
    EXPECT_PRESENT("its name is longer than 1,000 bytes", write_pairs(FLOW_FORMAT_YAML, &pair, 1));
}

TEST("a key that the reader keeps for itself is refused there and nowhere else")
{
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_BASH, "RANDOM"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_SH, "LINES"));
    EXPECT(!flow_key_is_reserved(FLOW_FORMAT_BASH, "LINES"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_ZSH, "_"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_ZSH, "zsh_scheduled_events"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_ZSH, "ARGC"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_FISH, "version"));
    EXPECT(!flow_key_is_reserved(FLOW_FORMAT_BASH, "version"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_GITHUB_ENV, "GITHUB_X"));
    EXPECT(flow_key_is_reserved(FLOW_FORMAT_GITHUB_ENV, "NODE_OPTIONS"));
    EXPECT(!flow_key_is_reserved(FLOW_FORMAT_JSON, "GITHUB_X"));
    EXPECT(!flow_key_is_reserved(FLOW_FORMAT_BASH, ""));
}

TEST("each line of a secret that is worth it is masked, and nothing plain")
{
    static const struct flow_pair pairs[] = {
        PAIR("A", "-----BEGIN\r\n\t100%%key\n}\nabc\rlast line "),
        {.key = "B", .value = {(const unsigned char *)"plain", 5}, .secret = false},
        PAIR("C", "abc"),
        PAIR("D", "")};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t len;

    OK(flow_format_masks(pairs, FLOW_COUNT(pairs), &text, &err), err);
    EXPECT_STR((const char *)flow_secret_expose(text, &len),
               "::add-mask::-----BEGIN\n::add-mask::100%25%25key\n::add-mask::last line\n");
}

TEST("UTF-8 is the shortest form, without surrogates, up to U+10FFFF")
{
    static const char *const good[] = {"",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "aaaaaaaa\xe2\x82\xac"};
    static const char *const bad[] = {"\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xe2\x82",
                                      "aaaaaaaa\xff",
                                      "\xc3(",
                                      "\xf0\x8f\xbf\xbf"};

    for (size_t i = 0; i < FLOW_COUNT(good); i++)
        EXPECT(
            flow_utf8_valid((struct flow_bytes){(const unsigned char *)good[i], strlen(good[i])}));
    for (size_t i = 0; i < FLOW_COUNT(bad); i++)
        EXPECT(
            !flow_utf8_valid((struct flow_bytes){(const unsigned char *)bad[i], strlen(bad[i])}));
}

static double seconds_for(enum flow_format format, const struct flow_pair *pairs, size_t count)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    clock_t start = clock();

    OK(flow_format_write(format, pairs, count, &text, &err), err);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

TEST("100,000 pairs take ten times as long as 10,000, not a hundred times")
{
    enum { MANY = 100000 };
    struct flow_pair *pairs = calloc(MANY, sizeof *pairs);

    EXPECT(pairs != NULL);
    for (size_t i = 0; i < MANY; i++)
        pairs[i] = (struct flow_pair)PAIR("KEY", "it's a \"value\"");
    for (unsigned i = 0; i < FLOW_FORMAT_COUNT; i++) {
        double few = seconds_for((enum flow_format)i, pairs, MANY / 10);

        EXPECT(seconds_for((enum flow_format)i, pairs, MANY) < 40 * few + 0.2);
    }
    free(pairs);
}
