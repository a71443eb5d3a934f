#include "support/test.h"

#include <stdio.h>

#include "model/view.h"

static void offer(struct flow_view *view, const char *source, const char *key, const char *value)
{
    struct flow_origin origin = {.source = source, .name = key, .unreadable = value == NULL};
    struct flow_bytes bytes = {(const unsigned char *)value, value == NULL ? 0 : strlen(value)};
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_view_offer(view, key, bytes, &origin, &err), err);
}

static void begin(struct flow_view *view)
{
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_view_init(view, "dev", &err), err);
}

TEST("the first offer of a key wins, the others stand behind it in their order")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    const struct flow_entry *entry;

    begin(&view);
    offer(&view, "dotenv", "B", "1");
    offer(&view, "dotenv", "A", "1");
    offer(&view, "ssm", "A", "2");
    offer(&view, "ssm", "B", "1");
    offer(&view, "local", "A", "1");
    offer(&view, "local", "C", "3");
    flow_view_sort(&view);
    EXPECT_INT(view.count, 3);
    EXPECT_STR(view.stage, "dev");
    entry = flow_view_find(&view, "A");
    EXPECT_STR((const char *)entry->value.at, "1");
    EXPECT_STR(entry->origin.source, "dotenv");
    EXPECT_INT(entry->shadow_count, 2);
    EXPECT_STR(entry->shadows[0].source, "ssm");
    EXPECT(entry->shadows[0].differs);
    EXPECT_STR(entry->shadows[1].source, "local");
    EXPECT(!entry->shadows[1].differs);
    entry = flow_view_find(&view, "B");
    EXPECT_INT(entry->shadow_count, 1);
    EXPECT(!entry->shadows[0].differs);
    EXPECT_INT(flow_view_find(&view, "C")->shadow_count, 0);
    EXPECT_NULL(flow_view_find(&view, "D"));
    EXPECT_NULL(flow_view_find(&view, ""));
}

TEST("what cannot be read wins like any other, is never empty, and differs from nothing")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    const struct flow_entry *entry;

    begin(&view);
    offer(&view, "github", "A", NULL);
    offer(&view, "github", "B", "");
    offer(&view, "ssm", "A", "2");
    offer(&view, "ssm", "B", "2");
    flow_view_sort(&view);
    entry = flow_view_find(&view, "A");
    EXPECT_NULL(entry->value.at);
    EXPECT(entry->origin.unreadable);
    EXPECT(!entry->shadows[0].differs);
    entry = flow_view_find(&view, "B");
    EXPECT(entry->value.at != NULL);
    EXPECT_INT(entry->value.len, 0);
    EXPECT(entry->shadows[0].differs);
}

TEST("all that is offered is copied, and every value has a NUL behind it")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    char key[] = "KEY", value[] = "value", source[] = "dotenv", where[] = ".env:1";
    struct flow_origin origin = {.source = source, .name = key, .where = where, .version = 3};
    struct flow_err err = FLOW_ERR_INIT;

    begin(&view);
    OK(flow_view_offer(&view, key, (struct flow_bytes){(unsigned char *)value, 3}, &origin, &err),
       err);
    key[0] = value[0] = source[0] = where[0] = '#';
    EXPECT_STR(view.entries[0].key, "KEY");
    EXPECT_STR((const char *)view.entries[0].value.at, "val");
    EXPECT_STR(view.entries[0].origin.source, "dotenv");
    EXPECT_STR(view.entries[0].origin.where, ".env:1");
    EXPECT_STR(view.entries[0].origin.name, "KEY");
    EXPECT_INT(view.entries[0].origin.version, 3);
}

TEST("a filtered view is still sorted, and its shadows are still there")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    static const char *const patterns[] = {"*", "!B*"};

    begin(&view);
    offer(&view, "dotenv", "C", "1");
    offer(&view, "dotenv", "BB", "1");
    offer(&view, "dotenv", "A", "1");
    offer(&view, "ssm", "C", "2");
    offer(&view, "ssm", "BB", "2");
    flow_view_sort(&view);
    flow_view_filter(&view, patterns, 2);
    EXPECT_INT(view.count, 2);
    EXPECT_NULL(flow_view_find(&view, "BB"));
    EXPECT_STR(flow_view_find(&view, "C")->shadows[0].source, "ssm");
}

TEST("two sources of 100,000 keys each merge without a wait")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    char key[32];

    begin(&view);
    for (unsigned i = 0; i < 100000; i++) {
        (void)snprintf(key, sizeof key, "K%06u", i * 7919 % 100000);
        offer(&view, "dotenv", key, "1");
    }
    for (unsigned i = 0; i < 100000; i++) {
        (void)snprintf(key, sizeof key, "K%06u", i);
        offer(&view, "ssm", key, i % 2 ? "1" : "2");
    }
    flow_view_sort(&view);
    EXPECT_INT(view.count, 100000);
    for (unsigned i = 0; i < 100000; i++) {
        EXPECT_INT(view.entries[i].shadow_count, 1);
        EXPECT_INT(view.entries[i].shadows[0].differs, i % 2 == 0);
    }
}
