/*
 * SSM Parameter Store as a store: everything a store can do. Part of the
 * network module; the program reaches it through store/remote.h.
 */
#ifndef FLOW_STORE_SSM_H
#define FLOW_STORE_SSM_H

#include "aws/settings.h"
#include "base/clock.h"
#include "base/notice.h"
#include "store/store.h"

/* Settings and clock are lent until the store is freed; notice, which may be NULL, is copied. No
 * request is sent. */
enum flow_code flow_ssm_store_open(const struct flow_aws *aws, const struct flow_clock *clock,
                                   const struct flow_notice *notice, struct flow_store **ret_store,
                                   struct flow_err *err);

#endif
