/*
 * Timers: what is to be called, and when. Waiting is the owner's business.
 * Unit: milliseconds of a steady clock, as parameters.
 */
#ifndef FLOW_NET_TIMERS_H
#define FLOW_NET_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"

struct flow_timers {
    struct flow_timer *first; /* the next one due; NULL: none */
};

/* Those due at the same time are called in the order they were added. */
enum flow_code flow_timers_add(struct flow_timers *timers, int64_t due_ms, flow_http_wake *wake,
                               void *context, struct flow_err *err);
/* Calls, and forgets, all that are due; stops at the first that gives anything but FLOW_OK. */
enum flow_code flow_timers_wake(struct flow_timers *timers, int64_t now_ms, struct flow_err *err);
/* How long until the next one is due: 0 to most_ms. */
int64_t flow_timers_wait_ms(const struct flow_timers *timers, int64_t now_ms, int64_t most_ms);
/* Forgets all. */
void flow_timers_done(struct flow_timers *timers);

#endif
