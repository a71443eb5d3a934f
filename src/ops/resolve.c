#include "ops/resolve.h"

#include <string.h>

#include "ops/reading.h"
#include "text/names.h"

/* A store says what is a secret; a file or the environment leaves it to the name. */
static enum flow_kind kind_of(const struct flow_reading *reading, size_t i)
{
    bool secret = reading->prefix != NULL ? reading->params.list[i].type == FLOW_SECURE_STRING
                                          : flow_name_sounds_secret(reading->keys[i]);

    return secret ? FLOW_SECRET : FLOW_PLAIN;
}

static enum flow_code offer_reading(const struct flow_reading *reading, struct flow_view *view,
                                    struct flow_err *err)
{
    size_t i;

    for (i = 0; i < reading->params.count; i++) {
        const struct flow_param *param = &reading->params.list[i];
        struct flow_origin origin = {.source = flow_source_name(reading->source),
                                     .name = param->name,
                                     .where = param->where,
                                     .version = param->version,
                                     .modified_s = param->modified_s,
                                     .fetched_s = reading->fetched_s,
                                     .kind = kind_of(reading, i),
                                     .unreadable = param->unreadable,
                                     .why = param->why};

        if (flow_view_offer(view, reading->keys[i], param->value, &origin, err))
            return err->code;
    }
    return FLOW_OK;
}

/* Names of at most MENTIONED keys, for a message. */
enum { MENTIONED = 10 };

static void mention(struct flow_str *names, size_t *count, const char *key, const char *where)
{
    if ((*count)++ >= MENTIONED)
        return;
    if (names->len > 0)
        flow_str_add(names, ", ");
    flow_str_add(names, key);
    if (where != NULL)
        flow_str_addf(names, " (%s)", where);
}

static void mention_rest(struct flow_str *names, size_t count)
{
    if (count > MENTIONED)
        flow_str_addf(names, " and %zu more", count - MENTIONED);
}

/* T12: a name that takes over a program comes from nobody but the user. */
static enum flow_code refuse_takeover(const struct flow_session *session,
                                      const struct flow_view *view, struct flow_err *err)
{
    const struct flow_settings *settings = flow_session_settings(session);
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    size_t i, j, count = 0;

    for (i = 0; i < view->count; i++) {
        const struct flow_entry *entry = &view->entries[i];

        if (!flow_name_takes_over(entry->key))
            continue;
        for (j = 0; j < settings->allowed_count; j++)
            if (strcmp(settings->allowed_names[j], entry->key) == 0)
                break;
        if (j < settings->allowed_count)
            flow_session_notice(session, "%s comes from %s and changes how programs run",
                                entry->key, entry->origin.source);
        else
            mention(&names, &count, entry->key,
                    entry->origin.where != NULL ? entry->origin.where : entry->origin.name);
    }
    mention_rest(&names, count);
    if (count == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED,
                        "refused: %s would change how programs run; take %s out, or list %s under "
                        "allowed_names in your own config.ini",
                        names.text, count == 1 ? "it" : "them", count == 1 ? "it" : "them");
}

/* T40: what exists but can't be read is never empty. */
static enum flow_code refuse_unreadable(const struct flow_view *view, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    size_t i, count = 0;

    for (i = 0; i < view->count; i++)
        if (view->entries[i].origin.unreadable)
            mention(&names, &count, view->entries[i].key, view->entries[i].origin.why);
    mention_rest(&names, count);
    if (count == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED,
                        "%s: known to exist, but the value can't be read; `flowenv explain KEY` "
                        "says where it lies",
                        names.text);
}

/* T39: on a protected stage two sources that disagree need a yes. */
static enum flow_code refuse_disagreement(const struct flow_stage *stage,
                                          const struct flow_view *view, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    size_t i, j, count = 0;

    for (i = 0; i < view->count; i++)
        for (j = 0; j < view->entries[i].shadow_count; j++)
            if (view->entries[i].shadows[j].differs) {
                mention(&names, &count, view->entries[i].key, view->entries[i].shadows[j].source);
                break;
            }
    mention_rest(&names, count);
    if (count == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED,
                        "stage %s is protected and its sources disagree on %s; `flowenv explain "
                        "KEY` shows who says what; make them agree, or say --yes",
                        stage->name, names.text);
}

static enum flow_code check_view(struct flow_session *session, const struct flow_stage *stage,
                                 const struct flow_resolve_options *options,
                                 const struct flow_view *view, struct flow_err *err)
{
    if (!options->allow_takeover && refuse_takeover(session, view, err))
        return err->code;
    if (!options->allow_unreadable && refuse_unreadable(view, err))
        return err->code;
    if (!options->allow_disagreement && stage != NULL && stage->is_protected &&
        refuse_disagreement(stage, view, err))
        return err->code;
    return FLOW_OK;
}

/* Merges what was read into a view, strongest source first, and applies the rules to it. */
static enum flow_code merge(struct flow_session *session, const struct flow_stage *stage,
                            const struct flow_resolve_options *options,
                            const struct flow_readings *readings, struct flow_view *ret_view,
                            struct flow_err *err)
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = {0};
    size_t i;

    if (flow_view_init(&view, stage != NULL ? stage->name : "", err))
        return err->code;
    for (i = 0; i < readings->count; i++)
        if (offer_reading(&readings->list[i], &view, err))
            return err->code;
    flow_view_sort(&view);
    if (options->keep_count > 0)
        flow_view_filter(&view, options->keep, options->keep_count);
    if (options->only_count > 0)
        flow_view_filter(&view, options->only, options->only_count);
    if (check_view(session, stage, options, &view, err))
        return err->code;
    *ret_view = view;
    view = (struct flow_view){0};
    return FLOW_OK;
}

enum flow_code flow_resolve_stage(struct flow_session *session, const struct flow_stage *stage,
                                  const struct flow_resolve_options *options,
                                  struct flow_view *view, struct flow_err *err)
{
    FLOW_CLEANUP(flow_readings_done) struct flow_readings readings = {0};

    if (flow_readings_stage(session, stage, options, &readings, err))
        return err->code;
    return merge(session, stage, options, &readings, view, err);
}

enum flow_code flow_resolve_files(struct flow_session *session, const char *const *paths,
                                  size_t count, const struct flow_resolve_options *options,
                                  struct flow_view *view, struct flow_err *err)
{
    FLOW_CLEANUP(flow_readings_done) struct flow_readings readings = {0};

    if (flow_readings_files(paths, count, options, &readings, err))
        return err->code;
    return merge(session, NULL, options, &readings, view, err);
}

enum flow_code flow_resolve_prefix(struct flow_session *session, enum flow_source source,
                                   const char *prefix, const struct flow_resolve_options *options,
                                   struct flow_view *view, struct flow_err *err)
{
    FLOW_CLEANUP(flow_readings_done) struct flow_readings readings = {0};
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_LINE_MAX);

    flow_str_add(&path, prefix);
    while (path.len > 1 && path.text[path.len - 1] == '/')
        flow_str_cut(&path, path.len - 1);
    if (flow_str_check(&path, "the prefix", err) || flow_name_check_prefix(path.text, err) ||
        flow_readings_prefix(session, source, path.text, options, &readings, err))
        return err->code;
    if (readings.list[0].params.count == 0)
        return flow_err_set(err, FLOW_E_NOT_FOUND,
                            "%s: nothing under %s; `flowenv list` shows what there is",
                            flow_source_name(source), path.text);
    return merge(session, NULL, options, &readings, view, err);
}
