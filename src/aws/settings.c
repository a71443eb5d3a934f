#include "aws/settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/profile.h"
#include "base/str.h"

enum { URL_MAX = 512, IDENTITY_MAX = 1024, ATTEMPTS_MAX = 100 };

/* What the settings are made from. */
struct sources {
    const struct flow_environ *env;
    const struct flow_aws_options *options;
    struct flow_aws_profile profile;
};

static void sources_donep(struct sources *sources)
{
    flow_aws_profile_done(&sources->profile);
}

/* A setting and who made it, for messages. */
struct setting {
    const char *text; /* NULL: nobody */
    const char *where;
};

static bool from(struct setting *setting, const char *text, const char *where)
{
    if (setting->text == NULL && text != NULL && *text != '\0')
        *setting = (struct setting){text, where};
    return setting->text != NULL;
}

static bool from_variable(struct setting *setting, const struct sources *sources, const char *name)
{
    return from(setting, flow_environ_get(sources->env, name), name);
}

static bool from_profile(struct setting *setting, const struct sources *sources, const char *key,
                         const char *where)
{
    return from(setting, flow_aws_profile_get(&sources->profile, key), where);
}

/* AWS's booleans: "true" in any case, everything else is false. */
static bool is_true(const struct sources *sources, const char *variable, const char *key)
{
    struct setting setting = {NULL, NULL};

    (void)(from_variable(&setting, sources, variable) || from_profile(&setting, sources, key, key));
    return setting.text != NULL && strcasecmp(setting.text, "true") == 0;
}

static enum flow_code copy(const char *text, char **ret_copy, struct flow_err *err)
{
    if (text == NULL || *text == '\0')
        return FLOW_OK;
    *ret_copy = strdup(text);
    return *ret_copy == NULL ? flow_err_nomem(err) : FLOW_OK;
}

static enum flow_code resolve_region(const struct sources *sources, struct flow_aws *aws,
                                     struct flow_err *err)
{
    struct setting region = {NULL, NULL};

    if (!from(&region, sources->options->region, "--region") &&
        !from_variable(&region, sources, "AWS_REGION") &&
        !from_variable(&region, sources, "AWS_DEFAULT_REGION") &&
        !from(&region, sources->options->fallback_region, "region in flowenv.ini") &&
        !from_profile(&region, sources, "region", "the profile's region"))
        return flow_err_set(err, FLOW_E_USAGE,
                            "no AWS region: set AWS_REGION, region in flowenv.ini or in profile "
                            "'%s', or give --region",
                            sources->profile.name);
    if (flow_aws_region_check(region.text, region.where, err))
        return err->code;
    return copy(region.text, &aws->region, err);
}

/* The endpoint that the user chose, if any; AWS's own FIPS and dual-stack ones count as chosen. */
static enum flow_code resolve_endpoint(const struct sources *sources, struct flow_aws *aws,
                                       struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str url = FLOW_STR_INIT(URL_MAX);
    struct setting endpoint = {sources->options->endpoint_url, "--endpoint-url"};
    bool fips = is_true(sources, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    bool dual_stack = is_true(sources, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    const char *in_files = NULL;

    if (!is_true(sources, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                 "ignore_configured_endpoint_urls") &&
        !from_variable(&endpoint, sources, "AWS_ENDPOINT_URL_SSM") &&
        !from_variable(&endpoint, sources, "AWS_ENDPOINT_URL")) {
        if (flow_aws_profile_endpoint(&sources->profile, "ssm", &in_files, err))
            return err->code;
        (void)from(&endpoint, in_files, "the profile's endpoint_url");
    }
    if (endpoint.text != NULL) {
        if (flow_aws_endpoint_check(endpoint.text, endpoint.where, &url, err))
            return err->code;
        aws->endpoint_is_chosen = true;
    } else if (fips || dual_stack) {
        flow_aws_endpoint_add(&url, "ssm", aws->region, fips, dual_stack);
    }
    if (flow_str_check(&url, "the endpoint", err))
        return err->code;
    return copy(url.text, &aws->endpoint_url, err);
}

static enum flow_code resolve_attempts(const struct sources *sources, struct flow_aws *aws,
                                       struct flow_err *err)
{
    struct setting attempts = {NULL, NULL};
    unsigned long number;
    char *end;

    if (!from_variable(&attempts, sources, "AWS_MAX_ATTEMPTS") &&
        !from_profile(&attempts, sources, "max_attempts", "the profile's max_attempts"))
        return FLOW_OK;
    number = strtoul(attempts.text, &end, 10);
    if (*end != '\0' || number < 1 || number > ATTEMPTS_MAX)
        return flow_err_set(err, FLOW_E_USAGE, "%s is not a number from 1 to %d", attempts.where,
                            ATTEMPTS_MAX);
    aws->max_attempts = (unsigned)number;
    return FLOW_OK;
}

/*
 * Retries are those of "standard" in all modes: "legacy" differs in what older
 * tools repeat, "adaptive" adds a limiter of the client's own, and writes are
 * paced here in any case. A name that is none is refused, as by the AWS tools.
 */
static enum flow_code check_retry_mode(const struct sources *sources, struct flow_err *err)
{
    static const char *const modes[] = {"standard", "adaptive", "legacy"};
    struct setting mode = {NULL, NULL};
    size_t i;

    if (!from_variable(&mode, sources, "AWS_RETRY_MODE") &&
        !from_profile(&mode, sources, "retry_mode", "the profile's retry_mode"))
        return FLOW_OK;
    for (i = 0; i < FLOW_COUNT(modes); i++)
        if (strcasecmp(mode.text, modes[i]) == 0)
            return FLOW_OK;
    return flow_err_set(err, FLOW_E_USAGE, "%s is not one of standard, adaptive, legacy",
                        mode.where);
}

/* As curl and Python read them: the name in lower case counts, even if it is empty. */
static const char *proxy_variable(const struct sources *sources, const char *lower,
                                  const char *upper)
{
    const char *text = flow_environ_get(sources->env, lower);

    return text != NULL ? text : flow_environ_get(sources->env, upper);
}

static enum flow_code resolve_transport(const struct sources *sources, struct flow_aws *aws,
                                        struct flow_err *err)
{
    struct setting bundle = {sources->options->ca_bundle, NULL};

    (void)(from_variable(&bundle, sources, "AWS_CA_BUNDLE") ||
           from_profile(&bundle, sources, "ca_bundle", "the profile's ca_bundle") ||
           from_variable(&bundle, sources, "REQUESTS_CA_BUNDLE"));
    if (copy(bundle.text, &aws->ca_bundle, err) ||
        copy(proxy_variable(sources, "https_proxy", "HTTPS_PROXY"), &aws->https_proxy, err))
        return err->code;
    return copy(proxy_variable(sources, "no_proxy", "NO_PROXY"), &aws->no_proxy, err);
}

static enum flow_code copy_secret(const char *text, struct flow_secret **ret_secret,
                                  struct flow_err *err)
{
    return text == NULL ? FLOW_OK : flow_secret_new(text, strlen(text), ret_secret, err);
}

/* Endpoint, region, account: what decides whose parameters a name means. */
static enum flow_code make_identity(struct flow_aws *aws, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str identity = FLOW_STR_INIT(IDENTITY_MAX);
    char account[FLOW_AWS_ACCOUNT_MAX];
    bool known = flow_aws_access_key_account(aws->access_key_id, account);

    flow_str_addf(&identity, "%s %s %s", aws->endpoint_url != NULL ? aws->endpoint_url : "aws",
                  aws->region, known ? account : aws->access_key_id);
    if (flow_str_check(&identity, "the account's identity", err))
        return err->code;
    return copy(identity.text, &aws->identity, err);
}

static enum flow_code resolve(struct sources *sources, struct flow_aws *aws, struct flow_err *err)
{
    struct flow_aws_credentials found;

    if (flow_aws_credentials_find(sources->env, &sources->profile, &found, err) ||
        copy(sources->profile.name, &aws->profile, err) ||
        copy(found.provider, &aws->provider, err) ||
        copy(found.access_key_id, &aws->access_key_id, err) ||
        copy_secret(found.secret_access_key, &aws->secret_access_key, err) ||
        copy_secret(found.session_token, &aws->session_token, err) ||
        resolve_region(sources, aws, err) || resolve_endpoint(sources, aws, err) ||
        resolve_transport(sources, aws, err) || resolve_attempts(sources, aws, err) ||
        check_retry_mode(sources, err))
        return err->code;
    return make_identity(aws, err);
}

enum flow_code flow_aws_resolve(const struct flow_environ *env,
                                const struct flow_aws_options *options, struct flow_aws **ret_aws,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = calloc(1, sizeof *aws);
    FLOW_CLEANUP(sources_donep) struct sources sources = {.env = env, .options = options};

    if (aws == NULL)
        return flow_err_nomem(err);
    if (flow_aws_profile_open(env, options->profile, &sources.profile, err) ||
        resolve(&sources, aws, err))
        return err->code;
    *ret_aws = FLOW_TAKE(aws);
    return FLOW_OK;
}

void flow_aws_free(struct flow_aws *aws)
{
    if (aws == NULL)
        return;
    flow_secret_free(aws->secret_access_key);
    flow_secret_free(aws->session_token);
    free(aws->region);
    free(aws->profile);
    free(aws->endpoint_url);
    free(aws->ca_bundle);
    free(aws->access_key_id);
    free(aws->provider);
    free(aws->https_proxy);
    free(aws->no_proxy);
    free(aws->identity);
    free(aws);
}

void flow_aws_freep(struct flow_aws **aws)
{
    flow_aws_free(*aws);
    *aws = NULL;
}
