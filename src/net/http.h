/*
 * HTTP: many requests in flight on few connections.
 *
 * Shape:  a table of functions, so that a test or another transport can stand
 *         in; flow_http_new() makes the real one, on libcurl.
 * Order:  submit() and later() only take note; run() sends, waits, calls back,
 *         and returns when nothing is queued, in flight or waiting for its
 *         time. Callbacks may submit more. One thread; nothing happens between
 *         two runs, but connections stay open.
 * Safety: TLS 1.2 or newer, certificate and host name verified, with no switch
 *         to turn that off; plain http only where the resolved peer is a
 *         loopback address; a redirect is a fault, never followed; no cookies,
 *         no netrc, no compression; a path is sent as it is given (T15, T21,
 *         T22). Nothing is logged.
 * Limits: T23; the defaults are below.
 * Memory: reply bodies go from the socket into a flow_secret. Request headers
 *         are copied and wiped after use. libcurl's own buffers are wiped by
 *         the program's allocator (T4).
 * Source: CONTRACTS 1.1; RFC 9110.
 */
#ifndef FLOW_NET_HTTP_H
#define FLOW_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"
#include "net/header.h"

enum {
    FLOW_HTTP_CONNECTIONS = 16,
    FLOW_HTTP_CONNECTIONS_MAX = 100,
    FLOW_HTTP_CONNECT_MS = 5000,
    FLOW_HTTP_TOTAL_MS = 30000, /* from the moment that the request leaves the queue */
    FLOW_HTTP_SLOW_S = 10,      /* this long below 1 KiB/s: cut off */
    FLOW_HTTP_BODY_MAX = 4 * 1024 * 1024,
    FLOW_HTTP_HEADERS_MAX = 64 * 1024
};

/* What kept an exchange from being one. */
enum flow_http_fault {
    FLOW_HTTP_OK = 0,      /* the reply is whole: status, headers and body mean something */
    FLOW_HTTP_RESOLVE,     /* the host's (or the proxy's) name has no address */
    FLOW_HTTP_CONNECT,     /* refused, no route, or the proxy said no */
    FLOW_HTTP_TLS,         /* the handshake failed */
    FLOW_HTTP_CERTIFICATE, /* the far end could not show who it is */
    FLOW_HTTP_TIMEOUT,     /* connecting or answering took too long, or came too slowly */
    FLOW_HTTP_CUT,         /* closed or reset before the reply was whole */
    FLOW_HTTP_NONSENSE,    /* an answer that is not HTTP */
    FLOW_HTTP_TOO_LARGE,   /* headers or body beyond the limit */
    FLOW_HTTP_REDIRECT,    /* 3xx */
    FLOW_HTTP_PLAIN,       /* plain http to somewhere that is not this machine: not sent */
    FLOW_HTTP_NOMEM
};

struct flow_http_reply {
    enum flow_http_fault fault;
    unsigned status; /* 0: none came */
    bool sent;       /* the far end may have got the request, or part of it */
    const struct flow_header *headers;
    size_t header_count;
    struct flow_secret *body; /* never NULL where the reply is whole; FLOW_TAKE() it to keep it */
    const char *host;         /* "ssm.us-east-1.amazonaws.com", "127.0.0.1:5000" */
    const char *detail;       /* the transport's own words, "" where it has none */
};

/*
 * Called once for every request, from run(), with a reply that is lent for the
 * call. An error (set in err, and err->code returned) ends the run at once: what
 * is still queued, in flight or waiting is dropped without being called back.
 */
typedef enum flow_code flow_http_done(void *context, struct flow_http_reply *reply,
                                      struct flow_err *err);
typedef enum flow_code flow_http_wake(void *context, struct flow_err *err);

struct flow_http_request {
    const char *method; /* "GET", "POST", ... */
    const char *url;    /* https://HOST[:PORT]/PATH[?QUERY], percent-encoded by the caller */
    const struct flow_header *headers; /* Host and Content-Length are made from url and body */
    size_t header_count;
    struct flow_bytes body; /* lent until the callback; everything else is copied */
    bool once; /* a write: never sent a second time by the transport itself, as libcurl does when a
                  kept connection turns out to be closed */
    flow_http_done *done;
    void *context;
};

struct flow_http;

struct flow_http_class {
    /* FLOW_E_REFUSED: a header, method or URL that must not be sent (T15). */
    enum flow_code (*submit)(struct flow_http *http, const struct flow_http_request *request,
                             struct flow_err *err);
    /* Calls wake from run() after delay_ms: a retry signs, then submits, when its time has come. */
    enum flow_code (*later)(struct flow_http *http, int64_t delay_ms, flow_http_wake *wake,
                            void *context, struct flow_err *err);
    enum flow_code (*run)(struct flow_http *http, struct flow_err *err);
    void (*free)(struct flow_http *http);
};

/* The first member of every transport. */
struct flow_http {
    const struct flow_http_class *class;
};

static inline enum flow_code flow_http_submit(struct flow_http *http,
                                              const struct flow_http_request *request,
                                              struct flow_err *err)
{
    return http->class->submit(http, request, err);
}
static inline enum flow_code flow_http_later(struct flow_http *http, int64_t delay_ms,
                                             flow_http_wake *wake, void *context,
                                             struct flow_err *err)
{
    return http->class->later(http, delay_ms, wake, context, err);
}
static inline enum flow_code flow_http_run(struct flow_http *http, struct flow_err *err)
{
    return http->class->run(http, err);
}
void flow_http_free(struct flow_http *http); /* NULL is fine; drops what is queued or in flight */
void flow_http_freep(struct flow_http **http);

/* A zeroed struct means the defaults above, no proxy, the system's certificates. */
struct flow_http_options {
    const char *user_agent;  /* NULL: "flowenv/VERSION" */
    const char *ca_bundle;   /* NULL: the system's; else a file or directory, and only that */
    const char *https_proxy; /* NULL or "": none; [http[s]://][USER:PASSWORD@]HOST[:PORT] */
    const char *no_proxy;    /* NULL: none; names and addresses with commas, as the AWS tools read
                                it; loopback never goes through a proxy */
    unsigned connections;    /* more than the maximum count as that */
    unsigned connect_ms, total_ms, slow_s;
    size_t body_max, headers_max;
};

/* The transport on libcurl; the options are copied. FLOW_E_USAGE: a proxy or CA bundle that can't
 * be used. */
enum flow_code flow_http_new(const struct flow_http_options *options, struct flow_http **ret_http,
                             struct flow_err *err);

/* The value of the reply's first header of that name, case ignored; NULL where there is none. */
const char *flow_http_reply_header(const struct flow_http_reply *reply, const char *name);

/*
 * A reply that is not whole as an error that names the host: FLOW_E_REFUSED for
 * a certificate, a redirect or plain http, FLOW_E_LIMIT for too large a reply,
 * FLOW_E_NOMEM, else FLOW_E_UNREACHABLE. A whole reply: FLOW_OK, whatever its status.
 */
enum flow_code flow_http_reply_check(const struct flow_http_reply *reply, struct flow_err *err);

#endif
