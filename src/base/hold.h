/*
 * A hold: the signals by which a user ends a program (INT, TERM, HUP, QUIT)
 * wait until it is released, so that what must not be left half done is not
 * (T45). For moments, not for waiting. Of the calling thread only.
 *
 *     FLOW_CLEANUP(flow_hold_release) struct flow_hold hold;
 *     flow_hold_take(&hold);
 */
#ifndef FLOW_BASE_HOLD_H
#define FLOW_BASE_HOLD_H

#include <signal.h>

struct flow_hold {
    sigset_t before;
};

void flow_hold_take(struct flow_hold *ret_hold);
/* The signals that came meanwhile arrive now. */
void flow_hold_release(struct flow_hold *hold);

#endif
