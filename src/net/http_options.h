/*
 * What a transport is to do, as its maker said it: defaults filled in,
 * strings copied, proxy and CA bundle looked at.
 */
#ifndef FLOW_NET_HTTP_OPTIONS_H
#define FLOW_NET_HTTP_OPTIONS_H

#include "net/http.h"

/* Copies; zeros become the defaults, strings other than ca_bundle are never NULL.
 * FLOW_E_USAGE: a proxy of a kind that can't be used. On an error there is nothing to release. */
enum flow_code flow_http_options_init(struct flow_http_options *options,
                                      const struct flow_http_options *from, struct flow_err *err);
/* Wipes (a proxy's address may hold a password) and frees. A zeroed struct is fine. */
void flow_http_options_done(struct flow_http_options *options);

/* Where to look for certificates: one of the two, or neither where nothing is known. All lent. */
struct flow_ca {
    const char *file, *directory;
};

/*
 * The user's bundle where there is one, else built_in: of that, the directory
 * if it is one that `openssl rehash` has been through, so that a connection
 * reads the one certificate it needs, not 140 of them.
 * FLOW_E_USAGE: the bundle is not there.
 */
enum flow_code flow_ca_choose(const char *bundle, const struct flow_ca *built_in,
                              struct flow_ca *ret_ca, struct flow_err *err);

#endif
