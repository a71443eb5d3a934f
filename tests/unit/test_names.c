#include "text/names.h"

#include "support/test.h"

#include <stdio.h>

static const char *key_of(const char *param, const char *prefix)
{
    static char text[256];
    struct flow_str key = FLOW_STR_INIT(255);
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_name_to_key(param, prefix, &key, &err))
        (void)snprintf(text, sizeof text, "error %d", (int)err.code);
    else
        (void)snprintf(text, sizeof text, "%s", key.text);
    flow_str_done(&key);
    return text;
}

static const char *param_of(const char *key, const char *prefix)
{
    static char text[256];
    struct flow_str param = FLOW_STR_INIT(255);
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_name_to_param(key, prefix, &param, &err))
        (void)snprintf(text, sizeof text, "error %d", (int)err.code);
    else
        (void)snprintf(text, sizeof text, "%s", param.text);
    flow_str_done(&param);
    return text;
}

static const char *fault_of(enum flow_code (*check)(const char *, struct flow_err *),
                            const char *name)
{
    static struct flow_err err;

    err = FLOW_ERR_INIT;
    if (check(name, &err) == FLOW_OK)
        return "";
    EXPECT_INT(err.code, FLOW_E_USAGE);
    return err.text;
}

TEST("a prefix ends at a slash; no prefix and the root are above everything")
{
    EXPECT(flow_name_is_under("/shop/dev/key", "/shop/dev"));
    EXPECT(flow_name_is_under("/shop/dev/key", "/") && flow_name_is_under("key", "/"));
    EXPECT(flow_name_is_under("/shop/dev/key", "") && flow_name_is_under("key", NULL));
    EXPECT(!flow_name_is_under("/shop/develop/key", "/shop/dev"));
    EXPECT(!flow_name_is_under("/shop/dev", "/shop/dev"));
    EXPECT(!flow_name_is_under("shop/dev/key", "/shop/dev"));
}

TEST("a key is what a shell can hold")
{
    EXPECT(flow_name_is_key("A") && flow_name_is_key("_") && flow_name_is_key("a_9Z"));
    EXPECT(!flow_name_is_key("") && !flow_name_is_key("1A") && !flow_name_is_key("A-B"));
    EXPECT(!flow_name_is_key("A B") && !flow_name_is_key("A=") && !flow_name_is_key("A\n"));
    EXPECT(!flow_name_is_key("\xc3\x84"));
}

TEST("dotenv takes dots, dashes and a digit in front as well")
{
    EXPECT(flow_name_is_dotenv_key("1a.b-C"));
    EXPECT(!flow_name_is_dotenv_key("") && !flow_name_is_dotenv_key("a/b"));
}

TEST("a parameter's key is its name below the prefix in upper case")
{
    EXPECT_STR(key_of("/flowlogic/dev/stripe/secret-key", "/flowlogic/dev"), "STRIPE_SECRET_KEY");
    EXPECT_STR(key_of("/a/b.c_d", "/"), "A_B_C_D");
    EXPECT_STR(key_of("/1a", ""), "1A");
    EXPECT_STR(key_of("Plain", NULL), "PLAIN");
}

TEST("a parameter that lies elsewhere has no key")
{
    EXPECT_STR(key_of("/flowlogic/develop/x", "/flowlogic/dev"), "error 7");
    EXPECT_STR(key_of("/flowlogic/dev", "/flowlogic/dev"), "error 7");
    EXPECT_STR(key_of("/flowlogic/dev/", "/flowlogic/dev"), "error 7");
    EXPECT_STR(key_of("/p/a b", "/p"), "error 3");
}

TEST("a key's parameter gives the key again, or there is none")
{
    EXPECT_STR(param_of("STRIPE_SECRET_KEY", "/flowlogic/dev"), "/flowlogic/dev/stripe-secret-key");
    EXPECT_STR(key_of(param_of("_A__9", "/p"), "/p"), "_A__9");
    EXPECT_STR(param_of("A", "/"), "/a");
    EXPECT_STR(param_of("apiUrl", "/p"), "error 7");
    EXPECT_STR(param_of("A.B", "/p"), "error 7");
}

TEST("a parameter's name follows AWS's rules")
{
    EXPECT_STR(fault_of(flow_name_check_param, "/flowlogic/dev/stripe/secret-key"), "");
    EXPECT_STR(fault_of(flow_name_check_param, "one.level_9"), "");
    EXPECT_STR(fault_of(flow_name_check_param, "/laws/assm"), "");
    EXPECT_STR(fault_of(flow_name_check_param, "/x/aws/ssm"), "");
}

TEST("the sentence says which rule is broken, and where")
{
    EXPECT_STR(fault_of(flow_name_check_param, ""), "parameter name '': it is empty");
    EXPECT_PRESENT("character 3, ' '", "character 3, ' '");
    EXPECT_PRESENT("character 3, \\x20, is not allowed", fault_of(flow_name_check_param, "/a b"));
    EXPECT_PRESENT("character 3, ':', is not allowed", fault_of(flow_name_check_param, "/a:1"));
    EXPECT_PRESENT("begins with a slash: '/a/b'", fault_of(flow_name_check_param, "a/b"));
    EXPECT_PRESENT("level 2 is empty: two slashes", fault_of(flow_name_check_param, "/a//b"));
    EXPECT_PRESENT("level 2 is empty: a slash at", fault_of(flow_name_check_param, "/a/"));
    EXPECT_PRESENT("level 1 is empty", fault_of(flow_name_check_param, "/"));
    EXPECT_PRESENT("level 2 is '..'", fault_of(flow_name_check_param, "/a/../b"));
    EXPECT_PRESENT("level 1 is '.'", fault_of(flow_name_check_param, "/."));
    EXPECT_PRESENT("begin with 'AwS'", fault_of(flow_name_check_param, "/AwSome"));
    EXPECT_PRESENT("begin with 'ssm'", fault_of(flow_name_check_param, "ssm-x"));
}

TEST("15 levels and 966 bytes are the most that a name can have")
{
    char name[1000] = "";

    for (size_t i = 0; i < 15; i++)
        (void)strncat(name, "/l", sizeof name - strlen(name) - 1);
    EXPECT_STR(fault_of(flow_name_check_param, name), "");
    (void)strncat(name, "/l", sizeof name - strlen(name) - 1);
    EXPECT_PRESENT("it has 16 levels; AWS takes 15", fault_of(flow_name_check_param, name));

    memset(name, 'x', 966);
    name[0] = '/', name[966] = '\0';
    EXPECT_STR(fault_of(flow_name_check_param, name), "");
    name[966] = 'x', name[967] = '\0';
    EXPECT_PRESENT("it has 967 bytes", fault_of(flow_name_check_param, name));
}

TEST("a prefix begins with a slash and ends in none")
{
    EXPECT_STR(fault_of(flow_name_check_prefix, "/"), "");
    EXPECT_STR(fault_of(flow_name_check_prefix, "/flowlogic/dev"), "");
    EXPECT_STR(fault_of(flow_name_check_prefix, "/aws/service"), "");
    EXPECT_PRESENT("begins with a slash", fault_of(flow_name_check_prefix, "a"));
    EXPECT_PRESENT("begins with a slash", fault_of(flow_name_check_prefix, ""));
    EXPECT_PRESENT("a slash at the end", fault_of(flow_name_check_prefix, "/a/"));
}

TEST("every name of T12 takes over, and its neighbours do not")
{
    static const char *const bad[] = {"PATH",
                                      "IFS",
                                      "ENV",
                                      "BASH_ENV",
                                      "LD_PRELOAD",
                                      "LD_",
                                      "DYLD_X",
                                      "GIT_CONFIG",
                                      "GIT_CONFIG_1",
                                      "JAVA_OPTIONS",
                                      "_JAVA_OPTIONS",
                                      "JAVA_TOOL_OPTIONS",
                                      "JDK_JAVA_OPTIONS",
                                      "http_proxy",
                                      "NO_PROXY",
                                      "_proxy",
                                      "XDG_DATA_HOME",
                                      "FLOWENV_STORE",
                                      "GITHUB_ENV",
                                      "RUNNER_TEMP",
                                      "PERL5OPT",
                                      "OPENSSL_CONF",
                                      "AWS_ENDPOINT_URL_SSM"};
    static const char *const good[] = {"",           "PATHS",        "MY_PATH",    "LD",
                                       "path",       "GITHUB_TOKEN", "AWS_REGION", "JAVA_HOME",
                                       "PROXY",      "my_proxy_url", "GIT_AUTHOR", "NODE_ENV",
                                       "JAVA_OPTION"};

    for (size_t i = 0; i < FLOW_COUNT(bad); i++)
        EXPECT(flow_name_takes_over(bad[i]));
    for (size_t i = 0; i < FLOW_COUNT(good); i++)
        EXPECT(!flow_name_takes_over(good[i]));
}

TEST("the nearest word is a slip away, or there is none")
{
    static const char *const words[] = {"export", "explain", "exec", "status", "put", "rm"};

    EXPECT_STR(flow_name_nearest("exprot", words, FLOW_COUNT(words)), "export");
    EXPECT_STR(flow_name_nearest("explian", words, FLOW_COUNT(words)), "explain");
    EXPECT_STR(flow_name_nearest("STATUS", words, FLOW_COUNT(words)), "status");
    EXPECT_STR(flow_name_nearest("pt", words, FLOW_COUNT(words)), "put");
    EXPECT_NULL(flow_name_nearest("xyzzy", words, FLOW_COUNT(words)));
    EXPECT_NULL(flow_name_nearest("", words, FLOW_COUNT(words)));
    EXPECT_NULL(flow_name_nearest("put", words, 0));
}
