#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "text/yaml.h"

/* "path=text|" of each value, with its tag, quotes and alias where it has them. */
static enum flow_code write_value(void *context, const struct flow_yaml_value *value,
                                  struct flow_err *err)
{
    struct flow_str *out = context;

    if (strcmp(value->text, "stop") == 0)
        return flow_err_set(err, FLOW_E_USAGE, "told to stop");
    flow_str_addf(out, "%s=%s", value->path, value->tag);
    if (value->alias_of != NULL)
        flow_str_addf(out, "*%s", value->alias_of);
    flow_str_addf(out, value->plain ? "%s|" : "'%s'|", value->text);
    return FLOW_OK;
}

static enum flow_code read(const char *text, size_t len, struct flow_str *out, struct flow_err *err)
{
    return flow_yaml_each("a.yml", text, len, write_value, out, err);
}

static void expect_values(const char *text, const char *values)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    OK(read(text, strlen(text), &out, &err), err);
    EXPECT_STR(out.text, values);
}

static void expect_error(const char *text, enum flow_code code, const char *sentence)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(read(text, strlen(text), &out, &err), code);
    EXPECT_STR(err.text, sentence);
}

TEST("values come with their paths, as text")
{
    expect_values("service: shop\nprovider:\n  region: us-east-1 # c\n  on: yes\n  empty:\n"
                  "functions:\n  a:\n    events:\n      - httpApi: 'GET /'\n      - 1\n",
                  "service=shop|provider.region=us-east-1|provider.on=yes|provider.empty=|"
                  "functions.a.events[0].httpApi='GET /'|functions.a.events[1]=1|");
    expect_values("", "");
    expect_values("only", "=only|");
    expect_values("- [a, {b: c}]\n- - d\n", "[0][0]=a|[0][1].b=c|[1][0]=d|");
    expect_values("{a.b: 1, 'c[0]': 2}", "a\\.b=1|c\\[0\\]=2|");
}

TEST("tags are told and text stays whole")
{
    expect_values("a: !Ref Table\nb: !Sub \"${x}-y\"\nc: !GetAtt [T, Arn]\nd: |\n  one\n  two\n",
                  "a=!RefTable|b=!Sub'${x}-y'|c[0]=T|c[1]=Arn|d='one\ntwo\n'|");
}

TEST("an alias tells what it stands for, and nothing is copied")
{
    expect_values("base: &b {x: 1}\nother:\n  <<: *b\n  y: *b\n",
                  "base.x=1|other.<<=*base|other.y=*base|");
    expect_values("a: &x 1\nb: &x 2\nc: *x\n", "a=1|b=2|c=*b|");
}

TEST("a value knows where it stands, marks and line ends aside")
{
    expect_values("\xef\xbb\xbf"
                  "a: 1\r\nb: 2\r\n",
                  "a=1|b=2|");
    expect_error("a: 1\nb:\n  - x\n  - stop\n", FLOW_E_USAGE, "a.yml:4:5: told to stop");
}

TEST("what libyaml refuses, and what it lets pass, is an error with its place")
{
    expect_error("a: [1\n", FLOW_E_FORMAT, "a.yml:2:1: did not find expected ',' or ']'");
    expect_error("a: 1\n b: 2\n", FLOW_E_FORMAT,
                 "a.yml:2:3: mapping values are not allowed in this context");
    expect_error("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", FLOW_E_FORMAT,
                 "a.yml:5:3: 'c' is given twice, first on line 3");
    expect_error("a: *b\n", FLOW_E_FORMAT, "a.yml:1:4: an alias of an anchor that is not there");
    expect_error("a: 1\n---\nb: 2\n", FLOW_E_FORMAT, "a.yml:2:1: a second document");
    expect_error("? [a]\n: b\n", FLOW_E_FORMAT, "a.yml:1:3: a key that is no scalar");
    expect_error("a: \"x\\0y\"\n", FLOW_E_FORMAT, "a.yml:1:4: a NUL byte in a scalar");
    expect_error("a: \xff\n", FLOW_E_FORMAT, "a.yml: invalid leading UTF-8 octet at byte 3");
}

static void expect_limit(const char *unit, size_t times, const char *sentence)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_YAML_FILE_MAX + 100);
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_YAML_FILE_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < times; i++)
        flow_str_add(&text, unit);
    EXPECT_CODE(read(text.text, text.len, &out, &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, sentence);
}

TEST("size, depth, events and anchors have an end")
{
    expect_limit("[", FLOW_YAML_DEPTH_MAX + 1, "a.yml:1:65: deeper than 64 levels");
    expect_limit("[", FLOW_YAML_FILE_MAX, "a.yml:1:65: deeper than 64 levels");
    expect_limit("- 1\n", FLOW_YAML_EVENTS_MAX, "a.yml:99998:3: more than 100000 events");
    expect_limit("- &a 1\n", FLOW_YAML_ANCHORS_MAX + 1, "a.yml:1001:3: more than 1000 anchors");
    expect_limit("#\n", FLOW_YAML_FILE_MAX / 2 + 1, "a.yml is larger than 4194304 bytes");
}

TEST("a billion laughs cost a few lines")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    int i;

    flow_str_add(&text, "a0: &a0 [lol]\n");
    for (i = 1; i < 30; i++)
        flow_str_addf(&text, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1);
    OK(read(text.text, text.len, &out, &err), err);
    EXPECT(out.len < 4096);
}
