#include "net/timers.h"

#include <stdlib.h>

struct flow_timer {
    struct flow_timer *next;
    int64_t due_ms;
    flow_http_wake *wake;
    void *context;
};

enum flow_code flow_timers_add(struct flow_timers *timers, int64_t due_ms, flow_http_wake *wake,
                               void *context, struct flow_err *err)
{
    struct flow_timer **at = &timers->first, *timer = malloc(sizeof *timer);

    if (timer == NULL)
        return flow_err_nomem(err);
    while (*at != NULL && (*at)->due_ms <= due_ms)
        at = &(*at)->next;
    *timer = (struct flow_timer){.next = *at, .due_ms = due_ms, .wake = wake, .context = context};
    *at = timer;
    return FLOW_OK;
}

static struct flow_timer take_first(struct flow_timers *timers)
{
    struct flow_timer timer = *timers->first;

    free(timers->first);
    timers->first = timer.next;
    return timer;
}

enum flow_code flow_timers_wake(struct flow_timers *timers, int64_t now_ms, struct flow_err *err)
{
    enum flow_code code = FLOW_OK;

    while (code == FLOW_OK && timers->first != NULL && timers->first->due_ms <= now_ms) {
        struct flow_timer timer = take_first(timers);

        code = timer.wake(timer.context, err);
    }
    return code;
}

int64_t flow_timers_wait_ms(const struct flow_timers *timers, int64_t now_ms, int64_t most_ms)
{
    int64_t left_ms = timers->first == NULL ? most_ms : timers->first->due_ms - now_ms;

    return left_ms < 0 ? 0 : left_ms < most_ms ? left_ms : most_ms;
}

void flow_timers_done(struct flow_timers *timers)
{
    while (timers->first != NULL)
        (void)take_first(timers);
}
