/*
 * A request on its way out: checked against T15, copied, and wiped when it is
 * done with. What is lent stays so: the body.
 */
#ifndef FLOW_NET_OUTGOING_H
#define FLOW_NET_OUTGOING_H

#include "net/http.h"
#include "net/url.h"

enum { FLOW_METHOD_MAX = 16 };

struct flow_outgoing {
    struct flow_url url; /* its target points into text */
    char *text;          /* the URL */
    char method[FLOW_METHOD_MAX];
    char *lines; /* line_count times "Name: value" NUL; may hold tokens */
    size_t lines_len, line_count;
    struct flow_bytes body;
    bool has_body; /* even an empty one, as a POST has */
    bool once;
    flow_http_done *done;
    void *context;
};

/*
 * FLOW_E_REFUSED: see flow_http_class.submit. On an error there is nothing to release.
 * The lines are in libcurl's notation: "Name;" for an empty value, "Name:" for
 * a header that is not to be sent (those that libcurl would add by itself).
 */
enum flow_code flow_outgoing_init(struct flow_outgoing *outgoing,
                                  const struct flow_http_request *request, struct flow_err *err);
/* A zeroed struct is fine. */
void flow_outgoing_done(struct flow_outgoing *outgoing);

#endif
