#include "net/rate.h"

enum { HALVINGS_MAX = 3, US_PER_S = 1000000, US_PER_MS = 1000 };

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Between two tokens at the rate of now. */
static int64_t interval_us(const struct flow_rate *rate)
{
    return ((int64_t)US_PER_S << rate->halvings) / rate->per_s;
}

struct flow_rate flow_rate_full(uint32_t per_s, uint32_t burst, int64_t now_ms)
{
    return (struct flow_rate){.per_s = per_s, .burst = burst, .arrival_us = now_ms * US_PER_MS};
}

int64_t flow_rate_take(struct flow_rate *rate, int64_t now_ms)
{
    int64_t now_us = now_ms * US_PER_MS, allowed_us, interval;

    if (now_ms - rate->throttled_ms >= FLOW_RATE_CALM_MS)
        rate->halvings = 0;
    interval = interval_us(rate);
    allowed_us = later_of(rate->arrival_us - (rate->burst - 1) * interval, now_us);
    rate->arrival_us = later_of(rate->arrival_us, now_us) + interval;
    return (allowed_us - now_us + US_PER_MS - 1) / US_PER_MS;
}

void flow_rate_throttled(struct flow_rate *rate, int64_t now_ms)
{
    if (rate->halvings < HALVINGS_MAX)
        rate->halvings++;
    rate->throttled_ms = now_ms;
    rate->arrival_us =
        later_of(rate->arrival_us, now_ms * US_PER_MS + rate->burst * interval_us(rate));
}
