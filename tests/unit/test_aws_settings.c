#include "support/test.h"

#include <stdio.h>
#include <sys/stat.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/settings.h"

enum { VARIABLES_MAX = 16 };

/* A HOME of its own for each test, with what the two files hold (NULL: no file). */
static char home_variable[1024];

static void make_home(const char *config, const char *credentials)
{
    static int homes;
    char name[64];

    (void)snprintf(name, sizeof name, "home%d", homes++);
    (void)snprintf(home_variable, sizeof home_variable, "HOME=%s", test_path(name));
    (void)mkdir(home_variable + 5, 0700);
    (void)snprintf(name + strlen(name), sizeof name - strlen(name), "/.aws");
    (void)mkdir(test_path(name), 0700);
    (void)snprintf(name + strlen(name), sizeof name - strlen(name), "/config");
    if (config != NULL)
        test_write_file(test_path(name), config, strlen(config));
    (void)snprintf(strrchr(name, '/'), sizeof name - 32, "/credentials");
    if (credentials != NULL)
        test_write_file(test_path(name), credentials, strlen(credentials));
}

/* Resolves with HOME and the variables given ("A=1", ..., NULL). */
static enum flow_code resolve(const struct flow_aws_options *options, const char *const *variables,
                              struct flow_aws **ret_aws, struct flow_err *err)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    char *all[VARIABLES_MAX] = {home_variable};
    size_t i;

    for (i = 0; variables[i] != NULL && i + 2 < VARIABLES_MAX; i++)
        all[i + 1] = (char *)variables[i];
    OK(flow_environ_copy(all, &env, err), *err);
    return flow_aws_resolve(env, options, ret_aws, err);
}

#define VARIABLES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define KEYS           "AWS_ACCESS_KEY_ID=AKIAQNZGKIQY56JQ7WML", "AWS_SECRET_ACCESS_KEY=env-s3cr3t"
#define NO_OPTIONS     (&(struct flow_aws_options){NULL})

static void expect_secret(const struct flow_secret *secret, const char *text)
{
    size_t len;

    EXPECT(secret != NULL);
    EXPECT_STR((const char *)flow_secret_expose(secret, &len), text);
}

/* The attempt fails with that code and a sentence that says and does not say these. */
static void expect_refused(const struct flow_aws_options *options, const char *const *variables,
                           enum flow_code code, const char *says)
{
    struct flow_aws *aws = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(resolve(options, variables, &aws, &err), code);
    EXPECT_NULL(aws);
    EXPECT_PRESENT(says, err.text);
    EXPECT_ABSENT("s3cr3t", err.text);
}

TEST("the environment's keys come before the files', and its region before the profile's")
{
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    make_home("[default]\nregion = eu-west-1\n",
              "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = file-s3cr3t\n");
    OK(resolve(NO_OPTIONS, VARIABLES(KEYS, "AWS_SESSION_TOKEN=tok", "AWS_REGION=us-east-2"), &aws,
               &err),
       err);
    EXPECT_STR(aws->access_key_id, "AKIAQNZGKIQY56JQ7WML");
    expect_secret(aws->secret_access_key, "env-s3cr3t");
    expect_secret(aws->session_token, "tok");
    EXPECT_STR(aws->provider, "environment");
    EXPECT_STR(aws->region, "us-east-2");
    EXPECT_STR(aws->profile, "default");
    EXPECT_NULL(aws->endpoint_url);
    EXPECT_STR(aws->identity, "aws us-east-2 029608264753");
}

TEST("a profile that the caller names takes the place of the environment's keys; AWS_PROFILE does "
     "not")
{
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *named = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_aws_options options = {.profile = "dev"};

    make_home("[profile dev]\nregion = eu-west-1\n",
              "[dev]\naws_access_key_id = AKIAFILE\naws_secret_access_key = file-s3cr3t\n");
    OK(resolve(NO_OPTIONS, VARIABLES(KEYS, "AWS_PROFILE=dev"), &aws, &err), err);
    EXPECT_STR(aws->provider, "environment");
    EXPECT_STR(aws->region, "eu-west-1");
    OK(resolve(&options, VARIABLES(KEYS), &named, &err), err);
    EXPECT_STR(named->provider, "credentials file");
    expect_secret(named->secret_access_key, "file-s3cr3t");
    EXPECT_NULL(named->session_token);
    EXPECT_STR(named->identity, "aws eu-west-1 AKIAFILE");
}

TEST("region: the option, AWS_REGION, AWS_DEFAULT_REGION, the project's, the profile's")
{
    static const struct {
        const char *option, *project;
        const char *variables[3];
        const char *region;
    } cases[] = {
        {"ap-south-1",
         "eu-west-2",
         {"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-2"},
         "ap-south-1"},
        {NULL, "eu-west-2", {"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-2"}, "us-east-1"},
        {NULL, "eu-west-2", {"AWS_REGION=", "AWS_DEFAULT_REGION=us-east-2"}, "us-east-2"},
        {NULL, "eu-west-2", {NULL}, "eu-west-2"},
        {NULL, NULL, {NULL}, "eu-central-1"},
    };
    size_t i;

    make_home("[default]\nregion = eu-central-1\n",
              "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n");
    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
        const struct flow_aws_options options = {.region = cases[i].option,
                                                 .fallback_region = cases[i].project};
        struct flow_err err = FLOW_ERR_INIT;

        OK(resolve(&options, cases[i].variables, &aws, &err), err);
        EXPECT_STR(aws->region, cases[i].region);
    }
}

TEST("half of a pair of keys is an error that names the other half")
{
    make_home(NULL, "[default]\naws_access_key_id = AKIAFILE\n");
    expect_refused(NO_OPTIONS, VARIABLES("AWS_ACCESS_KEY_ID=AKIAQNZGKIQY56JQ7WML"), FLOW_E_DENIED,
                   "AWS_ACCESS_KEY_ID is set in the environment, but AWS_SECRET_ACCESS_KEY is not");
    expect_refused(NO_OPTIONS, VARIABLES("AWS_REGION=us-east-1"), FLOW_E_DENIED,
                   "but aws_secret_access_key is not");
    make_home("[default]\naws_access_key_id = AKIAFILE\n",
              "[default]\naws_secret_access_key = s3cr3t\n");
    expect_refused(NO_OPTIONS, VARIABLES("AWS_REGION=us-east-1"), FLOW_E_DENIED,
                   "/.aws/config, but aws_secret_access_key is not");
}

TEST("a key with a line break, as from a badly pasted secret, is refused and not repeated")
{
    make_home(NULL, NULL);
    expect_refused(
        NO_OPTIONS,
        VARIABLES("AWS_ACCESS_KEY_ID=AKIAQNZGKIQY56JQ7WML", "AWS_SECRET_ACCESS_KEY=s3cr3t\n"),
        FLOW_E_DENIED, "AWS_SECRET_ACCESS_KEY in the environment holds a blank");
    expect_refused(NO_OPTIONS, VARIABLES(KEYS, "AWS_SESSION_TOKEN=s3cr3t\r\nX-Evil: 1"),
                   FLOW_E_DENIED, "AWS_SESSION_TOKEN in the environment");
}

TEST("no keys anywhere: what was looked at, what to do, and the local store")
{
    make_home("[default]\nregion = us-east-1\n", NULL);
    expect_refused(NO_OPTIONS, VARIABLES("AWS_REGION=us-east-1"), FLOW_E_DENIED,
                   "no AWS credentials: AWS_ACCESS_KEY_ID is not set, and profile 'default' has no "
                   "keys in ");
    expect_refused(NO_OPTIONS, VARIABLES("AWS_REGION=us-east-1"), FLOW_E_DENIED, "--store local");
}

TEST("a provider that is yet to come is named, with the way around, and never skipped")
{
    static const struct {
        const char *config;
        const char *variable;
        const char *says;
    } cases[] = {
        {"role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = a", NULL,
         "a role here (role_arn of profile 'default')"},
        {"sso_session = corp\nsso_account_id = 1\nsso_role_name = r", NULL,
         "single sign-on here (sso_account_id"},
        {"sso_role_name = r", NULL, "single sign-on here (sso_role_name"},
        {"credential_process = /bin/false", NULL, "a program here (credential_process"},
        {"login_session = s", NULL, "a login session here (login_session"},
        {"web_identity_token_file = /x\nrole_arn = r", NULL,
         "a web identity here (web_identity_token_file"},
        {"region = us-east-1", "AWS_WEB_IDENTITY_TOKEN_FILE=/x",
         "a web identity here (AWS_WEB_IDENTITY_TOKEN_FILE)"},
        {"region = us-east-1", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x",
         "the container here (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)"},
        {"region = us-east-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://x",
         "the container here (AWS_CONTAINER_CREDENTIALS_FULL_URI)"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        char config[256];

        (void)snprintf(config, sizeof config, "[default]\n%s\n", cases[i].config);
        make_home(config, NULL);
        expect_refused(NO_OPTIONS, (const char *const[]){cases[i].variable, NULL}, FLOW_E_DENIED,
                       cases[i].says);
        expect_refused(NO_OPTIONS, (const char *const[]){cases[i].variable, NULL}, FLOW_E_DENIED,
                       "aws configure export-credentials --format env");
    }
}

TEST("keys in the credentials file come before a program's, those in the config file after")
{
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    make_home("[default]\ncredential_process = /bin/false\n",
              "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n");
    OK(resolve(NO_OPTIONS, VARIABLES("AWS_REGION=us-east-1"), &aws, &err), err);
    EXPECT_STR(aws->provider, "credentials file");
    make_home("[default]\ncredential_process = /bin/false\naws_access_key_id = AKIAFILE\n"
              "aws_secret_access_key = s3cr3t\n",
              NULL);
    expect_refused(NO_OPTIONS, VARIABLES("AWS_REGION=us-east-1"), FLOW_E_DENIED, "a program here");
}

TEST("a profile that was named has to be there; the default one need not")
{
    make_home("[profile dev]\n", "[prod]\n");
    expect_refused(NO_OPTIONS, VARIABLES(KEYS, "AWS_PROFILE=deb"), FLOW_E_USAGE,
                   "there is no profile 'deb' in ");
    expect_refused(&(struct flow_aws_options){.profile = "deb"}, VARIABLES(KEYS), FLOW_E_USAGE,
                   "(as [profile deb])");
    expect_refused(&(struct flow_aws_options){.profile = "prod"}, VARIABLES(KEYS), FLOW_E_DENIED,
                   "profile 'prod' has no keys");
}

TEST("an endpoint: the option, the service's variable, the common one, the files; ~ and /dev/null "
     "work")
{
    static const char config[] = "[default]\nservices = local\nendpoint_url = https://p.example\n"
                                 "[services local]\nssm =\n  endpoint_url = http://127.0.0.1:1/\n";
    static const struct {
        const char *option;
        const char *variables[6];
        const char *url;
    } cases[] = {
        {"https://o.example",
         {KEYS, "AWS_ENDPOINT_URL_SSM=https://s.example"},
         "https://o.example"},
        {NULL,
         {KEYS, "AWS_ENDPOINT_URL_SSM=https://s.example/", "AWS_ENDPOINT_URL=https://g.example"},
         "https://s.example"},
        {NULL, {KEYS, "AWS_ENDPOINT_URL=https://g.example:8443"}, "https://g.example:8443"},
        {NULL, {KEYS, "AWS_ENDPOINT_URL="}, "http://127.0.0.1:1"},
        {NULL,
         {KEYS, "AWS_ENDPOINT_URL=https://g.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True"},
         NULL},
        {NULL, {KEYS, "AWS_CONFIG_FILE=/dev/null"}, NULL},
        {NULL, {KEYS, "AWS_CONFIG_FILE=~/.aws/config"}, "http://127.0.0.1:1"},
        {NULL,
         {KEYS, "AWS_CONFIG_FILE=/dev/null", "AWS_USE_FIPS_ENDPOINT=true"},
         "https://ssm-fips.us-east-1.amazonaws.com"},
    };
    size_t i;

    make_home(config, NULL);
    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
        const struct flow_aws_options options = {.region = "us-east-1",
                                                 .endpoint_url = cases[i].option};
        struct flow_err err = FLOW_ERR_INIT;

        OK(resolve(&options, cases[i].variables, &aws, &err), err);
        if (cases[i].url == NULL)
            EXPECT_NULL(aws->endpoint_url);
        else
            EXPECT_STR(aws->endpoint_url, cases[i].url);
    }
    make_home("[default]\nservices = gone\n", NULL);
    expect_refused(&(struct flow_aws_options){.region = "us-east-1"}, VARIABLES(KEYS), FLOW_E_USAGE,
                   "names [services gone], which is not in ");
}

TEST("AWS's own FIPS and dual-stack hosts are those that botocore names, and are nobody's choice")
{
    static const struct {
        const char *region;
        bool fips, dual_stack;
        const char *url;
    } cases[] = {
        {"us-east-1", true, true, "https://ssm-fips.us-east-1.api.aws"},
        {"us-gov-west-1", false, false, "https://ssm.us-gov-west-1.amazonaws.com"},
        {"us-gov-west-1", true, false, "https://ssm.us-gov-west-1.amazonaws.com"},
        {"us-gov-east-1", true, true, "https://ssm-fips.us-gov-east-1.api.aws"},
        {"cn-north-1", false, true, "https://ssm.cn-north-1.api.amazonwebservices.com.cn"},
        {"us-iso-east-1", true, false, "https://ssm-fips.us-iso-east-1.c2s.ic.gov"},
        {"us-isob-east-1", false, false, "https://ssm.us-isob-east-1.sc2s.sgov.gov"},
        {"eusc-de-east-1", false, false, "https://ssm.eusc-de-east-1.amazonaws.eu"},
    };
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL, *chosen = NULL;
    const struct flow_aws_options options = {.region = "us-east-1"};
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str url = FLOW_STR_INIT(FLOW_STR_LINE_MAX);

        flow_aws_endpoint_add(&url, "ssm", cases[i].region, cases[i].fips, cases[i].dual_stack);
        EXPECT_STR(url.text, cases[i].url);
    }
    make_home(NULL, NULL);
    OK(resolve(&options, VARIABLES(KEYS, "AWS_USE_FIPS_ENDPOINT=true"), &aws, &err), err);
    EXPECT(!aws->endpoint_is_chosen);
    OK(resolve(&options, VARIABLES(KEYS, "AWS_ENDPOINT_URL=https://g.example"), &chosen, &err),
       err);
    EXPECT(chosen->endpoint_is_chosen);
}

TEST("the retry modes of the AWS tools are known, the older two as their successor")
{
    static const struct {
        const char *mode, *says; /* NULL: accepted */
    } cases[] = {{"standard", NULL},
                 {"Legacy", NULL},
                 {"adaptive", NULL},
                 {"", NULL},
                 {"never", "AWS_RETRY_MODE is not one of standard, adaptive, legacy"},
                 {"standards", "AWS_RETRY_MODE is not one of standard, adaptive, legacy"}};
    const struct flow_aws_options options = {.region = "us-east-1"};
    size_t i;

    make_home(NULL, NULL);
    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
        struct flow_err err = FLOW_ERR_INIT;
        char variable[64];

        (void)snprintf(variable, sizeof variable, "AWS_RETRY_MODE=%s", cases[i].mode);
        if (cases[i].says != NULL)
            expect_refused(&options, VARIABLES(KEYS, variable), FLOW_E_USAGE, cases[i].says);
        else
            OK(resolve(&options, VARIABLES(KEYS, variable), &aws, &err), err);
    }
    make_home("[default]\nretry_mode = s3cr3t\n", NULL);
    expect_refused(&options, VARIABLES(KEYS), FLOW_E_USAGE, "the profile's retry_mode is not one");
}

TEST("credentials go in clear to this machine only, and to a host, not to a path or a trick")
{
    static const struct {
        const char *url;
        enum flow_code code;
    } cases[] = {
        {"http://127.0.0.1:5000", FLOW_OK},
        {"http://127.9.9.9", FLOW_OK},
        {"http://[::1]:5000/", FLOW_OK},
        {"http://LOCALHOST:4566", FLOW_OK},
        {"HTTPS://ssm.example", FLOW_OK},
        {"https://[2001:db8::1]", FLOW_OK},
        {"http://ssm.example", FLOW_E_REFUSED},
        {"http://127.0.0.1.example", FLOW_E_REFUSED},
        {"http://localhost.example", FLOW_E_REFUSED},
        {"http://128.0.0.1", FLOW_E_REFUSED},
        {"http://127.1", FLOW_E_REFUSED},
        {"http://[::2]", FLOW_E_REFUSED},
        {"http://127.0.0.1@evil.example", FLOW_E_USAGE},
        {"https://user:pw@host", FLOW_E_USAGE},
        {"https://host/path", FLOW_E_USAGE},
        {"https://host?x", FLOW_E_USAGE},
        {"https://host#x", FLOW_E_USAGE},
        {"https://ho st", FLOW_E_USAGE},
        {"https://host\r\nX: y", FLOW_E_USAGE},
        {"https://host:", FLOW_E_USAGE},
        {"https://host:123456", FLOW_E_USAGE},
        {"https://host:65536", FLOW_E_USAGE},
        {"https://host:0", FLOW_E_USAGE},
        {"https://", FLOW_E_USAGE},
        {"https:///", FLOW_E_USAGE},
        {"https://[::1", FLOW_E_USAGE},
        {"ftp://host", FLOW_E_USAGE},
        {"host", FLOW_E_USAGE},
        {"", FLOW_E_USAGE},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str url = FLOW_STR_INIT(512);
        struct flow_err err = FLOW_ERR_INIT;

        if (flow_aws_endpoint_check(cases[i].url, "AWS_ENDPOINT_URL", &url, &err) != cases[i].code)
            fail_msg("%s: %s", cases[i].url, err.text);
        EXPECT(cases[i].code == FLOW_OK || url.len == 0);
    }
}

TEST("a region is letters, words and a digit; it cannot bend the host's name")
{
    static const char *const good[] = {"us-east-1", "us-gov-west-1", "eusc-de-east-1", "cn-north-1",
                                       "us-isob-east-1"};
    static const char *const bad[] = {
        "",           "us",          "us-east",     "us-1",      "us-east-1.evil.example",
        "us-east-1/", "us-east-1#",  "US-EAST-1",   "us--1",     "us-east-12",
        "u-east-1",   "us-east-1\n", "x@us-east-1", "aws-global"};
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < FLOW_COUNT(good); i++)
        OK(flow_aws_region_check(good[i], "AWS_REGION", &err), err);
    for (i = 0; i < FLOW_COUNT(bad); i++)
        EXPECT_CODE(flow_aws_region_check(bad[i], "AWS_REGION", &err), FLOW_E_USAGE);
    EXPECT_STR(err.text, "AWS_REGION names no region of AWS; one reads like us-east-1");
}

TEST("AWS's own host follows the region's partition")
{
    static const char *const cases[][2] = {
        {"us-east-1", "https://ssm.us-east-1.amazonaws.com"},
        {"us-gov-west-1", "https://ssm.us-gov-west-1.amazonaws.com"},
        {"cn-north-1", "https://ssm.cn-north-1.amazonaws.com.cn"},
        {"eusc-de-east-1", "https://ssm.eusc-de-east-1.amazonaws.eu"},
        {"us-iso-east-1", "https://ssm.us-iso-east-1.c2s.ic.gov"},
        {"us-isob-east-1", "https://ssm.us-isob-east-1.sc2s.sgov.gov"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str url = FLOW_STR_INIT(512);

        flow_aws_endpoint_add(&url, "ssm", cases[i][0], false, false);
        EXPECT_STR(url.text, cases[i][1]);
    }
}

TEST("an access key id of the present kind carries its account, an older one does not")
{
    char account[FLOW_AWS_ACCOUNT_MAX];

    EXPECT(flow_aws_access_key_account("ASIAQNZGKIQY56JQ7WML", account));
    EXPECT_STR(account, "029608264753");
    EXPECT(!flow_aws_access_key_account("AKIAIOSFODNN7EXAMPLE", account));
    EXPECT(!flow_aws_access_key_account("AKIAQNZGKIQY56JQ7WM1", account));
    EXPECT(!flow_aws_access_key_account("AKIA", account));
    EXPECT(!flow_aws_access_key_account("", account));
}

TEST("proxy, CA bundle and attempts come from the user's own settings, and nonsense is refused")
{
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    make_home("[default]\nregion = us-east-1\nca_bundle = /from/profile\nmax_attempts = 7\n", NULL);
    OK(resolve(NO_OPTIONS,
               VARIABLES(KEYS, "https_proxy=http://p:1", "HTTPS_PROXY=http://q:1", "NO_PROXY=a,b"),
               &aws, &err),
       err);
    EXPECT_STR(aws->https_proxy, "http://p:1");
    EXPECT_STR(aws->no_proxy, "a,b");
    EXPECT_STR(aws->ca_bundle, "/from/profile");
    EXPECT_INT(aws->max_attempts, 7);
    expect_refused(NO_OPTIONS, VARIABLES(KEYS, "AWS_MAX_ATTEMPTS=many"), FLOW_E_USAGE,
                   "AWS_MAX_ATTEMPTS is not a number from 1 to 100");
    expect_refused(NO_OPTIONS, VARIABLES(KEYS, "AWS_MAX_ATTEMPTS=0"), FLOW_E_USAGE,
                   "AWS_MAX_ATTEMPTS");
}

TEST("a broken file of AWS's is an error, not an empty one")
{
    make_home("[default\n", NULL);
    expect_refused(NO_OPTIONS, VARIABLES(KEYS), FLOW_E_FORMAT, "/.aws/config:1: ");
}
