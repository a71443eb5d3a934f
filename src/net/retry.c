#include "net/retry.h"

#include <stdlib.h>
#include <string.h>

#include "net/date.h"

enum {
    CALL_MS = 60 * 1000,
    CAP_MS = 20 * 1000,
    HINT_BEYOND_MS = 5 * 1000, /* x-amz-retry-after may lengthen a delay by this much */
    SKEW_MIN_S = 300,
    DOUBLINGS_MAX = 20,
    HINT_DIGITS_MAX = 9
};

const struct flow_retry_policy flow_retry_reads = {
    .attempts = 3,
    .base_ms = 50,
    .throttle_base_ms = 1000,
    .cap_ms = CAP_MS,
    .call_ms = CALL_MS,
    .quota = 500,
    .cost = 14,
    .throttle_cost = 5,
    .refunds = true,
};

/* A retry costs five times what a success gives back: that is the fifth of T25. */
const struct flow_retry_policy flow_retry_writes = {
    .attempts = 5,
    .base_ms = 100,
    .throttle_base_ms = 1000,
    .cap_ms = CAP_MS,
    .call_ms = CALL_MS,
    .quota = 50,
    .cost = 5,
    .throttle_cost = 5,
    .refunds = false,
};

static const char *const throttle_codes[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
    "TooManyUpdates", /* SSM's word for two writers at once */
    NULL,
};
static const char *const transient_codes[] = {"RequestTimeout", "RequestTimeoutException", NULL};
static const char *const skew_codes[] = {
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    NULL,
};

static bool is_listed(const char *code, const char *const *list)
{
    for (; code != NULL && *list != NULL; list++)
        if (strcmp(code, *list) == 0)
            return true;
    return false;
}

static bool is_transient_fault(enum flow_http_fault fault)
{
    return fault == FLOW_HTTP_RESOLVE || fault == FLOW_HTTP_CONNECT || fault == FLOW_HTTP_TLS ||
           fault == FLOW_HTTP_TIMEOUT || fault == FLOW_HTTP_CUT;
}

static bool is_transient_status(unsigned status)
{
    return status == 500 || status == 502 || status == 503 || status == 504;
}

int64_t flow_retry_skew_s(const struct flow_retry_outcome *outcome)
{
    int64_t theirs_s;

    return flow_date_http(outcome->date, &theirs_s) ? theirs_s - outcome->wall_s : 0;
}

enum flow_retry_kind flow_retry_classify(const struct flow_retry_outcome *outcome)
{
    if (outcome->fault != FLOW_HTTP_OK)
        return is_transient_fault(outcome->fault) ? FLOW_RETRY_TRANSIENT : FLOW_RETRY_FINAL;
    if (outcome->status >= 200 && outcome->status < 300)
        return FLOW_RETRY_DONE;
    if (outcome->status == 429 || is_listed(outcome->code, throttle_codes))
        return FLOW_RETRY_THROTTLE;
    if (is_transient_status(outcome->status) || is_listed(outcome->code, transient_codes))
        return FLOW_RETRY_TRANSIENT;
    if (is_listed(outcome->code, skew_codes) && llabs(flow_retry_skew_s(outcome)) >= SKEW_MIN_S)
        return FLOW_RETRY_SKEW;
    return FLOW_RETRY_FINAL;
}

struct flow_retry_quota flow_retry_quota_of(const struct flow_retry_policy *policy)
{
    return (struct flow_retry_quota){.tokens = policy->quota};
}

struct flow_retry_call flow_retry_begin(int64_t now_ms)
{
    return (struct flow_retry_call){.began_ms = now_ms};
}

/* A whole number, -1 if text is NULL or something else. */
static int64_t digits_of(const char *text)
{
    size_t len = text == NULL ? 0 : strspn(text, "0123456789");

    return len == 0 || len > HINT_DIGITS_MAX || text[len] != '\0' ? -1 : strtoll(text, NULL, 10);
}

/* What Retry-After asks for, -1 if it asks for nothing. */
static int64_t retry_after_ms(const struct flow_retry_outcome *outcome)
{
    int64_t seconds = digits_of(outcome->hint), date_s;

    if (seconds < 0 && flow_date_http(outcome->hint, &date_s))
        seconds = date_s - outcome->wall_s;
    return seconds < 0 ? -1 : seconds * 1000;
}

/* Full jitter below the doubled base, then what the far end asks for. */
static int64_t delay_of(const struct flow_retry_policy *policy, unsigned retry, bool throttled,
                        const struct flow_retry_outcome *outcome, uint32_t chance)
{
    int64_t ceiling_ms = throttled ? policy->throttle_base_ms : policy->base_ms, delay_ms, hint_ms;

    ceiling_ms <<= retry < DOUBLINGS_MAX ? retry : DOUBLINGS_MAX;
    if (ceiling_ms > policy->cap_ms)
        ceiling_ms = policy->cap_ms;
    delay_ms = (int64_t)(((uint64_t)ceiling_ms * chance) >> 32);

    hint_ms = digits_of(outcome->hint_ms);
    if (hint_ms > delay_ms + HINT_BEYOND_MS)
        hint_ms = delay_ms + HINT_BEYOND_MS;
    if (hint_ms > delay_ms)
        delay_ms = hint_ms;
    hint_ms = retry_after_ms(outcome);
    return hint_ms > delay_ms ? hint_ms : delay_ms;
}

static void refund(const struct flow_retry_policy *policy, struct flow_retry_quota *quota,
                   const struct flow_retry_call *call)
{
    quota->tokens += policy->refunds && call->paid > 0 ? call->paid : 1;
    if (quota->tokens > policy->quota)
        quota->tokens = policy->quota;
}

static enum flow_retry_verdict correct_once(struct flow_retry_call *call, int64_t *ret_delay_ms)
{
    if (call->skew_tried)
        return FLOW_RETRY_STOP;
    call->skew_tried = true;
    *ret_delay_ms = 0;
    return FLOW_RETRY_AGAIN;
}

static enum flow_retry_verdict pay(struct flow_retry_quota *quota, struct flow_retry_call *call,
                                   unsigned cost)
{
    if (quota->tokens < cost)
        return FLOW_RETRY_QUOTA;
    quota->tokens -= cost;
    call->paid = cost;
    return FLOW_RETRY_AGAIN;
}

enum flow_retry_verdict flow_retry_next(const struct flow_retry_policy *policy,
                                        struct flow_retry_quota *quota,
                                        struct flow_retry_call *call,
                                        const struct flow_retry_outcome *outcome, int64_t now_ms,
                                        uint32_t chance, int64_t *ret_delay_ms)
{
    enum flow_retry_kind kind = flow_retry_classify(outcome);
    bool throttled = kind == FLOW_RETRY_THROTTLE;

    call->attempts++;
    if (kind == FLOW_RETRY_DONE)
        refund(policy, quota, call);
    if (kind == FLOW_RETRY_DONE || kind == FLOW_RETRY_FINAL)
        return FLOW_RETRY_STOP;
    if (kind == FLOW_RETRY_SKEW)
        return correct_once(call, ret_delay_ms);
    if (call->attempts >= policy->attempts)
        return FLOW_RETRY_ATTEMPTS;
    *ret_delay_ms = delay_of(policy, call->attempts - 1, throttled, outcome, chance);
    if (now_ms + *ret_delay_ms - call->began_ms > policy->call_ms)
        return FLOW_RETRY_TIME;
    return pay(quota, call, throttled ? policy->throttle_cost : policy->cost);
}

const char *flow_retry_words(enum flow_retry_verdict verdict)
{
    switch (verdict) {
    case FLOW_RETRY_ATTEMPTS:
        return "every attempt allowed has failed";
    case FLOW_RETRY_QUOTA:
        return "the retries of this run are used up";
    case FLOW_RETRY_TIME:
        return "no time is left for another attempt";
    case FLOW_RETRY_AGAIN:
    case FLOW_RETRY_STOP:
        break;
    }
    return "";
}
