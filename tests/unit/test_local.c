#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/local.h"
#include "support/store_contract.h"
#include "support/vaultbox.h"

static unsigned char large[FLOW_VALUE_MAX + 1];

/* A store in a vault of its own; the test frees both. */
struct place {
    struct vaultbox box;
    struct flow_vault *vault;
    struct flow_store *store;
    struct flow_clock clock;
    int64_t now_s; /* 0: what the system says */
};

static int64_t place_wall_ms(void *context)
{
    const struct place *place = context;

    return place->now_s != 0 ? place->now_s * 1000 : flow_clock_wall_ms(&flow_clock_system);
}

static void place_done(struct place *place)
{
    flow_store_free(place->store);
    flow_vault_free(place->vault);
}

static void place_open(struct place *place)
{
    struct flow_err err = FLOW_ERR_INIT;

    place->clock = flow_clock_system;
    place->clock.wall_ms = place_wall_ms;
    place->clock.context = place;
    place->vault = vaultbox_open(&place->box);
    OK(flow_local_open(place->vault, &place->clock, &place->store, &err), err);
}

static void place_init(struct place *place, const char *name)
{
    *place = (struct place){0};
    vaultbox_init(&place->box, name);
    place_open(place);
}

static enum flow_code put(struct place *place, const char *name, const void *value, size_t len,
                          uint64_t replaces, struct flow_err *err)
{
    const struct flow_put what = {
        .name = name, .value = {value, len}, .type = FLOW_STRING, .replaces = replaces};
    uint64_t version;

    return place->store->class->put(place->store, &what, &version, err);
}

TEST("the local store keeps the contract of every store")
{
    FLOW_CLEANUP(place_done) struct place place;

    place_init(&place, "contract");
    store_contract_run(place.store, "/contract/dev");
    store_contract_run(place.store, "/contract/dev");
}

TEST("values of any bytes, empty ones and 64 KiB come back after a restart; one byte more does not "
     "go in")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    const struct flow_fetch all = {.prefix = "/"};
    FLOW_CLEANUP(place_done) struct place place, again = {0};
    struct flow_err err = FLOW_ERR_INIT;

    place_init(&place, "bytes");
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (unsigned char)(i * 7);
    OK(put(&place, "/t/large", large, FLOW_VALUE_MAX, 0, &err), err);
    OK(put(&place, "/t/empty", "", 0, 0, &err), err);
    EXPECT_CODE(put(&place, "/t/over", large, sizeof large, 0, &err), FLOW_E_LIMIT);
    EXPECT_PRESENT("/t/over", err.text);
    again.box = place.box;
    place_open(&again);
    OK(flow_params_init(&params, &err), err);
    OK(again.store->class->fetch(again.store, &all, &params, &err), err);
    EXPECT_INT(params.count, 2);
    EXPECT_STR(params.list[0].name, "/t/empty");
    EXPECT(params.list[0].value.at != NULL && params.list[0].value.len == 0);
    EXPECT_INT(params.list[1].value.len, FLOW_VALUE_MAX);
    EXPECT_BYTES(params.list[1].value.at, large, FLOW_VALUE_MAX);
}

TEST("a hundred versions are kept, and the numbers go on")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    FLOW_CLEANUP(place_done) struct place place;
    struct flow_err err = FLOW_ERR_INIT;

    place_init(&place, "versions");
    for (uint64_t version = 0; version < 103; version++) {
        char value[8];

        (void)snprintf(value, sizeof value, "v%u", (unsigned)version + 1);
        OK(put(&place, "/t/k", value, strlen(value), version, &err), err);
    }
    OK(put(&place, "/t/other", "x", 1, 0, &err), err);
    OK(flow_params_init(&params, &err), err);
    OK(place.store->class->history(place.store, "/t/k", true, &params, &err), err);
    EXPECT_INT(params.count, FLOW_LOCAL_VERSIONS);
    EXPECT_INT(params.list[0].version, 4);
    EXPECT_BYTES(params.list[0].value.at, "v4", 3);
    EXPECT_INT(params.list[99].version, 103);
    EXPECT_BYTES(params.list[99].value.at, "v103", 5);
    EXPECT_CODE(place.store->class->get(place.store, "/t/k", "3", &params, &err), FLOW_E_NOT_FOUND);
    OK(place.store->class->get(place.store, "/t/k", "4", &params, &err), err);
}

/* Versions first to last of /t/a and /t/b, large ones, the older of them written earlier. */
static enum flow_code add_versions(struct flow_record *record, uint64_t first, uint64_t last,
                                   struct flow_err *err)
{
    struct flow_group *group = NULL;

    OK(flow_record_group(record, "local", &group, err), *err);
    for (uint64_t version = first; version <= last; version++) {
        struct flow_param param = {.name = "/t/a",
                                   .value = {large, FLOW_VALUE_MAX},
                                   .version = version,
                                   .modified_s = (int64_t)version};

        OK(flow_params_add(&group->params, &param, NULL, err), *err);
        param.name = "/t/b";
        OK(flow_params_add(&group->params, &param, NULL, err), *err);
    }
    return FLOW_OK;
}

static enum flow_code apply_newest(void *context, struct flow_record *record, struct flow_err *err)
{
    (void)context;
    return add_versions(record, 56, 56, err);
}

static enum flow_code apply_older(void *context, struct flow_record *record, struct flow_err *err)
{
    (void)context;
    return add_versions(record, 1, 55, err);
}

TEST("a full history makes room by its oldest versions, so a put never fails for it")
{
    const struct flow_vault_change changes[] = {{.name = "local", .apply = apply_newest},
                                                {.name = "local.history", .apply = apply_older}};
    FLOW_CLEANUP(flow_params_done) struct flow_params a, b;
    FLOW_CLEANUP(place_done) struct place place;
    struct flow_err err = FLOW_ERR_INIT;

    place_init(&place, "room");
    OK(flow_vault_update(place.vault, changes, 2, &err), err);
    for (uint64_t version = 56; version < 60; version++)
        OK(put(&place, "/t/a", large, FLOW_VALUE_MAX, version, &err), err);
    OK(flow_params_init(&a, &err), err);
    OK(flow_params_init(&b, &err), err);
    OK(place.store->class->history(place.store, "/t/a", false, &a, &err), err);
    OK(place.store->class->history(place.store, "/t/b", false, &b, &err), err);
    EXPECT_INT(a.count + b.count, 111 + 2);
    EXPECT(a.list[0].version == 3 && a.list[a.count - 1].version == 60);
    EXPECT(b.list[0].version == 2 || b.list[0].version == 3);
}

TEST("names are AWS's, and a name of one level is the same with and without its slash")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    FLOW_CLEANUP(place_done) struct place place;
    struct flow_err err = FLOW_ERR_INIT;
    const char *const names[] = {"/single"};
    bool removed = false;

    place_init(&place, "names");
    EXPECT_CODE(put(&place, "/t/a b", "v", 1, 0, &err), FLOW_E_USAGE);
    EXPECT_CODE(put(&place, "", "v", 1, 0, &err), FLOW_E_USAGE);
    OK(put(&place, "single", "v", 1, 0, &err), err);
    EXPECT_CODE(put(&place, "/single", "v", 1, 0, &err), FLOW_E_EXISTS);
    OK(put(&place, "/single", "w", 1, 1, &err), err);
    OK(flow_params_init(&params, &err), err);
    OK(place.store->class->history(place.store, "/single", true, &params, &err), err);
    EXPECT_INT(params.count, 2);
    OK(place.store->class->remove(place.store, names, 1, &removed, &err), err);
    EXPECT(removed);
    EXPECT_CODE(place.store->class->get(place.store, "single", NULL, &params, &err),
                FLOW_E_NOT_FOUND);
}

TEST("the type of a parameter does not change under those who read it")
{
    const struct flow_put secure = {.name = "/t/k",
                                    .value = {(const unsigned char *)"v", 1},
                                    .type = FLOW_SECURE_STRING,
                                    .replaces = 1};
    FLOW_CLEANUP(place_done) struct place place;
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t version;

    place_init(&place, "type");
    OK(put(&place, "/t/k", "v", 1, 0, &err), err);
    EXPECT_CODE(place.store->class->put(place.store, &secure, &version, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("is a String and stays one", err.text);
}

static enum flow_code get(struct place *place, const char *name, const char *selector,
                          struct flow_params *params, struct flow_err *err)
{
    params->count = 0;
    return place->store->class->get(place->store, name, selector, params, err);
}

TEST("what was removed can be had by its version for 30 days, and goes on counting")
{
    const char *const names[] = {"/t/k", "/t/l"};
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    FLOW_CLEANUP(place_done) struct place place;
    struct flow_err err = FLOW_ERR_INIT;
    bool removed[2] = {false, false};

    place_init(&place, "removed");
    place.now_s = 1700000000;
    OK(flow_params_init(&params, &err), err);
    OK(put(&place, "/t/k", "one", 3, 0, &err), err);
    OK(put(&place, "/t/k", "two", 3, 1, &err), err);
    OK(put(&place, "/t/l", "l", 1, 0, &err), err);
    OK(place.store->class->remove(place.store, names, 2, removed, &err), err);
    EXPECT(removed[0] && removed[1]);
    EXPECT_CODE(get(&place, "/t/k", NULL, &params, &err), FLOW_E_NOT_FOUND);
    EXPECT_PRESENT("`flowenv get /t/k:2` still has it", err.text);
    OK(get(&place, "/t/k", "2", &params, &err), err);
    EXPECT_BYTES(params.list[0].value.at, "two", 3);
    OK(get(&place, "/t/k", "1", &params, &err), err);

    place.now_s += FLOW_LOCAL_REMOVED_S;
    OK(put(&place, "/t/k", "three", 5, 0, &err), err);
    OK(get(&place, "/t/k", "3", &params, &err), err);
    OK(get(&place, "/t/k", "2", &params, &err), err);
    OK(get(&place, "/t/l", "1", &params, &err), err);

    place.now_s += 1;
    OK(put(&place, "/t/k", "four", 4, 3, &err), err);
    EXPECT_CODE(get(&place, "/t/l", "1", &params, &err), FLOW_E_NOT_FOUND);
    OK(get(&place, "/t/k", "1", &params, &err), err);
    OK(place.store->class->remove(place.store, names, 2, removed, &err), err);
    EXPECT(removed[0] && !removed[1]);
    place.now_s += FLOW_LOCAL_REMOVED_S + 1;
    OK(put(&place, "/t/m", "m", 1, 0, &err), err);
    EXPECT_CODE(get(&place, "/t/k", "1", &params, &err), FLOW_E_NOT_FOUND);
    OK(put(&place, "/t/k", "new", 3, 0, &err), err);
    OK(get(&place, "/t/k", "1", &params, &err), err);
    EXPECT_BYTES(params.list[0].value.at, "new", 3);
}

/* Puts the next version of /t/k until it has won `wins` times; ends the process. */
static void race(struct vaultbox *box, int wins)
{
    struct place place = {.box = *box};
    struct flow_err err = FLOW_ERR_INIT;

    place_open(&place);
    for (uint64_t version = 1; wins > 0; version++) {
        enum flow_code code = put(&place, "/t/k", "v", 1, version, &err);

        if (code != FLOW_OK && code != FLOW_E_CONFLICT)
            _exit(1);
        wins -= code == FLOW_OK;
    }
    place_done(&place);
    _exit(0);
}

TEST("of two processes that planned on one version one wins, and the other is told")
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    FLOW_CLEANUP(place_done) struct place place, after = {0};
    struct flow_err err = FLOW_ERR_INIT;
    pid_t racers[2];

    place_init(&place, "race");
    OK(put(&place, "/t/k", "v", 1, 0, &err), err);
    for (size_t i = 0; i < 2; i++)
        if ((racers[i] = fork()) == 0)
            race(&place.box, 20);
    for (size_t i = 0; i < 2; i++) {
        int status = -1;

        EXPECT_INT(waitpid(racers[i], &status, 0), racers[i]);
        EXPECT_INT(status, 0);
    }
    after.box = place.box;
    place_open(&after);
    OK(flow_params_init(&params, &err), err);
    OK(after.store->class->get(after.store, "/t/k", NULL, &params, &err), err);
    EXPECT_INT(params.list[0].version, 41);
}
