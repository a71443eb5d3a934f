/* Changes of the local store as operations on the vault's records (store/local.h), and the one way
 * to find a name in them. */
#ifndef FLOW_STORE_LOCAL_CHANGE_H
#define FLOW_STORE_LOCAL_CHANGE_H

#include "store/local.h"

#define FLOW_LOCAL_RECORD  "local"
#define FLOW_LOCAL_HISTORY "local.history"
#define FLOW_LOCAL_GROUP   "local"
#define FLOW_LOCAL_REMOVED "removed"

/* The parameters of that group; an empty set where there is no such group. */
struct flow_params *flow_local_params(const struct flow_record *record, const char *group);

/* The oldest version of that name, in either spelling; NULL: none. */
struct flow_param *flow_local_find(const struct flow_params *params, const char *name);
/* How many versions stand in the list from this one on, itself included. */
size_t flow_local_versions(const struct flow_params *params, const struct flow_param *param);

/* store.h, put and remove. */
enum flow_code flow_local_put(struct flow_vault *vault, int64_t now_s, const struct flow_put *put,
                              uint64_t *ret_version, struct flow_err *err);
enum flow_code flow_local_remove(struct flow_vault *vault, int64_t now_s, const char *const *names,
                                 size_t count, bool *removed, struct flow_err *err);

#endif
