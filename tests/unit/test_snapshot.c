#include <stdio.h>

#include "support/test.h"

#include "ops/seen.h"
#include "ops/snapshot.h"
#include "support/world.h"

#define VALUE(text)                                                                                \
    {                                                                                              \
        .at = (const unsigned char *)(text), .len = sizeof(text) - 1                               \
    }

static const struct flow_param two[] = {
    {.name = "/a/dev/one", .value = VALUE("1"), .version = 1},
    {.name = "/a/dev/two", .value = VALUE("2"), .version = 7},
};

static void far_end_has_two(struct test_world *world)
{
    world->answer = FLOW_OK;
    world->params = two;
    world->param_count = FLOW_COUNT(two);
}

/* What a command asking for /a/dev gets: a code, and how many parameters. */
static enum flow_code ask_of(struct test_world *world, const char *prefix,
                             enum flow_freshness freshness, bool always_fresh, size_t *count)
{
    FLOW_CLEANUP(flow_session_freep)
    struct flow_session *session = test_world_session(world, NULL, freshness);
    struct flow_snapshot_want want = {
        .source = FLOW_SOURCE_SSM, .prefix = prefix, .always_fresh = always_fresh};
    FLOW_CLEANUP(flow_snapshot_done) struct flow_snapshot snapshot = {0};
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_code code = flow_snapshot_get(session, &want, &snapshot, &err);

    *count = snapshot.params.count;
    return code;
}

static enum flow_code ask(struct test_world *world, enum flow_freshness freshness,
                          bool always_fresh, size_t *count)
{
    return ask_of(world, "/a/dev", freshness, always_fresh, count);
}

static enum flow_code ask_plainly(struct test_world *world)
{
    size_t count;

    return ask(world, FLOW_FRESH_DEFAULT, false, &count);
}

TEST("a young snapshot is served without a request, an older one is fetched anew")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;
    size_t count;

    test_world_init(&world, "young", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask(&world, FLOW_FRESH_DEFAULT, false, &count), FLOW_OK);
    EXPECT_INT(count, 2);
    test_world_pass(&world, 899);
    EXPECT_CODE(ask(&world, FLOW_FRESH_DEFAULT, false, &count), FLOW_OK);
    EXPECT_INT(count, 2);
    EXPECT_INT(world.fetches, 1);
    test_world_pass(&world, 1);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    EXPECT_INT(world.fetches, 2);
    EXPECT_INT(world.last_known_count, 2);
    EXPECT(!world.last_known_only);
}

TEST("while the service is away a snapshot serves for a day, and says how old it is")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;

    test_world_init(&world, "away", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    world.answer = FLOW_E_UNREACHABLE;
    test_world_pass(&world, 3 * 3600);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    EXPECT_PRESENT("3 h ago", world.notices);
    test_world_pass(&world, 22 * 3600);
    EXPECT_CODE(ask_plainly(&world), FLOW_E_UNREACHABLE);
}

TEST("what the service refuses is not served any more, offline neither")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;
    size_t count;

    test_world_init(&world, "refused", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    test_world_pass(&world, 1000);
    world.answer = FLOW_E_DENIED;
    EXPECT_CODE(ask_plainly(&world), FLOW_E_DENIED);
    world.answer = FLOW_E_UNREACHABLE;
    EXPECT_CODE(ask_plainly(&world), FLOW_E_UNREACHABLE);
    EXPECT_CODE(ask(&world, FLOW_FRESH_OFFLINE, false, &count), FLOW_E_NOT_FOUND);
}

TEST("a check, and a user who says --refresh, are never answered from a snapshot")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;
    size_t count;

    test_world_init(&world, "outright", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    world.answer = FLOW_E_UNREACHABLE;
    EXPECT_CODE(ask(&world, FLOW_FRESH_DEFAULT, true, &count), FLOW_E_UNREACHABLE);
    EXPECT_CODE(ask(&world, FLOW_FRESH_REFRESH, false, &count), FLOW_E_UNREACHABLE);
    EXPECT_CODE(ask(&world, FLOW_FRESH_OFFLINE, false, &count), FLOW_OK);
    EXPECT_INT(world.fetches, 3);
}

TEST("a clock that was set back does not make an old snapshot young")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;

    test_world_init(&world, "back", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    test_world_pass(&world, 7200);
    world.wall_ms -= 7200 * 1000;
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    EXPECT_INT(world.fetches, 2);
}

TEST("a snapshot from the future is no snapshot")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;

    test_world_init(&world, "future", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    world.wall_ms -= 301 * 1000;
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    EXPECT_INT(world.fetches, 2);
}

TEST("nobody is served another account's snapshot")
{
    FLOW_CLEANUP(test_world_done) struct test_world one, other;

    test_world_init(&one, "shared", "AKIDONE");
    far_end_has_two(&one);
    EXPECT_CODE(ask_plainly(&one), FLOW_OK);
    test_world_init(&other, "shared", "AKIDOTHER");
    far_end_has_two(&other);
    EXPECT_CODE(ask_plainly(&other), FLOW_OK);
    EXPECT_INT(other.fetches, 1);
}

TEST("a live stage fetches values each time, by the names that were listed lately")
{
    static const char ini[] = "[project]\nname = a\nprefix = /a/{stage}\n"
                              "[stage.dev]\nsources = ssm\nlive = yes\n";
    FLOW_CLEANUP(test_world_done) struct test_world world;
    struct flow_err err = FLOW_ERR_INIT;
    int round;

    test_world_init(&world, "live", "AKIDONE");
    far_end_has_two(&world);
    test_write_file(test_path("live/flowenv.ini"), ini, sizeof ini - 1);
    for (round = 0; round < 2; round++) {
        FLOW_CLEANUP(flow_session_freep)
        struct flow_session *session =
            test_world_session(&world, test_path("live"), FLOW_FRESH_DEFAULT);
        struct flow_snapshot_want want = {.source = FLOW_SOURCE_SSM, .prefix = "/a/dev"};
        FLOW_CLEANUP(flow_snapshot_done) struct flow_snapshot snapshot = {0};

        OK(flow_session_stage(session, "dev", false, &want.stage, &err), err);
        OK(flow_snapshot_get(session, &want, &snapshot, &err), err);
        EXPECT_INT(world.last_known_only, round == 1);
    }
    EXPECT_INT(world.fetches, 2);
}

TEST("what was written is seen, and is in the snapshot from then on")
{
    FLOW_CLEANUP(test_world_done) struct test_world world;
    FLOW_CLEANUP(flow_session_freep) struct flow_session *session = NULL;
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {0};
    struct flow_param written = {.name = "/a/dev/one", .value = VALUE("new"), .version = 2};
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t seen = 99;

    test_world_init(&world, "written", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    session = test_world_session(&world, NULL, FLOW_FRESH_DEFAULT);
    OK(flow_seen_version(session, NULL, "/a/dev/one", &seen, &err), err);
    EXPECT_INT(seen, 1);
    OK(flow_seen_note(session, NULL, written.name, &written, &err), err);
    OK(flow_seen_version(session, NULL, written.name, &seen, &err), err);
    EXPECT_INT(seen, 2);
    OK(flow_params_init(&found, &err), err);
    OK(flow_snapshot_lookup(session, written.name, false, &found, &err), err);
    EXPECT_BYTES(found.list[0].value.at, "new", 3);
    OK(flow_seen_note(session, NULL, written.name, NULL, &err), err);
    EXPECT_CODE(flow_snapshot_lookup(session, written.name, false, &found, &err), FLOW_E_NOT_FOUND);
}

TEST("of more prefixes than the vault has room for, those fetched longest ago go")
{
    enum { PREFIXES = 260 };
    FLOW_CLEANUP(test_world_done) struct test_world world;
    char prefix[PREFIXES][80];
    size_t count;

    test_world_init(&world, "room", "AKIDONE");
    far_end_has_two(&world);
    EXPECT_CODE(ask_plainly(&world), FLOW_OK);
    for (int i = 0; i < PREFIXES; i++) {
        /* Every other one is so long that its record has a hash for a name. */
        (void)snprintf(prefix[i], sizeof prefix[i], "/%0*d", i % 2 == 0 ? 3 : 70, i);
        test_world_pass(&world, 1);
        EXPECT_CODE(ask_of(&world, prefix[i], FLOW_FRESH_DEFAULT, false, &count), FLOW_OK);
    }
    EXPECT_ABSENT("was not kept", world.notices);
    for (int i = PREFIXES - 90; i < PREFIXES; i++)
        EXPECT_CODE(ask_of(&world, prefix[i], FLOW_FRESH_OFFLINE, false, &count), FLOW_OK);
    EXPECT_CODE(ask_of(&world, prefix[0], FLOW_FRESH_OFFLINE, false, &count), FLOW_E_NOT_FOUND);
    EXPECT_INT(world.fetches, PREFIXES + 1);
}
