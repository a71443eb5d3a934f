#include "store/local.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/local_change.h"
#include "text/names.h"

struct local {
    struct flow_store store;
    struct flow_vault *vault;
    const struct flow_clock *clock;
};

static const struct local *local_of(const struct flow_store *store)
{
    return (const struct local *)store;
}

/* A record that is not there yet is an empty one. */
static enum flow_code load(const struct flow_store *store, const char *name,
                           struct flow_record *record, struct flow_err *err)
{
    enum flow_code code = flow_vault_load(local_of(store)->vault, name, record, err);

    return code == FLOW_E_NOT_FOUND ? FLOW_OK : code;
}

static enum flow_code give(struct flow_params *params, const struct flow_param *param,
                           bool with_value, struct flow_err *err)
{
    struct flow_param copy = *param;

    if (!with_value)
        copy.value = (struct flow_bytes){NULL, 0};
    return flow_params_add(params, &copy, NULL, err);
}

/* --- fetch ------------------------------------------------------------------- */

static enum flow_code give_prefix(const struct flow_params *live, const struct flow_fetch *what,
                                  struct flow_params *params, struct flow_err *err)
{
    for (size_t i = 0; i < live->count; i++)
        if (flow_name_is_under(live->list[i].name, what->prefix) &&
            give(params, &live->list[i], !what->without_values, err))
            return err->code;
    return FLOW_OK;
}

/* Known names that a walk has not given already. */
static enum flow_code give_known(const struct flow_params *live, const struct flow_fetch *what,
                                 struct flow_params *params, struct flow_err *err)
{
    for (size_t i = 0; i < what->known_count; i++) {
        const struct flow_param *param = flow_local_find(live, what->known[i]);

        if (param != NULL && (what->known_only || !flow_name_is_under(param->name, what->prefix)) &&
            give(params, param, !what->without_values, err))
            return err->code;
    }
    return FLOW_OK;
}

static enum flow_code local_fetch(struct flow_store *store, const struct flow_fetch *what,
                                  struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    const struct flow_params *live;

    if (load(store, FLOW_LOCAL_RECORD, &record, err))
        return err->code;
    live = flow_local_params(&record, FLOW_LOCAL_GROUP);
    if (!what->known_only && give_prefix(live, what, params, err))
        return err->code;
    return give_known(live, what, params, err);
}

/* --- get and history -------------------------------------------------------------- */

/* False: the selector is no version. */
static bool parse_version(const char *selector, uint64_t *ret_version)
{
    *ret_version = 0;
    if (*selector == '\0' || strlen(selector) > 19)
        return false;
    for (; *selector != '\0'; selector++) {
        if (*selector < '0' || *selector > '9')
            return false;
        *ret_version = *ret_version * 10 + (uint64_t)(*selector - '0');
    }
    return true;
}

static const struct flow_param *find_version(const struct flow_params *params, const char *name,
                                             uint64_t version)
{
    const struct flow_param *param = flow_local_find(params, name);
    size_t count = param != NULL ? flow_local_versions(params, param) : 0;

    for (size_t i = 0; i < count; i++)
        if (param[i].version == version)
            return &param[i];
    return NULL;
}

static enum flow_code get_version(const struct flow_store *store, const struct flow_record *record,
                                  const char *name, const char *selector,
                                  struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record history = {0};
    const struct flow_param *found;
    uint64_t version;

    if (!parse_version(selector, &version))
        return flow_err_set(err, FLOW_E_NOT_FOUND,
                            "'%s' has no label '%s': the local store keeps versions, not labels",
                            name, selector);
    found = find_version(flow_local_params(record, FLOW_LOCAL_GROUP), name, version);
    if (found == NULL)
        found = find_version(flow_local_params(record, FLOW_LOCAL_REMOVED), name, version);
    if (found == NULL && load(store, FLOW_LOCAL_HISTORY, &history, err))
        return err->code;
    if (found == NULL)
        found = find_version(flow_local_params(&history, FLOW_LOCAL_GROUP), name, version);
    if (found != NULL)
        return give(params, found, true, err);
    (void)flow_err_set(err, FLOW_E_NOT_FOUND, "the local store has no version %" PRIu64 " of '%s'",
                       version, name);
    return flow_err_hint(err, "`flowenv history` lists those there are");
}

static enum flow_code not_found(const struct flow_record *record, const char *name,
                                struct flow_err *err)
{
    const struct flow_param *removed =
        flow_local_find(flow_local_params(record, FLOW_LOCAL_REMOVED), name);

    (void)flow_err_set(err, FLOW_E_NOT_FOUND, "the local store has no parameter '%s'", name);
    if (removed != NULL)
        (void)flow_err_hint(err, "it was removed; `flowenv get %s:%" PRIu64 "` still has it", name,
                            removed->version);
    return err->code;
}

static enum flow_code local_get(struct flow_store *store, const char *name, const char *selector,
                                struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    const struct flow_param *newest;

    if (load(store, FLOW_LOCAL_RECORD, &record, err))
        return err->code;
    if (selector != NULL)
        return get_version(store, &record, name, selector, params, err);
    newest = flow_local_find(flow_local_params(&record, FLOW_LOCAL_GROUP), name);
    return newest != NULL ? give(params, newest, true, err) : not_found(&record, name, err);
}

static enum flow_code give_versions(const struct flow_params *from, const char *name,
                                    bool with_values, struct flow_params *params,
                                    struct flow_err *err)
{
    const struct flow_param *param = flow_local_find(from, name);
    size_t count = param != NULL ? flow_local_versions(from, param) : 0;

    for (size_t i = 0; i < count; i++)
        if (give(params, &param[i], with_values, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code local_history(struct flow_store *store, const char *name, bool with_values,
                                    struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0}, history = {0};
    size_t before = params->count;

    if (load(store, FLOW_LOCAL_RECORD, &record, err) ||
        load(store, FLOW_LOCAL_HISTORY, &history, err) ||
        give_versions(flow_local_params(&history, FLOW_LOCAL_GROUP), name, with_values, params,
                      err) ||
        give_versions(flow_local_params(&record, FLOW_LOCAL_REMOVED), name, with_values, params,
                      err) ||
        give_versions(flow_local_params(&record, FLOW_LOCAL_GROUP), name, with_values, params, err))
        return err->code;
    return params->count > before ? FLOW_OK : not_found(&record, name, err);
}

/* --- the store ----------------------------------------------------------------------- */

static enum flow_code local_put(struct flow_store *store, const struct flow_put *put,
                                uint64_t *ret_version, struct flow_err *err)
{
    const struct local *local = local_of(store);

    return flow_local_put(local->vault, flow_clock_wall_s(local->clock), put, ret_version, err);
}

static enum flow_code local_remove(struct flow_store *store, const char *const *names, size_t count,
                                   bool *removed, struct flow_err *err)
{
    const struct local *local = local_of(store);

    return flow_local_remove(local->vault, flow_clock_wall_s(local->clock), names, count, removed,
                             err);
}

static void local_free(struct flow_store *store)
{
    free(store);
}

static const struct flow_store_class local_class = {
    .name = "local",
    .can = FLOW_CAN_FETCH | FLOW_CAN_GET | FLOW_CAN_PUT | FLOW_CAN_REMOVE | FLOW_CAN_HISTORY,
    .fetch = local_fetch,
    .get = local_get,
    .put = local_put,
    .remove = local_remove,
    .history = local_history,
    .free = local_free,
};

enum flow_code flow_local_open(struct flow_vault *vault, const struct flow_clock *clock,
                               struct flow_store **ret_store, struct flow_err *err)
{
    struct local *local = malloc(sizeof *local);

    if (local == NULL)
        return flow_err_nomem(err);
    *local = (struct local){.store.class = &local_class, .vault = vault, .clock = clock};
    *ret_store = &local->store;
    return FLOW_OK;
}
