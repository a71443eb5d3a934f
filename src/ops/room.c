#include "ops/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/cache.h"

/* A prefix's snapshot, and when it was fetched. */
struct shelf {
    char name[FLOW_CACHE_NAME_MAX + 1]; /* a copy: an update takes the vault's names away */
    int64_t fetched_s;
};

/* The vault's names of prefixes; true if `name` is one of them already. */
static bool collect(const char *const *names, size_t count, const char *name, struct shelf *shelves,
                    size_t *ret_count)
{
    bool is_there = false;

    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!flow_cache_is_prefix(names[i]))
            continue;
        is_there |= strcmp(names[i], name) == 0;
        (void)snprintf(shelves[*ret_count].name, sizeof shelves->name, "%s", names[i]);
        shelves[(*ret_count)++].fetched_s = 0;
    }
    return is_there;
}

static int64_t newest_of(const struct flow_record *record)
{
    int64_t newest_s = 0;

    for (size_t i = 0; i < record->count; i++)
        if (record->groups[i].fetched_s > newest_s)
            newest_s = record->groups[i].fetched_s;
    return newest_s;
}

static enum flow_code date(struct flow_vault *vault, struct shelf *shelves, size_t count,
                           struct flow_err *err)
{
    for (size_t i = 0; i < count; i++) {
        FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};

        if (flow_cache_load(vault, shelves[i].name, &record, err))
            return err->code;
        shelves[i].fetched_s = newest_of(&record);
    }
    return FLOW_OK;
}

static int compare_dates(const void *a_pointer, const void *b_pointer)
{
    const struct shelf *a = a_pointer, *b = b_pointer;

    return (a->fetched_s > b->fetched_s) - (a->fetched_s < b->fetched_s);
}

/* Empties the record, which removes it, unless somebody fetched it since. */
static enum flow_code apply_clear(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct shelf *shelf = context;

    (void)err;
    if (newest_of(record) > shelf->fetched_s)
        return FLOW_OK;
    flow_record_done(record);
    flow_record_init(record);
    return FLOW_OK;
}

static enum flow_code clear(struct flow_vault *vault, struct shelf *shelves, size_t count,
                            struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct flow_vault_change *changes = calloc(count, sizeof *changes);

    if (changes == NULL)
        return flow_err_nomem(err);
    for (size_t i = 0; i < count; i++)
        changes[i] = (struct flow_vault_change){shelves[i].name, apply_clear, &shelves[i]};
    return flow_vault_update(vault, changes, count, err);
}

enum flow_code flow_room_make(struct flow_vault *vault, const char *name, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct shelf *shelves = NULL;
    const char *const *names = NULL;
    size_t count = 0;

    if (!flow_cache_is_prefix(name))
        return FLOW_OK;
    if (flow_vault_names(vault, &names, &count, err))
        return err->code;
    shelves = calloc(count + 1, sizeof *shelves);
    if (shelves == NULL)
        return flow_err_nomem(err);
    if (collect(names, count, name, shelves, &count) || count < FLOW_ROOM_PREFIXES)
        return FLOW_OK;
    if (date(vault, shelves, count, err))
        return err->code;
    qsort(shelves, count, sizeof *shelves, compare_dates);
    return clear(vault, shelves, count - FLOW_ROOM_PREFIXES_LEFT, err);
}
