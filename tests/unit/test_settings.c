#include "support/test.h"

#include "model/settings.h"

static void expect_error(const char *text, const char *sentence)
{
    FLOW_CLEANUP(flow_settings_done) struct flow_settings settings;
    struct flow_err err = FLOW_ERR_INIT;

    flow_settings_init(&settings);
    EXPECT_CODE(flow_settings_parse("config.ini", text, strlen(text), &settings, &err),
                FLOW_E_FORMAT);
    EXPECT_STR(err.text, sentence);
}

TEST("settings begin with the defaults and take what the file says")
{
    FLOW_CLEANUP(flow_settings_done) struct flow_settings settings;
    struct flow_err err = FLOW_ERR_INIT;
    static const char text[] = "max_age = 90\nstale_for = 7d\nallowed_names = PATH, NODE_OPTIONS\n"
                               "key_file = /k\nvault = /v\nca_bundle = /c\nrequire_mlock = yes\n"
                               "endpoint_url_ssm = http://127.0.0.1:5000\n";

    flow_settings_init(&settings);
    EXPECT(settings.max_age_s == 900 && settings.stale_for_s == 86400 && !settings.require_mlock);
    EXPECT_NULL(settings.vault);
    OK(flow_settings_parse("config.ini", text, sizeof text - 1, &settings, &err), err);
    EXPECT(settings.max_age_s == 90 && settings.stale_for_s == 7 * 86400);
    EXPECT_INT(settings.allowed_count, 2);
    EXPECT_STR(settings.allowed_names[1], "NODE_OPTIONS");
    EXPECT_STR(settings.key_file, "/k");
    EXPECT_STR(settings.vault, "/v");
    EXPECT_STR(settings.ca_bundle, "/c");
    EXPECT_STR(settings.endpoint_url_ssm, "http://127.0.0.1:5000");
    EXPECT(settings.require_mlock);
}

TEST("times have units and an end")
{
    expect_error("max_age = -1\n", "config.ini:1: max_age: '-1' is no time of at most ten years; "
                                   "write 90s, 15m, 24h or 7d");
    expect_error("max_age = m\n", "config.ini:1: max_age: 'm' is no time of at most ten years; "
                                  "write 90s, 15m, 24h or 7d");
    expect_error("max_age = 99999999999999999999\n",
                 "config.ini:1: max_age: '99999999999999999999' is no time of at most ten years; "
                 "write 90s, 15m, 24h or 7d");
    expect_error("max_age = 9999999d\n",
                 "config.ini:1: max_age: '9999999d' is no time of at most ten years; write 90s, "
                 "15m, 24h or 7d");
}

TEST("a broken setting says where and the nearest right word")
{
    expect_error("maxage = 1\n", "config.ini:1: unknown key 'maxage'; the nearest is 'max_age'");
    expect_error("[cache]\n", "config.ini:1: section [cache]; the user's settings have none");
    expect_error("vault = ~/v\n",
                 "config.ini:1: vault: '~/v' is no absolute path; '~' and variables are not "
                 "expanded here");
    expect_error("endpoint_url_ssm = ssm.example\n",
                 "config.ini:1: endpoint_url_ssm: 'ssm.example' does not begin with https://");
    expect_error("allowed_names = A-B\n",
                 "config.ini:1: allowed_names: 'A-B' is no name of a variable");
}
