#include "base/hold.h"

#include <stddef.h>

void flow_hold_take(struct flow_hold *ret_hold)
{
    sigset_t held;

    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGINT);
    (void)sigaddset(&held, SIGTERM);
    (void)sigaddset(&held, SIGHUP);
    (void)sigaddset(&held, SIGQUIT);
    (void)pthread_sigmask(SIG_BLOCK, &held, &ret_hold->before);
}

void flow_hold_release(struct flow_hold *hold)
{
    (void)pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}
