#include "aws/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "aws/fault.h"
#include "base/str.h"
#include "net/rate.h"
#include "net/retry.h"
#include "net/sigv4.h"
#include "net/url.h"

enum { ENDPOINT_MAX = 512, UUID_MAX = 37, ATTEMPT_MAX = 40, HEADERS_MAX = 10, SKEW_MAX = 96 };

/* Retries and their quota, for reads or for writes. */
struct retries {
    struct flow_retry_policy policy;
    struct flow_retry_quota quota;
};

struct flow_aws_client {
    const struct flow_aws_service *service;
    const struct flow_clock *clock;
    struct flow_notice notice; /* zero: nobody listens */
    struct flow_http *http;
    char endpoint[ENDPOINT_MAX];
    struct flow_url url; /* of endpoint */
    struct flow_sigv4_identity identity;
    struct flow_sigv4_signer *signer;
    struct retries reads, writes;
    struct flow_rate write_rate;
    int64_t skew_s;         /* the service's clock minus ours, once that is known to be wrong */
    struct flight *flights; /* calls without an answer yet */
};

struct flight {
    struct flow_aws_client *client;
    struct flight *next, **link; /* link: what points to this one */
    struct flow_aws_call call;
    char *subject, *target; /* owned */
    char invocation[UUID_MAX];
    struct flow_retry_call retry;
    int64_t skew_s; /* the client's, when the last attempt was signed */
};

static struct retries *retries_of(struct flight *flight)
{
    return flight->call.is_write ? &flight->client->writes : &flight->client->reads;
}

static void flight_free(struct flight *flight)
{
    if (flight == NULL)
        return;
    if (flight->link != NULL)
        *flight->link = flight->next;
    if (flight->next != NULL)
        flight->next->link = flight->link;
    flow_secret_free(flight->call.body);
    free(flight->subject);
    free(flight->target);
    free(flight);
}

static void flight_freep(struct flight **flight)
{
    flight_free(*flight);
    *flight = NULL;
}

/* --- the client ------------------------------------------------------------------ */

static struct retries make_retries(const struct flow_retry_policy *policy, unsigned attempts)
{
    struct retries retries = {.policy = *policy, .quota = flow_retry_quota_of(policy)};

    if (attempts > 0)
        retries.policy.attempts = attempts;
    return retries;
}

static enum flow_code find_endpoint(struct flow_aws_client *client, const struct flow_aws *aws,
                                    struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str url = FLOW_STR_INIT(ENDPOINT_MAX - 2);

    if (aws->endpoint_url != NULL)
        flow_str_add(&url, aws->endpoint_url);
    else
        flow_aws_endpoint_add(&url, client->service->name, aws->region, false, false);
    flow_str_add_char(&url, '/');
    if (flow_str_check(&url, "the endpoint", err))
        return err->code;
    memcpy(client->endpoint, url.text, url.len + 1);
    return flow_url_parse(client->endpoint, &client->url, err);
}

static void identify(struct flow_aws_client *client, const struct flow_aws *aws)
{
    struct flow_sigv4_identity *identity = &client->identity;
    size_t len;

    identity->access_key_id = aws->access_key_id;
    identity->secret_access_key.at =
        flow_secret_expose(aws->secret_access_key, &identity->secret_access_key.len);
    if (aws->session_token != NULL)
        identity->session_token = (const char *)flow_secret_expose(aws->session_token, &len);
    identity->region = aws->region;
    identity->service = client->service->name;
}

enum flow_code flow_aws_client_new(const struct flow_aws *aws,
                                   const struct flow_aws_service *service,
                                   const struct flow_clock *clock, const struct flow_notice *notice,
                                   struct flow_http *http, struct flow_aws_client **ret_client,
                                   struct flow_err *err)
{
    FLOW_CLEANUP(flow_aws_client_freep) struct flow_aws_client *client = calloc(1, sizeof *client);

    if (client == NULL)
        return flow_err_nomem(err);
    client->service = service;
    client->clock = clock;
    if (notice != NULL)
        client->notice = *notice;
    client->http = http;
    client->reads = make_retries(&flow_retry_reads, aws->max_attempts);
    client->writes = make_retries(&flow_retry_writes, aws->max_attempts);
    client->write_rate =
        flow_rate_full(FLOW_RATE_WRITES_PER_S, FLOW_RATE_WRITES_BURST, flow_clock_steady_ms(clock));
    identify(client, aws);
    if (find_endpoint(client, aws, err) ||
        flow_sigv4_signer_new(&client->identity, &client->signer, err))
        return err->code;
    *ret_client = FLOW_TAKE(client);
    return FLOW_OK;
}

static void drop_flights(struct flow_aws_client *client)
{
    while (client->flights != NULL)
        flight_free(client->flights);
}

void flow_aws_client_free(struct flow_aws_client *client)
{
    if (client == NULL)
        return;
    drop_flights(client);
    flow_sigv4_signer_free(client->signer);
    free(client);
}

void flow_aws_client_freep(struct flow_aws_client **client)
{
    flow_aws_client_free(*client);
    *client = NULL;
}

/* --- one attempt ------------------------------------------------------------------ */

static flow_http_done attempt_done;

/* Signs with the time of now, and submits. */
static enum flow_code attempt(struct flight *flight, struct flow_err *err)
{
    struct flow_aws_client *client = flight->client;
    char number[ATTEMPT_MAX];
    struct flow_header headers[HEADERS_MAX] = {
        {"Host", client->url.host},
        {"Content-Type", "application/x-amz-json-1.1"},
        {"X-Amz-Target", flight->target},
    };
    size_t count = 3, i;
    struct flow_sigv4_signed sign;
    struct flow_sigv4_request unsigned_request = {.method = "POST",
                                                  .target = client->url.target,
                                                  .headers = headers,
                                                  .header_count = count,
                                                  .wall_s = flow_clock_wall_s(client->clock) +
                                                            client->skew_s};
    struct flow_http_request request = {.method = "POST",
                                        .url = client->endpoint,
                                        .once = flight->call.is_write,
                                        .done = attempt_done,
                                        .context = flight};

    flight->skew_s = client->skew_s;
    request.body.at = flow_secret_expose(flight->call.body, &request.body.len);
    unsigned_request.body = request.body;
    if (flow_sigv4_sign(client->signer, &unsigned_request, &sign, err))
        return err->code;
    for (i = 0; i < sign.count; i++)
        headers[count++] = sign.headers[i];
    (void)snprintf(number, sizeof number, "attempt=%u; max=%u", flight->retry.attempts + 1,
                   retries_of(flight)->policy.attempts);
    headers[count++] = (struct flow_header){"amz-sdk-invocation-id", flight->invocation};
    headers[count++] = (struct flow_header){"amz-sdk-request", number};
    request.headers = headers + 1; /* the transport makes Host from the URL */
    request.header_count = count - 1;
    return flow_http_submit(client->http, &request, err);
}

static enum flow_code attempt_later(void *context, struct flow_err *err)
{
    return attempt(context, err);
}

/* --- how it ended ------------------------------------------------------------------- */

/* What kept an answered call from success, as a sentence. */
static void describe_answer(const struct flight *flight, const struct flow_http_reply *reply,
                            const struct flow_aws_fault *fault, struct flow_err *failure)
{
    const char *id = flow_http_reply_header(reply, "x-amzn-RequestId");
    enum flow_code code = flow_aws_fault_code(fault->error, reply->status);
    char status[16];

    (void)snprintf(status, sizeof status, "HTTP %u", reply->status);
    (void)flow_err_set(failure, code, "%s: %s answered %s%s%s%s%s%s", flight->subject,
                       flight->call.operation, fault->error[0] != '\0' ? fault->error : status,
                       fault->message[0] != '\0' ? ": " : "", fault->message,
                       id != NULL ? " (request id " : "", id != NULL ? id : "",
                       id != NULL ? ")" : "");
}

static void put_skew(int64_t skew_s, char words[SKEW_MAX])
{
    char age[FLOW_CLOCK_AGE_MAX];

    flow_clock_age(skew_s < 0 ? -skew_s : skew_s, age);
    (void)snprintf(words, SKEW_MAX, "this machine's clock is %s %s the service's", age,
                   skew_s < 0 ? "ahead of" : "behind");
}

static void describe_skew(const struct flight *flight, const struct flow_retry_outcome *outcome,
                          struct flow_err *failure)
{
    char words[SKEW_MAX];

    put_skew(flow_retry_skew_s(outcome) + flight->skew_s, words);
    (void)flow_err_hint(failure, "%s", words);
}

/* From now on requests are signed with the service's time. Those in flight are refused for theirs
 * too, so it is told once. */
static void correct_clock(struct flow_aws_client *client, int64_t skew_s)
{
    char words[SKEW_MAX], sentence[SKEW_MAX + 64];
    bool told = client->skew_s != 0;

    client->skew_s = skew_s;
    put_skew(skew_s, words);
    (void)snprintf(sentence, sizeof sentence, "%s; requests are signed with the service's time",
                   words);
    if (!told && client->notice.say != NULL)
        client->notice.say(client->notice.context, sentence);
}

static enum flow_code finish(struct flight *flight, struct flow_aws_reply *reply,
                             struct flow_err *err)
{
    FLOW_CLEANUP(flight_freep) struct flight *done = flight;

    return done->call.done(done->call.context, reply, err);
}

static enum flow_code succeed(struct flight *flight, const struct flow_http_reply *reply,
                              struct flow_err *err)
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *json = NULL;
    struct flow_err failure = FLOW_ERR_INIT;
    struct flow_aws_reply answer = {.error = "", .message = "", .lost = flight->call.is_write};
    struct flow_bytes body;
    enum flow_code code;

    body.at = flow_secret_expose(reply->body, &body.len);
    if (flow_json_parse(body, flight->call.operation, &json, &failure)) {
        (void)flow_err_wrap(&failure, "%s: the answer of %s", flight->subject, reply->host);
        answer.failure = &failure;
    }
    answer.json = json;
    code = finish(flight, &answer, err);
    json = answer.json; /* NULL where the callback took it */
    return code;
}

static const char *transport_advice(enum flow_http_fault fault)
{
    switch (fault) {
    case FLOW_HTTP_RESOLVE:
    case FLOW_HTTP_CONNECT:
    case FLOW_HTTP_TLS:
    case FLOW_HTTP_TIMEOUT:
    case FLOW_HTTP_CUT:
        return "check the network, the proxy and the endpoint, and repeat";
    case FLOW_HTTP_CERTIFICATE:
        return "AWS_CA_BUNDLE names the certificates of an authority of your own";
    case FLOW_HTTP_NONSENSE:
    case FLOW_HTTP_TOO_LARGE:
    case FLOW_HTTP_REDIRECT:
        return "check that the endpoint is one of AWS's services";
    default:
        return NULL;
    }
}

static enum flow_code fail(struct flight *flight, const struct flow_http_reply *reply,
                           const struct flow_retry_outcome *outcome,
                           const struct flow_aws_fault *fault, enum flow_retry_verdict verdict,
                           struct flow_err *err)
{
    struct flow_err failure = FLOW_ERR_INIT;
    struct flow_aws_reply answer = {
        .failure = &failure, .error = fault->error, .message = fault->message};
    bool answered = reply->fault == FLOW_HTTP_OK;
    const char *advice;

    if (answered)
        describe_answer(flight, reply, fault, &failure);
    else if (flow_http_reply_check(reply, &failure))
        (void)flow_err_wrap(&failure, "%s", flight->subject);
    if (verdict != FLOW_RETRY_STOP)
        (void)flow_err_hint(&failure, "%s", flow_retry_words(verdict));
    if (flight->retry.skew_tried || flow_retry_classify(outcome) == FLOW_RETRY_SKEW)
        describe_skew(flight, outcome, &failure);
    advice = answered ? flow_aws_fault_advice(fault->error, failure.code)
                      : transport_advice(reply->fault);
    if (advice != NULL)
        (void)flow_err_hint(&failure, "%s", advice);
    answer.lost = flight->call.is_write && (answered ? reply->status >= 500 : reply->sent);
    return finish(flight, &answer, err);
}

/* A write that the service may have got is not repeated blindly. */
static bool must_look_first(const struct flight *flight, const struct flow_http_reply *reply,
                            enum flow_retry_kind kind)
{
    return flight->call.is_write && kind == FLOW_RETRY_TRANSIENT &&
           (reply->fault == FLOW_HTTP_OK || reply->sent);
}

static enum flow_code judge(struct flight *flight, const struct flow_http_reply *reply,
                            const struct flow_retry_outcome *outcome,
                            const struct flow_aws_fault *fault, struct flow_err *err)
{
    struct flow_aws_client *client = flight->client;
    struct retries *retries = retries_of(flight);
    enum flow_retry_kind kind = flow_retry_classify(outcome);
    int64_t now_ms = flow_clock_steady_ms(client->clock), delay_ms = 0;
    enum flow_retry_verdict verdict;
    uint32_t chance;

    if (must_look_first(flight, reply, kind))
        return fail(flight, reply, outcome, fault, FLOW_RETRY_STOP, err);
    if (flight->call.is_write && kind == FLOW_RETRY_THROTTLE)
        flow_rate_throttled(&client->write_rate, now_ms);
    flow_random(&chance, sizeof chance);
    verdict = flow_retry_next(&retries->policy, &retries->quota, &flight->retry, outcome, now_ms,
                              chance, &delay_ms);
    if (kind == FLOW_RETRY_DONE)
        return succeed(flight, reply, err);
    if (verdict != FLOW_RETRY_AGAIN)
        return fail(flight, reply, outcome, fault, verdict, err);
    if (kind == FLOW_RETRY_SKEW)
        correct_clock(client, flight->skew_s + flow_retry_skew_s(outcome));
    return flow_http_later(client->http, delay_ms, attempt_later, flight, err);
}

static void read_fault(const struct flight *flight, const struct flow_http_reply *reply,
                       struct flow_aws_fault *fault)
{
    const struct flow_sigv4_identity *identity = &flight->client->identity;
    const char *token = identity->session_token != NULL ? identity->session_token : "";
    const struct flow_bytes hidden[] = {flight->call.value,
                                        identity->secret_access_key,
                                        {(const unsigned char *)token, strlen(token)}};
    struct flow_bytes body;

    body.at = flow_secret_expose(reply->body, &body.len);
    flow_aws_fault_read(body, flow_http_reply_header(reply, "x-amzn-ErrorType"), hidden,
                        FLOW_COUNT(hidden), fault);
}

static enum flow_code attempt_done(void *context, struct flow_http_reply *reply,
                                   struct flow_err *err)
{
    struct flight *flight = context;
    struct flow_aws_fault fault = {.error = "", .message = ""};
    const struct flow_retry_outcome outcome = {
        .fault = reply->fault,
        .status = reply->status,
        .code = fault.error,
        .hint_ms = flow_http_reply_header(reply, "x-amz-retry-after"),
        .hint = flow_http_reply_header(reply, "Retry-After"),
        .date = flow_http_reply_header(reply, "Date"),
        .wall_s = flow_clock_wall_s(flight->client->clock) + flight->skew_s};

    if (reply->fault == FLOW_HTTP_OK && reply->status / 100 != 2)
        read_fault(flight, reply, &fault);
    return judge(flight, reply, &outcome, &fault, err);
}

/* --- calls ------------------------------------------------------------------------ */

/* A random UUID (RFC 9562, version 4): the same for all attempts of a call. */
static void make_uuid(char text[UUID_MAX])
{
    unsigned char random[16];
    size_t i, at = 0;

    flow_random(random, sizeof random);
    random[6] = (unsigned char)((random[6] & 0x0F) | 0x40);
    random[8] = (unsigned char)((random[8] & 0x3F) | 0x80);
    for (i = 0; i < sizeof random; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[at++] = '-';
        (void)snprintf(text + at, UUID_MAX - at, "%02x", random[i]);
        at += 2;
    }
}

enum flow_code flow_aws_client_submit(struct flow_aws_client *client,
                                      const struct flow_aws_call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str target = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flight_freep) struct flight *flight = calloc(1, sizeof *flight);
    int64_t now_ms = flow_clock_steady_ms(client->clock), wait_ms = 0;

    if (flight == NULL) {
        flow_secret_free(call->body);
        return flow_err_nomem(err);
    }
    flight->client = client;
    flight->call = *call;
    flight->retry = flow_retry_begin(now_ms);
    make_uuid(flight->invocation);
    flow_str_addf(&target, "%s%s", client->service->target_prefix, call->operation);
    flight->target = flow_str_take(&target);
    flight->subject = strdup(call->subject);
    if (flight->target == NULL || flight->subject == NULL)
        return flow_err_nomem(err);
    if (call->is_write)
        wait_ms = flow_rate_take(&client->write_rate, now_ms);
    if (wait_ms > 0 ? flow_http_later(client->http, wait_ms, attempt_later, flight, err)
                    : attempt(flight, err))
        return err->code;
    flight->next = client->flights;
    flight->link = &client->flights;
    if (flight->next != NULL)
        flight->next->link = &flight->next;
    client->flights = flight;
    flight = NULL;
    return FLOW_OK;
}

enum flow_code flow_aws_client_run(struct flow_aws_client *client, flow_aws_start *start,
                                   void *context, struct flow_err *err)
{
    enum flow_code code = flow_http_later(client->http, 0, start, context, err);

    if (code == FLOW_OK)
        code = flow_http_run(client->http, err);
    drop_flights(client);
    return code;
}
