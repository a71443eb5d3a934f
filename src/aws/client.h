/*
 * A client of one AWS service that speaks JSON 1.1: calls go in, replies come
 * back, many in flight together.
 *
 * Each attempt is signed anew, with the time of its sending; failed ones are
 * repeated as net/retry.h says; writes are paced. A clock that is wrong is
 * corrected once by the service's own, and the person told so (T26).
 * Writes: repeated only where the service can't have carried them out. A call
 *         whose answer was lost fails with `lost` set: look before repeating.
 * Errors: FLOW_E_DENIED for credentials and rights; FLOW_E_UNREACHABLE for the
 *         transport, 5xx and throttles, when all attempts are spent; else as
 *         aws/fault.h says. The sentence has the subject, AWS's code and words,
 *         the request id and what to do; never the value that was sent (T5).
 * Source: CONTRACTS 1.1, 1.8, 2; THREATS T5, T15, T25, T26.
 */
#ifndef FLOW_AWS_CLIENT_H
#define FLOW_AWS_CLIENT_H

#include <stdbool.h>

#include "aws/settings.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/notice.h"
#include "base/secret.h"
#include "net/http.h"
#include "text/json.h"

/* A service: its name in host and signature, and what stands before an operation's name. */
struct flow_aws_service {
    const char *name;          /* "ssm" */
    const char *target_prefix; /* "AmazonSSM." */
};

/* How a call ended; lent for the callback. */
struct flow_aws_reply {
    struct flow_json *json;         /* of a success; FLOW_TAKE() it to keep it */
    const struct flow_err *failure; /* NULL: success; else complete, to be passed on or not */
    const char *error;              /* AWS's code for the failure, "" where it gave none */
    const char *message;            /* AWS's words for it, "" where it gave none */
    bool lost; /* the service may have carried the call out, though it failed for us */
};

typedef enum flow_code flow_aws_done(void *context, struct flow_aws_reply *reply,
                                     struct flow_err *err);

struct flow_aws_call {
    const char *operation;    /* "GetParameters"; static */
    const char *subject;      /* what it is about, for the sentence; copied */
    struct flow_secret *body; /* the JSON; the client's from now on, submitted or not */
    bool is_write;
    struct flow_bytes value; /* what no sentence may show; len 0: none; lent until the callback */
    flow_aws_done *done;
    void *context;
};

struct flow_aws_client;

/* All lent until the client is freed; notice, which may be NULL, is copied. No request is sent. */
enum flow_code flow_aws_client_new(const struct flow_aws *aws,
                                   const struct flow_aws_service *service,
                                   const struct flow_clock *clock, const struct flow_notice *notice,
                                   struct flow_http *http, struct flow_aws_client **ret_client,
                                   struct flow_err *err);
void flow_aws_client_free(struct flow_aws_client *client);
void flow_aws_client_freep(struct flow_aws_client **client);

typedef enum flow_code flow_aws_start(void *context, struct flow_err *err);

/*
 * A run: calls start, which submits calls, sends them, waits and calls back
 * until none is left. What start or a callback returns, unless it is FLOW_OK,
 * ends the run and drops all other calls.
 */
enum flow_code flow_aws_client_run(struct flow_aws_client *client, flow_aws_start *start,
                                   void *context, struct flow_err *err);

/* Takes note of a call; for start and for callbacks. */
enum flow_code flow_aws_client_submit(struct flow_aws_client *client,
                                      const struct flow_aws_call *call, struct flow_err *err);

#endif
