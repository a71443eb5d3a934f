#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/environ.h"

TEST("what is set is found, the first of two counts, and what is no variable is left out")
{
    char *const *envp = TEST_ENVP("A=1", "B=", "nonsense", "=odd", "A=2", "AB=x=y");
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t count;

    OK(flow_environ_copy(envp, &env, &err), err);
    EXPECT_STR(flow_environ_get(env, "A"), "1");
    EXPECT_STR(flow_environ_get(env, "AB"), "x=y");
    EXPECT_STR(flow_environ_get(env, "B"), "");
    EXPECT_NULL(flow_environ_text(env, "B"));
    EXPECT_NULL(flow_environ_get(env, ""));
    EXPECT_NULL(flow_environ_get(env, "C"));
    EXPECT_STR(flow_environ_list(env, &count)[3], "AB=x=y");
    EXPECT_INT(count, 4);
    EXPECT_NULL(flow_environ_list(env, &count)[4]);
}

TEST("an empty environment is a list of nothing")
{
    char *const envp[] = {NULL};
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t count;

    OK(flow_environ_copy(envp, &env, &err), err);
    EXPECT_NULL(flow_environ_list(env, &count)[0]);
    EXPECT_INT(count, 0);
}

TEST("a credential is overwritten where it stood, every time it stood there, and still handed on")
{
    char path[] = "PATH=/bin", first[] = "AWS_SECRET_ACCESS_KEY=canary-1",
         second[] = "AWS_SECRET_ACCESS_KEY=canary-2", id[] = "AWS_ACCESS_KEY_ID=AKIA";
    char *envp[] = {path, first, second, id, NULL};
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t count;

    OK(flow_environ_take(envp, &env, &err), err);
    for (size_t i = strlen("AWS_SECRET_ACCESS_KEY="); i < sizeof first; i++)
        EXPECT_INT(first[i] | second[i], 0);
    EXPECT_STR(envp[0], "PATH=/bin");
    EXPECT_STR(envp[1], "AWS_ACCESS_KEY_ID=AKIA");
    EXPECT_NULL(envp[2]);
    EXPECT_STR(flow_environ_get(env, "AWS_SECRET_ACCESS_KEY"), "canary-1");
    EXPECT_STR(flow_environ_list(env, &count)[2], "AWS_SECRET_ACCESS_KEY=canary-2");
    EXPECT_INT(count, 4);
}

TEST("what could weaken our own TLS leaves envp, and a child still gets it")
{
    static const char *const names[] = {"SSLKEYLOGFILE",   "OPENSSL_CONF",  "OPENSSL_MODULES",
                                        "OPENSSL_ENGINES", "SSL_CERT_FILE", "SSL_CERT_DIR"};
    char lines[FLOW_COUNT(names)][32], last[] = "SSL_CERT_FILE_X=1";
    char *envp[FLOW_COUNT(names) + 2];
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t i, count;

    for (i = 0; i < FLOW_COUNT(names); i++) {
        (void)snprintf(lines[i], sizeof lines[i], "%s=/x", names[i]);
        envp[i] = lines[i];
    }
    envp[i] = last;
    envp[i + 1] = NULL;
    OK(flow_environ_take(envp, &env, &err), err);
    EXPECT_STR(envp[0], last);
    EXPECT_NULL(envp[1]);
    EXPECT(flow_environ_list(env, &count) != NULL);
    EXPECT_INT(count, FLOW_COUNT(names) + 1);
    for (i = 0; i < FLOW_COUNT(names); i++)
        EXPECT_STR(flow_environ_get(env, names[i]), "/x");
}

TEST("no locked memory is spent where no credential is set")
{
    char path[] = "PATH=/bin";
    char *envp[] = {path, NULL};
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_environ_take(envp, &env, &err), err);
    EXPECT_INT(flow_secret_live(), 0);
    EXPECT(flow_environ_get(env, "PATH") == path + 5);
}

TEST("names of credentials are known exactly")
{
    EXPECT(flow_environ_is_credential("GITHUB_TOKEN"));
    EXPECT(flow_environ_is_credential("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
    EXPECT(!flow_environ_is_credential("GITHUB_TOKE"));
    EXPECT(!flow_environ_is_credential("GITHUB_TOKENS"));
    EXPECT(!flow_environ_is_credential(""));
}
