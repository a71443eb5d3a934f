#include "net/http.h"

const char *flow_http_reply_header(const struct flow_http_reply *reply, const char *name)
{
    return flow_header_find(reply->headers, reply->header_count, name);
}

static const struct {
    enum flow_code code;
    const char *words;
} faults[] = {
    [FLOW_HTTP_RESOLVE] = {FLOW_E_UNREACHABLE, "the host name has no address"},
    [FLOW_HTTP_CONNECT] = {FLOW_E_UNREACHABLE, "no connection"},
    [FLOW_HTTP_TLS] = {FLOW_E_UNREACHABLE, "the TLS handshake failed"},
    [FLOW_HTTP_CERTIFICATE] = {FLOW_E_REFUSED, "its certificate can't be trusted; nothing was "
                                               "sent"},
    [FLOW_HTTP_TIMEOUT] = {FLOW_E_UNREACHABLE, "no whole answer in time"},
    [FLOW_HTTP_CUT] = {FLOW_E_UNREACHABLE, "the connection broke before the answer was whole"},
    [FLOW_HTTP_NONSENSE] = {FLOW_E_UNREACHABLE, "the answer is not HTTP"},
    [FLOW_HTTP_TOO_LARGE] = {FLOW_E_LIMIT, "the answer is larger than any that makes sense"},
    [FLOW_HTTP_REDIRECT] = {FLOW_E_REFUSED, "it answered with a redirect, which is not followed"},
    [FLOW_HTTP_PLAIN] = {FLOW_E_REFUSED, "plain http is for this machine only, nothing was sent; "
                                         "use https"},
};

enum flow_code flow_http_reply_check(const struct flow_http_reply *reply, struct flow_err *err)
{
    if (reply->fault == FLOW_HTTP_OK)
        return FLOW_OK;
    if (reply->fault == FLOW_HTTP_NOMEM)
        return flow_err_nomem(err);
    if (reply->detail[0] == '\0')
        return flow_err_set(err, faults[reply->fault].code, "%s: %s", reply->host,
                            faults[reply->fault].words);
    return flow_err_set(err, faults[reply->fault].code, "%s: %s (%s)", reply->host,
                        faults[reply->fault].words, reply->detail);
}

void flow_http_free(struct flow_http *http)
{
    if (http != NULL)
        http->class->free(http);
}

void flow_http_freep(struct flow_http **http)
{
    flow_http_free(*http);
    *http = NULL;
}
