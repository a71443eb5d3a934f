/*
 * The address of a request: https://HOST[:PORT][/PATH][?QUERY].
 *
 * Shape:  printable ASCII, percent-encoded by whoever made it. What has no
 *         place in a request that carries credentials is refused: another
 *         scheme, user info, a fragment, blanks, control characters, and
 *         everything that two parsers could read in two ways (T15, T22).
 * Source: RFC 3986; RFC 9112, section 3.2.
 */
#ifndef FLOW_NET_URL_H
#define FLOW_NET_URL_H

#include <stdbool.h>

#include "base/err.h"

enum { FLOW_URL_HOST_MAX = 264 }; /* bytes with the NUL: a name of 253, a colon, a port */

struct flow_url {
    bool tls;                     /* https */
    char host[FLOW_URL_HOST_MAX]; /* what Host says: lower case, the port unless it is the usual */
    const char *target;           /* path and query, lent from the text; "/" where it has none */
};

/* FLOW_E_REFUSED; the sentence shows no more of the text than its host. */
enum flow_code flow_url_parse(const char *text, struct flow_url *ret_url, struct flow_err *err);

/* True for localhost, 127.0.0.0/8 and [::1], as they are written; no name is looked up. */
bool flow_url_is_loopback(const struct flow_url *url);

/* The same for a numeric address without brackets: the peer of a connection. */
bool flow_url_is_loopback_address(const char *address);

#endif
