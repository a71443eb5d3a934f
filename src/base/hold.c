#include "base/hold.h"

#include <stddef.h>

struct flow_hold flow_hold_take(void)
{
    struct flow_hold hold;
    sigset_t held;

    (void)sigemptyset(&held);
    (void)sigaddset(&held, SIGINT);
    (void)sigaddset(&held, SIGTERM);
    (void)sigaddset(&held, SIGHUP);
    (void)sigaddset(&held, SIGQUIT);
    (void)pthread_sigmask(SIG_BLOCK, &held, &hold.before);
    return hold;
}

void flow_hold_release(struct flow_hold *hold)
{
    (void)pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}
