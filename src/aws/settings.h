/*
 * What AWS's own variables and files say: region, endpoint, credentials.
 *
 * Now: credentials from the environment and static keys of a profile in
 * ~/.aws; a profile that asks for another provider (role, SSO, process, login)
 * is FLOW_E_DENIED with a sentence that names it. Files are read in AWS's own
 * dialect, both merged, the credentials file winning.
 * Retries: AWS_MAX_ATTEMPTS counts; AWS_RETRY_MODE has to be one of AWS's, and
 *         all three mean "standard".
 * Precedence: the caller's option, environment, file, default.
 * Source: CONTRACTS, section 3.
 *
 * No network here: this half also runs in commands served from the vault, to
 * know whose snapshot they may serve.
 */
#ifndef FLOW_AWS_SETTINGS_H
#define FLOW_AWS_SETTINGS_H

#include <stdbool.h>

#include "base/environ.h"
#include "base/err.h"
#include "base/secret.h"

struct flow_aws_options {
    const char *profile; /* NULL: AWS_PROFILE, AWS_DEFAULT_PROFILE, "default"; named: environment
                            keys are not used */
    const char *region;  /* NULL: AWS_REGION, AWS_DEFAULT_REGION, fallback_region, the profile's */
    const char *fallback_region; /* the project's; NULL: none */
    const char *endpoint_url;    /* NULL: AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL, the files */
    const char *ca_bundle;       /* NULL: AWS_CA_BUNDLE, ca_bundle of the profile,
                                    REQUESTS_CA_BUNDLE, the system's */
};

struct flow_aws {
    char *region;
    char *profile;
    char *endpoint_url; /* NULL: AWS's own for the region */
    bool
        endpoint_is_chosen; /* by the user; false too where AWS's own is a FIPS or dual-stack one */
    char *ca_bundle;        /* NULL: the system's */
    char *access_key_id;
    struct flow_secret *secret_access_key;
    struct flow_secret *session_token; /* NULL: none */
    char *provider;    /* "environment", "credentials file", "config file": for messages */
    char *https_proxy; /* NULL: none; from the user's environment (T20) */
    char *no_proxy;
    unsigned max_attempts; /* first try included; 0: the user says nothing about it */
    /* Says whose parameters these are, without a network: endpoint, region, access key id's
     * account. */
    char *identity;
};

/* FLOW_E_DENIED: no credentials (what was looked at, what to set; mentions --store local).
 * FLOW_E_USAGE: no region, a profile that is not there, a setting that can't be meant.
 * FLOW_E_REFUSED: an endpoint that would get the credentials in clear. FLOW_E_FORMAT, FLOW_E_IO: a
 * file of AWS's is broken. */
enum flow_code flow_aws_resolve(const struct flow_environ *env,
                                const struct flow_aws_options *options, struct flow_aws **ret_aws,
                                struct flow_err *err);
void flow_aws_free(struct flow_aws *aws);
void flow_aws_freep(struct flow_aws **aws);

#endif
