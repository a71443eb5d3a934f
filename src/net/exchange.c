#include "net/exchange.h"

#include <stdlib.h>

enum { BODY_ROOM = 16 * 1024 }; /* for a body that does not say how long it will be */

enum flow_code flow_exchange_new(const struct flow_http_options *options,
                                 const struct flow_http_request *request,
                                 struct flow_exchange **ret_exchange, struct flow_err *err)
{
    FLOW_CLEANUP(flow_exchange_freep) struct flow_exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL)
        return flow_err_nomem(err);
    exchange->body_max = options->body_max;
    flow_header_block_init(&exchange->came, options->headers_max);
    if (flow_outgoing_init(&exchange->out, request, err))
        return err->code;
    *ret_exchange = FLOW_TAKE(exchange);
    return FLOW_OK;
}

void flow_exchange_free(struct flow_exchange *exchange)
{
    if (exchange == NULL)
        return;
    flow_outgoing_done(&exchange->out);
    flow_header_block_done(&exchange->came);
    flow_secret_free(exchange->body);
    free(exchange);
}

void flow_exchange_freep(struct flow_exchange **exchange)
{
    flow_exchange_free(*exchange);
    *exchange = NULL;
}

static bool break_off(struct flow_exchange *exchange, enum flow_http_fault fault)
{
    exchange->fault = fault;
    return false;
}

bool flow_exchange_may_send(struct flow_exchange *exchange, const char *peer)
{
    if (!exchange->out.url.tls && !flow_url_is_loopback_address(peer))
        return break_off(exchange, FLOW_HTTP_PLAIN);
    if (exchange->sent && exchange->out.once)
        return break_off(exchange, FLOW_HTTP_CUT);
    exchange->sent = true;
    return true;
}

bool flow_exchange_add_header(struct flow_exchange *exchange, const char *line, size_t len)
{
    return flow_header_block_add(&exchange->came, line, len) ||
           break_off(exchange, FLOW_HTTP_TOO_LARGE);
}

bool flow_exchange_add_body(struct flow_exchange *exchange, const void *bytes, size_t len,
                            int64_t announced)
{
    size_t had = exchange->body == NULL ? 0 : flow_secret_len(exchange->body);
    struct flow_err err = FLOW_ERR_INIT;

    if (announced > (int64_t)exchange->body_max || len > exchange->body_max - had)
        return break_off(exchange, FLOW_HTTP_TOO_LARGE);
    if ((exchange->body == NULL &&
         flow_secret_new_room(announced > 0 ? (size_t)announced : BODY_ROOM, &exchange->body,
                              &err)) ||
        flow_secret_append(exchange->body, bytes, len, &err))
        return break_off(exchange, FLOW_HTTP_NOMEM);
    return true;
}

enum flow_code flow_exchange_end(struct flow_exchange *exchange, enum flow_http_fault fault,
                                 unsigned status, const char *detail, struct flow_err *err)
{
    FLOW_CLEANUP(flow_exchange_freep) struct flow_exchange *ended = exchange;
    FLOW_CLEANUP(flow_freep)
    struct flow_header *headers = flow_header_block_list(&ended->came);
    struct flow_err ignored = FLOW_ERR_INIT;
    struct flow_http_reply reply = {
        .fault = ended->fault != FLOW_HTTP_OK ? ended->fault : fault,
        .status = status,
        .sent = ended->sent,
        .headers = headers,
        .header_count = headers == NULL ? 0 : ended->came.count,
        .host = ended->out.url.host,
        .detail = ended->fault != FLOW_HTTP_OK || fault == FLOW_HTTP_OK ? "" : detail,
    };
    enum flow_code code;

    if (reply.fault == FLOW_HTTP_OK && status >= 300 && status <= 399)
        reply.fault = FLOW_HTTP_REDIRECT;
    if (headers == NULL || (ended->body == NULL && flow_secret_new_room(0, &ended->body, &ignored)))
        reply.fault = FLOW_HTTP_NOMEM;
    reply.body = FLOW_TAKE(ended->body);
    code = ended->out.done(ended->out.context, &reply, err);
    flow_secret_free(reply.body); /* NULL, if the callback took it */
    return code;
}

void flow_exchange_push(struct flow_exchange_queue *queue, struct flow_exchange *exchange)
{
    exchange->next = NULL;
    if (queue->first == NULL)
        queue->first = exchange;
    else
        queue->last->next = exchange;
    queue->last = exchange;
}

struct flow_exchange *flow_exchange_pop(struct flow_exchange_queue *queue)
{
    struct flow_exchange *first = queue->first;

    queue->first = first->next;
    return first;
}
