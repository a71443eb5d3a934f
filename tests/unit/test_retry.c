#include "net/retry.h"

#include "support/test.h"

enum { WALL_S = 784111777 }; /* Sun, 06 Nov 1994 08:49:37 GMT */

static struct flow_retry_outcome refused(unsigned status, const char *code)
{
    return (struct flow_retry_outcome){.status = status, .code = code, .wall_s = WALL_S};
}

static struct flow_retry_outcome failed(enum flow_http_fault fault)
{
    return (struct flow_retry_outcome){.fault = fault, .wall_s = WALL_S};
}

static const struct {
    unsigned status;
    const char *code;
    enum flow_retry_kind kind;
} replies[] = {
    {200, NULL, FLOW_RETRY_DONE},
    {204, NULL, FLOW_RETRY_DONE},
    {400, "ValidationException", FLOW_RETRY_FINAL},
    {400, "ParameterNotFound", FLOW_RETRY_FINAL},
    {400, NULL, FLOW_RETRY_FINAL},
    {403, "AccessDeniedException", FLOW_RETRY_FINAL},
    {404, NULL, FLOW_RETRY_FINAL},
    {501, NULL, FLOW_RETRY_FINAL},
    {400, "ThrottlingException", FLOW_RETRY_THROTTLE},
    {400, "TooManyUpdates", FLOW_RETRY_THROTTLE},
    {400, "throttlingexception", FLOW_RETRY_FINAL},
    {429, NULL, FLOW_RETRY_THROTTLE},
    {503, "SlowDown", FLOW_RETRY_THROTTLE},
    {503, NULL, FLOW_RETRY_TRANSIENT},
    {500, "InternalServerError", FLOW_RETRY_TRANSIENT},
    {502, NULL, FLOW_RETRY_TRANSIENT},
    {504, NULL, FLOW_RETRY_TRANSIENT},
    {400, "RequestTimeout", FLOW_RETRY_TRANSIENT},
    {403, "RequestExpired", FLOW_RETRY_FINAL}, /* no Date to compare with */
};

TEST("an answer is final, transient or a throttle by its code and status")
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(replies); i++) {
        const struct flow_retry_outcome outcome = refused(replies[i].status, replies[i].code);

        print_message("%u %s\n", replies[i].status, replies[i].code ? replies[i].code : "-");
        EXPECT_INT(flow_retry_classify(&outcome), replies[i].kind);
    }
}

TEST("what was cut, slow or not reached may be tried again; what is no answer or no friend may not")
{
    static const struct {
        enum flow_http_fault fault;
        enum flow_retry_kind kind;
    } faults[] = {
        {FLOW_HTTP_RESOLVE, FLOW_RETRY_TRANSIENT}, {FLOW_HTTP_CONNECT, FLOW_RETRY_TRANSIENT},
        {FLOW_HTTP_TLS, FLOW_RETRY_TRANSIENT},     {FLOW_HTTP_TIMEOUT, FLOW_RETRY_TRANSIENT},
        {FLOW_HTTP_CUT, FLOW_RETRY_TRANSIENT},     {FLOW_HTTP_CERTIFICATE, FLOW_RETRY_FINAL},
        {FLOW_HTTP_NONSENSE, FLOW_RETRY_FINAL},    {FLOW_HTTP_TOO_LARGE, FLOW_RETRY_FINAL},
        {FLOW_HTTP_REDIRECT, FLOW_RETRY_FINAL},    {FLOW_HTTP_PLAIN, FLOW_RETRY_FINAL},
        {FLOW_HTTP_NOMEM, FLOW_RETRY_FINAL},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(faults); i++) {
        const struct flow_retry_outcome outcome = failed(faults[i].fault);

        EXPECT_INT(flow_retry_classify(&outcome), faults[i].kind);
    }
}

TEST("a refusal for its time is the clock's fault from five minutes on, either way")
{
    struct flow_retry_outcome outcome = refused(400, "InvalidSignatureException");

    outcome.date = "Sun, 06 Nov 1994 08:49:37 GMT";
    EXPECT_INT(flow_retry_classify(&outcome), FLOW_RETRY_FINAL);
    outcome.wall_s = WALL_S - 299;
    EXPECT_INT(flow_retry_classify(&outcome), FLOW_RETRY_FINAL);
    outcome.wall_s = WALL_S - 300;
    EXPECT_INT(flow_retry_classify(&outcome), FLOW_RETRY_SKEW);
    EXPECT_INT(flow_retry_skew_s(&outcome), 300);
    outcome.wall_s = WALL_S + 3600;
    EXPECT_INT(flow_retry_classify(&outcome), FLOW_RETRY_SKEW);
    EXPECT_INT(flow_retry_skew_s(&outcome), -3600);
    outcome.code = "AccessDeniedException";
    EXPECT_INT(flow_retry_classify(&outcome), FLOW_RETRY_FINAL);
}

/* --- decisions --- */

struct run {
    const struct flow_retry_policy *policy;
    struct flow_retry_quota quota;
    struct flow_retry_call call;
    int64_t delay_ms;
};

static struct run run_of(const struct flow_retry_policy *policy)
{
    return (struct run){.policy = policy,
                        .quota = flow_retry_quota_of(policy),
                        .call = flow_retry_begin(1000),
                        .delay_ms = -1};
}

static enum flow_retry_verdict next(struct run *run, struct flow_retry_outcome outcome,
                                    int64_t now_ms, uint32_t chance)
{
    run->delay_ms = -1;
    return flow_retry_next(run->policy, &run->quota, &run->call, &outcome, now_ms, chance,
                           &run->delay_ms);
}

TEST("a read has three attempts, with delays below 50 and 100 ms, or 1 and 2 s for a throttle")
{
    struct run run = run_of(&flow_retry_reads);

    EXPECT_INT(next(&run, failed(FLOW_HTTP_CUT), 1000, UINT32_MAX), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 49);
    EXPECT_INT(next(&run, refused(500, NULL), 1000, UINT32_MAX), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 99);
    EXPECT_INT(next(&run, refused(500, NULL), 1000, UINT32_MAX), FLOW_RETRY_ATTEMPTS);
    EXPECT_INT(run.call.attempts, 3);
    EXPECT_INT(run.quota.tokens, 500 - 2 * 14);

    run = run_of(&flow_retry_reads);
    EXPECT_INT(next(&run, refused(400, "ThrottlingException"), 1000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 0);
    EXPECT_INT(next(&run, refused(400, "ThrottlingException"), 1000, 1u << 31), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 1000);
    EXPECT_INT(run.quota.tokens, 500 - 2 * 5);
}

TEST("a write has five attempts, and no delay is over 20 s however many a user allows")
{
    struct flow_retry_policy patient = flow_retry_writes;
    struct run run = run_of(&flow_retry_writes);
    unsigned i;

    for (i = 1; i < 5; i++)
        EXPECT_INT(next(&run, refused(503, NULL), 1000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(next(&run, refused(503, NULL), 1000, 0), FLOW_RETRY_ATTEMPTS);

    patient.attempts = 1000;
    patient.quota = 10000;
    run = run_of(&patient);
    for (i = 1; i < 100; i++) {
        EXPECT_INT(next(&run, refused(503, NULL), 1000, UINT32_MAX), FLOW_RETRY_AGAIN);
        EXPECT(run.delay_ms < 20000);
    }
    EXPECT_INT(run.delay_ms, 19999);
}

TEST("a final answer is not tried again, and one attempt allowed is one attempt")
{
    struct flow_retry_policy once = flow_retry_reads;
    struct run run = run_of(&flow_retry_reads);

    EXPECT_INT(next(&run, refused(400, "ParameterNotFound"), 1000, 0), FLOW_RETRY_STOP);
    EXPECT_INT(run.quota.tokens, 500);
    once.attempts = 1;
    run = run_of(&once);
    EXPECT_INT(next(&run, failed(FLOW_HTTP_TIMEOUT), 1000, 0), FLOW_RETRY_ATTEMPTS);
}

TEST("a success gives back what its retry cost, and never more than was there at the start")
{
    struct run run = run_of(&flow_retry_reads);

    EXPECT_INT(next(&run, failed(FLOW_HTTP_CUT), 1000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.quota.tokens, 486);
    EXPECT_INT(next(&run, refused(200, NULL), 1000, 0), FLOW_RETRY_STOP);
    EXPECT_INT(run.quota.tokens, 500);
    run.call = flow_retry_begin(1000);
    EXPECT_INT(next(&run, refused(200, NULL), 1000, 0), FLOW_RETRY_STOP);
    EXPECT_INT(run.quota.tokens, 500);
}

TEST("writes that are throttled every time are repeated for a fifth of the calls, ten beyond that")
{
    struct run run = run_of(&flow_retry_writes);
    unsigned calls, retries = 0;

    for (calls = 0; calls < 1000; calls++) {
        run.call = flow_retry_begin(1000);
        if (next(&run, refused(400, "ThrottlingException"), 1000, 0) == FLOW_RETRY_AGAIN) {
            retries++;
            EXPECT_INT(next(&run, refused(200, NULL), 1000, 0), FLOW_RETRY_STOP);
        } else {
            (void)next(&run, refused(200, NULL), 1000, 0);
        }
    }
    EXPECT(retries <= 1000 / 5 + 12);
    EXPECT(retries >= 1000 / 5);
}

TEST("a quota that is used up stops the run, and says so")
{
    struct run run = run_of(&flow_retry_writes);

    run.quota.tokens = 4;
    EXPECT_INT(next(&run, refused(503, NULL), 1000, 0), FLOW_RETRY_QUOTA);
    EXPECT_INT(run.quota.tokens, 4);
    EXPECT_STR(flow_retry_words(FLOW_RETRY_QUOTA), "the retries of this run are used up");
    EXPECT_STR(flow_retry_words(FLOW_RETRY_STOP), "");
}

TEST("no retry begins later than a minute after the first attempt")
{
    struct run run = run_of(&flow_retry_writes);

    EXPECT_INT(next(&run, refused(503, NULL), 61000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(next(&run, refused(503, NULL), 61001, 0), FLOW_RETRY_TIME);
    EXPECT_INT(run.quota.tokens, 45);
}

TEST("x-amz-retry-after lengthens a delay by five seconds at most, and shortens none")
{
    struct run run = run_of(&flow_retry_reads);
    struct flow_retry_outcome outcome = refused(503, NULL);

    outcome.hint_ms = "1500";
    EXPECT_INT(next(&run, outcome, 1000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 1500);
    outcome.hint_ms = "900000";
    EXPECT_INT(next(&run, outcome, 1000, UINT32_MAX), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 99 + 5000);
    run = run_of(&flow_retry_reads);
    outcome.hint_ms = "1";
    EXPECT_INT(next(&run, outcome, 1000, UINT32_MAX), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 49);
}

TEST("Retry-After is obeyed, in seconds or as a date; one beyond the minute ends the call")
{
    struct run run = run_of(&flow_retry_writes);
    struct flow_retry_outcome outcome = refused(429, NULL);

    outcome.hint = "7";
    EXPECT_INT(next(&run, outcome, 1000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 7000);
    outcome.hint = "Sun, 06 Nov 1994 08:49:46 GMT";
    EXPECT_INT(next(&run, outcome, 1000, 0), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 9000);
    outcome.hint = "61";
    EXPECT_INT(next(&run, outcome, 1000, 0), FLOW_RETRY_TIME);
}

TEST("hints that are nonsense are no hints")
{
    static const char *const nonsense[] = {"",
                                           "-5",
                                           "1e9",
                                           " 7",
                                           "7 ",
                                           "0x10",
                                           "soon",
                                           "99999999999999999999",
                                           "Sun, 06 Nov 1994 08:49:00 GMT"}; /* in the past */
    struct flow_retry_outcome outcome = refused(503, NULL);
    size_t i;

    for (i = 0; i < FLOW_COUNT(nonsense); i++) {
        struct run run = run_of(&flow_retry_reads);

        outcome.hint = outcome.hint_ms = nonsense[i];
        EXPECT_INT(next(&run, outcome, 1000, 0), FLOW_RETRY_AGAIN);
        EXPECT_INT(run.delay_ms, 0);
    }
}

TEST("a wrong clock is corrected once, at once, for nothing; the second time it is final")
{
    struct flow_retry_policy once = flow_retry_reads;
    struct flow_retry_outcome outcome = refused(400, "RequestTimeTooSkewed");
    struct run run;

    once.attempts = 1;
    run = run_of(&once);
    outcome.date = "Sun, 06 Nov 1994 09:49:37 GMT";
    EXPECT_INT(next(&run, outcome, 1000, UINT32_MAX), FLOW_RETRY_AGAIN);
    EXPECT_INT(run.delay_ms, 0);
    EXPECT_INT(run.quota.tokens, 500);
    EXPECT_INT(next(&run, outcome, 1000, UINT32_MAX), FLOW_RETRY_STOP);
}
