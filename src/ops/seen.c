#include "ops/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "ops/cache.h"
#include "text/names.h"

static const char index_record[] = "index";

/* True for a group of that identity whose prefix covers the name. */
static bool group_covers(const struct flow_group *group, const char *identity, const char *name)
{
    size_t len = strlen(identity);

    return strncmp(group->source, identity, len) == 0 &&
           flow_name_is_under(name, group->source + len);
}

struct note {
    const char *identity; /* "ssm IDENTITY " */
    const char *name;
    const struct flow_param *param; /* NULL: removed */
    int64_t now_s;
    const char *index_source;
};

static enum flow_code note_in_group(const struct note *note, struct flow_group *group,
                                    const struct flow_param *param, struct flow_err *err)
{
    struct flow_param *old;

    flow_params_sort(&group->params);
    old = flow_params_find(&group->params, note->name);
    if (old != NULL)
        flow_params_remove(&group->params, old);
    if (param == NULL)
        return FLOW_OK;
    if (flow_params_add(&group->params, param, NULL, err))
        return err->code;
    flow_params_sort(&group->params);
    return FLOW_OK;
}

static enum flow_code apply_note(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct note *note = context;
    size_t i;

    for (i = 0; i < record->count; i++)
        if (group_covers(&record->groups[i], note->identity, note->name) &&
            note_in_group(note, &record->groups[i], note->param, err))
            return err->code;
    return FLOW_OK;
}

/* The index remembers versions and when they were seen, never values. */
static enum flow_code apply_index(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct note *note = context;
    struct flow_param seen = {.name = note->name, .modified_s = note->now_s};
    struct flow_group *group = NULL;

    if (flow_record_group(record, note->index_source, &group, err))
        return err->code;
    if (note->param != NULL) {
        seen.version = note->param->version;
        seen.type = note->param->type;
    }
    return note_in_group(note, group, note->param != NULL ? &seen : NULL, err);
}

/* What the vault knows of one parameter: the changes that note it, and its newest version seen. */
struct covering {
    struct flow_vault_change *changes; /* their names are copies */
    size_t count, cap;
    uint64_t version; /* 0: never seen */
    int64_t seen_s;
};

static void covering_done(struct covering *found)
{
    size_t i;

    for (i = 0; i < found->count; i++)
        free((char *)(uintptr_t)found->changes[i].name);
    free(found->changes);
}

static enum flow_code add_change(struct covering *found, const char *record,
                                 enum flow_code (*apply)(void *, struct flow_record *,
                                                         struct flow_err *),
                                 struct note *note, struct flow_err *err)
{
    char *name = strdup(record);

    if (name == NULL || FLOW_LIST_GROW(found->changes, found->count, found->cap)) {
        free(name);
        return flow_err_nomem(err);
    }
    found->changes[found->count++] = (struct flow_vault_change){name, apply, note};
    return FLOW_OK;
}

/* Looks for the parameter in one record; true if a snapshot there covers its name. */
static bool look_in_record(struct covering *found, const struct note *note,
                           const struct flow_record *record)
{
    bool covers = false;
    size_t i;

    for (i = 0; i < record->count; i++) {
        const struct flow_group *group = &record->groups[i];
        bool is_index = strcmp(group->source, note->index_source) == 0;
        const struct flow_param *param;
        int64_t then_s;

        if (!is_index && !group_covers(group, note->identity, note->name))
            continue;
        covers = covers || !is_index;
        param = flow_params_find(&group->params, note->name);
        if (param == NULL)
            continue;
        then_s = is_index ? param->modified_s : group->fetched_s;
        if (then_s >= found->seen_s) {
            found->version = param->version;
            found->seen_s = then_s;
        }
    }
    return covers;
}

static enum flow_code find_covering(struct flow_vault *vault, struct note *note,
                                    struct covering *found, struct flow_err *err)
{
    const char *const *names = NULL;
    size_t count = 0, i;

    if (flow_vault_names(vault, &names, &count, err))
        return err->code;
    for (i = 0; i < count; i++) {
        FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};

        if (flow_cache_load(vault, names[i], &record, err))
            return err->code;
        if (look_in_record(found, note, &record) &&
            add_change(found, names[i], apply_note, note, err))
            return err->code;
    }
    return FLOW_OK;
}

/* Fills in what both sides of the index need: whose parameters these are. */
static enum flow_code note_begin(struct flow_session *session, const struct flow_stage *stage,
                                 struct note *note, struct flow_str *identity,
                                 struct flow_str *index_source, struct flow_err *err)
{
    if (flow_cache_source(session, FLOW_SOURCE_SSM, stage, "", identity, err) ||
        flow_cache_source(session, FLOW_SOURCE_SSM, stage, index_record, index_source, err))
        return err->code;
    note->identity = identity->text;
    note->index_source = index_source->text;
    note->now_s = flow_clock_wall_s(flow_session_world(session)->clock);
    return FLOW_OK;
}

enum flow_code flow_seen_version(struct flow_session *session, const struct flow_stage *stage,
                                 const char *name, uint64_t *ret_version, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str identity = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str index = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(covering_done) struct covering found = {0};
    struct note note = {.name = name};
    struct flow_vault *vault = NULL;

    *ret_version = 0;
    if (note_begin(session, stage, &note, &identity, &index, err) ||
        flow_cache_vault(session, &vault, err))
        return err->code;
    if (vault != NULL && find_covering(vault, &note, &found, err))
        return err->code;
    *ret_version = found.version;
    return FLOW_OK;
}

enum flow_code flow_seen_note(struct flow_session *session, const struct flow_stage *stage,
                              const char *name, const struct flow_param *param,
                              struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str identity = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str index = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(covering_done) struct covering found = {0};
    struct note note = {.name = name, .param = param};
    struct flow_vault *vault = NULL;

    if (flow_session_options(session)->no_cache)
        return FLOW_OK;
    if (note_begin(session, stage, &note, &identity, &index, err) ||
        flow_session_vault(session, true, &vault, err) ||
        find_covering(vault, &note, &found, err) ||
        add_change(&found, index_record, apply_index, &note, err))
        return err->code;
    return flow_vault_update(vault, found.changes, found.count, err);
}
