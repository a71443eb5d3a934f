/*
 * The process environment as a store: FLOW_CAN_FETCH only.
 *
 * It holds far more than a stage's keys (PATH, HOME, ...), so a fetch asks for
 * names: `known` lists the keys wanted, and without them nothing is given. With
 * a suffix, NAME_SUFFIX serves NAME, as GitHub secrets with a stage's suffix do
 * (DESIGN, section 4); the bare name serves where there is no suffixed one.
 */
#ifndef FLOW_STORE_ENVIRON_H
#define FLOW_STORE_ENVIRON_H

#include "base/environ.h"
#include "store/store.h"

/* env is lent until the store is freed; suffix is "_STAGING" or NULL. */
enum flow_code flow_environ_store_open(const struct flow_environ *env, const char *suffix,
                                       struct flow_store **ret_store, struct flow_err *err);

#endif
