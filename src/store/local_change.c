#include "store/local_change.h"

#include <inttypes.h>
#include <string.h>

#include "text/names.h"

enum {
    HISTORY_BYTES = FLOW_RECORD_MAX - FLOW_RECORD_MAX / 8, /* of all older versions */
    ENTRY_BYTES = 48 /* that an entry takes beside its texts, at most */
};

/* --- looking ----------------------------------------------------------------- */

struct flow_params *flow_local_params(const struct flow_record *record, const char *group)
{
    static struct flow_params none;
    struct flow_group *found = flow_record_find(record, group);

    return found != NULL ? &found->params : &none;
}

/* "/x" and "x" are one parameter (CONTRACTS 1.3): the other spelling, or NULL. */
static const char *other_spelling(const char *name, char other[FLOW_RECORD_TEXT_MAX + 1])
{
    if (name[0] == '/')
        return strchr(name + 1, '/') == NULL ? name + 1 : NULL;
    if (strlen(name) >= FLOW_RECORD_TEXT_MAX)
        return NULL;
    other[0] = '/';
    memcpy(other + 1, name, strlen(name) + 1);
    return other;
}

struct flow_param *flow_local_find(const struct flow_params *params, const char *name)
{
    char spelling[FLOW_RECORD_TEXT_MAX + 1];
    struct flow_param *param = flow_params_find(params, name);
    const char *other = param == NULL ? other_spelling(name, spelling) : NULL;

    return other != NULL ? flow_params_find(params, other) : param;
}

size_t flow_local_versions(const struct flow_params *params, const struct flow_param *param)
{
    size_t left = params->count - (size_t)(param - params->list), count = 1;

    while (count < left && strcmp(param[count].name, param->name) == 0)
        count++;
    return count;
}

/* --- what both have in common ------------------------------------------------------- */

/* One change on its way through the two records. */
struct change {
    int64_t now_s;
    const struct flow_put *put; /* NULL: a removal */
    const char *const *names;
    size_t count;
    bool *removed;
    uint64_t version;             /* that the put gave */
    struct flow_params past;      /* versions that go to the history, and ... */
    struct flow_params forgotten; /* ... names that leave it */
};

static enum flow_code start(struct change *change, struct flow_err *err)
{
    flow_params_done(&change->past);
    flow_params_done(&change->forgotten);
    return flow_params_init(&change->past, err) ? err->code
                                                : flow_params_init(&change->forgotten, err);
}

/* What was removed more than 30 days ago goes for good, and its history with it. */
static enum flow_code forget_old(struct change *change, struct flow_params *removed,
                                 struct flow_err *err)
{
    for (size_t i = removed->count; i-- > 0;) {
        const struct flow_param name = {.name = removed->list[i].name};

        if (removed->list[i].modified_s >= change->now_s - FLOW_LOCAL_REMOVED_S)
            continue;
        if (flow_params_add(&change->forgotten, &name, NULL, err))
            return err->code;
        flow_params_remove(removed, &removed->list[i]);
    }
    return FLOW_OK;
}

static void drop_if_empty(struct flow_record *record, const char *group)
{
    if (flow_local_params(record, group)->count == 0)
        flow_record_drop(record, group);
}

/* --- the history ------------------------------------------------------------------------ */

static size_t size_of(const struct flow_param *param)
{
    return ENTRY_BYTES + strlen(param->name) + param->value.len + param->extra.len +
           (param->key_id != NULL ? strlen(param->key_id) : 0) +
           (param->who != NULL ? strlen(param->who) : 0);
}

/* Returns how many bytes went. */
static size_t drop_oldest(struct flow_params *params)
{
    struct flow_param *oldest = params->list;
    size_t bytes;

    for (size_t i = 1; i < params->count; i++)
        if (params->list[i].modified_s < oldest->modified_s)
            oldest = &params->list[i];
    bytes = size_of(oldest);
    flow_params_remove(params, oldest);
    return bytes;
}

/* All but the newest `keep` versions of that name. */
static void drop_versions(struct flow_params *params, const char *name, size_t keep)
{
    struct flow_param *oldest = flow_local_find(params, name);
    size_t count = oldest != NULL ? flow_local_versions(params, oldest) : 0;

    for (; count > keep; count--)
        flow_params_remove(params, oldest);
}

static enum flow_code apply_history(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct change *change = context;
    struct flow_group *group;
    size_t bytes = 0;

    if (flow_record_group(record, FLOW_LOCAL_GROUP, &group, err))
        return err->code;
    for (size_t i = 0; i < change->forgotten.count; i++)
        drop_versions(&group->params, change->forgotten.list[i].name, 0);
    for (size_t i = 0; i < change->past.count; i++)
        if (flow_params_add(&group->params, &change->past.list[i], NULL, err))
            return err->code;
    flow_params_sort(&group->params);
    for (size_t i = 0; i < change->past.count; i++)
        drop_versions(&group->params, change->past.list[i].name, FLOW_LOCAL_VERSIONS - 1);
    for (size_t i = 0; i < group->params.count; i++)
        bytes += size_of(&group->params.list[i]);
    while (bytes > HISTORY_BYTES)
        bytes -= drop_oldest(&group->params);
    drop_if_empty(record, FLOW_LOCAL_GROUP);
    return FLOW_OK;
}

static enum flow_code commit(struct flow_vault *vault, struct change *change,
                             enum flow_code (*apply)(void *context, struct flow_record *record,
                                                     struct flow_err *err),
                             struct flow_err *err)
{
    const struct flow_vault_change changes[] = {
        {.name = FLOW_LOCAL_RECORD, .apply = apply, .context = change},
        {.name = FLOW_LOCAL_HISTORY, .apply = apply_history, .context = change}};
    enum flow_code code = flow_vault_update(vault, changes, FLOW_COUNT(changes), err);

    flow_params_done(&change->past);
    flow_params_done(&change->forgotten);
    if (code == FLOW_E_LIMIT)
        (void)flow_err_hint(err, "nothing was changed; what was removed from the local store "
                                 "takes room in it for 30 days more");
    return code;
}

/* --- put ------------------------------------------------------------------------------------ */

/* Whether the plan still holds: nobody wrote, made or removed it since. */
static enum flow_code check_plan(const struct flow_put *put, const struct flow_param *live,
                                 struct flow_err *err)
{
    if (live != NULL && put->replaces == 0)
        return flow_err_set(err, FLOW_E_EXISTS, "'%s' is there already, at version %" PRIu64,
                            put->name, live->version);
    if (live == NULL && put->replaces != 0)
        return flow_err_set(
            err, FLOW_E_CONFLICT,
            "'%s' was at version %" PRIu64
            " when it was last read, and is not there any more; nothing was changed",
            put->name, put->replaces);
    if (live != NULL && live->version != put->replaces)
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "'%s' is at version %" PRIu64 ", not at %" PRIu64
                            " as when it was last read; nothing was changed",
                            put->name, live->version, put->replaces);
    if (live != NULL && live->type != put->type)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "'%s' is a %s and stays one; remove it first to make it a %s",
                            put->name, flow_type_name(live->type), flow_type_name(put->type));
    return FLOW_OK;
}

/* Puts param in the place of *live, which goes to the past; the set stays sorted. */
static enum flow_code replace(struct change *change, struct flow_params *params,
                              struct flow_param *live, struct flow_param *param,
                              struct flow_err *err)
{
    size_t at = (size_t)(live - params->list);

    param->name = live->name;
    if (flow_params_add(&change->past, live, NULL, err) ||
        flow_params_add(params, param, NULL, err))
        return err->code;
    params->list[at] = params->list[--params->count];
    return FLOW_OK;
}

/* Adds one that is new, or was removed and goes on counting. */
static enum flow_code add(struct change *change, struct flow_params *params,
                          struct flow_params *removed, struct flow_param *param,
                          struct flow_err *err)
{
    struct flow_param *gone = flow_local_find(removed, param->name);

    if (gone != NULL) {
        param->version = gone->version + 1;
        param->name = gone->name;
        if (flow_params_add(&change->past, gone, NULL, err))
            return err->code;
        flow_params_remove(removed, gone);
    }
    if (flow_params_add(params, param, NULL, err))
        return err->code;
    flow_params_sort(params);
    return FLOW_OK;
}

static enum flow_code apply_put(void *context, struct flow_record *record, struct flow_err *err)
{
    struct change *change = context;
    const struct flow_put *put = change->put;
    struct flow_param param = {.name = put->name,
                               .value = put->value,
                               .type = put->type,
                               .version = put->replaces + 1,
                               .key_id = put->key_id,
                               .modified_s = change->now_s};
    struct flow_params *removed = flow_local_params(record, FLOW_LOCAL_REMOVED);
    struct flow_group *group;
    struct flow_param *live;

    if (start(change, err) || forget_old(change, removed, err))
        return err->code;
    drop_if_empty(record, FLOW_LOCAL_REMOVED);
    if (flow_record_group(record, FLOW_LOCAL_GROUP, &group, err))
        return err->code;
    removed = flow_local_params(record, FLOW_LOCAL_REMOVED);
    live = flow_local_find(&group->params, put->name);
    if (check_plan(put, live, err) ||
        (live != NULL ? replace(change, &group->params, live, &param, err)
                      : add(change, &group->params, removed, &param, err)))
        return err->code;
    change->version = param.version;
    drop_if_empty(record, FLOW_LOCAL_REMOVED);
    return FLOW_OK;
}

enum flow_code flow_local_put(struct flow_vault *vault, int64_t now_s, const struct flow_put *put,
                              uint64_t *ret_version, struct flow_err *err)
{
    struct change change = {.now_s = now_s, .put = put};

    if (flow_name_check_param(put->name, err))
        return err->code;
    if (put->value.len > FLOW_VALUE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT,
                            "the value of '%s' has %zu bytes; the local store takes %d", put->name,
                            put->value.len, FLOW_VALUE_MAX);
    if (commit(vault, &change, apply_put, err))
        return err->code;
    *ret_version = change.version;
    return FLOW_OK;
}

/* --- remove ----------------------------------------------------------------------------------- */

static enum flow_code apply_remove(void *context, struct flow_record *record, struct flow_err *err)
{
    struct change *change = context;
    struct flow_params *live, *removed;
    struct flow_group *group;

    if (start(change, err) || flow_record_group(record, FLOW_LOCAL_REMOVED, &group, err))
        return err->code;
    live = flow_local_params(record, FLOW_LOCAL_GROUP);
    removed = &group->params;
    if (forget_old(change, removed, err))
        return err->code;
    for (size_t i = 0; i < change->count; i++) {
        struct flow_param *param = flow_local_find(live, change->names[i]);

        change->removed[i] = param != NULL;
        if (param == NULL)
            continue;
        param->modified_s = change->now_s;
        if (flow_params_add(removed, param, NULL, err))
            return err->code;
        flow_params_remove(live, param);
    }
    flow_params_sort(removed);
    drop_if_empty(record, FLOW_LOCAL_REMOVED);
    drop_if_empty(record, FLOW_LOCAL_GROUP);
    return FLOW_OK;
}

enum flow_code flow_local_remove(struct flow_vault *vault, int64_t now_s, const char *const *names,
                                 size_t count, bool *removed, struct flow_err *err)
{
    struct change change = {.now_s = now_s, .names = names, .count = count, .removed = removed};

    return commit(vault, &change, apply_remove, err);
}
