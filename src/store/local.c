#include "store/local.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char current_record[] = "local";
static const char history_record[] = "local.history";
static const char live_group[] = "local";
static const char removed_group[] = "removed";

struct local_store {
    struct flow_store store;
    struct flow_vault *vault;
    const struct flow_clock *clock;
};

/* --- reading ------------------------------------------------------------------------------ */

/* A record that was never written is an empty one. */
static enum flow_code load(struct local_store *local, const char *name, struct flow_record *record,
                           struct flow_err *err)
{
    flow_record_init(record);
    if (flow_vault_load(local->vault, name, record, err) && err->code != FLOW_E_NOT_FOUND)
        return err->code;
    return FLOW_OK;
}

static const struct flow_params *params_of(const struct flow_record *record, const char *group)
{
    static const struct flow_params none;
    const struct flow_group *found = flow_record_find(record, group);

    return found != NULL ? &found->params : &none;
}

static bool lies_under(const char *prefix, const char *name)
{
    size_t len = strlen(prefix);

    if (strcmp(prefix, "/") == 0)
        return true;
    return strncmp(prefix, name, len) == 0 && name[len] == '/';
}

static enum flow_code local_fetch(struct flow_store *store, const struct flow_fetch *what,
                                  struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};
    const struct flow_params *live;
    size_t i;

    if (load((struct local_store *)store, current_record, &record, err))
        return err->code;
    live = params_of(&record, live_group);
    for (i = 0; i < live->count; i++) {
        struct flow_param param = live->list[i];

        if (!lies_under(what->prefix, param.name))
            continue;
        if (what->without_values)
            param.value = (struct flow_bytes){0};
        if (flow_params_add(params, &param, NULL, err))
            return err->code;
    }
    return FLOW_OK;
}

static bool parse_version(const char *selector, uint64_t *ret_version)
{
    char *end;

    if (selector[0] < '0' || selector[0] > '9')
        return false;
    *ret_version = strtoull(selector, &end, 10);
    return *end == '\0';
}

static const struct flow_param *find_version(const struct flow_params *params, const char *name,
                                             uint64_t version)
{
    const struct flow_param *param = flow_params_find(params, name);

    for (; param != NULL && param < params->list + params->count; param++)
        if (strcmp(param->name, name) != 0)
            return NULL;
        else if (param->version == version)
            return param;
    return NULL;
}

static enum flow_code get_version(struct local_store *local, const struct flow_record *current,
                                  const char *name, const char *selector,
                                  struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record history = {0};
    const struct flow_param *found;
    uint64_t version;

    if (!parse_version(selector, &version))
        return flow_err_set(err, FLOW_E_NOT_FOUND,
                            "%s has no label %s: the local store keeps versions, not labels", name,
                            selector);
    found = find_version(params_of(current, live_group), name, version);
    if (found == NULL)
        found = find_version(params_of(current, removed_group), name, version);
    if (found == NULL && load(local, history_record, &history, err))
        return err->code;
    if (found == NULL)
        found = find_version(params_of(&history, live_group), name, version);
    if (found == NULL)
        return flow_err_set(err, FLOW_E_NOT_FOUND,
                            "%s has no version %" PRIu64 " in the local store; `flowenv history` "
                            "lists what there is",
                            name, version);
    return flow_params_add(params, found, NULL, err);
}

static enum flow_code local_get(struct flow_store *store, const char *name, const char *selector,
                                struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};
    const struct flow_param *param;

    if (load((struct local_store *)store, current_record, &record, err))
        return err->code;
    if (selector != NULL)
        return get_version((struct local_store *)store, &record, name, selector, params, err);
    param = flow_params_find(params_of(&record, live_group), name);
    if (param != NULL)
        return flow_params_add(params, param, NULL, err);
    (void)flow_err_set(err, FLOW_E_NOT_FOUND, "no parameter %s in the local store", name);
    param = flow_params_find(params_of(&record, removed_group), name);
    if (param != NULL)
        flow_err_hint(err, "it was removed: `flowenv get %s:%" PRIu64 "` still has it", name,
                      param->version);
    return err->code;
}

static enum flow_code local_history(struct flow_store *store, const char *name, bool with_values,
                                    struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_record_done) struct flow_record current = {0}, history = {0};
    const struct flow_params *places[3];
    size_t i, before = params->count;

    if (load((struct local_store *)store, current_record, &current, err) ||
        load((struct local_store *)store, history_record, &history, err))
        return err->code;
    places[0] = params_of(&history, live_group);
    places[1] = params_of(&current, removed_group);
    places[2] = params_of(&current, live_group);
    for (i = 0; i < FLOW_COUNT(places); i++) {
        const struct flow_param *param = flow_params_find(places[i], name);

        for (; param != NULL && param < places[i]->list + places[i]->count &&
               strcmp(param->name, name) == 0;
             param++) {
            struct flow_param copy = *param;

            if (!with_values)
                copy.value = (struct flow_bytes){0};
            if (flow_params_add(params, &copy, NULL, err))
                return err->code;
        }
    }
    if (params->count == before)
        return flow_err_set(err, FLOW_E_NOT_FOUND, "no parameter %s in the local store", name);
    return FLOW_OK;
}

/* --- writing -------------------------------------------------------------------------------- */

/* One put or removal on its way through the two records; apply functions may run again. */
struct writing {
    struct local_store *local;
    const struct flow_put *put; /* NULL: a removal */
    const char *const *names;
    size_t count;
    bool *removed;
    uint64_t version;        /* that the put made */
    struct flow_params past; /* versions that go to the history */
    bool starts_anew;        /* no earlier version is known: an old history is not its own */
};

static enum flow_code past_reset(struct writing *writing, struct flow_err *err)
{
    flow_params_done(&writing->past);
    return flow_params_init(&writing->past, err);
}

/* What was removed more than 30 days ago goes for good. */
static void forget_old(struct flow_params *removed, int64_t now_s)
{
    size_t i = 0;

    while (i < removed->count)
        if (removed->list[i].modified_s < now_s - FLOW_LOCAL_REMOVED_S)
            flow_params_remove(removed, &removed->list[i]);
        else
            i++;
}

/* The two groups of the record of what is. Adding the second may move the first, so both are made
 * before. */
static enum flow_code both_groups(struct flow_record *record, struct flow_group **live,
                                  struct flow_group **removed, struct flow_err *err)
{
    if (flow_record_group(record, live_group, live, err) ||
        flow_record_group(record, removed_group, removed, err))
        return err->code;
    *live = flow_record_find(record, live_group);
    return FLOW_OK;
}

static enum flow_code check_planned(const struct flow_put *put, const struct flow_param *current,
                                    struct flow_err *err)
{
    if (put->replaces == 0 && current != NULL)
        return flow_err_set(err, FLOW_E_EXISTS, "%s is there already, version %" PRIu64, put->name,
                            current->version);
    if (put->replaces != 0 && (current == NULL || current->version != put->replaces))
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "%s changed in this moment: planned on version %" PRIu64
                            ", now %" PRIu64 "; nothing was written",
                            put->name, put->replaces, current != NULL ? current->version : 0);
    return FLOW_OK;
}

/* Takes the parameter's last version out of params and into the past. */
static enum flow_code move_to_past(struct writing *writing, struct flow_params *params,
                                   struct flow_param *param, struct flow_err *err)
{
    if (flow_params_add(&writing->past, param, NULL, err))
        return err->code;
    flow_params_remove(params, param);
    return FLOW_OK;
}

static enum flow_code apply_put(void *context, struct flow_record *record, struct flow_err *err)
{
    struct writing *writing = context;
    const struct flow_put *put = writing->put;
    int64_t now_s = flow_clock_wall_s(writing->local->clock);
    struct flow_param made = {
        .name = put->name, .value = put->value, .type = put->type, .modified_s = now_s};
    struct flow_group *live = NULL, *removed = NULL;
    struct flow_param *current, *gone;

    if (past_reset(writing, err) || both_groups(record, &live, &removed, err))
        return err->code;
    forget_old(&removed->params, now_s);
    current = flow_params_find(&live->params, put->name);
    if (check_planned(put, current, err))
        return err->code;
    gone = flow_params_find(&removed->params, put->name);
    made.version = (current != NULL ? current->version : gone != NULL ? gone->version : 0) + 1;
    made.key_id = put->key_id;
    writing->version = made.version;
    writing->starts_anew = current == NULL && gone == NULL;
    if ((current != NULL && move_to_past(writing, &live->params, current, err)) ||
        (gone != NULL && move_to_past(writing, &removed->params, gone, err)) ||
        flow_params_add(&live->params, &made, NULL, err))
        return err->code;
    flow_params_sort(&live->params);
    return FLOW_OK;
}

static enum flow_code apply_remove(void *context, struct flow_record *record, struct flow_err *err)
{
    struct writing *writing = context;
    int64_t now_s = flow_clock_wall_s(writing->local->clock);
    struct flow_group *live = NULL, *removed = NULL;
    size_t i;

    if (both_groups(record, &live, &removed, err))
        return err->code;
    forget_old(&removed->params, now_s);
    for (i = 0; i < writing->count; i++) {
        struct flow_param *param = flow_params_find(&live->params, writing->names[i]);
        struct flow_param kept;

        writing->removed[i] = param != NULL;
        if (param == NULL)
            continue;
        kept = *param;
        kept.modified_s = now_s;
        if (flow_params_add(&removed->params, &kept, NULL, err))
            return err->code;
        flow_params_remove(&live->params, param);
    }
    flow_params_sort(&removed->params);
    return FLOW_OK;
}

static void drop_versions(struct flow_params *params, const char *name, size_t keep)
{
    struct flow_param *first = flow_params_find(params, name);
    size_t at, count = 0;

    if (first == NULL)
        return;
    at = (size_t)(first - params->list);
    while (at + count < params->count && strcmp(params->list[at + count].name, name) == 0)
        count++;
    for (; count > keep; count--)
        flow_params_remove(params, &params->list[at]);
}

static enum flow_code apply_history(void *context, struct flow_record *record, struct flow_err *err)
{
    struct writing *writing = context;
    struct flow_group *group = NULL;
    size_t i;

    if (flow_record_group(record, live_group, &group, err))
        return err->code;
    if (writing->starts_anew)
        drop_versions(&group->params, writing->put->name, 0);
    for (i = 0; i < writing->past.count; i++)
        if (flow_params_add(&group->params, &writing->past.list[i], NULL, err))
            return err->code;
    flow_params_sort(&group->params);
    drop_versions(&group->params, writing->put->name, FLOW_LOCAL_VERSIONS - 1);
    return FLOW_OK;
}

static enum flow_code local_put(struct flow_store *store, const struct flow_put *put,
                                uint64_t *ret_version, struct flow_err *err)
{
    struct local_store *local = (struct local_store *)store;
    struct writing writing = {.local = local, .put = put};
    const struct flow_vault_change changes[] = {{current_record, apply_put, &writing},
                                                {history_record, apply_history, &writing}};
    enum flow_code code;

    if (put->value.len > FLOW_VALUE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "%s: %zu bytes are more than the %d that fit",
                            put->name, put->value.len, FLOW_VALUE_MAX);
    code = flow_vault_update(local->vault, changes, FLOW_COUNT(changes), err);
    flow_params_done(&writing.past);
    if (code == FLOW_OK)
        *ret_version = writing.version;
    return code;
}

static enum flow_code local_remove(struct flow_store *store, const char *const *names, size_t count,
                                   bool *removed, struct flow_err *err)
{
    struct local_store *local = (struct local_store *)store;
    struct writing writing = {.local = local, .names = names, .count = count, .removed = removed};
    const struct flow_vault_change change = {current_record, apply_remove, &writing};

    return flow_vault_update(local->vault, &change, 1, err);
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
    .free = local_free};

enum flow_code flow_local_open(struct flow_vault *vault, const struct flow_clock *clock,
                               struct flow_store **ret_store, struct flow_err *err)
{
    struct local_store *local = calloc(1, sizeof *local);

    if (local == NULL)
        return flow_err_nomem(err);
    local->store.class = &local_class;
    local->vault = vault;
    local->clock = clock;
    *ret_store = &local->store;
    return FLOW_OK;
}
