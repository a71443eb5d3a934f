#include "ops/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "ops/cache.h"
#include "ops/room.h"
#include "text/names.h"

enum { FUTURE_TOLERATED_S = 300 };

/* --- ages ---------------------------------------------------------------------------- */

/*
 * Seconds since the group was fetched: the larger of what the wall clock and
 * the boot clock say, as a wall clock may have been set back since. A time that
 * lies ahead is no age at all.
 */
static int64_t age_since(const struct flow_clock *clock, int64_t then_s, int64_t booted_s)
{
    int64_t wall_s = flow_clock_wall_s(clock) - then_s;
    int64_t boot_s = flow_clock_steady_ms(clock) / 1000 - booted_s;

    if (then_s == 0 || wall_s < -FUTURE_TOLERATED_S)
        return INT64_MAX;
    return wall_s > boot_s || booted_s == 0 ? (wall_s > 0 ? wall_s : 0) : boot_s;
}

static int64_t group_age(const struct flow_session *session, const struct flow_group *group)
{
    return age_since(flow_session_world(session)->clock, group->fetched_s, group->booted_s);
}

/* --- reading ------------------------------------------------------------------------------ */

static void take_group(struct flow_session *session, struct flow_group *group,
                       struct flow_snapshot *snapshot)
{
    snapshot->params = group->params;
    group->params = (struct flow_params){0};
    snapshot->fetched_s = group->fetched_s;
    snapshot->stale = group_age(session, group) >= flow_session_settings(session)->max_age_s;
    snapshot->from_vault = true;
}

void flow_snapshot_done(struct flow_snapshot *snapshot)
{
    flow_params_done(&snapshot->params);
}

static bool may_serve(const struct flow_session *session, const struct flow_snapshot_want *want,
                      const struct flow_group *group)
{
    const struct flow_settings *settings = flow_session_settings(session);
    int64_t age_s;

    if (group == NULL || group->fetched_s == 0)
        return false;
    if (want->any_age)
        return true;
    age_s = group_age(session, group);
    switch (flow_session_options(session)->freshness) {
    case FLOW_FRESH_OFFLINE:
        return age_s <= settings->stale_for_s;
    case FLOW_FRESH_REFRESH:
        return false;
    default:
        return !want->always_fresh && (want->stage == NULL || !want->stage->live) &&
               age_s < settings->max_age_s;
    }
}

static void tell_age(const struct flow_session *session, const struct flow_snapshot_want *want,
                     int64_t fetched_s, const char *reason)
{
    char age[FLOW_CLOCK_AGE_MAX];

    flow_clock_age(flow_clock_wall_s(flow_session_world(session)->clock) - fetched_s, age);
    flow_session_notice(session, "%s: serving what was fetched %s ago%s%s",
                        flow_source_name(want->source), age, reason[0] != '\0' ? ": " : "", reason);
}

/* --- fetching ------------------------------------------------------------------------------- */

struct fetch_result {
    const char *source; /* the group's */
    const struct flow_params *params;
    int64_t fetched_s, booted_s, walked_s;
};

static enum flow_code replace_params(struct flow_params *params, const struct flow_params *by,
                                     struct flow_err *err)
{
    size_t i;

    flow_params_done(params);
    if (flow_params_init(params, err))
        return err->code;
    for (i = 0; i < by->count; i++)
        if (flow_params_add(params, &by->list[i], NULL, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code apply_fetch(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct fetch_result *result = context;
    struct flow_group *group = NULL;

    if (flow_record_group(record, result->source, &group, err))
        return err->code;
    if (group->fetched_s > result->fetched_s && group->fetched_s - result->fetched_s < 86400)
        return FLOW_OK; /* somebody fetched later than we did */
    group->fetched_s = result->fetched_s;
    group->booted_s = result->booted_s;
    group->extra = (struct flow_bytes){0}; /* of the old snapshot, in the memory of its params */
    if (result->walked_s != 0)
        group->walked_s = result->walked_s;
    return replace_params(&group->params, result->params, err);
}

/* The service refused: its values may no longer be served; its names still tell what to ask for. */
static enum flow_code apply_drop(void *context, struct flow_record *record, struct flow_err *err)
{
    struct flow_group *group = flow_record_find(record, context);
    size_t i;

    (void)err;
    if (group == NULL)
        return FLOW_OK;
    group->fetched_s = group->booted_s = group->walked_s = 0;
    for (i = 0; i < group->params.count; i++)
        group->params.list[i].value = (struct flow_bytes){0};
    return FLOW_OK;
}

/* A snapshot that can't be kept costs the next command a request, and this one nothing. */
static void commit(struct flow_session *session, const struct flow_vault_change *change)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_vault *vault = NULL;

    if (flow_session_options(session)->no_cache)
        return;
    if (flow_session_vault(session, true, &vault, &err) ||
        flow_room_make(vault, change->name, &err) || flow_vault_update(vault, change, 1, &err))
        flow_session_notice(session, "the snapshot was not kept: %s", err.text);
}

static enum flow_code fetch(struct flow_session *session, const struct flow_snapshot_want *want,
                            const struct flow_group *known, struct flow_snapshot *snapshot,
                            bool *ret_walked, struct flow_err *err)
{
    const struct flow_clock *clock = flow_session_world(session)->clock;
    FLOW_CLEANUP(flow_freep) const char **names = NULL;
    struct flow_fetch what = {.prefix = want->prefix};
    struct flow_store *store = NULL;
    size_t i;

    if (known != NULL && known->params.count > 0) {
        names = calloc(known->params.count, sizeof *names);
        if (names == NULL)
            return flow_err_nomem(err);
        for (i = 0; i < known->params.count; i++)
            names[i] = known->params.list[i].name;
        what.known = names;
        what.known_count = known->params.count;
        what.known_only =
            !want->always_fresh && flow_session_options(session)->freshness == FLOW_FRESH_DEFAULT &&
            age_since(clock, known->walked_s, 0) < flow_session_settings(session)->max_age_s;
    }
    if (flow_session_store(session, want->source, want->stage, false, &store, err) ||
        store->class->fetch(store, &what, &snapshot->params, err))
        return err->code;
    flow_params_sort(&snapshot->params);
    snapshot->fetched_s = flow_clock_wall_s(clock);
    *ret_walked = !what.known_only;
    return FLOW_OK;
}

/* Asks the service, keeps what it said, or decides what its failure means. */
static enum flow_code fetch_anew(struct flow_session *session,
                                 const struct flow_snapshot_want *want, const char *record,
                                 const char *source, struct flow_group *group,
                                 struct flow_snapshot *snapshot, struct flow_err *err)
{
    struct fetch_result result = {.source = source, .params = &snapshot->params};
    FLOW_CLEANUP(flow_freep) char *group_name = strdup(source);
    struct flow_vault_change keep = {record, apply_fetch, &result};
    struct flow_vault_change drop = {record, apply_drop, group_name};
    bool walked = false;

    if (group_name == NULL || flow_params_init(&snapshot->params, err))
        return flow_err_nomem(err);
    if (fetch(session, want, group, snapshot, &walked, err) == FLOW_OK) {
        result.fetched_s = snapshot->fetched_s;
        result.booted_s = flow_clock_steady_ms(flow_session_world(session)->clock) / 1000;
        result.walked_s = walked ? result.fetched_s : 0;
        commit(session, &keep);
        return FLOW_OK;
    }
    flow_params_done(&snapshot->params);
    if (err->code == FLOW_E_DENIED && group != NULL && group->fetched_s != 0)
        commit(session, &drop);
    if (err->code != FLOW_E_UNREACHABLE || group == NULL || group->fetched_s == 0 ||
        want->always_fresh || flow_session_options(session)->freshness == FLOW_FRESH_REFRESH ||
        group_age(session, group) > flow_session_settings(session)->stale_for_s)
        return err->code;
    take_group(session, group, snapshot);
    tell_age(session, want, snapshot->fetched_s, err->text);
    return FLOW_OK;
}

static enum flow_code nothing_to_serve(const struct flow_snapshot_want *want, struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_NOT_FOUND, "%s: no snapshot of %s that may be served%s",
                        flow_source_name(want->source), want->prefix,
                        want->any_age ? "; `flowenv refresh` fetches one"
                                      : " offline; run without --offline");
}

enum flow_code flow_snapshot_get(struct flow_session *session,
                                 const struct flow_snapshot_want *want,
                                 struct flow_snapshot *ret_snapshot, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str source = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};
    struct flow_snapshot snapshot = {0};
    struct flow_vault *vault = NULL;
    struct flow_group *group;

    if (flow_cache_record(session, want->stage, want->prefix, &name, err) ||
        flow_cache_source(session, want->source, want->stage, want->prefix, &source, err) ||
        flow_cache_vault(session, &vault, err) || flow_cache_load(vault, name.text, &record, err))
        return err->code;
    group = flow_record_find(&record, source.text);
    if (may_serve(session, want, group)) {
        take_group(session, group, &snapshot);
        if (snapshot.stale && !want->any_age)
            tell_age(session, want, snapshot.fetched_s, "");
    } else if (want->any_age || flow_session_options(session)->freshness == FLOW_FRESH_OFFLINE) {
        return nothing_to_serve(want, err);
    } else if (fetch_anew(session, want, name.text, source.text, group, &snapshot, err)) {
        return err->code;
    }
    *ret_snapshot = snapshot;
    return FLOW_OK;
}

/* --- one parameter ------------------------------------------------------------------------- */

struct lookup {
    const char *name;
    bool below; /* a path: everything under it */
    struct flow_params *found;
};

static enum flow_code copy_found(const struct lookup *lookup, const struct flow_params *from,
                                 struct flow_err *err)
{
    const struct flow_param *param;
    size_t i, found = 0;

    if (!lookup->below) {
        param = flow_params_find(from, lookup->name);
        if (param != NULL)
            return flow_params_add(lookup->found, param, NULL, err);
    }
    for (i = 0; i < from->count && lookup->below; i++) {
        if (!flow_name_is_under(from->list[i].name, lookup->name))
            continue;
        if (flow_params_add(lookup->found, &from->list[i], NULL, err))
            return err->code;
        found++;
    }
    return found > 0 ? FLOW_OK : FLOW_E_NOT_FOUND;
}

/* Looks into one record for a group that covers the name and may be served. */
static enum flow_code lookup_in(struct flow_session *session, const struct flow_stage *stage,
                                const char *prefix, const struct lookup *lookup,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str record_of = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str source = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};
    struct flow_snapshot_want want = {.source = FLOW_SOURCE_SSM, .stage = stage, .prefix = prefix};
    struct flow_vault *vault = NULL;
    struct flow_group *group;
    enum flow_code code;

    if (flow_cache_record(session, stage, prefix, &record_of, err) ||
        flow_cache_source(session, want.source, stage, prefix, &source, err) ||
        flow_cache_vault(session, &vault, err) ||
        flow_cache_load(vault, record_of.text, &record, err))
        return err->code;
    group = flow_record_find(&record, source.text);
    if (!may_serve(session, &want, group))
        return FLOW_E_NOT_FOUND;
    code = copy_found(lookup, &group->params, err);
    if (code == FLOW_OK && group_age(session, group) >= flow_session_settings(session)->max_age_s)
        tell_age(session, &want, group->fetched_s, "");
    return code;
}

/* The stages whose prefix covers the name, then the name's own parents. */
static enum flow_code lookup_everywhere(struct flow_session *session, const struct lookup *lookup,
                                        struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(session);
    FLOW_CLEANUP(flow_str_done) struct flow_str prefix = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    size_t i, stages = project != NULL ? project->stage_count : 0;
    enum flow_code code = FLOW_E_NOT_FOUND;

    for (i = 0; i < stages && code == FLOW_E_NOT_FOUND; i++) {
        const struct flow_stage *stage = &project->stages[i];

        if (stage->prefix != NULL && (flow_name_is_under(lookup->name, stage->prefix) ||
                                      strcmp(stage->prefix, lookup->name) == 0))
            code = lookup_in(session, stage, stage->prefix, lookup, err);
    }
    flow_str_add(&prefix, lookup->name);
    if (lookup->below && code == FLOW_E_NOT_FOUND)
        code = lookup_in(session, NULL, prefix.text, lookup, err);
    while (prefix.len > 1 && code == FLOW_E_NOT_FOUND) {
        const char *slash = strrchr(prefix.text, '/');

        if (slash == NULL)
            break;
        flow_str_cut(&prefix, slash == prefix.text ? 1 : (size_t)(slash - prefix.text));
        code = lookup_in(session, NULL, prefix.text, lookup, err);
    }
    return code;
}

enum flow_code flow_snapshot_lookup(struct flow_session *session, const char *name, bool below,
                                    struct flow_params *params, struct flow_err *err)
{
    struct lookup lookup = {.name = name, .below = below, .found = params};
    enum flow_code code = FLOW_E_NOT_FOUND;

    if (!flow_session_options(session)->no_cache)
        code = lookup_everywhere(session, &lookup, err);
    if (code == FLOW_E_NOT_FOUND)
        return flow_err_set(err, code, "no snapshot that may be served holds %s", name);
    return code;
}
