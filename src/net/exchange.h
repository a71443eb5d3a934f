/*
 * One request and what comes back, for a transport: everything about an
 * exchange that does not depend on how the bytes travel.
 */
#ifndef FLOW_NET_EXCHANGE_H
#define FLOW_NET_EXCHANGE_H

#include "net/header.h"
#include "net/http.h"
#include "net/outgoing.h"

struct flow_exchange {
    struct flow_exchange *next; /* in a queue */
    struct flow_outgoing out;
    bool sent;                  /* once this is set, the far end may know about the request */
    enum flow_http_fault fault; /* found here: the transport was told to break off */
    struct flow_header_block came;
    struct flow_secret *body; /* NULL: none has come */
    size_t body_max;
};

/* options: as made by flow_http_options_init(). Errors as flow_http_class.submit. */
enum flow_code flow_exchange_new(const struct flow_http_options *options,
                                 const struct flow_http_request *request,
                                 struct flow_exchange **ret_exchange, struct flow_err *err);
void flow_exchange_free(struct flow_exchange *exchange);
void flow_exchange_freep(struct flow_exchange **exchange);

/* The functions below are told what happens; false: break off, the fault is noted. */

/* Connected to a peer (a numeric address), and about to send: for the first time, or once more. */
bool flow_exchange_may_send(struct flow_exchange *exchange, const char *peer);
/* A line of the reply's head, or of an interim reply's. */
bool flow_exchange_add_header(struct flow_exchange *exchange, const char *line, size_t len);
/* A part of the body. announced: the whole body's length; not positive: not known. */
bool flow_exchange_add_body(struct flow_exchange *exchange, const void *bytes, size_t len,
                            int64_t announced);

/*
 * The end: calls back and frees the exchange. A fault noted before comes
 * first, then the given one, then a redirect; detail goes with the given one.
 */
enum flow_code flow_exchange_end(struct flow_exchange *exchange, enum flow_http_fault fault,
                                 unsigned status, const char *detail, struct flow_err *err);

/* First in, first out. A zeroed struct is empty. */
struct flow_exchange_queue {
    struct flow_exchange *first, *last; /* last counts only where there is a first */
};
void flow_exchange_push(struct flow_exchange_queue *queue, struct flow_exchange *exchange);
/* The queue is not empty. */
struct flow_exchange *flow_exchange_pop(struct flow_exchange_queue *queue);

#endif
