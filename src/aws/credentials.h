/*
 * Whose keys sign: the first provider of AWS's order that has some.
 *
 * Now: the environment, then static keys of the profile. Any other provider
 * that would come first is FLOW_E_DENIED with a sentence that names it and what
 * to do meanwhile; it is never skipped, for then other keys than the AWS tools'
 * would sign.
 * Source: CONTRACTS 3.1, which is botocore's order.
 */
#ifndef FLOW_AWS_CREDENTIALS_H
#define FLOW_AWS_CREDENTIALS_H

#include <stdbool.h>

#include "aws/profile.h"
#include "base/environ.h"
#include "base/err.h"

/* Lent by the environment and the profile, which hold them in locked memory. */
struct flow_aws_credentials {
    const char *access_key_id, *secret_access_key;
    const char *session_token; /* NULL: none */
    const char *provider;      /* "environment", "credentials file", "config file" */
};

/* FLOW_E_DENIED: none, half of them, such as no request can carry, or a provider yet to come. */
enum flow_code flow_aws_credentials_find(const struct flow_environ *env,
                                         const struct flow_aws_profile *profile,
                                         struct flow_aws_credentials *ret_credentials,
                                         struct flow_err *err);

enum { FLOW_AWS_ACCOUNT_MAX = 13 };
/* The account that an access key id of the present kind carries. False: an older one. */
bool flow_aws_access_key_account(const char *access_key_id, char account[FLOW_AWS_ACCOUNT_MAX]);

#endif
