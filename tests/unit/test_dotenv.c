#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "text/dotenv.h"

/* A set and what it stands on. */
struct fixture {
    struct flow_arena *arena;
    struct flow_dotenv set;
    struct flow_err err;
};

static void begin(struct fixture *fixture)
{
    *fixture = (struct fixture){.err = FLOW_ERR_INIT};
    OK(flow_arena_new(&fixture->arena, &fixture->err), fixture->err);
    flow_dotenv_init(&fixture->set, fixture->arena);
}

static void end(struct fixture *fixture)
{
    flow_dotenv_done(&fixture->set);
    flow_arena_free(fixture->arena);
}

static enum flow_code parse_bytes(struct fixture *fixture, const char *file, const char *text,
                                  size_t len)
{
    struct flow_bytes bytes = {(const unsigned char *)text, len};

    return flow_dotenv_parse(&fixture->set, file, bytes, &fixture->err);
}

static enum flow_code parse(struct fixture *fixture, const char *file, const char *text)
{
    return parse_bytes(fixture, file, text, strlen(text));
}

/* "KEY=value|" of the set, in its order. */
static void expect_set(const char *text, const char *items)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(end) struct fixture fixture;
    size_t i;

    begin(&fixture);
    OK(parse(&fixture, ".env", text), fixture.err);
    for (i = 0; i < fixture.set.count; i++)
        flow_str_addf(&out, "%s=%s|", fixture.set.items[i].key,
                      (const char *)fixture.set.items[i].value.at);
    EXPECT_STR(out.text, items);
}

static void expect_error(const char *text, const char *sentence)
{
    FLOW_CLEANUP(end) struct fixture fixture;

    begin(&fixture);
    EXPECT_CODE(parse(&fixture, ".env", text), FLOW_E_FORMAT);
    EXPECT_STR(fixture.err.text, sentence);
}

/* Each pair was read off dotenv 17.4.2; tests/integration/test_dotenv.py asks it again. */
TEST("the syntax is dotenv's")
{
    static const char *const pairs[][2] = {
        {"", ""},
        {"A=1", "A=1|"},
        {"A=\nB=2\n", "A=|B=2|"},
        {"  A = 1 \t\nexport B=2\n\texport\tC = 3", "A=1|B=2|C=3|"},
        {"A: 1\nB:\t2", "A=1|B=2|"},
        {"A=a#b\nB=a #c\nC='a#b' # c\nD=\"a#b\"#c", "A=a|B=a|C=a#b|D=a#b|"},
        {"# c\n\n   # c = d\nA=1", "A=1|"},
        {"A=\"a\\nb\\rc\\td\\\\n\"\nB='a\\nb'\nC=a\\nb\nD=`a\\nb`",
         "A=a\nb\rc\\td\\\n|B=a\\nb|C=a\\nb|D=a\\nb|"},
        {"A=\"a\\\"b\"\nB='a\\'b'\nC=`a\\`b`", "A=a\\\"b|B=a\\'b|C=a\\`b|"},
        {"A=\"C:\\dir\\\"\nB=2", "A=C:\\dir\\|B=2|"},
        {"A=\"x\ny\" # c\nB='\n'\nC=`x'\"y`", "A=x\ny|B=\n|C=x'\"y|"},
        {"A='it''s'\nB=\"x\" y\nC=x'y'", "A=it''s|B=\"x\" y|C=x'y'|"},
        {"A=\"x\" y\\n", "A=\"x\" y\n|"},
        {"a.b=1\nc-d=2\n1A=3\n-=4\n.=5", "a.b=1|c-d=2|1A=3|-=4|.=5|"},
        {"A=1\nB=2\nA=3", "A=3|B=2|"},
        {"A==1\nB=x=y\nC= = ", "A==1|B=x=y|C==|"},
        {"\xef\xbb\xbf"
         "A=1\r\nB=2\rC=\"x\r\ny\"\r\n",
         "A=1|B=2|C=x\ny|"},
        {"A=\n\n'x'\nB\n=y\nexport\nC=z", "A=x|B=y|C=z|"},
        {"A:\nB=2", "A=B=2|"},
        {"export=1\nexportB=2\nexport export=3", "export=3|exportB=2|"},
        {"A=\xc2\xa0x\xe3\x80\x80\nB=\xe2\x80\x83", "A=x|B=|"},
        {"A=1 # c\xe2\x80\xa8"
         "B=2",
         "A=1|B=2|"},
        {"A=x\xe2\x80\xa8'y'", "A=x\xe2\x80\xa8y|"},
        {"A=\xff\xfe", "A=\xff\xfe|"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(pairs); i++)
        expect_set(pairs[i][0], pairs[i][1]);
}

TEST("what dotenv skips or misreads without a word is an error with line and column")
{
    static const char assignment[] = "neither a comment nor an assignment; write KEY=value";
    static const char quote[] =
        "the quote that opens here is not closed before the line or its comment ends";
    static const struct {
        const char *text, *place, *sentence;
    } broken[] = {
        {"A=1\nFOO\n", ".env:2:1", assignment},
        {"A=1\r\n\r\n  export FOO\r\n", ".env:3:3", assignment},
        {"A=1\nB:2\n", ".env:2:1", assignment},
        {"a b=1", ".env:1:1", assignment},
        {"=1", ".env:1:1", assignment},
        {"A=\"x\"\n-----BEGIN PRIVATE KEY-----\n", ".env:2:1", assignment},
        {"A=\"x", ".env:1:3", quote},
        {"B=2\nA = 'x\nC=3\n", ".env:2:5", quote},
        {"A=`", ".env:1:3", quote},
        {"A=\"x # \" y", ".env:1:3", quote},
        {"A=\"x\nB=\"y\"\n", ".env:1:3", quote},
    };
    char sentence[256];
    size_t i;

    for (i = 0; i < FLOW_COUNT(broken); i++) {
        (void)snprintf(sentence, sizeof sentence, "%s: %s", broken[i].place, broken[i].sentence);
        expect_error(broken[i].text, sentence);
    }
}

TEST("a NUL byte has a place, and nothing of the file is in the sentence")
{
    FLOW_CLEANUP(end) struct fixture fixture;

    begin(&fixture);
    EXPECT_CODE(parse_bytes(&fixture, ".env", "A=1\nB=hunter2\0x\n", 16), FLOW_E_FORMAT);
    EXPECT_STR(fixture.err.text, ".env:2:10: a NUL byte, which no variable can hold");
}

TEST("an item knows its file, its line and its quotes")
{
    FLOW_CLEANUP(end) struct fixture fixture;
    const struct flow_dotenv_item *items;

    begin(&fixture);
    OK(parse(&fixture, ".env", "\nA='x'\n\nexport\nB=\"y\nz\"\nC='x' y\nD=x\n"), fixture.err);
    items = fixture.set.items;
    EXPECT(items[0].line == 2 && items[0].quote == '\'');
    EXPECT(items[1].line == 5 && items[1].quote == '"');
    EXPECT(items[2].line == 7 && items[2].quote == '\0');
    EXPECT(items[3].line == 8 && items[3].quote == '\0');
    EXPECT_STR(items[3].file, ".env");
}

TEST("the first file offered wins, and its last line")
{
    FLOW_CLEANUP(end) struct fixture fixture;
    const struct flow_dotenv_item *item;

    begin(&fixture);
    OK(parse(&fixture, ".env.local", "A=0\nA=1\n"), fixture.err);
    OK(parse(&fixture, ".env", "A=2\nB=3\nB=4\n"), fixture.err);
    EXPECT_INT(fixture.set.count, 2);
    item = flow_dotenv_find(&fixture.set, "A", 1);
    EXPECT_STR((const char *)item->value.at, "1");
    EXPECT_STR(item->file, ".env.local");
    EXPECT_INT(item->line, 2);
    item = flow_dotenv_find(&fixture.set, "Bx", 1);
    EXPECT_STR((const char *)item->value.at, "4");
    EXPECT_NULL(flow_dotenv_find(&fixture.set, "Bx", 2));
    EXPECT_NULL(flow_dotenv_find(&fixture.set, "", 0));
}

static char *repeat(const char *text, size_t len)
{
    char *out = malloc(len + 1);
    size_t i, step = strlen(text);

    for (i = 0; i < len; i++)
        out[i] = text[i % step];
    out[len] = '\0';
    return out;
}

TEST("limits are said with their place")
{
    FLOW_CLEANUP(flow_freep) char *file = repeat("A=1\n", FLOW_DOTENV_FILE_MAX + 1);
    FLOW_CLEANUP(flow_freep) char *line = repeat("A=1", FLOW_DOTENV_LINE_MAX + 1);
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_DOTENV_FILE_MAX);
    FLOW_CLEANUP(end) struct fixture fixture;
    int i;

    begin(&fixture);
    EXPECT_CODE(parse(&fixture, ".env", file), FLOW_E_LIMIT);
    EXPECT_STR(fixture.err.text, ".env: larger than 1 MiB");
    OK(parse_bytes(&fixture, ".env", line, FLOW_DOTENV_LINE_MAX), fixture.err);
    EXPECT_CODE(parse(&fixture, ".env", line), FLOW_E_LIMIT);
    EXPECT_STR(fixture.err.text, ".env:1:131073: the line is longer than 128 KiB");
    for (i = 1; i < FLOW_DOTENV_NAMES_MAX; i++)
        flow_str_addf(&names, "KEY_%d=%d\n", i, i);
    OK(parse(&fixture, ".env", names.text), fixture.err);
    EXPECT_INT(fixture.set.count, FLOW_DOTENV_NAMES_MAX);
    flow_str_add(&names, "ONE_MORE=");
    EXPECT_CODE(parse(&fixture, ".env", names.text), FLOW_E_LIMIT);
    EXPECT_STR(fixture.err.text, ".env:10000:1: more than 10000 names");
}

TEST("hostile text of 1 MiB costs linear time")
{
    static const char *const patterns[] = {
        "A=\"\n", "A=\"x\\\"\n",       "A='`\"\n", "A=\n\n\n\n", "A='\\' \\' \\' \n",
        "\n",     "A=x\xe2\x80\xa8'\n"};
    size_t i;

    for (i = 0; i < FLOW_COUNT(patterns); i++) {
        FLOW_CLEANUP(flow_freep) char *text = repeat(patterns[i], FLOW_DOTENV_FILE_MAX);
        FLOW_CLEANUP(end) struct fixture fixture;

        begin(&fixture);
        (void)parse(&fixture, ".env", text);
    }
}
