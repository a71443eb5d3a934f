/*
 * The network half: stores that are reached over a network, in a module that
 * is loaded when the first of them is needed.
 *
 * The module is lib/flowenv/net.so beside the program's bin directory; its one
 * entry point is flow_remote_module. Users of the static library take its
 * address directly.
 */
#ifndef FLOW_STORE_REMOTE_H
#define FLOW_STORE_REMOTE_H

#include "aws/settings.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/notice.h"
#include "store/store.h"

enum { FLOW_REMOTE_ABI = 2 }; /* the program refuses a module of another number */

struct flow_remote {
    unsigned abi;
    /* Opens SSM Parameter Store; settings and clock are lent until the store is freed; notice,
     * which may be NULL, is copied. No request is sent. */
    enum flow_code (*open_ssm)(const struct flow_aws *aws, const struct flow_clock *clock,
                               const struct flow_notice *notice, struct flow_store **ret_store,
                               struct flow_err *err);
};

extern const struct flow_remote flow_remote_module;

#endif
