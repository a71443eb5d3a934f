/*
 * The local store: parameters kept in the vault itself (DESIGN, section 7),
 * with the names, types, versions and history of SSM.
 *
 * Records:  "local": group "local" is what there is, group "removed" what was
 *           removed in the last 30 days (T44), by the time of its removal.
 *           "local.history": the versions before.
 * History:  the newest 100 versions of a parameter are kept, as in SSM, and in
 *           all as much as a record holds: where it is full, the oldest go.
 * Commits:  one put or one remove is one commit. What a put replaces is looked
 *           at under the vault's lock, so of two who planned on one version
 *           only one wins.
 * Beyond SSM: an empty value is fine, so is one of up to 64 KiB; no labels. A
 *           version of what was removed can still be had by its number, and a
 *           parameter made anew within the 30 days goes on counting.
 * Like SSM: "/x" and "x" are one parameter; a type never changes: FLOW_E_REFUSED.
 */
#ifndef FLOW_STORE_LOCAL_H
#define FLOW_STORE_LOCAL_H

#include "base/clock.h"
#include "store/store.h"
#include "vault/vault.h"

enum { FLOW_LOCAL_VERSIONS = 100, FLOW_LOCAL_REMOVED_S = 30 * 24 * 3600 };

/* The vault and the clock are lent until the store is freed. */
enum flow_code flow_local_open(struct flow_vault *vault, const struct flow_clock *clock,
                               struct flow_store **ret_store, struct flow_err *err);

#endif
