#include "support/test.h"

#include <stdlib.h>

#include "text/dotenv.h"

/* The set after parsing up to two files, strongest first, and expanding. */
struct fixture {
    struct flow_arena *arena;
    struct flow_dotenv set;
    struct flow_err err;
};

static const char *lookup_home(void *context, const char *key)
{
    (void)context;
    return strcmp(key, "HOME") == 0 ? "/home/u$A" : strcmp(key, "EMPTY") == 0 ? "" : NULL;
}

static enum flow_code expand(struct fixture *fixture, const char *first, const char *second,
                             bool with_lookup)
{
    struct flow_bytes one = {(const unsigned char *)first, strlen(first)};
    struct flow_bytes two = {(const unsigned char *)second, strlen(second)};

    *fixture = (struct fixture){.err = FLOW_ERR_INIT};
    OK(flow_arena_new(&fixture->arena, &fixture->err), fixture->err);
    flow_dotenv_init(&fixture->set, fixture->arena);
    OK(flow_dotenv_parse(&fixture->set, "one", one, &fixture->err), fixture->err);
    OK(flow_dotenv_parse(&fixture->set, "two", two, &fixture->err), fixture->err);
    return flow_dotenv_expand(&fixture->set, with_lookup ? lookup_home : NULL, NULL, &fixture->err);
}

static void end(struct fixture *fixture)
{
    flow_dotenv_done(&fixture->set);
    flow_arena_free(fixture->arena);
}

/* The last item's value. */
static void expect_files(const char *first, const char *second, const char *value)
{
    FLOW_CLEANUP(end) struct fixture fixture;

    OK(expand(&fixture, first, second, false), fixture.err);
    EXPECT_STR((const char *)fixture.set.items[fixture.set.count - 1].value.at, value);
}

static void expect_last(const char *text, const char *value)
{
    expect_files(text, "", value);
}

static void expect_error(const char *first, const char *second, enum flow_code code,
                         const char *sentence)
{
    FLOW_CLEANUP(end) struct fixture fixture;

    EXPECT_CODE(expand(&fixture, first, second, false), code);
    EXPECT_STR(fixture.err.text, sentence);
}

/* Each was read off dotenv-expand 12.0.3; tests/integration/test_dotenv.py asks it again. */
TEST("expansion is dotenv-expand's")
{
    static const char *const pairs[][2] = {
        {"A=1\nB=$A", "1"},
        {"A=1\nB=\"<${A}>\"", "<1>"},
        {"A=1\nB=`$A`", "1"},
        {"A=1\nB=$A$A-${A}x", "11-1x"},
        {"B=$A", ""},
        {"B=${A:-d}", "d"},
        {"B=${A-d}", "d"},
        {"A=\nB=${A-d}", "d"},
        {"A=1\nB=${A:-d}", "1"},
        {"B=${A:+x}", ""},
        {"A=1\nB=${A:+x}${A+y}", "xy"},
        {"A=\nB=${A+x}", ""},
        {"C=3\nB=${A:-${D:-$C}}", "3"},
        {"C=3\nB=${C:+${C}4}", "34"},
        {"B=${A:-a-b+c}", "a-b+c"},
        {"B=${A:?e}${A=1}", ""},
        {"B=pa$$w0rd", "pa$"},
        {"B=pa\\$word", "pa$word"},
        {"B=\\${A}", "${A}"},
        {"B=$ $1 ${} {} $", "$ $1 ${} {} $"},
        {"B=$(id)`id`", "$(id)`id`"},
        {"B=${A", "${A"},
        {"B=${A:-{x}}", "${A:-{x}}"},
        {"a.b=1\nB=${a.b}", "1"},
        {"B=$A\nA=1\nC=$B", ""},
        {"B=${B:-x}", "x"},
        {"A=${B:-1}\nB=$A", "1"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(pairs); i++)
        expect_last(pairs[i][0], pairs[i][1]);
}

TEST("single quotes are literal, and what is put in is not expanded again")
{
    expect_last("A=1\nB='$A ${A} \\$'", "$A ${A} \\$");
    expect_last("W=no\nA='$W'\nB=$A", "$W");
    expect_last("W=no\nA=pa\\$W\nB=x$A", "xpa$W");
    expect_last("A='$$ $& $1'\nB=$A", "$$ $& $1");
    expect_last("A=1\nB=\\$A $A", "$A 1");
    expect_last("A=B\nC=${${A}}", "${B}");
}

TEST("names of other files are found wherever they stand")
{
    expect_files("HOST=h", "URL=http://$HOST", "http://h");
    expect_files("URL=http://$HOST\nX=1", "HOST=h\nLAST=$URL", "http://h");
    expect_files("HOST=strong", "HOST=weak\nURL=$HOST", "strong");
}

TEST("the environment is read only if asked, and then first")
{
    FLOW_CLEANUP(end) struct fixture fixture;

    OK(expand(&fixture, "HOME=/file\nEMPTY=x\nA=1\nB=$HOME:${EMPTY:-e}:$A", "", true), fixture.err);
    EXPECT_STR((const char *)fixture.set.items[0].value.at, "/file");
    EXPECT_STR((const char *)fixture.set.items[3].value.at, "/home/u$A:e:1");
    expect_last("B=<$HOME>", "<>");
}

TEST("names that lead back to themselves are named, not followed")
{
    expect_error("A=$A", "", FLOW_E_FORMAT, "one:1: A refers to itself: A -> A");
    expect_error("X=1\nA=${B}\nB=${A}", "", FLOW_E_FORMAT,
                 "one:2: A refers to itself: A -> B -> A");
    expect_error("A=$B", "B=$C\nC=${D:-$A}", FLOW_E_FORMAT,
                 "one:1: A refers to itself: A -> B -> C -> A");
}

TEST("depth and growth have an end that names the key")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    int i;

    expect_last("A=${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-x}}}}}}}}}}", "x");
    expect_error("A=${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-${Z:-x}}}}}}}}}}}", "",
                 FLOW_E_LIMIT, "one:1: A: references go deeper than 10");
    flow_str_add(&text, "A0=xxxxxxxx\n");
    for (i = 1; i < 60; i++)
        flow_str_addf(&text, "A%d=$A%d$A%d\n", i, i - 1, i - 1);
    expect_error(text.text, "", FLOW_E_LIMIT, "one:18: A17: the expanded values grow beyond 1 MiB");
}

TEST("a long chain in file order costs no depth")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_DOTENV_FILE_MAX);
    int i;

    flow_str_add(&text, "A0=v\n");
    for (i = 1; i < FLOW_DOTENV_NAMES_MAX; i++)
        flow_str_addf(&text, "A%d=$A%d\n", i, i - 1);
    expect_last(text.text, "v");
}
