#include "model/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/secret.h"
#include "text/pattern.h"

enum flow_code flow_view_init(struct flow_view *view, const char *stage, struct flow_err *err)
{
    *view = (struct flow_view){0};
    if (flow_arena_new(&view->arena, err))
        return err->code;
    view->stage = flow_arena_strdup(view->arena, stage);
    return view->stage != NULL ? FLOW_OK : flow_err_nomem(err);
}

void flow_view_done(struct flow_view *view)
{
    flow_arena_free(view->arena);
    free(view->entries);
    free(view->shadows);
    *view = (struct flow_view){0};
}

/* --- offering ---------------------------------------------------------------- */

/* A copy in the view's arena. Where the last entry has the very same words (the name of the
 * source), they are shared. */
static bool own_text(struct flow_view *view, const char **text, const char *last)
{
    if (*text == NULL)
        return true;
    *text = last != NULL && strcmp(*text, last) == 0 ? last : flow_arena_strdup(view->arena, *text);
    return *text != NULL;
}

static bool own_origin(struct flow_view *view, struct flow_origin *origin)
{
    static const struct flow_origin none;
    const struct flow_origin *last =
        view->count > 0 ? &view->entries[view->count - 1].origin : &none;

    return own_text(view, &origin->source, last->source) && own_text(view, &origin->name, NULL) &&
           own_text(view, &origin->where, last->where) && own_text(view, &origin->why, last->why);
}

enum flow_code flow_view_offer(struct flow_view *view, const char *key, struct flow_bytes value,
                               const struct flow_origin *origin, struct flow_err *err)
{
    struct flow_entry entry = {.key = key, .value = value, .origin = *origin};

    /* Room for the shadow that this may become, so that sorting cannot fail. */
    if (FLOW_LIST_GROW(view->entries, view->count, view->cap) ||
        FLOW_LIST_GROW(view->shadows, view->count, view->shadow_cap) ||
        !own_text(view, &entry.key, NULL) || !own_origin(view, &entry.origin))
        return flow_err_nomem(err);
    if (value.at != NULL) {
        entry.value.at = (unsigned char *)flow_arena_copy(view->arena, value.at, value.len);
        if (entry.value.at == NULL)
            return flow_err_nomem(err);
    }
    entry.rank = view->count;
    view->entries[view->count++] = entry;
    return FLOW_OK;
}

/* --- sorting, and what is shadowed --------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct flow_entry *left = a, *right = b;
    int order = strcmp(left->key, right->key);

    return order != 0 ? order : (left->rank > right->rank) - (left->rank < right->rank);
}

static bool is_other_value(struct flow_bytes a, struct flow_bytes b)
{
    if (a.at == NULL || b.at == NULL)
        return false;
    return a.len != b.len || flow_differs(a.at, b.at, a.len);
}

static void shadow(struct flow_view *view, struct flow_entry *winner,
                   const struct flow_entry *loser)
{
    struct flow_origin *origin = &view->shadows[view->shadow_count++];

    if (winner->shadow_count++ == 0)
        winner->shadows = origin;
    *origin = loser->origin;
    origin->differs = is_other_value(winner->value, loser->value);
}

/* In sorted entries, all but the first of each key become its shadows. */
static void fold(struct flow_view *view)
{
    size_t kept = 0;

    for (size_t i = 0; i < view->count; i++) {
        struct flow_entry *entry = &view->entries[i];

        if (kept > 0 && strcmp(view->entries[kept - 1].key, entry->key) == 0)
            shadow(view, &view->entries[kept - 1], entry);
        else
            view->entries[kept++] = *entry;
    }
    view->count = kept;
}

/* A source that is sorted, alone, needs no sorting. */
void flow_view_sort(struct flow_view *view)
{
    for (size_t i = 1; i < view->count; i++)
        if (compare(&view->entries[i - 1], &view->entries[i]) > 0) {
            qsort(view->entries, view->count, sizeof *view->entries, compare);
            break;
        }
    fold(view);
}

const struct flow_entry *flow_view_find(const struct flow_view *view, const char *key)
{
    size_t low = 0, high = view->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(view->entries[middle].key, key);

        if (order == 0)
            return &view->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void flow_view_filter(struct flow_view *view, const char *const *patterns, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < view->count; i++)
        if (flow_pattern_keeps(patterns, count, view->entries[i].key))
            view->entries[kept++] = view->entries[i];
    view->count = kept;
}
