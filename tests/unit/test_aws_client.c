#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/client.h"
#include "aws/fault.h"

/* --- a transport that answers from a script ------------------------------------------------ */

enum { SENT_MAX = 8, JOBS_MAX = 16, TEXT_MAX = 4096 };

struct answer {
    enum flow_http_fault fault;
    unsigned status;
    const char *headers[2]; /* name, value; NULL: none */
    const char *body;
    bool sent; /* of a fault */
};

/* A request or a wake-up that waits for its turn. */
struct job {
    struct flow_http_request request;
    flow_http_wake *wake;
    void *context;
    int64_t at_ms;
};

struct script {
    struct flow_http http;
    const struct answer *answers; /* one for each request, the last one for all that follow */
    size_t answer_count;
    struct job jobs[JOBS_MAX];
    size_t job_count;
    size_t sent;
    char requests[SENT_MAX][TEXT_MAX]; /* what was sent: "Name: value\n"..., "\n", body */
    bool once[SENT_MAX];
    int64_t now_ms;
};

static void add_text(char *to, const char *text)
{
    (void)snprintf(to + strlen(to), TEXT_MAX - strlen(to), "%s", text);
}

static struct script *script_of(struct flow_http *http)
{
    return (struct script *)http;
}

static enum flow_code script_submit(struct flow_http *http, const struct flow_http_request *request,
                                    struct flow_err *err)
{
    struct script *script = script_of(http);
    char *text = script->requests[script->sent % SENT_MAX];
    size_t i;

    (void)err;
    text[0] = '\0';
    script->once[script->sent++ % SENT_MAX] = request->once;
    for (i = 0; i < request->header_count; i++) {
        add_text(text, request->headers[i].name);
        add_text(text, ": ");
        add_text(text, request->headers[i].value);
        add_text(text, "\n");
    }
    add_text(text, "\n");
    add_text(text, (const char *)request->body.at);
    assert_true(script->job_count < JOBS_MAX);
    script->jobs[script->job_count++] = (struct job){.request = *request};
    return FLOW_OK;
}

static enum flow_code script_later(struct flow_http *http, int64_t delay_ms, flow_http_wake *wake,
                                   void *context, struct flow_err *err)
{
    struct script *script = script_of(http);

    (void)err;
    assert_true(script->job_count < JOBS_MAX);
    script->jobs[script->job_count++] =
        (struct job){.wake = wake, .context = context, .at_ms = script->now_ms + delay_ms};
    return FLOW_OK;
}

static enum flow_code give(struct script *script, const struct job *job, struct flow_err *err)
{
    const struct answer *answer =
        &script->answers[script->sent <= script->answer_count ? script->sent - 1
                                                              : script->answer_count - 1];
    const struct flow_header header = {answer->headers[0], answer->headers[1]};
    struct flow_http_reply reply = {.fault = answer->fault,
                                    .status = answer->status,
                                    .sent = answer->sent || answer->fault == FLOW_HTTP_OK,
                                    .headers = &header,
                                    .header_count = header.name != NULL ? 1 : 0,
                                    .host = "ssm.us-east-1.amazonaws.com",
                                    .detail = ""};
    enum flow_code code;

    if (answer->fault == FLOW_HTTP_OK)
        OK(flow_secret_new(answer->body, strlen(answer->body), &reply.body, err), *err);
    code = job->request.done(job->request.context, &reply, err);
    flow_secret_free(reply.body);
    return code;
}

static enum flow_code script_run(struct flow_http *http, struct flow_err *err)
{
    struct script *script = script_of(http);
    enum flow_code code = FLOW_OK;

    while (code == FLOW_OK && script->job_count > 0) {
        struct job job = script->jobs[0];

        memmove(script->jobs, script->jobs + 1, --script->job_count * sizeof job);
        if (job.at_ms > script->now_ms)
            script->now_ms = job.at_ms;
        code = job.wake != NULL ? job.wake(job.context, err) : give(script, &job, err);
    }
    script->job_count = 0;
    return code;
}

static const struct flow_http_class script_class = {
    .submit = script_submit, .later = script_later, .run = script_run};

static int64_t script_wall_ms(void *context)
{
    return INT64_C(1440938160000) + ((struct script *)context)->now_ms; /* 2015-08-30T12:36:00Z */
}

static int64_t script_steady_ms(void *context)
{
    return ((struct script *)context)->now_ms;
}

/* --- one call on it ----------------------------------------------------------------------------
 */

struct outcome {
    struct flow_aws_client *client;
    struct flow_aws_call call;
    size_t calls;       /* how many to submit */
    size_t callbacks;   /* how many came back */
    enum flow_code end; /* what a callback returns */
    bool ok, lost;
    struct flow_err failure;
    char error[64], text[256], notice[256];
    size_t notices;
};

static enum flow_code done(void *context, struct flow_aws_reply *reply, struct flow_err *err)
{
    struct outcome *outcome = context;

    outcome->callbacks++;
    outcome->ok = reply->failure == NULL;
    outcome->lost = reply->lost;
    if (reply->failure != NULL)
        outcome->failure = *reply->failure;
    (void)snprintf(outcome->error, sizeof outcome->error, "%s", reply->error);
    if (outcome->ok && flow_json_text_of(reply->json, "Say") != NULL)
        (void)snprintf(outcome->text, sizeof outcome->text, "%s",
                       flow_json_text_of(reply->json, "Say"));
    return outcome->end == FLOW_OK ? FLOW_OK : flow_err_set(err, outcome->end, "enough");
}

static void hear(void *context, const char *sentence)
{
    struct outcome *outcome = context;

    outcome->notices++;
    (void)snprintf(outcome->notice, sizeof outcome->notice, "%s", sentence);
}

static enum flow_code start(void *context, struct flow_err *err)
{
    struct outcome *outcome = context;
    size_t i;

    for (i = 0; i < outcome->calls; i++) {
        struct flow_aws_call call = outcome->call;

        OK(flow_secret_new("{\"Name\":\"/a\"}", 13, &call.body, err), *err);
        if (flow_aws_client_submit(outcome->client, &call, err))
            return err->code;
    }
    return FLOW_OK;
}

static char region[] = "us-east-1", key_id[] = "AKIDEXAMPLE";

/* Submits outcome->calls calls to a client on that script, and runs it. */
static enum flow_code run_calls(struct script *script, const struct answer *answers, size_t count,
                                struct outcome *outcome, struct flow_err *err)
{
    static const struct flow_aws_service service = {"ssm", "AmazonSSM."};
    const struct flow_clock clock = {
        .wall_ms = script_wall_ms, .steady_ms = script_steady_ms, .context = script};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *secret = NULL, *token = NULL;
    FLOW_CLEANUP(flow_aws_client_freep) struct flow_aws_client *client = NULL;
    struct flow_aws aws = {.region = region, .access_key_id = key_id};
    const struct flow_notice notice = {hear, outcome};

    OK(flow_secret_new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40, &secret, err), *err);
    OK(flow_secret_new("the-token", 9, &token, err), *err);
    aws.secret_access_key = secret;
    aws.session_token = token;
    *script = (struct script){.http = {&script_class}, .answers = answers, .answer_count = count};
    OK(flow_aws_client_new(&aws, &service, &clock, &notice, &script->http, &client, err), *err);
    outcome->client = client;
    outcome->call.context = outcome;
    return flow_aws_client_run(client, start, outcome, err);
}

static struct outcome make_outcome(bool is_write)
{
    return (struct outcome){.call = {.operation = "GetParameter",
                                     .subject = "/a",
                                     .is_write = is_write,
                                     .value = {(const unsigned char *)"s3cr3t", 6},
                                     .done = done},
                            .calls = 1,
                            .failure = FLOW_ERR_INIT};
}

/* One call, which comes back once. */
static struct outcome run(struct script *script, const struct answer *answers, size_t count,
                          bool is_write)
{
    struct outcome outcome = make_outcome(is_write);
    struct flow_err err = FLOW_ERR_INIT;

    OK(run_calls(script, answers, count, &outcome, &err), err);
    EXPECT_INT(outcome.callbacks, 1);
    return outcome;
}

#define ANSWERS(...)                                                                               \
    ((const struct answer[]){__VA_ARGS__}),                                                        \
        sizeof((const struct answer[]){__VA_ARGS__}) / sizeof(struct answer)
#define FINE                                                                                       \
    {                                                                                              \
        .status = 200, .body = "{\"Say\":\"hello\"}"                                               \
    }
#define THROTTLED                                                                                  \
    {                                                                                              \
        .status = 400,                                                                             \
        .body = "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}"               \
    }

static struct script script;

TEST("a request carries operation, body, token and signature, and what follows signing is unsigned")
{
    struct outcome outcome = run(&script, ANSWERS(FINE), false);
    const char *sent = script.requests[0];

    EXPECT(outcome.ok);
    EXPECT_STR(outcome.text, "hello");
    EXPECT_PRESENT("X-Amz-Target: AmazonSSM.GetParameter\n", sent);
    EXPECT_PRESENT("Content-Type: application/x-amz-json-1.1\n", sent);
    EXPECT_PRESENT("X-Amz-Security-Token: the-token\n", sent);
    EXPECT_PRESENT("X-Amz-Date: 20150830T123600Z\n", sent);
    EXPECT_PRESENT("Credential=AKIDEXAMPLE/20150830/us-east-1/ssm/aws4_request, SignedHeaders="
                   "content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=",
                   sent);
    EXPECT_PRESENT("amz-sdk-request: attempt=1; max=3\n", sent);
    EXPECT_PRESENT("\n\n{\"Name\":\"/a\"}", sent);
    EXPECT_ABSENT("Host: ", sent); /* the transport's */
    EXPECT(!script.once[0]);
}

TEST("an attempt is signed with the time of its sending")
{
    struct outcome outcome =
        run(&script, ANSWERS({.status = 503, .headers = {"Retry-After", "7"}, .body = ""}, FINE),
            false);

    EXPECT(outcome.ok);
    EXPECT_INT(script.sent, 2);
    EXPECT_PRESENT("X-Amz-Date: 20150830T123600Z\n", script.requests[0]);
    EXPECT_PRESENT("X-Amz-Date: 20150830T123607Z\n", script.requests[1]);
    EXPECT_PRESENT("amz-sdk-request: attempt=2; max=3\n", script.requests[1]);
}

TEST("a clock that is wrong is corrected by the service's, once, and then named")
{
    static const struct answer skewed = {
        .status = 400,
        .headers = {"Date", "Sun, 30 Aug 2015 14:36:00 GMT"},
        .body = "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired\"}"};
    struct outcome outcome = run(&script, ANSWERS(skewed, FINE), true);

    EXPECT(outcome.ok);
    EXPECT_PRESENT("X-Amz-Date: 20150830T143600Z\n", script.requests[1]);
    EXPECT_INT(outcome.notices, 1);
    EXPECT_STR(outcome.notice, "this machine's clock is 2 h behind the service's; requests are "
                               "signed with the service's time");
    outcome = run(&script, ANSWERS(skewed), false);
    EXPECT(!outcome.ok);
    EXPECT_INT(script.sent, 2);
    EXPECT_INT(outcome.failure.code, FLOW_E_DENIED);
    EXPECT_PRESENT("this machine's clock is 2 h behind the service's", outcome.failure.text);
}

TEST("a write is repeated only where the service can't have carried it out")
{
    static const struct {
        struct answer answer;
        size_t sent;
        bool lost;
    } cases[] = {
        {THROTTLED, 5, false},
        {{.fault = FLOW_HTTP_CONNECT}, 5, false},
        {{.fault = FLOW_HTTP_RESOLVE}, 5, false},
        {{.fault = FLOW_HTTP_CUT}, 5, false},
        {{.fault = FLOW_HTTP_CUT, .sent = true}, 1, true},
        {{.fault = FLOW_HTTP_TIMEOUT, .sent = true}, 1, true},
        {{.fault = FLOW_HTTP_NONSENSE, .sent = true}, 1, true},
        {{.status = 500, .body = ""}, 1, true},
        {{.status = 503, .body = ""}, 1, true},
        {{.status = 200, .body = "nonsense"}, 1, true},
        {{.status = 400, .body = "{\"__type\":\"ValidationException\"}"}, 1, false},
        {{.status = 403, .body = ""}, 1, false},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        struct outcome outcome = run(&script, &cases[i].answer, 1, true);

        EXPECT(!outcome.ok);
        if (script.sent != cases[i].sent || outcome.lost != cases[i].lost)
            fail_msg("case %zu: sent %zu times, lost %d: %s", i, script.sent, outcome.lost,
                     outcome.failure.text);
        EXPECT(script.once[0]);
    }
}

TEST("a failure has the subject, the service's code and words, the request id and advice")
{
    struct outcome outcome =
        run(&script,
            ANSWERS({.status = 400,
                     .headers = {"x-amzn-RequestId", "11-22"},
                     .body = "{\"__type\":\"com.amazonaws.ssm#AccessDeniedException:http://x\","
                             "\"Message\":\"not authorized\"}"}),
            false);

    EXPECT_STR(outcome.error, "AccessDeniedException");
    EXPECT_INT(outcome.failure.code, FLOW_E_DENIED);
    EXPECT_STR(outcome.failure.text,
               "/a: GetParameter answered AccessDeniedException: not authorized (request id "
               "11-22); the policy of these credentials does not allow this call on this "
               "parameter or on its KMS key");
    outcome = run(&script, ANSWERS(THROTTLED), false);
    EXPECT_STR(outcome.failure.text,
               "/a: GetParameter answered ThrottlingException: Rate exceeded; every attempt "
               "allowed has failed; wait a little and repeat");
    outcome = run(&script, ANSWERS({.fault = FLOW_HTTP_CONNECT}), false);
    EXPECT_INT(outcome.failure.code, FLOW_E_UNREACHABLE);
    EXPECT_PRESENT("/a: ssm.us-east-1.amazonaws.com: no connection; ", outcome.failure.text);
}

TEST("the value of a write is cut out of the service's words")
{
    struct outcome outcome =
        run(&script,
            ANSWERS({.status = 400,
                     .body = "{\"__type\":\"ValidationException\",\"message\":\"Value 's3cr3t' at "
                             "'value', czNjcjN0\"}"}),
            true);

    EXPECT_ABSENT("s3cr3t", outcome.failure.text);
    EXPECT_ABSENT("czNjcjN0", outcome.failure.text);
    EXPECT_PRESENT("Value '[redacted]' at 'value'", outcome.failure.text);
}

TEST("what a callback returns ends the run and drops the calls that are left")
{
    struct outcome outcome = make_outcome(false);
    struct flow_err err = FLOW_ERR_INIT;

    outcome.calls = 3;
    EXPECT_CODE(run_calls(&script, ANSWERS(FINE), &outcome, &err), FLOW_OK);
    EXPECT_INT(outcome.callbacks, 3);
    outcome.end = FLOW_E_LIMIT;
    outcome.callbacks = 0;
    EXPECT_CODE(run_calls(&script, ANSWERS(FINE), &outcome, &err), FLOW_E_LIMIT);
    EXPECT_INT(outcome.callbacks, 1);
    EXPECT_STR(err.text, "enough");
}

TEST("writes beyond the burst wait for their turn")
{
    struct outcome outcome = make_outcome(true);
    struct flow_err err = FLOW_ERR_INIT;

    outcome.calls = 13;
    OK(run_calls(&script, ANSWERS(FINE), &outcome, &err), err);
    EXPECT_INT(outcome.callbacks, 13);
    EXPECT(script.now_ms >= 900 && script.now_ms <= 1100);
}

/* --- what a fault's body says ------------------------------------------------------------------
 */

TEST("the error is found in JSON, in the header, in XML, or not at all")
{
    static const struct {
        const char *body, *header, *error, *message;
    } cases[] = {
        {"{\"__type\":\"A\",\"message\":\"m\"}", "B", "A", "m"},
        {"{\"__type\":\"x.y#A:http://z/\",\"Message\":\"m\"}", NULL, "A", "m"},
        {"{\"message\":\"m\"}", "A:http://z", "A", "m"},
        {"", "A", "A", ""},
        {"{}", NULL, "", ""},
        {"<ErrorResponse><Errors><Error><Code>A</Code><Message>m</Message>", NULL, "A", "m"},
        {"<Code>A</Code>", NULL, "A", ""},
        {"<Code>two words</Code><Message>m</Message>", NULL, "", ""},
        {"<Code>A", "B", "B", ""},
        {"<html>Sorry</html>", NULL, "", ""},
        {"{\"__type\":\"bad\\r\\nX: y\",\"message\":7}", NULL, "", ""},
        {"{\"__type\":", "A", "A", ""},
        {"\xff\xfe", NULL, "", ""},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(cases); i++) {
        const struct flow_bytes body = {(const unsigned char *)cases[i].body,
                                        strlen(cases[i].body)};
        struct flow_aws_fault fault;

        flow_aws_fault_read(body, cases[i].header, NULL, 0, &fault);
        EXPECT_STR(fault.error, cases[i].error);
        EXPECT_STR(fault.message, cases[i].message);
    }
}

TEST("the canonical request that a wrong signature is answered with shows no session token")
{
    static const struct answer answers[] = {
        {.status = 400,
         .body = "{\"__type\":\"InvalidSignatureException\",\"message\":\"The Canonical String for "
                 "this request should have been\\n'POST\\n/\\n\\nhost:ssm\\n"
                 "x-amz-security-token:the-token\\n'\"}"}};
    struct outcome outcome = run(&script, answers, 1, false);

    EXPECT(!outcome.ok);
    EXPECT_PRESENT("InvalidSignatureException: The Canonical", outcome.failure.text);
    EXPECT_PRESENT("x-amz-security-token:[redacted]", outcome.failure.text);
    EXPECT_ABSENT("the-token", outcome.failure.text);
}

static void read_fault(const char *body, const char *value, struct flow_aws_fault *fault)
{
    const struct flow_bytes hidden = {(const unsigned char *)value, strlen(value)};

    flow_aws_fault_read((struct flow_bytes){(const unsigned char *)body, strlen(body)}, NULL,
                        &hidden, 1, fault);
}

TEST("a long value is cut out before the message is, and where a piece of it is left, all of it")
{
    static char value[2 * FLOW_AWS_MESSAGE_MAX], body[8 * FLOW_AWS_MESSAGE_MAX];
    struct flow_aws_fault fault;
    size_t i;

    for (i = 0; i + 1 < sizeof value; i++)
        value[i] = (char)('A' + i * i % 23);
    (void)snprintf(body, sizeof body,
                   "{\"__type\":\"A\",\"message\":\"before %s between %s after\"}", value, value);
    read_fault(body, value, &fault);
    EXPECT_STR(fault.message, "before [redacted] between [redacted] after");
    (void)snprintf(body, sizeof body, "{\"__type\":\"A\",\"message\":\"before %.20s...\"}",
                   value + 100);
    read_fault(body, value, &fault);
    EXPECT_STR(fault.error, "A");
    EXPECT_STR(fault.message, "");
}

TEST("a message that is too long is cut between two characters")
{
    char body[4 * FLOW_AWS_MESSAGE_MAX] = "{\"__type\":\"A\",\"message\":\"x";
    struct flow_aws_fault fault;
    size_t i;

    for (i = 0; i < FLOW_AWS_MESSAGE_MAX; i++)
        strncat(body, "\xc3\xa4", 3);
    strncat(body, "\"}", 3);
    read_fault(body, "", &fault);
    EXPECT_INT(strlen(fault.message) % 2, 1);
    EXPECT(strlen(fault.message) >= FLOW_AWS_MESSAGE_MAX - 2);
}

TEST("a status decides where no error is known")
{
    EXPECT_INT(flow_aws_fault_code("", 401), FLOW_E_DENIED);
    EXPECT_INT(flow_aws_fault_code("Nobody", 403), FLOW_E_DENIED);
    EXPECT_INT(flow_aws_fault_code("", 503), FLOW_E_UNREACHABLE);
    EXPECT_INT(flow_aws_fault_code("", 429), FLOW_E_UNREACHABLE);
    EXPECT_INT(flow_aws_fault_code("Nobody", 400), FLOW_E_IO);
    EXPECT_INT(flow_aws_fault_code("ExpiredTokenException", 400), FLOW_E_DENIED);
    EXPECT_INT(flow_aws_fault_code("ParameterNotFound", 400), FLOW_E_NOT_FOUND);
}
