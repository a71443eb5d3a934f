#include "flowenv/flowenv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outcome.h"
#include "ops/resolve.h"
#include "ops/session.h"

extern char **environ;

struct flowenv {
    struct flow_environ *env;
    struct flow_session_options session_options;
    struct flow_session_world world;
    struct flow_session *session;
    struct flow_view view;
    struct flowenv_entry *entries; /* one each of the view's, in its order */
    struct flowenv_options options;
};

const char *flowenv_version(void)
{
    return FLOWENV_VERSION;
}

/* The network half is linked in, so there is nothing to load. */
static enum flow_code load_remote(void *context, const struct flow_remote **ret_remote,
                                  struct flow_err *err)
{
    (void)context;
    (void)err;
    *ret_remote = &flow_remote_module;
    return FLOW_OK;
}

static void notice(void *context, const char *sentence)
{
    const struct flowenv *flow = context;

    if (flow->options.notice != NULL)
        flow->options.notice(flow->options.context, sentence);
}

/* On success err may still tell of a file that need not be there, so the code alone counts. */
static enum flowenv_status result(enum flow_code code, const struct flow_err *err,
                                  struct flowenv_error *error)
{
    error->status = (enum flowenv_status)flow_outcome(code);
    (void)snprintf(error->text, sizeof error->text, "%s", code ? err->text : "");
    return error->status;
}

static enum flow_code open_session(struct flowenv *flow, struct flow_err *err)
{
    static const enum flow_freshness freshness[] = {
        [FLOWENV_AS_CONFIGURED] = FLOW_FRESH_DEFAULT,
        [FLOWENV_REFRESH] = FLOW_FRESH_REFRESH,
        [FLOWENV_OFFLINE] = FLOW_FRESH_OFFLINE,
    };

    flow->session_options = (struct flow_session_options){
        .directory = flow->options.directory,
        .vault_path = flow->options.vault,
        .key_file = flow->options.key_file,
        .store = flow->options.store,
        .freshness = freshness[flow->options.freshness],
    };
    flow->world = (struct flow_session_world){.env = flow->env,
                                              .clock = &flow_clock_system,
                                              .load_remote = load_remote,
                                              .notice = notice,
                                              .context = flow};
    return flow_session_open(&flow->world, &flow->session_options, &flow->session, err);
}

enum flowenv_status flowenv_open(const struct flowenv_options *options, struct flowenv **ret_flow,
                                 struct flowenv_error *error)
{
    struct flowenv *flow = calloc(1, sizeof *flow);
    struct flow_err err = FLOW_ERR_INIT;

    if (flow == NULL)
        return result(flow_err_nomem(&err), &err, error);
    if (options != NULL)
        flow->options = *options;
    if (flow_secret_start(&err) || flow_environ_copy(environ, &flow->env, &err) ||
        open_session(flow, &err)) {
        flowenv_close(flow);
        return result(err.code, &err, error);
    }
    *ret_flow = flow;
    return result(FLOW_OK, &err, error);
}

static void drop_view(struct flowenv *flow)
{
    free(flow->entries);
    flow->entries = NULL;
    flow_view_done(&flow->view);
    flow->view = (struct flow_view){.count = 0};
}

void flowenv_close(struct flowenv *flow)
{
    if (flow == NULL)
        return;
    drop_view(flow);
    flow_session_free(flow->session);
    flow_environ_free(flow->env);
    free(flow);
}

static enum flow_code take_entries(struct flowenv *flow, struct flow_err *err)
{
    size_t i;

    flow->entries = calloc(flow->view.count + 1, sizeof *flow->entries);
    if (flow->entries == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < flow->view.count; i++) {
        const struct flow_entry *entry = &flow->view.entries[i];

        flow->entries[i] = (struct flowenv_entry){
            .key = entry->key,
            .value = entry->value.at,
            .value_len = entry->value.len,
            .is_secret = entry->origin.kind == FLOW_SECRET,
            .source = entry->origin.source,
            .where = entry->origin.where ? entry->origin.where : entry->origin.name,
            .version = entry->origin.version,
        };
    }
    return FLOW_OK;
}

enum flowenv_status flowenv_resolve_stage(struct flowenv *flow, const char *stage,
                                          struct flowenv_error *error)
{
    const struct flow_resolve_options options = {.no_expand = false};
    const struct flow_stage *found;
    struct flow_err err = FLOW_ERR_INIT;

    drop_view(flow);
    if (flow_session_stage(flow->session, stage, false, &found, &err) ||
        flow_resolve_stage(flow->session, found, &options, &flow->view, &err) ||
        take_entries(flow, &err)) {
        drop_view(flow);
        return result(err.code, &err, error);
    }
    return result(FLOW_OK, &err, error);
}

enum flowenv_status flowenv_resolve_files(struct flowenv *flow, const char *const *paths,
                                          size_t count, struct flowenv_error *error)
{
    const struct flow_resolve_options options = {.no_expand = false};
    struct flow_err err = FLOW_ERR_INIT;

    drop_view(flow);
    if (flow_resolve_files(flow->session, paths, count, &options, &flow->view, &err) ||
        take_entries(flow, &err)) {
        drop_view(flow);
        return result(err.code, &err, error);
    }
    return result(FLOW_OK, &err, error);
}

size_t flowenv_count(const struct flowenv *flow)
{
    return flow->view.count;
}

const struct flowenv_entry *flowenv_at(const struct flowenv *flow, size_t index)
{
    return index < flow->view.count ? &flow->entries[index] : NULL;
}

const struct flowenv_entry *flowenv_find(const struct flowenv *flow, const char *key)
{
    const struct flow_entry *entry = flow_view_find(&flow->view, key);

    return entry != NULL ? &flow->entries[entry - flow->view.entries] : NULL;
}
