#include "support/test.h"

#include <stdio.h>

#include "model/param.h"

static struct flow_bytes bytes(const char *text)
{
    return (struct flow_bytes){(const unsigned char *)text, strlen(text)};
}

static void add(struct flow_params *params, const char *name, uint64_t version)
{
    struct flow_param param = {.name = name, .value = bytes(name), .version = version};
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_params_add(params, &param, NULL, &err), err);
}

TEST("AWS's words for the types come and go, and nothing near them passes")
{
    enum flow_type type = FLOW_STRING;

    for (int i = FLOW_STRING; i <= FLOW_SECURE_STRING; i++) {
        EXPECT(flow_type_parse(flow_type_name((enum flow_type)i), &type));
        EXPECT_INT(type, i);
    }
    EXPECT(!flow_type_parse("string", &type));
    EXPECT(!flow_type_parse("", &type));
}

TEST("a set owns copies of all it was given")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    char name[] = "/t/dev/key", value[] = "v\0w", why[] = "why", where[] = "where", who[] = "who",
         key_id[] = "key", extra[] = "extra";
    struct flow_param given = {.name = name,
                               .value = {(unsigned char *)value, 3},
                               .type = FLOW_SECURE_STRING,
                               .why = why,
                               .where = where,
                               .who = who,
                               .key_id = key_id,
                               .version = 7,
                               .modified_s = 8,
                               .extra = {(unsigned char *)extra, 5}};
    struct flow_param *copy = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_params_init(&params, &err), err);
    OK(flow_params_add(&params, &given, &copy, &err), err);
    name[0] = value[0] = why[0] = where[0] = who[0] = key_id[0] = extra[0] = '#';
    EXPECT_STR(copy->name, "/t/dev/key");
    EXPECT_BYTES(copy->value.at, "v\0w", 4);
    EXPECT_INT(copy->value.len, 3);
    EXPECT_STR(copy->why, "why");
    EXPECT_STR(copy->where, "where");
    EXPECT_STR(copy->who, "who");
    EXPECT_STR(copy->key_id, "key");
    EXPECT_BYTES(copy->extra.at, "extra", 5);
    EXPECT_INT(copy->version, 7);
    EXPECT_INT(copy->type, FLOW_SECURE_STRING);
}

TEST("a value that was not read stays apart from an empty one")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    struct flow_param unread = {.name = "a", .unreadable = true}, empty = {.name = "b"}, *copy;
    struct flow_err err = FLOW_ERR_INIT;

    empty.value = bytes("");
    OK(flow_params_init(&params, &err), err);
    OK(flow_params_add(&params, &unread, &copy, &err), err);
    EXPECT_NULL(copy->value.at);
    OK(flow_params_add(&params, &empty, &copy, &err), err);
    EXPECT(copy->value.at != NULL);
    EXPECT_INT(copy->value.len, 0);
}

TEST("sorted by name, then version; find gives the first of a name; remove closes the gap")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_params_init(&params, &err), err);
    EXPECT_NULL(flow_params_find(&params, "b"));
    add(&params, "b", 12);
    add(&params, "c", 1);
    add(&params, "b", 3);
    add(&params, "B", 9);
    flow_params_sort(&params);
    EXPECT_STR(params.list[0].name, "B");
    EXPECT_INT(flow_params_find(&params, "b")->version, 3);
    EXPECT_INT(params.list[2].version, 12);
    EXPECT_NULL(flow_params_find(&params, "a"));
    EXPECT_NULL(flow_params_find(&params, "bb"));
    EXPECT_NULL(flow_params_find(&params, "d"));
    flow_params_remove(&params, flow_params_find(&params, "b"));
    EXPECT_INT(params.count, 3);
    EXPECT_INT(flow_params_find(&params, "b")->version, 12);
    flow_params_remove(&params, flow_params_find(&params, "c"));
    EXPECT_INT(params.count, 2);
    EXPECT_NULL(flow_params_find(&params, "c"));
}

TEST("100,000 parameters, sorted and unsorted, are all found")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    struct flow_err err = FLOW_ERR_INIT;
    char name[32];

    OK(flow_params_init(&params, &err), err);
    for (unsigned i = 0; i < 100000; i++) {
        (void)snprintf(name, sizeof name, "/t/%06u", i * 7919 % 100000);
        add(&params, name, 1);
    }
    flow_params_sort(&params);
    flow_params_sort(&params);
    for (unsigned i = 0; i < 100000; i++) {
        (void)snprintf(name, sizeof name, "/t/%06u", i);
        EXPECT_STR(params.list[i].name, name);
        EXPECT(flow_params_find(&params, name) == &params.list[i]);
    }
}
