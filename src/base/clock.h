/*
 * Time as a parameter: code that needs it takes a struct flow_clock, so a test
 * can say what time it is.
 *
 * Unit: milliseconds. wall_ms since 1970-01-01 UTC; steady_ms from a point of
 * no meaning, never set back, running on in suspend where the system can.
 */
#ifndef FLOW_BASE_CLOCK_H
#define FLOW_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct flow_clock {
    int64_t (*wall_ms)(void *context);
    int64_t (*steady_ms)(void *context);
    void (*sleep_ms)(void *context, int64_t ms);
    void *context;
};

extern const struct flow_clock flow_clock_system;

static inline int64_t flow_clock_wall_ms(const struct flow_clock *clock)
{
    return clock->wall_ms(clock->context);
}
static inline int64_t flow_clock_wall_s(const struct flow_clock *clock)
{
    return clock->wall_ms(clock->context) / 1000;
}
static inline int64_t flow_clock_steady_ms(const struct flow_clock *clock)
{
    return clock->steady_ms(clock->context);
}
static inline void flow_clock_sleep_ms(const struct flow_clock *clock, int64_t ms)
{
    clock->sleep_ms(clock->context, ms);
}

enum { FLOW_CLOCK_AGE_MAX = 24 };
/* "42 s", "7 min", "3 h", "12 d"; a negative age reads "from the future". */
void flow_clock_age(int64_t age_s, char text[FLOW_CLOCK_AGE_MAX]);

enum { FLOW_CLOCK_ISO_MAX = 24 };
/* "2026-11-23T18:31:00Z"; a time that the calendar can't hold reads "-". */
void flow_clock_iso(int64_t wall_s, char text[FLOW_CLOCK_ISO_MAX]);

#endif
