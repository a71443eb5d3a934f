/*
 * A world for src/ops: a scratch HOME, a clock that the test sets, and a store
 * on a "network" that does what the test says. Everything else is real.
 */
#ifndef FLOW_TEST_WORLD_H
#define FLOW_TEST_WORLD_H

#include "model/param.h"
#include "ops/session.h"

struct test_world {
    struct flow_session_world world;
    struct flow_clock clock;
    struct flow_environ *env;
    int64_t wall_ms, steady_ms;

    /* The far end. */
    enum flow_code answer; /* FLOW_OK: gives params; else this failure */
    const struct flow_param *params;
    size_t param_count;
    unsigned fetches; /* how often it was asked */
    bool last_known_only;
    size_t last_known_count;

    char notices[4096]; /* everything told to the user, a line each */
};

/* A HOME of its own under test_directory(); AWS keys of the given id in the environment. */
void test_world_init(struct test_world *world, const char *home, const char *access_key_id);
void test_world_done(struct test_world *world);

/* A session in that world; directory holds flowenv.ini, or is NULL. */
struct flow_session *test_world_session(struct test_world *world, const char *directory,
                                        enum flow_freshness freshness);

/* Lets time pass on both clocks. */
void test_world_pass(struct test_world *world, int64_t seconds);

#endif
