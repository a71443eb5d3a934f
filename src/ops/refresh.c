#include "ops/refresh.h"

#include <string.h>

#include "ops/snapshot.h"

static void compare(const struct flow_params *before, const struct flow_params *after,
                    struct flow_refreshed *refreshed)
{
    size_t i;

    refreshed->names = after->count;
    for (i = 0; i < after->count; i++) {
        const struct flow_param *old = flow_params_find(before, after->list[i].name);

        if (old == NULL)
            refreshed->added++;
        else if (old->version != after->list[i].version)
            refreshed->changed++;
    }
    for (i = 0; i < before->count; i++)
        if (flow_params_find(after, before->list[i].name) == NULL)
            refreshed->gone++;
}

static enum flow_code refresh_source(struct flow_session *session, const struct flow_stage *stage,
                                     enum flow_source source, struct flow_refreshed *refreshed,
                                     struct flow_err *err)
{
    struct flow_snapshot_want want = {
        .source = source, .stage = stage, .prefix = stage->prefix, .any_age = true};
    FLOW_CLEANUP(flow_snapshot_done) struct flow_snapshot before = {0}, after = {0};
    enum flow_code code;

    *refreshed = (struct flow_refreshed){.source = flow_source_name(source)};
    if (stage->prefix == NULL)
        return flow_err_set(err, FLOW_E_USAGE, "stage %s has no prefix; set prefix in flowenv.ini",
                            stage->name);
    code = flow_snapshot_get(session, &want, &before, err);
    if (code != FLOW_OK && code != FLOW_E_NOT_FOUND)
        return code;
    want.any_age = false;
    want.always_fresh = true;
    if (flow_snapshot_get(session, &want, &after, err))
        return err->code;
    compare(&before.params, &after.params, refreshed);
    return FLOW_OK;
}

enum flow_code flow_refresh_stage(struct flow_session *session, const struct flow_stage *stage,
                                  struct flow_refreshed *refreshed, size_t *ret_count,
                                  struct flow_err *err)
{
    size_t i;

    *ret_count = 0;
    for (i = 0; i < stage->source_count; i++) {
        enum flow_source source;

        if (flow_session_source(session, stage->sources[i], &source, err))
            return err->code;
        if (source != FLOW_SOURCE_SSM)
            continue;
        if (refresh_source(session, stage, source, &refreshed[*ret_count], err))
            return flow_err_wrap(err, "refreshing stage %s", stage->name);
        (*ret_count)++;
    }
    return FLOW_OK;
}
