#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef CLOCK_BOOTTIME
#define STEADY_CLOCK CLOCK_BOOTTIME
#else
#define STEADY_CLOCK CLOCK_MONOTONIC
#endif

static int64_t read_ms(clockid_t which)
{
    struct timespec now = {0};

    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_wall_ms(void *context)
{
    (void)context;
    return read_ms(CLOCK_REALTIME);
}

static int64_t system_steady_ms(void *context)
{
    (void)context;
    return read_ms(STEADY_CLOCK);
}

static void system_sleep_ms(void *context, int64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    (void)context;
    while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

const struct flow_clock flow_clock_system = {
    .wall_ms = system_wall_ms,
    .steady_ms = system_steady_ms,
    .sleep_ms = system_sleep_ms,
};

void flow_clock_age(int64_t age_s, char text[FLOW_CLOCK_AGE_MAX])
{
    static const struct {
        int64_t below_s, unit_s;
        const char *unit;
    } steps[] = {{120, 1, "s"}, {7200, 60, "min"}, {172800, 3600, "h"}, {INT64_MAX, 86400, "d"}};
    size_t i = 0;

    if (age_s < 0) {
        (void)snprintf(text, FLOW_CLOCK_AGE_MAX, "from the future");
        return;
    }
    while (age_s >= steps[i].below_s && steps[i].below_s != INT64_MAX)
        i++;
    (void)snprintf(text, FLOW_CLOCK_AGE_MAX, "%" PRId64 " %s", age_s / steps[i].unit_s,
                   steps[i].unit);
}

void flow_clock_iso(int64_t wall_s, char text[FLOW_CLOCK_ISO_MAX])
{
    time_t seconds = (time_t)wall_s;
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(text, FLOW_CLOCK_ISO_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        memcpy(text, "-", 2);
}
