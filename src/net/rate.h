/*
 * A token bucket that paces requests: `per_s` a second in the long run, `burst`
 * at once. Pure state, the clock is a parameter; small enough for a state file
 * that processes share.
 *
 * A throttle halves the rate, down to an eighth, and empties the bucket;
 * FLOW_RATE_CALM_MS without another one gives the full rate back.
 * Unit:   milliseconds of one steady clock; inside, microseconds. A state that
 *         was kept over a restart of the machine means nothing to the new clock.
 * Source: THREATS T25; the bucket is kept as a theoretical arrival time (ITU-T
 *         I.371, GCRA), so its state is one number.
 */
#ifndef FLOW_NET_RATE_H
#define FLOW_NET_RATE_H

#include <stdint.h>

enum { FLOW_RATE_CALM_MS = 60 * 1000 };

struct flow_rate {
    uint32_t per_s, burst; /* both at least 1 */
    uint32_t halvings;     /* 0 to 3 */
    int64_t throttled_ms;  /* when the last throttle was */
    int64_t arrival_us;    /* when the bucket would be full again */
};

/* SSM's writes: 3 a second, 10 at once. */
enum { FLOW_RATE_WRITES_PER_S = 3, FLOW_RATE_WRITES_BURST = 10 };

struct flow_rate flow_rate_full(uint32_t per_s, uint32_t burst, int64_t now_ms);

/* Takes one token, in advance if need be; returns how long to wait before using it. */
int64_t flow_rate_take(struct flow_rate *rate, int64_t now_ms);

void flow_rate_throttled(struct flow_rate *rate, int64_t now_ms);

#endif
