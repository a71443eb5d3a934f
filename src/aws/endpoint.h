/*
 * Where AWS credentials may go (T22): regions, endpoints, AWS's own hosts.
 * Source: CONTRACTS 1.1; botocore's partitions.json for the suffixes.
 */
#ifndef FLOW_AWS_ENDPOINT_H
#define FLOW_AWS_ENDPOINT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/*
 * flow_name_is_region() as a sentence. FLOW_E_USAGE; where says who asked for
 * it ("AWS_REGION", "--region").
 */
enum flow_code flow_aws_region_check(const char *region, const char *where, struct flow_err *err);

/*
 * An endpoint of the user's own: https://HOST[:PORT], or http to this machine
 * only. No path, no user, no query. Appends it to url without a slash at the
 * end. FLOW_E_REFUSED for http to elsewhere, FLOW_E_USAGE otherwise.
 */
enum flow_code flow_aws_endpoint_check(const char *endpoint, const char *where,
                                       struct flow_str *url, struct flow_err *err);

/* Appends AWS's own endpoint of a service ("ssm") for a region that was checked. */
void flow_aws_endpoint_add(struct flow_str *url, const char *service, const char *region, bool fips,
                           bool dual_stack);

#endif
