/*
 * Prints what flow_aws_resolve() makes of the environment, one NAME=VALUE a
 * line, for comparison with botocore; of secrets only the length and the last
 * four bytes.
 * usage: aws_settings [PROFILE]
 */
#include <stdio.h>

#include "aws/settings.h"

extern char **environ;

static void print(const char *name, const char *value)
{
    if (value != NULL)
        (void)printf("%s=%s\n", name, value);
}

static void print_secret(const char *name, const struct flow_secret *secret)
{
    size_t len, shown;
    const unsigned char *bytes;

    if (secret == NULL)
        return;
    bytes = flow_secret_expose(secret, &len);
    shown = len < 4 ? len : 4;
    (void)printf("%s=%zu:%.*s\n", name, len, (int)shown, (const char *)bytes + len - shown);
}

int main(int argc, char **argv)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    const struct flow_aws_options options = {.profile = argc > 1 ? argv[1] : NULL};
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_secret_start(&err) || flow_environ_copy(environ, &env, &err) ||
        flow_aws_resolve(env, &options, &aws, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return (int)err.code;
    }
    print("region", aws->region);
    print("endpoint_url", aws->endpoint_url);
    print("ca_bundle", aws->ca_bundle);
    print("access_key", aws->access_key_id);
    print("provider", aws->provider);
    print_secret("secret_key", aws->secret_access_key);
    print_secret("token", aws->session_token);
    return 0;
}
