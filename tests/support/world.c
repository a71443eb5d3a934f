#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "support/test.h"

static struct test_world *current; /* open_ssm() of a module takes no context */

static int64_t wall_ms(void *context)
{
    return ((struct test_world *)context)->wall_ms;
}

static int64_t steady_ms(void *context)
{
    return ((struct test_world *)context)->steady_ms;
}

static void sleep_ms(void *context, int64_t ms)
{
    struct test_world *world = context;

    world->wall_ms += ms;
    world->steady_ms += ms;
}

static enum flow_code far_fetch(struct flow_store *store, const struct flow_fetch *what,
                                struct flow_params *params, struct flow_err *err)
{
    size_t i;

    (void)store;
    current->fetches++;
    current->last_known_only = what->known_only;
    current->last_known_count = what->known_count;
    if (current->answer != FLOW_OK)
        return flow_err_set(err, current->answer, "the far end said no");
    for (i = 0; i < current->param_count; i++)
        if (flow_params_add(params, &current->params[i], NULL, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code far_get(struct flow_store *store, const char *name, const char *selector,
                              struct flow_params *params, struct flow_err *err)
{
    size_t i;

    (void)store, (void)selector;
    if (current->answer != FLOW_OK)
        return flow_err_set(err, current->answer, "the far end said no");
    for (i = 0; i < current->param_count; i++)
        if (strcmp(current->params[i].name, name) == 0)
            return flow_params_add(params, &current->params[i], NULL, err);
    return flow_err_set(err, FLOW_E_NOT_FOUND, "no parameter %s", name);
}

static enum flow_code far_put(struct flow_store *store, const struct flow_put *put,
                              uint64_t *ret_version, struct flow_err *err)
{
    (void)store;
    if (current->answer != FLOW_OK)
        return flow_err_set(err, current->answer, "the far end said no");
    *ret_version = put->replaces + 1;
    return FLOW_OK;
}

static void far_free(struct flow_store *store)
{
    free(store);
}

static const struct flow_store_class far_class = {.name = "ssm",
                                                  .can = FLOW_CAN_FETCH,
                                                  .fetch = far_fetch,
                                                  .get = far_get,
                                                  .put = far_put,
                                                  .free = far_free};

static enum flow_code open_far(const struct flow_aws *aws, const struct flow_clock *clock,
                               const struct flow_notice *notice, struct flow_store **ret_store,
                               struct flow_err *err)
{
    struct flow_store *store = calloc(1, sizeof *store);

    (void)aws, (void)clock, (void)notice;
    if (store == NULL)
        return flow_err_nomem(err);
    store->class = &far_class;
    *ret_store = store;
    return FLOW_OK;
}

static enum flow_code load_remote(void *context, const struct flow_remote **ret_remote,
                                  struct flow_err *err)
{
    static const struct flow_remote remote = {.abi = FLOW_REMOTE_ABI, .open_ssm = open_far};

    (void)context, (void)err;
    *ret_remote = &remote;
    return FLOW_OK;
}

static void notice(void *context, const char *sentence)
{
    struct test_world *world = context;
    size_t used = strlen(world->notices);

    (void)snprintf(world->notices + used, sizeof world->notices - used, "%s\n", sentence);
}

void test_world_init(struct test_world *world, const char *home, const char *access_key_id)
{
    struct flow_err err = FLOW_ERR_INIT;
    const char *path = test_path(home);
    char home_variable[1100], key_variable[128];
    char secret[] = "AWS_SECRET_ACCESS_KEY=none", region[] = "AWS_REGION=us-east-1";
    char *envp[] = {home_variable, key_variable, secret, region, NULL};

    (void)mkdir(path, 0700);
    (void)snprintf(home_variable, sizeof home_variable, "HOME=%s", path);
    (void)snprintf(key_variable, sizeof key_variable, "AWS_ACCESS_KEY_ID=%s", access_key_id);
    *world = (struct test_world){.wall_ms = 1800000000000, .steady_ms = 5000000};
    world->clock = (struct flow_clock){wall_ms, steady_ms, sleep_ms, world};
    OK(flow_environ_copy(envp, &world->env, &err), err);
    world->world = (struct flow_session_world){.env = world->env,
                                               .clock = &world->clock,
                                               .load_remote = load_remote,
                                               .notice = notice,
                                               .context = world};
    current = world;
}

void test_world_done(struct test_world *world)
{
    flow_environ_free(world->env);
}

struct flow_session *test_world_session(struct test_world *world, const char *directory,
                                        enum flow_freshness freshness)
{
    struct flow_session_options options = {.directory = directory, .freshness = freshness};
    struct flow_session *session = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    current = world;
    world->notices[0] = '\0';
    OK(flow_session_open(&world->world, &options, &session, &err), err);
    return session;
}

void test_world_pass(struct test_world *world, int64_t seconds)
{
    sleep_ms(world, seconds * 1000);
}
