#include "support/test.h"

#include <stdio.h>

#include "ops/param.h"
#include "ops/resolve.h"
#include "support/world.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        .at = (const unsigned char *)(text), .len = sizeof(text) - 1                               \
    }

static const char ini[] = "[project]\n"
                          "name = shop\n"
                          "prefix = /shop/{stage}\n"
                          "[stage.dev]\n"
                          "sources = dotenv, ssm\n"
                          "[stage.prod]\n"
                          "sources = environ, ssm\n"
                          "protected = yes\n"
                          "[names]\n"
                          "POOL = cognito/user-pool-id\n";

/* A project in a world of its own, its SSM holding the given parameters. */
struct shop {
    struct test_world world;
    struct flow_session *session;
    struct flow_view view;
};

static void shop_open(struct shop *shop, const char *home, const char *env_file,
                      const struct flow_param *params, size_t count)
{
    char path[256];

    *shop = (struct shop){0};
    test_world_init(&shop->world, home, "AKIDSHOP");
    shop->world.params = params;
    shop->world.param_count = count;
    (void)snprintf(path, sizeof path, "%s/flowenv.ini", home);
    test_write_file(test_path(path), ini, sizeof ini - 1);
    (void)snprintf(path, sizeof path, "%s/.env", home);
    test_write_file(test_path(path), env_file, strlen(env_file));
    shop->session = test_world_session(&shop->world, test_path(home), FLOW_FRESH_DEFAULT);
}

static void shop_done(struct shop *shop)
{
    flow_view_done(&shop->view);
    flow_session_free(shop->session);
    test_world_done(&shop->world);
}

static enum flow_code resolve(struct shop *shop, const char *stage_name,
                              const struct flow_resolve_options *options, struct flow_err *err)
{
    const struct flow_stage *stage = NULL;

    OK(flow_session_stage(shop->session, stage_name, false, &stage, err), *err);
    return flow_resolve_stage(shop->session, stage, options, &shop->view, err);
}

TEST("the strongest source that has a key wins, the others are its shadows")
{
    static const struct flow_param params[] = {
        {.name = "/shop/dev/api-url", .value = BYTES("from ssm"), .version = 3},
        {.name = "/shop/dev/stripe/secret-key", .value = BYTES("sk"), .type = FLOW_SECURE_STRING},
    };
    struct flow_resolve_options options = {0};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_entry *entry;

    shop_open(&shop, "wins", "API_URL=from file\n", params, FLOW_COUNT(params));
    OK(resolve(&shop, "dev", &options, &err), err);
    EXPECT_INT(shop.view.count, 2);
    entry = flow_view_find(&shop.view, "API_URL");
    EXPECT_STR((const char *)entry->value.at, "from file");
    EXPECT_STR(entry->origin.source, "dotenv");
    EXPECT_STR(entry->origin.where, ".env:1");
    EXPECT_INT(entry->shadow_count, 1);
    EXPECT_STR(entry->shadows[0].source, "ssm");
    EXPECT_INT(entry->shadows[0].version, 3);
    EXPECT(entry->shadows[0].differs);
    EXPECT_INT(flow_view_find(&shop.view, "STRIPE_SECRET_KEY")->origin.kind, FLOW_SECRET);
}

TEST("[names] gives a parameter its key, relative to the prefix")
{
    static const struct flow_param params[] = {
        {.name = "/shop/dev/cognito/user-pool-id", .value = BYTES("pool")}};
    struct flow_resolve_options options = {0};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "names", "", params, FLOW_COUNT(params));
    OK(resolve(&shop, "dev", &options, &err), err);
    EXPECT(flow_view_find(&shop.view, "POOL") != NULL);
    EXPECT_NULL(flow_view_find(&shop.view, "COGNITO_USER_POOL_ID"));
}

TEST("two parameters that give one key are an error that names both")
{
    static const struct flow_param params[] = {
        {.name = "/shop/dev/stripe/key", .value = BYTES("a")},
        {.name = "/shop/dev/stripe-key", .value = BYTES("b")},
        {.name = "/shop/dev/other", .value = BYTES("c")}};
    struct flow_resolve_options options = {0};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "clash", "", params, FLOW_COUNT(params));
    EXPECT_CODE(resolve(&shop, "dev", &options, &err), FLOW_E_CONFLICT);
    EXPECT_PRESENT("/shop/dev/stripe/key", err.text);
    EXPECT_PRESENT("/shop/dev/stripe-key", err.text);
    EXPECT_PRESENT("STRIPE_KEY", err.text);
}

TEST("what can't be read is refused by name, unless it is only looked at")
{
    static const struct flow_param params[] = {
        {.name = "/shop/dev/locked", .unreadable = true, .why = "no kms:Decrypt"},
        {.name = "/shop/dev/open", .value = BYTES("1")}};
    static const char *const only_open[] = {"OPEN"};
    struct flow_resolve_options options = {0}, look = {.allow_unreadable = true},
                                keep = {.keep = only_open, .keep_count = 1};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "unreadable", "", params, FLOW_COUNT(params));
    EXPECT_CODE(resolve(&shop, "dev", &options, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("LOCKED (no kms:Decrypt)", err.text);
    OK(resolve(&shop, "dev", &keep, &err), err);
    EXPECT_INT(shop.view.count, 1);
    flow_view_done(&shop.view);
    OK(resolve(&shop, "dev", &look, &err), err);
    EXPECT_NULL(flow_view_find(&shop.view, "LOCKED")->value.at);
}

TEST("a name that takes over a program is refused, whichever source has it")
{
    static const struct flow_param params[] = {
        {.name = "/shop/dev/ld/preload", .value = BYTES("/tmp/x.so")}};
    struct flow_resolve_options options = {0};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "takeover", "NODE_OPTIONS=--require=/tmp/x.js\n", params, 1);
    EXPECT_CODE(resolve(&shop, "dev", &options, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("LD_PRELOAD (/shop/dev/ld/preload)", err.text);
    EXPECT_PRESENT("NODE_OPTIONS (.env:1)", err.text);
    EXPECT_PRESENT("allowed_names", err.text);
    EXPECT_ABSENT("/tmp/x", err.text);
}

TEST("the environment is asked only for keys that the stage knows")
{
    static const struct flow_param params[] = {
        {.name = "/shop/prod/aws/region", .value = BYTES("us-east-1")}};
    struct flow_resolve_options options = {0};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_entry *entry;

    shop_open(&shop, "environ", "", params, FLOW_COUNT(params));
    OK(resolve(&shop, "prod", &options, &err), err);
    EXPECT_INT(shop.view.count, 1);
    entry = flow_view_find(&shop.view, "AWS_REGION");
    EXPECT_STR(entry->origin.source, "environ");
    EXPECT(!entry->shadows[0].differs);
}

TEST("sources of a protected stage that disagree stop it, until somebody says yes")
{
    static const struct flow_param params[] = {
        {.name = "/shop/prod/aws/region", .value = BYTES("eu-west-1")}};
    struct flow_resolve_options options = {0}, yes = {.allow_disagreement = true};
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "disagree", "", params, FLOW_COUNT(params));
    EXPECT_CODE(resolve(&shop, "prod", &options, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("AWS_REGION", err.text);
    OK(resolve(&shop, "prod", &yes, &err), err);
}

TEST("a put refuses what changed since it was last seen, and --overwrite is the way through")
{
    struct flow_param params[] = {{.name = "/shop/dev/a", .value = BYTES("1"), .version = 1}};
    struct flow_put_request request = {.name = "/shop/dev/a", .stage = NULL};
    struct flow_resolve_options options = {0};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *value = NULL;
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_receipt receipt;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "seen", "", params, FLOW_COUNT(params));
    OK(resolve(&shop, "dev", &options, &err), err);
    OK(flow_secret_new("2", 1, &value, &err), err);
    request.value = value;
    request.has_type = true;
    request.type = FLOW_STRING;
    params[0].version = 5;
    EXPECT_CODE(flow_param_put(shop.session, &request, &receipt, &err), FLOW_E_CONFLICT);
    EXPECT_PRESENT("version 1 then, 5 now", err.text);
    request.overwrite_unseen = true;
    OK(flow_param_put(shop.session, &request, &receipt, &err), err);
    EXPECT_INT(receipt.old_version, 5);
    EXPECT_INT(receipt.new_version, 6);
}

TEST("a put of the same value writes nothing, and a type is not changed on the way")
{
    static const struct flow_param params[] = {
        {.name = "/shop/dev/a", .value = BYTES("1"), .version = 4, .type = FLOW_SECURE_STRING}};
    struct flow_put_request request = {.name = "a", .stage = "dev"};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *value = NULL;
    FLOW_CLEANUP(shop_done) struct shop shop;
    struct flow_receipt receipt;
    struct flow_err err = FLOW_ERR_INIT;

    shop_open(&shop, "same", "", params, FLOW_COUNT(params));
    OK(flow_secret_new("1", 1, &value, &err), err);
    request.value = value;
    OK(flow_param_put(shop.session, &request, &receipt, &err), err);
    EXPECT_INT(receipt.outcome, FLOW_PUT_UNCHANGED);
    EXPECT_INT(receipt.new_version, 4);
    request.has_type = true;
    request.type = FLOW_STRING;
    EXPECT_CODE(flow_param_put(shop.session, &request, &receipt, &err), FLOW_E_CONFLICT);
    EXPECT_PRESENT("is a SecureString", err.text);
}
