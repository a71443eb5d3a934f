/*
 * The wire of SSM: requests as JSON, parameters out of replies, one call at a
 * time. What aws/ssm*.c have in common; not for others.
 * Source: CONTRACTS 1.1, 1.2.
 */
#ifndef FLOW_AWS_SSM_WIRE_H
#define FLOW_AWS_SSM_WIRE_H

#include <stdbool.h>

#include "aws/client.h"
#include "aws/fault.h"
#include "model/param.h"
#include "text/json.h"
#include "text/json_writer.h"

enum { FLOW_SSM_BATCH = 10, FLOW_SSM_HISTORY_PAGE = 50 }; /* names a call, versions a page */

struct flow_ssm {
    struct flow_aws_client *client;
    const struct flow_clock *clock;
};

/*
 * A request under construction:
 *
 *     if (flow_ssm_request_open(&request, err)) ...
 *     flow_json_put_string(&request.json, "Name", name);
 *     if (flow_ssm_request_close(&request)) ...
 *     call.body = FLOW_TAKE(request.body);
 *
 * body needs flow_secret_freep() on every way out; the writer's errors go to err.
 */
struct flow_ssm_request {
    struct flow_secret *body;
    struct flow_json_writer json;
};
enum flow_code flow_ssm_request_open(struct flow_ssm_request *request, struct flow_err *err);
enum flow_code flow_ssm_request_close(struct flow_ssm_request *request);
void flow_ssm_request_donep(struct flow_ssm_request *request);

/* How one call ended; to be freed in every case. */
struct flow_ssm_answer {
    struct flow_json *json;  /* NULL: it failed */
    struct flow_err failure; /* then, complete */
    char error[FLOW_AWS_ERROR_MAX];
    char why[FLOW_AWS_ERROR_MAX + FLOW_AWS_MESSAGE_MAX]; /* error and message, for `unreadable` */
    bool lost;
};
void flow_ssm_answer_donep(struct flow_ssm_answer *answer);

/*
 * Sends call, whose body, done and context are made here from request, and
 * waits for its end. Fails only for reasons of ours (memory); what the service
 * or the transport says is in *ret_answer.
 */
enum flow_code flow_ssm_ask(struct flow_ssm *ssm, struct flow_ssm_request *request,
                            struct flow_aws_call call, struct flow_ssm_answer *ret_answer,
                            struct flow_err *err);

/*
 * Pages followed to their end. A token that comes again, at whatever distance,
 * is FLOW_E_FORMAT (T27), and so is a number of pages that no account fills.
 */
struct flow_ssm_pages {
    size_t count, next_mark; /* pages seen; the one whose token will be remembered */
    char *mark;              /* an earlier token */
};
/* *ret_token: lent by the page; NULL: it was the last. */
enum flow_code flow_ssm_pages_next(struct flow_ssm_pages *pages, const struct flow_json *page,
                                   const char **ret_token, struct flow_err *err);
void flow_ssm_pages_donep(struct flow_ssm_pages *pages);

/* "ERROR: message", as far as there is room. */
void flow_ssm_why(const struct flow_aws_reply *reply, char *why, size_t size);

/* The first parameter of a reply (NULL: an empty page). FLOW_E_FORMAT: it has no list of them. */
enum flow_code flow_ssm_list(const struct flow_json *reply, const struct flow_json **ret_first,
                             struct flow_err *err);

/*
 * A parameter of a reply, its texts lent from the JSON. FLOW_E_FORMAT: no name,
 * type, value or version.
 */
enum flow_code flow_ssm_param_of(const struct flow_json *item, struct flow_param *ret_param,
                                 struct flow_err *err);

/* Makes it one that is there, but whose value is not to be had, for that reason. */
void flow_ssm_param_seal(struct flow_param *param, const char *why);

/* True where both spell one parameter: "/name" is "name". */
bool flow_ssm_same_name(const char *a, const char *b);

#endif
