/*
 * The local store: parameters in the vault itself, with the names, types,
 * versions and history of SSM (DESIGN, section 7).
 *
 * Record "local" holds what is, and for 30 days what was removed (T44); record
 * "local.history" the 100 newest older versions of each parameter. One put is
 * one commit; the version it was planned on is compared inside the commit, so
 * of two writers one is told.
 *
 * Departures from SSM, both so that nothing is lost: what was removed can still
 * be had by its version, and a parameter made anew within the 30 days goes on
 * counting where it stood.
 */
#ifndef FLOW_STORE_LOCAL_H
#define FLOW_STORE_LOCAL_H

#include "base/clock.h"
#include "store/store.h"
#include "vault/vault.h"

enum { FLOW_LOCAL_VERSIONS = 100, FLOW_LOCAL_REMOVED_S = 30 * 24 * 3600 };

/* vault and clock are lent until the store is freed. */
enum flow_code flow_local_open(struct flow_vault *vault, const struct flow_clock *clock,
                               struct flow_store **ret_store, struct flow_err *err);

#endif
