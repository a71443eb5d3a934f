#include "vault/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "vault/record_tag.h"

void flow_record_init(struct flow_record *record)
{
    *record = (struct flow_record){0};
}

static void group_done(struct flow_group *group)
{
    flow_params_done(&group->params);
    free(group->source);
}

void flow_record_done(struct flow_record *record)
{
    size_t i;

    for (i = 0; i < record->count; i++)
        group_done(&record->groups[i]);
    free(record->groups);
    flow_secret_free(record->extra);
    flow_record_init(record);
}

struct flow_group *flow_record_find(const struct flow_record *record, const char *source)
{
    size_t i;

    for (i = 0; i < record->count; i++)
        if (strcmp(record->groups[i].source, source) == 0)
            return &record->groups[i];
    return NULL;
}

enum flow_code flow_record_add_group(struct flow_record *record, struct flow_bytes source,
                                     struct flow_group **ret_group, struct flow_err *err)
{
    struct flow_group group = {0};

    if (FLOW_LIST_GROW(record->groups, record->count, record->cap))
        return flow_err_nomem(err);
    group.source = strndup((const char *)source.at, source.len);
    if (group.source == NULL)
        return flow_err_nomem(err);
    if (flow_params_init(&group.params, err)) {
        free(group.source);
        return err->code;
    }
    *ret_group = &record->groups[record->count];
    record->groups[record->count++] = group;
    return FLOW_OK;
}

enum flow_code flow_record_group(struct flow_record *record, const char *source,
                                 struct flow_group **ret_group, struct flow_err *err)
{
    struct flow_group *group = flow_record_find(record, source);

    if (group == NULL)
        return flow_record_add_group(
            record, (struct flow_bytes){(const unsigned char *)source, strlen(source)}, ret_group,
            err);
    *ret_group = group;
    return FLOW_OK;
}

void flow_record_drop(struct flow_record *record, const char *source)
{
    struct flow_group *group = flow_record_find(record, source);

    if (group == NULL)
        return;
    group_done(group);
    record->count--;
    memmove(group, group + 1, (size_t)(record->groups + record->count - group) * sizeof *group);
}

int flow_record_compare(const struct flow_param *a, const struct flow_param *b)
{
    int names = strcmp(a->name, b->name);

    return names != 0 ? names : (a->version > b->version) - (a->version < b->version);
}
