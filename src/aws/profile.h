/*
 * The profile in force, and what the user's two files say of it.
 *
 * Chosen: the caller's name, AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". A
 *         profile that somebody named has to be there; "default" need not.
 * Files:  AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/config
 *         and ~/.aws/credentials. One that is not there, or is no regular file
 *         (/dev/null), is empty, as for the AWS tools.
 * Source: CONTRACTS 3.2, 3.3.
 */
#ifndef FLOW_AWS_PROFILE_H
#define FLOW_AWS_PROFILE_H

#include <stdbool.h>

#include "aws/config.h"
#include "base/environ.h"
#include "base/err.h"
#include "base/str.h"

struct flow_aws_profile_file {
    struct flow_str path;           /* "": there is no HOME to look in */
    struct flow_aws_config *config; /* NULL: no such file */
};

/* Texts are lent until flow_aws_profile_done(). */
struct flow_aws_profile {
    const char *name;                      /* lent from the caller or the environment */
    bool is_chosen;                        /* by the caller: environment keys don't count then */
    struct flow_aws_profile_file files[2]; /* by enum flow_aws_file */
};

/* FLOW_E_USAGE: a profile that was named is in neither file; FLOW_E_FORMAT, FLOW_E_IO: a file is
 * broken. The struct needs done() in every case. */
enum flow_code flow_aws_profile_open(const struct flow_environ *env, const char *chosen,
                                     struct flow_aws_profile *ret_profile, struct flow_err *err);
void flow_aws_profile_done(struct flow_aws_profile *profile);

/* A key of the profile, the credentials file winning; NULL: not there, or empty. */
const char *flow_aws_profile_get(const struct flow_aws_profile *profile, const char *key);

/* The same of one file only. */
const char *flow_aws_profile_get_in(const struct flow_aws_profile *profile, enum flow_aws_file file,
                                    const char *key);

/*
 * endpoint_url of a service ("ssm") in the [services NAME] section that the
 * profile names, else the profile's own; NULL: neither. FLOW_E_USAGE: there is
 * no such section.
 */
enum flow_code flow_aws_profile_endpoint(const struct flow_aws_profile *profile,
                                         const char *service, const char **ret_url,
                                         struct flow_err *err);

#endif
