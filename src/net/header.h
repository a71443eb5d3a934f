/*
 * A header of a request or a reply: a name and a value, both lent.
 *
 * Shape: NUL-terminated; on the wire "Name: value". A value that is a token is
 *        lent from the flow_secret that owns it.
 * T15:   flow_header_check() lets nothing through that would start another
 *        header: the name is a token of RFC 9110, the value holds no control
 *        character but the tab.
 */
#ifndef FLOW_NET_HEADER_H
#define FLOW_NET_HEADER_H

#include <stddef.h>

#include "base/err.h"

struct flow_header {
    const char *name;
    const char *value;
};

/* FLOW_E_REFUSED names the header, never its value. */
enum flow_code flow_header_check(const struct flow_header *header, struct flow_err *err);

/* The value of the first header of that name, case ignored; NULL where there is none. */
const char *flow_header_find(const struct flow_header *headers, size_t count, const char *name);

#endif
