/*
 * The local store: parameters in the vault itself, with the names, types,
 * versions and history of SSM (DESIGN, section 7).
 *
 * Record "local" holds what is, "local.history" what was: the 100 newest
 * versions of each parameter, as SSM keeps them. One put is one commit; the
 * version it was planned on is compared inside the commit, so of two writers
 * one is told.
 */
#ifndef FLOW_STORE_LOCAL_H
#define FLOW_STORE_LOCAL_H

#include "base/clock.h"
#include "store/store.h"
#include "vault/vault.h"

/* vault and clock are lent until the store is freed. */
enum flow_code flow_local_open(struct flow_vault *vault, const struct flow_clock *clock,
                               struct flow_store **ret_store, struct flow_err *err);

#endif
