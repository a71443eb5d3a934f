/*
 * Retries, as pure decisions: whether to send again, and after what delay.
 * Time and chance are parameters; nothing here waits.
 *
 * Reads follow the "standard" mode of the AWS SDKs in its 2026 revision: 3
 * attempts, full jitter below 50 ms * 2^i (1 s * 2^i after a throttle), a
 * quota of 500 tokens that successes refill. Writes get what THREATS T25 asks
 * for: 5 attempts, full jitter below 100 ms * 2^i, and retries for at most a
 * fifth of the calls, ten beyond that.
 * Source: CONTRACTS 1.8 and 2.2; THREATS T25, T26.
 */
#ifndef FLOW_NET_RETRY_H
#define FLOW_NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"

struct flow_retry_policy {
    unsigned attempts;        /* the first included */
    int64_t base_ms;          /* delay before retry i, from 0: chance * min(base * 2^i, cap) */
    int64_t throttle_base_ms; /* the same after a throttle */
    int64_t cap_ms;
    int64_t call_ms;              /* no retry begins later than this after the first attempt */
    unsigned quota;               /* tokens at the start, and at most */
    unsigned cost, throttle_cost; /* of a retry, in tokens; a success gives one back */
    bool refunds;                 /* a success gives back what its last retry cost */
};
extern const struct flow_retry_policy flow_retry_reads, flow_retry_writes;

/* Tokens that all calls of a client draw from. */
struct flow_retry_quota {
    unsigned tokens;
};
/* One call, all its attempts. */
struct flow_retry_call {
    int64_t began_ms;  /* steady */
    unsigned attempts; /* made so far */
    unsigned paid;     /* tokens that the last retry cost */
    bool skew_tried;
};
struct flow_retry_quota flow_retry_quota_of(const struct flow_retry_policy *policy);
struct flow_retry_call flow_retry_begin(int64_t now_ms);

/* How an attempt ended. */
struct flow_retry_outcome {
    enum flow_http_fault fault;
    unsigned status;
    const char *code;    /* AWS's error code; NULL: none */
    const char *hint_ms; /* x-amz-retry-after: milliseconds; NULL: not sent */
    const char *hint;    /* Retry-After: seconds or a date; NULL: not sent */
    const char *date;    /* Date; NULL: not sent */
    int64_t wall_s;      /* our own clock, corrected by the skew already known */
};

enum flow_retry_kind {
    FLOW_RETRY_DONE,      /* 2xx */
    FLOW_RETRY_FINAL,     /* would fail again */
    FLOW_RETRY_TRANSIENT, /* time-outs, cut connections, 500, 502, 503, 504 */
    FLOW_RETRY_THROTTLE,  /* too many requests, or too many writers at once */
    FLOW_RETRY_SKEW       /* refused for its time, and the clocks do differ by 5 minutes or more */
};
enum flow_retry_kind flow_retry_classify(const struct flow_retry_outcome *outcome);

/* Their clock minus ours, in seconds; 0 where the Date header is missing or can't be read. */
int64_t flow_retry_skew_s(const struct flow_retry_outcome *outcome);

enum flow_retry_verdict {
    FLOW_RETRY_AGAIN,    /* after *ret_delay_ms, signed anew */
    FLOW_RETRY_STOP,     /* nothing to repeat */
    FLOW_RETRY_ATTEMPTS, /* as often as allowed */
    FLOW_RETRY_QUOTA,    /* this run has spent its retries */
    FLOW_RETRY_TIME      /* no time left for this call, or the far end asks for more than is left */
};

/*
 * To be called after each attempt, the successful one too: it counts, pays and
 * refunds. chance is uniform over all values. A SKEW is retried once, at once,
 * for nothing; the caller corrects its clock by flow_retry_skew_s() first.
 */
enum flow_retry_verdict flow_retry_next(const struct flow_retry_policy *policy,
                                        struct flow_retry_quota *quota,
                                        struct flow_retry_call *call,
                                        const struct flow_retry_outcome *outcome, int64_t now_ms,
                                        uint32_t chance, int64_t *ret_delay_ms);

/* Why there is no further attempt: goes behind an error. Static; "" for AGAIN and STOP. */
const char *flow_retry_words(enum flow_retry_verdict verdict);

#endif
