#include "model/param.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"

static const char *const type_names[] = {
    [FLOW_STRING] = "String",
    [FLOW_STRING_LIST] = "StringList",
    [FLOW_SECURE_STRING] = "SecureString",
};

const char *flow_type_name(enum flow_type type)
{
    return type_names[type];
}

bool flow_type_parse(const char *text, enum flow_type *ret_type)
{
    for (size_t i = 0; i < FLOW_COUNT(type_names); i++)
        if (strcmp(text, type_names[i]) == 0) {
            *ret_type = (enum flow_type)i;
            return true;
        }
    return false;
}

enum flow_code flow_params_init(struct flow_params *params, struct flow_err *err)
{
    *params = (struct flow_params){0};
    return flow_arena_new(&params->arena, err);
}

void flow_params_done(struct flow_params *params)
{
    flow_arena_free(params->arena);
    free(params->list);
    *params = (struct flow_params){0};
}

/* Replace *text or *bytes by a copy in the arena, NULL staying NULL; false: no memory. */
static bool own_text(struct flow_arena *arena, const char **text)
{
    if (*text == NULL)
        return true;
    *text = flow_arena_strdup(arena, *text);
    return *text != NULL;
}

static bool own_bytes(struct flow_arena *arena, struct flow_bytes *bytes)
{
    if (bytes->at == NULL)
        return true;
    bytes->at = (unsigned char *)flow_arena_copy(arena, bytes->at, bytes->len);
    return bytes->at != NULL;
}

enum flow_code flow_params_add(struct flow_params *params, const struct flow_param *param,
                               struct flow_param **ret_param, struct flow_err *err)
{
    struct flow_arena *arena = params->arena;
    struct flow_param copy = *param;

    if (FLOW_LIST_GROW(params->list, params->count, params->cap) || !own_text(arena, &copy.name) ||
        !own_bytes(arena, &copy.value) || !own_text(arena, &copy.why) ||
        !own_text(arena, &copy.where) || !own_text(arena, &copy.who) ||
        !own_text(arena, &copy.key_id) || !own_bytes(arena, &copy.extra))
        return flow_err_nomem(err);
    params->list[params->count++] = copy;
    if (ret_param != NULL)
        *ret_param = &params->list[params->count - 1];
    return FLOW_OK;
}

static int compare(const void *a, const void *b)
{
    const struct flow_param *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    return order != 0 ? order : (left->version > right->version) - (left->version < right->version);
}

/* What comes from the vault is sorted, so that is looked at first. */
void flow_params_sort(struct flow_params *params)
{
    for (size_t i = 1; i < params->count; i++)
        if (compare(&params->list[i - 1], &params->list[i]) > 0) {
            qsort(params->list, params->count, sizeof *params->list, compare);
            return;
        }
}

struct flow_param *flow_params_find(const struct flow_params *params, const char *name)
{
    size_t low = 0, high = params->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(params->list[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < params->count && strcmp(params->list[low].name, name) == 0 ? &params->list[low]
                                                                            : NULL;
}

void flow_params_remove(struct flow_params *params, struct flow_param *param)
{
    size_t at = (size_t)(param - params->list);

    memmove(param, param + 1, (params->count - at - 1) * sizeof *param);
    params->count--;
}
