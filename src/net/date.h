/*
 * The two ways to write a moment on the wire.
 * Unit: seconds since 1970-01-01 UTC.
 */
#ifndef FLOW_NET_DATE_H
#define FLOW_NET_DATE_H

#include <stdbool.h>
#include <stdint.h>

enum { FLOW_DATE_AMZ_MAX = 17, FLOW_DATE_DAY_LEN = 8 };

/* "20150830T123600Z"; its first FLOW_DATE_DAY_LEN bytes are the day. Years 0 to 9999. */
void flow_date_amz(int64_t wall_s, char text[FLOW_DATE_AMZ_MAX]);

/* "Sun, 06 Nov 1994 08:49:37 GMT", as in Date and Retry-After (RFC 9110, IMF-fixdate; the two
 * obsolete forms are not read). False: text is NULL or something else; *ret_s is untouched. */
bool flow_date_http(const char *text, int64_t *ret_s);

#endif
