#include "ops/param.h"

#include <stdlib.h>
#include <string.h>

#include "ops/place.h"
#include "ops/seen.h"
#include "ops/snapshot.h"
#include "text/names.h"

/* --- put -------------------------------------------------------------------------------------- */

static bool same_value(const struct flow_param *current, const struct flow_secret *value)
{
    size_t len;
    const unsigned char *bytes = flow_secret_expose(value, &len);

    return current->value.at != NULL && current->value.len == len &&
           (len == 0 || !flow_differs(current->value.at, bytes, len));
}

/* T41: refuses to write over what this user has not seen. */
static enum flow_code check_seen(struct flow_session *session, const struct flow_place *place,
                                 const struct flow_param *current, struct flow_err *err)
{
    uint64_t seen = 0;

    if (place->source != FLOW_SOURCE_SSM)
        return FLOW_OK;
    if (flow_seen_version(session, place->stage, place->name.text, &seen, err))
        return err->code;
    if (seen == 0 || seen == current->version)
        return FLOW_OK;
    return flow_err_set(
        err, FLOW_E_CONFLICT,
        "%s changed since you last saw it: version %llu then, %llu now; nothing "
        "was written; look at it with `flowenv get --refresh`, then put again or say "
        "--overwrite",
        place->name.text, (unsigned long long)seen, (unsigned long long)current->version);
}

/* What the put would do, decided on the version just read. current NULL: create. */
static enum flow_code put_plan(struct flow_session *session, const struct flow_put_request *request,
                               const struct flow_place *place, const struct flow_param *current,
                               struct flow_receipt *receipt, struct flow_err *err)
{
    receipt->type = request->has_type ? request->type : FLOW_SECURE_STRING;
    receipt->outcome = FLOW_PUT_CREATED;
    if (current == NULL)
        return FLOW_OK;
    receipt->old_version = current->version;
    if (!request->has_type)
        receipt->type = current->type;
    if (receipt->type != current->type)
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "%s is a %s and can't become a %s; nothing was written; remove it "
                            "first (`flowenv rm`), or put it with --type %s",
                            place->name.text, flow_type_name(current->type),
                            flow_type_name(receipt->type), flow_type_name(current->type));
    receipt->outcome = same_value(current, request->value) ? FLOW_PUT_UNCHANGED : FLOW_PUT_UPDATED;
    receipt->new_version = current->version;
    if (receipt->outcome == FLOW_PUT_UNCHANGED || request->overwrite_unseen)
        return FLOW_OK;
    return check_seen(session, place, current, err);
}

/* A write that can't be noted in the vault is done all the same. */
static void note(struct flow_session *session, const struct flow_place *place,
                 const struct flow_param *param)
{
    struct flow_err err = FLOW_ERR_INIT;

    if (place->source == FLOW_SOURCE_SSM &&
        flow_seen_note(session, place->stage, place->name.text, param, &err))
        flow_session_notice(session, "the snapshot still has the old value, say --refresh: %s",
                            err.text);
}

static enum flow_code put_apply(struct flow_session *session,
                                const struct flow_put_request *request, struct flow_place *place,
                                struct flow_receipt *receipt, struct flow_err *err)
{
    struct flow_put put = {.name = place->name.text,
                           .type = receipt->type,
                           .replaces = receipt->old_version,
                           .key_id = request->key_id,
                           .description = request->description,
                           .tier = request->tier};
    struct flow_param written = {.name = put.name, .type = put.type};

    put.value.at = flow_secret_expose(request->value, &put.value.len);
    if (place->store->class->put(place->store, &put, &receipt->new_version, err)) {
        if (err->code != FLOW_E_EXISTS)
            return err->code;
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "%s was created by someone else in this moment; nothing was written; "
                            "look at it with `flowenv get --refresh`",
                            put.name);
    }
    written.value = put.value;
    written.version = receipt->new_version;
    written.modified_s = flow_clock_wall_s(flow_session_world(session)->clock);
    note(session, place, &written);
    if (receipt->new_version == receipt->old_version + 1 || receipt->old_version == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_CONFLICT,
                        "%s was written by someone else in between: you saw version %llu, yours "
                        "became %llu; see `flowenv history %s`",
                        put.name, (unsigned long long)receipt->old_version,
                        (unsigned long long)receipt->new_version, put.name);
}

enum flow_code flow_param_put(struct flow_session *session, const struct flow_put_request *request,
                              struct flow_receipt *receipt, struct flow_err *err)
{
    FLOW_CLEANUP(flow_place_done) struct flow_place place = FLOW_PLACE_INIT;
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    enum flow_code code;

    memset(receipt, 0, sizeof *receipt);
    if (flow_place_find(session, request->name, request->stage, true, &place, err) ||
        flow_name_check_param(place.name.text, err) ||
        flow_place_open(session, &place, true, err) || flow_params_init(&params, err))
        return err->code;
    if (place.name.len >= sizeof receipt->name)
        return flow_err_set(err, FLOW_E_LIMIT, "the parameter's name is too long");
    memcpy(receipt->name, place.name.text, place.name.len + 1);
    code = place.store->class->get(place.store, place.name.text, NULL, &params, err);
    if (code != FLOW_OK && code != FLOW_E_NOT_FOUND)
        return code;
    if (put_plan(session, request, &place, code == FLOW_OK ? &params.list[0] : NULL, receipt, err))
        return err->code;
    if (receipt->outcome == FLOW_PUT_UNCHANGED || request->dry_run)
        return FLOW_OK;
    return put_apply(session, request, &place, receipt, err);
}

/* --- get, list, history
 * --------------------------------------------------------------------------- */

/* What was just looked at counts as seen, where an older version was seen before. */
static void note_look(struct flow_session *session, const struct flow_place *place,
                      const struct flow_param *param)
{
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t seen = 0;

    if (place->source == FLOW_SOURCE_SSM && !param->unreadable &&
        flow_seen_version(session, place->stage, place->name.text, &seen, &err) == FLOW_OK &&
        seen != 0 && seen != param->version)
        note(session, place, param);
}

enum flow_code flow_param_get(struct flow_session *session, const char *operand, const char *stage,
                              struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_place_done) struct flow_place place = FLOW_PLACE_INIT;
    enum flow_code code;

    if (flow_place_find_selected(session, operand, stage, &place, err))
        return err->code;
    if (place.source == FLOW_SOURCE_SSM && place.selector == NULL) {
        code = flow_snapshot_lookup(session, place.name.text, false, params, err);
        if (code != FLOW_E_NOT_FOUND)
            return code;
    }
    if (place.source == FLOW_SOURCE_SSM &&
        flow_session_options(session)->freshness == FLOW_FRESH_OFFLINE)
        return flow_err_hint(err, "run without --offline");
    if (flow_place_open(session, &place, false, err))
        return err->code;
    code = place.store->class->get(place.store, place.name.text, place.selector, params, err);
    if (code == FLOW_E_NOT_FOUND)
        return flow_place_not_found(session, &place, err);
    if (code == FLOW_OK && place.selector == NULL)
        note_look(session, &place, &params->list[params->count - 1]);
    return code;
}

enum flow_code flow_param_list(struct flow_session *session, const char *path, const char *stage,
                               bool with_values, struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_place_done) struct flow_place place = FLOW_PLACE_INIT;
    struct flow_fetch what = {.without_values = !with_values};
    enum flow_code code;

    if (flow_place_find(session, path != NULL ? path : "", stage, false, &place, err))
        return err->code;
    while (place.name.len > 1 && place.name.text[place.name.len - 1] == '/')
        flow_str_cut(&place.name, place.name.len - 1);
    if (flow_name_check_prefix(place.name.text, err))
        return err->code;
    if (place.source == FLOW_SOURCE_SSM) {
        code = flow_snapshot_lookup(session, place.name.text, true, params, err);
        if (code != FLOW_E_NOT_FOUND)
            return code;
        if (flow_session_options(session)->freshness == FLOW_FRESH_OFFLINE)
            return flow_err_hint(err, "run without --offline");
    }
    what.prefix = place.name.text;
    if (flow_place_open(session, &place, false, err) ||
        place.store->class->fetch(place.store, &what, params, err))
        return err->code;
    flow_params_sort(params);
    return FLOW_OK;
}

enum flow_code flow_param_history(struct flow_session *session, const char *operand,
                                  const char *stage, bool with_values, struct flow_params *params,
                                  struct flow_err *err)
{
    FLOW_CLEANUP(flow_place_done) struct flow_place place = FLOW_PLACE_INIT;
    enum flow_code code;

    if (flow_place_find(session, operand, stage, false, &place, err) ||
        flow_name_check_param(place.name.text, err) || flow_place_open(session, &place, false, err))
        return err->code;
    code = place.store->class->history(place.store, place.name.text, with_values, params, err);
    return code == FLOW_E_NOT_FOUND ? flow_place_not_found(session, &place, err) : code;
}

/* --- rm
 * ------------------------------------------------------------------------------------------- */

struct removals {
    struct flow_place *places;
    const char **names;
    bool *removed;
    size_t count;
};

static void removals_done(struct removals *removals)
{
    size_t i;

    for (i = 0; i < removals->count && removals->places != NULL; i++)
        flow_place_done(&removals->places[i]);
    free(removals->places);
    free(removals->names);
    free(removals->removed);
}

static enum flow_code find_all(struct flow_session *session, const char *const *operands,
                               const char *stage, struct removals *removals, struct flow_err *err)
{
    size_t i;

    removals->places = calloc(removals->count, sizeof *removals->places);
    removals->names = calloc(removals->count, sizeof *removals->names);
    removals->removed = calloc(removals->count, sizeof *removals->removed);
    if (removals->places == NULL || removals->names == NULL || removals->removed == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < removals->count; i++) {
        struct flow_place *place = &removals->places[i];

        *place = (struct flow_place)FLOW_PLACE_INIT;
        if (flow_place_find(session, operands[i], stage, true, place, err) ||
            flow_name_check_param(place->name.text, err) ||
            flow_place_open(session, place, true, err))
            return err->code;
        if (place->store != removals->places[0].store)
            return flow_err_set(err, FLOW_E_USAGE,
                                "%s and %s belong to different stages; remove them one stage at a "
                                "time; nothing was removed",
                                removals->places[0].name.text, place->name.text);
        removals->names[i] = place->name.text;
    }
    return FLOW_OK;
}

/* Asks which are there, without touching any. */
static enum flow_code look_all(const struct removals *removals, struct flow_err *err)
{
    struct flow_store *store = removals->places[0].store;
    size_t i;

    for (i = 0; i < removals->count; i++) {
        FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
        enum flow_code code;

        if (flow_params_init(&params, err))
            return err->code;
        code = store->class->get(store, removals->names[i], NULL, &params, err);
        if (code != FLOW_OK && code != FLOW_E_NOT_FOUND)
            return code;
        removals->removed[i] = code == FLOW_OK;
    }
    return FLOW_OK;
}

enum flow_code flow_param_remove(struct flow_session *session, const char *const *operands,
                                 size_t count, const char *stage, bool dry_run,
                                 struct flow_removal *list, struct flow_err *err)
{
    FLOW_CLEANUP(removals_done) struct removals removals = {.count = count};
    struct flow_store *store;
    size_t i, missing = 0;

    if (find_all(session, operands, stage, &removals, err))
        return err->code;
    store = removals.places[0].store;
    if (dry_run ? look_all(&removals, err)
                : store->class->remove(store, removals.names, count, removals.removed, err))
        return err->code;
    for (i = 0; i < count; i++) {
        list[i] = (struct flow_removal){operands[i], removals.removed[i]};
        missing += !removals.removed[i];
        if (removals.removed[i] && !dry_run)
            note(session, &removals.places[i], NULL);
    }
    if (missing == 0)
        return FLOW_OK;
    if (missing < count)
        return flow_err_set(err, FLOW_E_PARTIAL, "%zu of %zu parameters were not there", missing,
                            count);
    return flow_err_set(err, FLOW_E_NOT_FOUND, "%s%s not there, nothing was removed",
                        count == 1 ? removals.names[0] : "these parameters",
                        count == 1 ? " is" : " are");
}
