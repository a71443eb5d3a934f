#include "ops/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "ops/snapshot.h"
#include "store/dotenv.h"
#include "text/names.h"

static void reading_done(struct flow_reading *reading)
{
    flow_params_done(&reading->params);
    free(reading->keys);
}

void flow_readings_done(struct flow_readings *readings)
{
    size_t i;

    for (i = 0; i < readings->count; i++)
        reading_done(&readings->list[i]);
}

/* --- keys ------------------------------------------------------------------------------ */

/* [names] says the parameter's key outright: "KEY = cognito/user-pool-id", relative or absolute. */
static const char *ruled_key(const struct flow_project *project, const char *param,
                             const char *prefix)
{
    size_t i, prefix_len = strlen(prefix), rules = project != NULL ? project->name_count : 0;

    for (i = 0; i < rules; i++) {
        const struct flow_name_rule *rule = &project->names[i];

        if (rule->param[0] == '/' ? strcmp(rule->param, param) == 0
                                  : strlen(param) > prefix_len + 1 &&
                                        strcmp(rule->param, param + prefix_len + 1) == 0)
            return rule->key;
    }
    return NULL;
}

/* Names of parameters become keys; a reading without a prefix has keys already. */
static enum flow_code map_keys(const struct flow_project *project, struct flow_reading *reading,
                               struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str key = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_params *params = &reading->params;
    size_t i;

    reading->keys = calloc(params->count + 1, sizeof *reading->keys);
    if (reading->keys == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < params->count; i++) {
        const char *name = params->list[i].name;
        const char *ruled;

        if (reading->prefix == NULL) {
            reading->keys[i] = name;
            continue;
        }
        ruled = ruled_key(project, name, reading->prefix);
        if (ruled == NULL && flow_name_to_key(name, reading->prefix, &key, err))
            return err->code;
        reading->keys[i] = flow_arena_strdup(params->arena, ruled != NULL ? ruled : key.text);
        if (reading->keys[i] == NULL)
            return flow_err_nomem(err);
    }
    return FLOW_OK;
}

struct keyed {
    const char *key, *name;
};

static int compare_keyed(const void *a, const void *b)
{
    return strcmp(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

/* Two parameters of one source that give one key: nobody can say which is meant. */
static enum flow_code refuse_collisions(const struct flow_reading *reading, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct keyed *sorted = NULL;
    size_t count = reading->params.count, i;
    bool rising = true;

    for (i = 1; i < count && rising; i++)
        rising = strcmp(reading->keys[i - 1], reading->keys[i]) < 0;
    if (rising || reading->prefix == NULL)
        return FLOW_OK;
    sorted = calloc(count, sizeof *sorted);
    if (sorted == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < count; i++)
        sorted[i] = (struct keyed){reading->keys[i], reading->params.list[i].name};
    qsort(sorted, count, sizeof *sorted, compare_keyed);
    for (i = 1; i < count; i++)
        if (strcmp(sorted[i - 1].key, sorted[i].key) == 0)
            return flow_err_set(err, FLOW_E_CONFLICT,
                                "%s: %s and %s both give the key %s; rename one, or give one "
                                "another key under [names]",
                                flow_source_name(reading->source), sorted[i - 1].name,
                                sorted[i].name, sorted[i].key);
    return FLOW_OK;
}

/* --- reading the sources ------------------------------------------------------------------- */

static bool is_asked_by_key(enum flow_source source)
{
    return source == FLOW_SOURCE_ENVIRON || source == FLOW_SOURCE_GITHUB;
}

static enum flow_code read_snapshot(struct flow_session *session, const struct flow_stage *stage,
                                    const struct flow_resolve_options *options,
                                    struct flow_reading *reading, struct flow_err *err)
{
    struct flow_snapshot_want want = {.source = reading->source,
                                      .stage = stage,
                                      .prefix = reading->prefix,
                                      .always_fresh = options->always_fresh,
                                      .any_age = options->any_age};
    struct flow_snapshot snapshot;

    if (flow_snapshot_get(session, &want, &snapshot, err))
        return err->code;
    reading->params = snapshot.params;
    reading->fetched_s = snapshot.fetched_s;
    return FLOW_OK;
}

static enum flow_code read_dotenv(struct flow_session *session, const struct flow_stage *stage,
                                  const struct flow_resolve_options *options,
                                  struct flow_reading *reading, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(session);
    struct flow_dotenv_options files = {.root = project->root,
                                        .stage = stage->name,
                                        .order_next = project->dotenv_order_next,
                                        .no_expand = options->no_expand};
    FLOW_CLEANUP(flow_store_freep) struct flow_store *store = NULL;

    reading->fetched_s = flow_clock_wall_s(flow_session_world(session)->clock);
    if (flow_params_init(&reading->params, err) || flow_dotenv_store_open(&files, &store, err))
        return err->code;
    return store->class->fetch(store, &(struct flow_fetch){0}, &reading->params, err);
}

static enum flow_code read_store(struct flow_session *session, const struct flow_stage *stage,
                                 const struct flow_fetch *what, struct flow_reading *reading,
                                 struct flow_err *err)
{
    struct flow_store *store = NULL;

    reading->fetched_s = flow_clock_wall_s(flow_session_world(session)->clock);
    if (flow_params_init(&reading->params, err) ||
        flow_session_store(session, reading->source, stage, false, &store, err) ||
        store->class->fetch(store, what, &reading->params, err))
        return err->code;
    return FLOW_OK;
}

/* A local store with nothing in it yet is an empty source, as an empty path in SSM is. */
static enum flow_code read_local(struct flow_session *session, const struct flow_stage *stage,
                                 struct flow_reading *reading, struct flow_err *err)
{
    struct flow_fetch what = {.prefix = reading->prefix};
    enum flow_code code = read_store(session, stage, &what, reading, err);

    return code == FLOW_E_NOT_FOUND ? FLOW_OK : code;
}

/* One source of a stage, or of a prefix where stage is NULL. */
static enum flow_code read_source(struct flow_session *session, const struct flow_stage *stage,
                                  const struct flow_resolve_options *options,
                                  struct flow_reading *reading, struct flow_err *err)
{
    enum flow_code code;

    if ((reading->source == FLOW_SOURCE_SSM || reading->source == FLOW_SOURCE_LOCAL) &&
        reading->prefix == NULL)
        return flow_err_set(err, FLOW_E_USAGE,
                            "stage %s reads from %s but has no prefix; set prefix under [project]",
                            stage->name, flow_source_name(reading->source));
    switch (reading->source) {
    case FLOW_SOURCE_SSM:
        code = read_snapshot(session, stage, options, reading, err);
        break;
    case FLOW_SOURCE_LOCAL:
        code = read_local(session, stage, reading, err);
        break;
    case FLOW_SOURCE_DOTENV:
        code = read_dotenv(session, stage, options, reading, err);
        break;
    default:
        code = read_store(session, stage, &(struct flow_fetch){0}, reading, err);
        break;
    }
    if (code)
        return code;
    if (map_keys(flow_session_project(session), reading, err))
        return err->code;
    return refuse_collisions(reading, err);
}

/* --- the sources that are asked by key ------------------------------------------------------ */

struct key_list {
    const char **keys; /* lent */
    size_t count, cap;
};

static void key_list_done(struct key_list *list)
{
    free(list->keys);
}

static enum flow_code add_key(struct key_list *list, const char *key, struct flow_err *err)
{
    if (FLOW_LIST_GROW(list->keys, list->count, list->cap))
        return flow_err_nomem(err);
    list->keys[list->count++] = key;
    return FLOW_OK;
}

/* The environment is asked for the keys of the other sources, of [require] and of [names]. */
static enum flow_code wanted_keys(const struct flow_project *project,
                                  const struct flow_readings *readings, struct key_list *wanted,
                                  struct flow_err *err)
{
    size_t i, j, kept = 0;

    for (i = 0; i < readings->count; i++)
        for (j = 0; j < readings->list[i].params.count; j++)
            if (add_key(wanted, readings->list[i].keys[j], err))
                return err->code;
    for (i = 0; i < project->require_count; i++)
        if (add_key(wanted, project->requires[i].key, err))
            return err->code;
    for (i = 0; i < project->name_count; i++)
        if (add_key(wanted, project->names[i].key, err))
            return err->code;
    if (wanted->count > 0)
        qsort(wanted->keys, wanted->count, sizeof *wanted->keys, flow_list_compare_texts);
    for (i = 0; i < wanted->count; i++)
        if (kept == 0 || strcmp(wanted->keys[kept - 1], wanted->keys[i]) != 0)
            wanted->keys[kept++] = wanted->keys[i];
    wanted->count = kept;
    return FLOW_OK;
}

static enum flow_code read_by_key(struct flow_session *session, const struct flow_stage *stage,
                                  struct flow_readings *readings, struct flow_err *err)
{
    FLOW_CLEANUP(key_list_done) struct key_list wanted = {0};
    struct flow_fetch what = {0};
    bool any = false;
    size_t i;

    for (i = 0; i < readings->count; i++)
        any = any || is_asked_by_key(readings->list[i].source);
    if (!any)
        return FLOW_OK;
    if (wanted_keys(flow_session_project(session), readings, &wanted, err))
        return err->code;
    what.known = wanted.keys;
    what.known_count = wanted.count;
    for (i = 0; i < readings->count; i++) {
        struct flow_reading *reading = &readings->list[i];

        if (!is_asked_by_key(reading->source))
            continue;
        if (reading->source == FLOW_SOURCE_GITHUB && !flow_session_in_workflow(session))
            continue;
        if (read_store(session, stage, &what, reading, err) || map_keys(NULL, reading, err))
            return err->code;
    }
    return FLOW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static struct flow_reading *add_reading(struct flow_readings *readings, enum flow_source source,
                                        const char *prefix)
{
    struct flow_reading *reading = &readings->list[readings->count++];
    bool holds_params = source == FLOW_SOURCE_SSM || source == FLOW_SOURCE_LOCAL;

    *reading = (struct flow_reading){.source = source, .prefix = holds_params ? prefix : NULL};
    return reading;
}

static bool has_reading(const struct flow_readings *readings, enum flow_source source)
{
    size_t i;

    for (i = 0; i < readings->count; i++)
        if (readings->list[i].source == source)
            return true;
    return false;
}

/* The sources of a stage, strongest first; the local store may stand in for ssm, once. */
static enum flow_code add_stage_readings(struct flow_session *session,
                                         const struct flow_stage *stage,
                                         struct flow_readings *readings, struct flow_err *err)
{
    size_t i;

    for (i = 0; i < stage->source_count; i++) {
        enum flow_source source;

        if (flow_session_source(session, stage->sources[i], &source, err))
            return err->code;
        if (!has_reading(readings, source))
            (void)add_reading(readings, source, stage->prefix);
    }
    return FLOW_OK;
}

enum flow_code flow_readings_stage(struct flow_session *session, const struct flow_stage *stage,
                                   const struct flow_resolve_options *options,
                                   struct flow_readings *readings, struct flow_err *err)
{
    size_t i;

    if (add_stage_readings(session, stage, readings, err))
        return err->code;
    for (i = 0; i < readings->count; i++)
        if (!is_asked_by_key(readings->list[i].source) &&
            read_source(session, stage, options, &readings->list[i], err))
            return err->code;
    return read_by_key(session, stage, readings, err);
}

enum flow_code flow_readings_files(const char *const *paths, size_t count,
                                   const struct flow_resolve_options *options,
                                   struct flow_readings *readings, struct flow_err *err)
{
    struct flow_dotenv_options files = {
        .files = paths, .file_count = count, .no_expand = options->no_expand};
    FLOW_CLEANUP(flow_store_freep) struct flow_store *store = NULL;
    struct flow_reading *reading = add_reading(readings, FLOW_SOURCE_DOTENV, NULL);

    if (flow_params_init(&reading->params, err) || flow_dotenv_store_open(&files, &store, err) ||
        store->class->fetch(store, &(struct flow_fetch){0}, &reading->params, err))
        return err->code;
    return map_keys(NULL, reading, err);
}

enum flow_code flow_readings_prefix(struct flow_session *session, enum flow_source source,
                                    const char *prefix, const struct flow_resolve_options *options,
                                    struct flow_readings *readings, struct flow_err *err)
{
    return read_source(session, NULL, options, add_reading(readings, source, prefix), err);
}
