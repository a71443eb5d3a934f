#include "cmd/view.h"

#include <stdlib.h>

#include "cmd/report.h"

const struct flow_bytes view_mask = {(const unsigned char *)"********", 8};

static enum flow_code resolve_prefix(struct call *call, const char *prefix,
                                     const struct flow_resolve_options *options,
                                     struct flow_err *err)
{
    enum flow_source source;

    if (flow_session_default_source(call->session, &source, err))
        return err->code;
    return flow_resolve_prefix(call->session, source, prefix, options, &call->view, err);
}

static enum flow_code resolve_stage(struct call *call, const char *name,
                                    const struct flow_resolve_options *options,
                                    struct flow_err *err)
{
    const struct flow_stage *stage;

    if (flow_session_stage(call->session, name, false, &stage, err))
        return err->code;
    return flow_resolve_stage(call->session, stage, options, &call->view, err);
}

static enum flow_code resolve(struct call *call, const struct flow_resolve_options *options,
                              struct flow_err *err)
{
    const char *stage = option_text(&call->options, "stage");
    const char *prefix = option_text(&call->options, "prefix");
    size_t count;
    const char *const *files = option_list(&call->options, "env-file", &count);

    if ((stage != NULL) + (prefix != NULL) + (count > 0) > 1)
        return flow_err_set(err, FLOW_E_USAGE,
                            "--stage, --prefix and --env-file exclude each other");
    if (count > 0)
        return flow_resolve_files(call->session, files, count, options, &call->view, err);
    if (prefix != NULL)
        return resolve_prefix(call, prefix, options, err);
    return resolve_stage(call, stage, options, err);
}

enum flow_code view_resolve(struct call *call, const char *const *keep, size_t keep_count,
                            struct flow_err *err)
{
    struct flow_resolve_options options = {.no_expand = option_on(&call->options, "no-expand"),
                                           .allow_disagreement = option_on(&call->options, "yes"),
                                           .keep = keep,
                                           .keep_count = keep_count};

    options.only = option_list(&call->options, "only", &options.only_count);
    if (resolve(call, &options, err))
        return err->code;
    if (call->view.count == 0)
        report_note(call, options.only_count > 0 ? "no key matches --only" : "there are no keys");
    return call_check_locked(call, err);
}

enum flow_code view_look(struct call *call, const struct flow_stage *stage, bool always_fresh,
                         struct flow_err *err)
{
    const struct flow_resolve_options options = {.allow_unreadable = true,
                                                 .allow_takeover = true,
                                                 .allow_disagreement = true,
                                                 .always_fresh = always_fresh};

    return flow_resolve_stage(call->session, stage, &options, &call->view, err);
}

static bool has_source(const struct flow_stage *stage, enum flow_source source)
{
    size_t i;

    for (i = 0; i < stage->source_count; i++)
        if (stage->sources[i] == source)
            return true;
    return false;
}

/* GitHub hands its secrets to workflow jobs only; anywhere else nobody can say what it has. */
static bool is_out_of_reach(const struct call *call, enum flow_source source)
{
    return source == FLOW_SOURCE_GITHUB && !flow_session_in_workflow(call->session);
}

void view_note_unread(const struct call *call, const struct flow_stage *stage)
{
    size_t i;

    for (i = 0; i < stage->source_count; i++)
        if (is_out_of_reach(call, stage->sources[i]))
            report_note(call,
                        "%s is read inside a workflow job only: what it has for %s is unknown here",
                        flow_source_name(stage->sources[i]), stage->name);
}

enum flow_code view_stage(struct call *call, const struct flow_stage *stage,
                          struct flow_stage *ret_stage, struct flow_err *err)
{
    size_t i;

    *ret_stage = *stage;
    ret_stage->source_count = 0;
    for (i = 0; i < stage->source_count; i++) {
        enum flow_source source;

        if (flow_session_source(call->session, stage->sources[i], &source, err))
            return err->code;
        if (!has_source(ret_stage, source) && !is_out_of_reach(call, source))
            ret_stage->sources[ret_stage->source_count++] = source;
    }
    view_note_unread(call, stage);
    return FLOW_OK;
}

bool view_masked(struct call *call)
{
    if (!call->out.terminal || option_on(&call->options, "reveal"))
        return false;
    report_note(call, "values are hidden on a terminal; --reveal shows them");
    return true;
}

enum flow_code view_pairs(const struct flow_view *view, bool masked, struct flow_pair **ret_pairs,
                          struct flow_err *err)
{
    struct flow_pair *pairs = calloc(view->count + 1, sizeof *pairs);
    size_t i;

    if (pairs == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < view->count; i++) {
        const struct flow_entry *entry = &view->entries[i];

        pairs[i] = (struct flow_pair){.key = entry->key,
                                      .value = masked ? view_mask : entry->value,
                                      .where = entry->origin.where ? entry->origin.where
                                                                   : entry->origin.name,
                                      .secret = entry->origin.kind == FLOW_SECRET};
    }
    *ret_pairs = pairs;
    return FLOW_OK;
}
