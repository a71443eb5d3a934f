#include "ops/place.h"

#include <stdlib.h>
#include <string.h>

#include "ops/snapshot.h"
#include "text/names.h"

void flow_place_done(struct flow_place *place)
{
    free(place->selector);
    flow_str_done(&place->name);
}

/* Names known without asking anybody: the local store's, or those of a snapshot of any age. */
static enum flow_code known_names(struct flow_session *session, const struct flow_place *place,
                                  const char *prefix, struct flow_params *known,
                                  struct flow_err *err)
{
    struct flow_fetch what = {.prefix = prefix, .without_values = true};
    struct flow_snapshot_want want = {
        .source = place->source, .stage = place->stage, .prefix = prefix, .any_age = true};
    struct flow_snapshot snapshot;
    struct flow_store *store = NULL;

    if (place->source == FLOW_SOURCE_LOCAL) {
        if (flow_params_init(known, err) ||
            flow_session_store(session, place->source, place->stage, false, &store, err))
            return err->code;
        return store->class->fetch(store, &what, known, err);
    }
    if (flow_snapshot_get(session, &want, &snapshot, err))
        return err->code;
    *known = snapshot.params;
    return FLOW_OK;
}

/* The known parameter that gives this key, or NULL. */
static const char *param_of_key(const struct flow_params *known, const char *prefix,
                                const char *key)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str its_key = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err ignored = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < known->count; i++)
        if (flow_name_to_key(known->list[i].name, prefix, &its_key, &ignored) == FLOW_OK &&
            strcmp(its_key.text, key) == 0)
            return known->list[i].name;
    return NULL;
}

/* STRIPE_SECRET_KEY rather than stripe/secret-key. */
static bool looks_like_key(const char *text)
{
    const char *p;

    for (p = text; *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'z')
            return false;
    return flow_name_is_key(text);
}

/* From a key back to its parameter: [names], a parameter that is there, the rule of DESIGN 4. */
static enum flow_code name_from_key(struct flow_session *session, struct flow_place *place,
                                    const char *key, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(session);
    FLOW_CLEANUP(flow_params_done) struct flow_params known = {0};
    struct flow_err ignored = FLOW_ERR_INIT;
    const char *prefix = place->stage->prefix, *existing = NULL;
    size_t i;

    for (i = 0; i < project->name_count; i++)
        if (strcmp(project->names[i].key, key) == 0) {
            const char *param = project->names[i].param;

            if (param[0] != '/')
                flow_str_addf(&place->name, "%s/", prefix);
            flow_str_add(&place->name, param);
            return flow_str_check(&place->name, "the parameter's name", err);
        }
    if (known_names(session, place, prefix, &known, &ignored) == FLOW_OK)
        existing = param_of_key(&known, prefix, key);
    if (existing == NULL)
        return flow_name_to_param(key, prefix, &place->name, err);
    flow_str_add(&place->name, existing);
    return flow_str_check(&place->name, "the parameter's name", err);
}

static enum flow_code relative_name(struct flow_session *session, struct flow_place *place,
                                    const char *name, const char *stage, bool writes,
                                    struct flow_err *err)
{
    if (flow_session_project(session) == NULL)
        return flow_err_set(err, FLOW_E_USAGE,
                            "a name that does not begin with / is relative to the --stage of a "
                            "project, and there is no flowenv.ini here; give the full name");
    if (stage == NULL && writes)
        return flow_err_set(err, FLOW_E_USAGE,
                            "a name that does not begin with / is relative to a stage; say "
                            "--stage NAME, or give the full name");
    if (flow_session_stage(session, stage, writes, &place->stage, err))
        return err->code;
    if (place->stage->prefix == NULL)
        return flow_err_set(err, FLOW_E_USAGE, "stage %s has no prefix; set prefix in flowenv.ini",
                            place->stage->name);
    if (looks_like_key(name))
        return name_from_key(session, place, name, err);
    flow_str_addf(&place->name, "%s%s%s", place->stage->prefix, name[0] != '\0' ? "/" : "", name);
    return flow_str_check(&place->name, "the parameter's name", err);
}

enum flow_code flow_place_find(struct flow_session *session, const char *operand, const char *stage,
                               bool writes, struct flow_place *place, struct flow_err *err)
{
    if (flow_session_default_source(session, &place->source, err))
        return err->code;
    if (operand[0] != '/')
        return relative_name(session, place, operand, stage, writes, err);
    flow_str_add(&place->name, operand);
    if (flow_str_check(&place->name, "the parameter's name", err))
        return err->code;
    if (stage != NULL)
        return flow_session_stage(session, stage, writes, &place->stage, err);
    place->stage = flow_session_covering(session, operand);
    return FLOW_OK;
}

enum flow_code flow_place_find_selected(struct flow_session *session, const char *operand,
                                        const char *stage, struct flow_place *place,
                                        struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) char *name = strdup(operand);
    char *colon;

    if (name == NULL)
        return flow_err_nomem(err);
    colon = strchr(name, ':');
    if (colon != NULL) {
        *colon = '\0';
        if (colon[1] == '\0')
            return flow_err_set(err, FLOW_E_USAGE, "nothing behind the colon of %s:", name);
        place->selector = strdup(colon + 1);
        if (place->selector == NULL)
            return flow_err_nomem(err);
    }
    if (flow_place_find(session, name, stage, false, place, err))
        return err->code;
    return flow_name_check_read(place->name.text, err);
}

enum flow_code flow_place_open(struct flow_session *session, struct flow_place *place, bool writes,
                               struct flow_err *err)
{
    return flow_session_store(session, place->source, place->stage, writes, &place->store, err);
}

/* Where the last part of a name begins, behind its last slash. */
static size_t parent_len(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash == NULL ? 0 : (size_t)(slash - name) + 1;
}

/*
 * Of the known names beside name the one with the nearest last part, as a long
 * common path would make all of them near; without any beside it, of all. NULL: none.
 */
static const char *nearest_known(const struct flow_params *known, const char *name)
{
    FLOW_CLEANUP(flow_freep) const char **parts = calloc(known->count + 1, sizeof *parts);
    size_t len = parent_len(name), count = 0, i;
    const char *nearest;

    if (parts == NULL)
        return NULL;
    for (i = 0; i < known->count; i++)
        if (strncmp(known->list[i].name, name, len) == 0)
            parts[count++] = known->list[i].name + len;
    if (count == 0)
        for (len = 0; count < known->count; count++)
            parts[count] = known->list[count].name;
    nearest = flow_name_nearest(name + len, parts, count);
    return nearest == NULL || strcmp(nearest, name + len) == 0 ? NULL : nearest - len;
}

enum flow_code flow_place_not_found(struct flow_session *session, const struct flow_place *place,
                                    struct flow_err *err)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params known = {0};
    struct flow_err ignored = FLOW_ERR_INIT;
    const char *prefix = place->stage != NULL ? place->stage->prefix : "/", *nearest;

    if (prefix == NULL || known_names(session, place, prefix, &known, &ignored))
        return err->code;
    nearest = nearest_known(&known, place->name.text);
    if (nearest != NULL)
        flow_err_hint(err, "did you mean %s?", nearest);
    return err->code;
}
