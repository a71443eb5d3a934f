#include "ops/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "ops/resolve.h"

void flow_status_done(struct flow_status *status)
{
    size_t i;

    for (i = 0; i < status->key_count; i++)
        free(status->keys[i]);
    for (i = 0; i < status->column_count; i++) {
        free(status->columns[i].error);
        free(status->columns[i].cells);
    }
    free(status->keys);
    free(status->columns);
    *status = (struct flow_status){0};
}

/* The views of the columns, beside the status while it is made. */
struct views {
    struct flow_view *list;
    size_t count;
};

static void views_done(struct views *views)
{
    size_t i;

    for (i = 0; i < views->count; i++)
        flow_view_done(&views->list[i]);
    free(views->list);
}

/* A stage that can't be resolved is a column of its own kind, not the end of the command.
 * first: why the first such could not. */
static enum flow_code resolve_column(struct flow_session *session,
                                     struct flow_status_column *column, struct flow_view *view,
                                     struct flow_err *first, struct flow_err *err)
{
    bool refresh = flow_session_options(session)->freshness == FLOW_FRESH_REFRESH;
    struct flow_resolve_options options = {.allow_unreadable = true,
                                           .allow_takeover = true,
                                           .allow_disagreement = true,
                                           .any_age = !refresh};
    struct flow_err why = FLOW_ERR_INIT;

    if (flow_resolve_stage(session, column->stage, &options, view, &why) == FLOW_OK)
        return FLOW_OK;
    if (why.code == FLOW_E_NOMEM)
        return flow_err_nomem(err);
    if (first->code == FLOW_OK)
        *first = why;
    column->error = strdup(why.text);
    return column->error == NULL ? flow_err_nomem(err) : FLOW_OK;
}

/* Every key of every view, once. */
static enum flow_code collect_keys(const struct views *views, struct flow_status *status,
                                   struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) const char **all = NULL;
    size_t total = 0, i, j;

    for (i = 0; i < views->count; i++)
        total += views->list[i].count;
    all = calloc(total + 1, sizeof *all);
    status->keys = calloc(total + 1, sizeof *status->keys);
    if (all == NULL || status->keys == NULL)
        return flow_err_nomem(err);
    total = 0;
    for (i = 0; i < views->count; i++)
        for (j = 0; j < views->list[i].count; j++)
            all[total++] = views->list[i].entries[j].key;
    qsort(all, total, sizeof *all, flow_list_compare_texts);
    for (i = 0; i < total; i++) {
        if (i > 0 && strcmp(all[i - 1], all[i]) == 0)
            continue;
        status->keys[status->key_count] = strdup(all[i]);
        if (status->keys[status->key_count++] == NULL)
            return flow_err_nomem(err);
    }
    return FLOW_OK;
}

static struct flow_status_cell make_cell(const struct flow_session *session,
                                         const struct flow_view *view, const char *key)
{
    const struct flow_entry *entry = flow_view_find(view, key);
    int64_t now_s = flow_clock_wall_s(flow_session_world(session)->clock);
    struct flow_status_cell cell = {.presence = FLOW_MISSING};
    size_t i;

    if (entry == NULL)
        return cell;
    cell.presence = entry->origin.unreadable ? FLOW_UNREADABLE : FLOW_PRESENT;
    cell.stale = now_s - entry->origin.fetched_s >= flow_session_settings(session)->max_age_s;
    cell.version = entry->origin.version;
    cell.kind = entry->origin.kind;
    for (i = 0; i < entry->shadow_count; i++)
        cell.differs = cell.differs || entry->shadows[i].differs;
    return cell;
}

static enum flow_code fill_column(const struct flow_session *session, struct flow_status *status,
                                  struct flow_status_column *column, const struct flow_view *view,
                                  struct flow_err *err)
{
    size_t i;

    column->cells = calloc(status->key_count + 1, sizeof *column->cells);
    if (column->cells == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < status->key_count; i++)
        if (column->error != NULL)
            column->cells[i].presence = FLOW_UNKNOWN;
        else
            column->cells[i] = make_cell(session, view, status->keys[i]);
    return FLOW_OK;
}

static enum flow_code make(struct flow_session *session, const struct flow_stage *stage,
                           struct flow_status *status, struct views *views, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(session);
    struct flow_err first = FLOW_ERR_INIT;
    size_t unknown = 0, i;

    status->columns = calloc(project->stage_count, sizeof *status->columns);
    views->list = calloc(project->stage_count, sizeof *views->list);
    if (status->columns == NULL || views->list == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < project->stage_count; i++) {
        struct flow_status_column *column = &status->columns[status->column_count];

        if (stage != NULL && stage != &project->stages[i])
            continue;
        column->stage = &project->stages[i];
        status->column_count++;
        if (resolve_column(session, column, &views->list[views->count++], &first, err))
            return err->code;
        unknown += column->error != NULL;
    }
    if (unknown > 0 && unknown == status->column_count) {
        *err = first;
        return err->code;
    }
    if (collect_keys(views, status, err))
        return err->code;
    for (i = 0; i < status->column_count; i++)
        if (fill_column(session, status, &status->columns[i], &views->list[i], err))
            return err->code;
    return FLOW_OK;
}

enum flow_code flow_status_make(struct flow_session *session, const struct flow_stage *stage,
                                struct flow_status *status, struct flow_err *err)
{
    FLOW_CLEANUP(views_done) struct views views = {0};
    const struct flow_stage *ignored;
    enum flow_code code;

    *status = (struct flow_status){0};
    if (flow_session_project(session) == NULL)
        return flow_session_stage(session, NULL, true, &ignored, err);
    if (flow_session_project(session)->stage_count == 0)
        return flow_err_set(err, FLOW_E_USAGE, "flowenv.ini names no stage; add a [stage.dev]");
    code = make(session, stage, status, &views, err);
    if (code)
        flow_status_done(status);
    return code;
}
