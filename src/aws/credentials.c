#include "aws/credentials.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * What comes after the environment's keys, in botocore's order. A row with
 * words is a provider yet to come, found by a key of the profile or a variable;
 * a row without is the static keys of a file.
 */
static const struct provider {
    const char *key, *variable, *words;
    enum flow_aws_file file;
} providers[] = {
    {"web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE", "a web identity", 0},
    {"role_arn", NULL, "a role", 0},
    {"sso_account_id", NULL, "single sign-on", 0},
    {"sso_role_name", NULL, "single sign-on", 0},
    {"aws_access_key_id", NULL, NULL, FLOW_AWS_FILE_CREDENTIALS},
    {"login_session", NULL, "a login session", 0},
    {"credential_process", NULL, "a program", 0},
    {"aws_access_key_id", NULL, NULL, FLOW_AWS_FILE_CONFIG},
    {NULL, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the container", 0},
    {NULL, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "the container", 0},
};

/* Requests carry keys in headers, so nothing but printable ASCII may be in them (T15). */
static enum flow_code check_text(const char *text, const char *name, const char *where,
                                 struct flow_err *err)
{
    const char *c;

    for (c = text; c != NULL && *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return flow_err_set(err, FLOW_E_DENIED,
                                "%s in %s holds a blank, a line break or another character that "
                                "no key has; set it again without",
                                name, where);
    return FLOW_OK;
}

/* Checks what was found; names are those of key, secret and token where they come from. */
static enum flow_code check(const struct flow_aws_credentials *found, const char *const names[3],
                            const char *where, struct flow_err *err)
{
    if (found->secret_access_key == NULL)
        return flow_err_set(err, FLOW_E_DENIED,
                            "%s is set in %s, but %s is not; set both, or remove the first",
                            names[0], where, names[1]);
    if (check_text(found->access_key_id, names[0], where, err) ||
        check_text(found->secret_access_key, names[1], where, err))
        return err->code;
    return check_text(found->session_token, names[2], where, err);
}

static const char *first_of(const char *a, const char *b)
{
    return a != NULL ? a : b;
}

static enum flow_code take_environment(const struct flow_environ *env,
                                       struct flow_aws_credentials *found, struct flow_err *err)
{
    static const char *const names[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN"};

    found->access_key_id = flow_environ_text(env, names[0]);
    found->secret_access_key = flow_environ_text(env, names[1]);
    found->session_token =
        first_of(flow_environ_text(env, "AWS_SECURITY_TOKEN"), flow_environ_text(env, names[2]));
    found->provider = "environment";
    return check(found, names, "the environment", err);
}

/* Both halves come from one file; the files are not merged here. */
static enum flow_code take_file(const struct flow_aws_profile *profile, enum flow_aws_file file,
                                struct flow_aws_credentials *found, struct flow_err *err)
{
    static const char *const names[] = {"aws_access_key_id", "aws_secret_access_key",
                                        "aws_session_token"};

    found->access_key_id = flow_aws_profile_get_in(profile, file, names[0]);
    found->secret_access_key = flow_aws_profile_get_in(profile, file, names[1]);
    found->session_token = first_of(flow_aws_profile_get_in(profile, file, "aws_security_token"),
                                    flow_aws_profile_get_in(profile, file, names[2]));
    found->provider = file == FLOW_AWS_FILE_CONFIG ? "config file" : "credentials file";
    return check(found, names, profile->files[file].path.text, err);
}

/* Names the provider that is yet to come, and the way around. */
static enum flow_code refuse_later(const struct flow_aws_profile *profile, const char *words,
                                   const char *from, struct flow_err *err)
{
    bool has_profile = from[0] >= 'a'; /* a key of the profile, not a variable */

    (void)flow_err_set(err, FLOW_E_DENIED,
                       "the AWS credentials come from %s here (%s%s%s%s), which this version of "
                       "flowenv cannot ask yet; run "
                       "eval \"$(aws configure export-credentials%s%s --format env)\" first",
                       words, from, has_profile ? " of profile '" : "",
                       has_profile ? profile->name : "", has_profile ? "'" : "",
                       profile->is_chosen ? " --profile " : "",
                       profile->is_chosen ? profile->name : "");
    if (profile->is_chosen)
        (void)flow_err_hint(err, "then name no profile");
    return flow_err_hint(err, "or keep parameters on this machine with --store local");
}

static enum flow_code refuse_none(const struct flow_aws_profile *profile, struct flow_err *err)
{
    const char *config = profile->files[FLOW_AWS_FILE_CONFIG].path.text;
    const char *credentials = profile->files[FLOW_AWS_FILE_CREDENTIALS].path.text;

    return flow_err_set(err, FLOW_E_DENIED,
                        "no AWS credentials: %s, and profile '%s' has no keys in %s or %s; set "
                        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with "
                        "--profile, or keep parameters on this machine with --store local (the "
                        "role of an EC2 instance is not asked for by this version)",
                        profile->is_chosen ? "the environment does not count beside a named profile"
                                           : "AWS_ACCESS_KEY_ID is not set",
                        profile->name, *credentials != '\0' ? credentials : "~/.aws/credentials",
                        *config != '\0' ? config : "~/.aws/config");
}

enum flow_code flow_aws_credentials_find(const struct flow_environ *env,
                                         const struct flow_aws_profile *profile,
                                         struct flow_aws_credentials *ret_credentials,
                                         struct flow_err *err)
{
    size_t i;

    *ret_credentials = (struct flow_aws_credentials){.provider = NULL};
    if (!profile->is_chosen && flow_environ_text(env, "AWS_ACCESS_KEY_ID") != NULL)
        return take_environment(env, ret_credentials, err);
    for (i = 0; i < FLOW_COUNT(providers); i++) {
        const struct provider *provider = &providers[i];
        bool reads_variable =
            provider->variable != NULL && (provider->key == NULL || !profile->is_chosen);

        if (provider->words == NULL) {
            if (flow_aws_profile_get_in(profile, provider->file, provider->key) != NULL)
                return take_file(profile, provider->file, ret_credentials, err);
            continue;
        }
        if (reads_variable && flow_environ_text(env, provider->variable) != NULL)
            return refuse_later(profile, provider->words, provider->variable, err);
        if (provider->key != NULL && flow_aws_profile_get(profile, provider->key) != NULL)
            return refuse_later(profile, provider->words, provider->key, err);
    }
    return refuse_none(profile, err);
}

/*
 * AKIA, ASIA and so on, then 16 digits of base 32 (RFC 4648). Since 2019 their
 * first bit is 1 and the next 40 are the account.
 */
bool flow_aws_access_key_account(const char *access_key_id, char account[FLOW_AWS_ACCOUNT_MAX])
{
    enum { PREFIX = 4, DIGITS = 16, USED = 9 }; /* nine digits hold 45 bits */
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = 0;
    size_t i;

    if (strlen(access_key_id) != PREFIX + DIGITS ||
        strspn(access_key_id + PREFIX, base32) != DIGITS)
        return false;
    for (i = PREFIX; i < PREFIX + USED; i++)
        bits = bits << 5 | (uint64_t)(strchr(base32, access_key_id[i]) - base32);
    if (bits >> 44 == 0)
        return false;
    bits = (bits >> 4) & ((UINT64_C(1) << 40) - 1);
    if (bits > UINT64_C(999999999999))
        return false;
    (void)snprintf(account, FLOW_AWS_ACCOUNT_MAX, "%012" PRIu64, bits);
    return true;
}
