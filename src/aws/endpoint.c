#include "aws/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/names.h"

enum { HOST_MAX = 253, PORT_DIGITS_MAX = 5, PORT_MAX = 65535 };

static const char digits[] = "0123456789";

enum flow_code flow_aws_region_check(const char *region, const char *where, struct flow_err *err)
{
    return flow_name_is_region(region)
               ? FLOW_OK
               : flow_err_set(err, FLOW_E_USAGE,
                              "%s names no region of AWS; one reads like us-east-1", where);
}

/* True where a host can only be this machine; the network half checks the peer once more. */
static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;

    if (inet_pton(AF_INET, host, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    return strcasecmp(host, "localhost") == 0;
}

/* Copies HOST of "HOST[:PORT][/]" without brackets; false: it is something else. */
static bool take_host(const char *text, char host[HOST_MAX + 1])
{
    bool bracketed = text[0] == '[';
    const char *from = text + bracketed;
    size_t len = strspn(from, bracketed ? "0123456789abcdefABCDEF:."
                                        : "0123456789abcdefghijklmnopqrstuvwxyz"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-");
    const char *rest = from + len;

    if (len == 0 || len > HOST_MAX || (bracketed && *rest++ != ']'))
        return false;
    memcpy(host, from, len);
    host[len] = '\0';
    if (*rest == ':') {
        size_t port_len = strspn(++rest, digits);
        unsigned long port = strtoul(rest, NULL, 10);

        if (port_len == 0 || port_len > PORT_DIGITS_MAX || port == 0 || port > PORT_MAX)
            return false;
        rest += port_len;
    }
    return rest[0] == '\0' || (rest[0] == '/' && rest[1] == '\0');
}

enum flow_code flow_aws_endpoint_check(const char *endpoint, const char *where,
                                       struct flow_str *url, struct flow_err *err)
{
    bool plain = strncasecmp(endpoint, "http://", 7) == 0;
    char host[HOST_MAX + 1];
    size_t len = strlen(endpoint);

    if ((!plain && strncasecmp(endpoint, "https://", 8) != 0) ||
        !take_host(endpoint + (plain ? 7 : 8), host))
        return flow_err_set(err, FLOW_E_USAGE,
                            "the endpoint that %s names is not of the form https://HOST[:PORT]",
                            where);
    if (plain && !is_loopback(host))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "%s names %s, which is not encrypted and not this machine; "
                            "credentials go there by https:// only",
                            where, endpoint);
    flow_str_add_bytes(url, endpoint, endpoint[len - 1] == '/' ? len - 1 : len);
    return FLOW_OK;
}

void flow_aws_endpoint_add(struct flow_str *url, const char *service, const char *region, bool fips,
                           bool dual_stack)
{
    static const struct {
        const char *prefix, *suffix, *dual_stack_suffix;
    } partitions[] = {{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
                      {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
                      {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
                      {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
                      {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
                      {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
                      {"", "amazonaws.com", "api.aws"}};
    size_t i = 0;

    /* All of GovCloud's hosts of one stack are FIPS ones, without saying so. */
    fips = fips && (dual_stack || strncmp(region, "us-gov-", 7) != 0);
    while (strncmp(region, partitions[i].prefix, strlen(partitions[i].prefix)) != 0)
        i++;
    flow_str_addf(url, "https://%s%s.%s.%s", service, fips ? "-fips" : "", region,
                  dual_stack ? partitions[i].dual_stack_suffix : partitions[i].suffix);
}
