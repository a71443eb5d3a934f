#include <stdlib.h>
#include <string.h>

#include "vault/record_tag.h"

/* With at NULL it only counts, so one description of the format serves both. */
struct writer {
    unsigned char *at;
    size_t len;
};

static void put_bytes(struct writer *out, const void *bytes, size_t len)
{
    if (out->at != NULL && len > 0)
        memcpy(out->at + out->len, bytes, len);
    out->len += len;
}

static void put_head(struct writer *out, uint8_t tag, size_t len)
{
    unsigned char head[1 + sizeof len * 8 / 7 + 1] = {tag};
    size_t count = 1;

    for (; len > 0x7f; len >>= 7)
        head[count++] = (unsigned char)(len | 0x80);
    head[count++] = (unsigned char)len;
    put_bytes(out, head, count);
}

static void put_field(struct writer *out, uint8_t tag, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    put_head(out, tag, len);
    put_bytes(out, bytes, len);
}

static void put_text(struct writer *out, uint8_t tag, const char *text)
{
    if (text != NULL)
        put_field(out, tag, text, strlen(text));
}

static void put_number(struct writer *out, uint8_t tag, uint64_t value)
{
    unsigned char bytes[sizeof value];
    size_t len = 0;

    for (; value > 0; value >>= 8)
        bytes[len++] = (unsigned char)value;
    put_field(out, tag, bytes, len);
}

static uint64_t flags_of(const struct flow_param *param)
{
    return (uint64_t)param->type | (param->unreadable ? FLAG_UNREADABLE : 0u) |
           (param->value.at != NULL ? FLAG_VALUE : 0u);
}

static void put_entry_fields(struct writer *out, const struct flow_param *param)
{
    put_text(out, TAG_NAME, param->name);
    put_field(out, TAG_VALUE, param->value.at, param->value.len);
    put_number(out, TAG_FLAGS, flags_of(param));
    put_number(out, TAG_VERSION, param->version);
    put_number(out, TAG_MODIFIED, (uint64_t)param->modified_s);
    put_text(out, TAG_WHO, param->who);
    put_text(out, TAG_WHY, param->why);
    put_text(out, TAG_KEY_ID, param->key_id);
    put_bytes(out, param->extra.at, param->extra.len);
}

static void put_group_fields(struct writer *out, const struct flow_group *group)
{
    size_t i;

    put_text(out, TAG_SOURCE, group->source);
    put_number(out, TAG_FETCHED, (uint64_t)group->fetched_s);
    put_number(out, TAG_BOOTED, (uint64_t)group->booted_s);
    put_number(out, TAG_WALKED, (uint64_t)group->walked_s);
    for (i = 0; i < group->params.count; i++) {
        struct writer counted = {0};

        put_entry_fields(&counted, &group->params.list[i]);
        put_head(out, TAG_ENTRY, counted.len);
        if (out->at == NULL)
            out->len += counted.len;
        else
            put_entry_fields(out, &group->params.list[i]);
    }
    put_bytes(out, group->extra.at, group->extra.len);
}

static void put_record(struct writer *out, const struct flow_record *record)
{
    size_t i, len = 0;

    for (i = 0; i < record->count; i++) {
        struct writer counted = {0};

        put_group_fields(&counted, &record->groups[i]);
        put_head(out, TAG_GROUP, counted.len);
        if (out->at == NULL)
            out->len += counted.len;
        else
            put_group_fields(out, &record->groups[i]);
    }
    if (record->extra != NULL)
        put_bytes(out, flow_secret_expose(record->extra, &len), flow_secret_len(record->extra));
}

static int compare_groups(const void *a, const void *b)
{
    return strcmp(((const struct flow_group *)a)->source, ((const struct flow_group *)b)->source);
}

static bool is_too_long(const char *text)
{
    return text != NULL && strnlen(text, FLOW_RECORD_TEXT_MAX + 1) > FLOW_RECORD_TEXT_MAX;
}

static enum flow_code check_param(const struct flow_param *param, struct flow_err *err)
{
    if (param->name[0] == '\0' || is_too_long(param->name))
        return flow_err_set(err, FLOW_E_LIMIT, "a name has 1 to %d bytes, not %zu",
                            FLOW_RECORD_TEXT_MAX, strlen(param->name));
    if (is_too_long(param->who) || is_too_long(param->why) || is_too_long(param->key_id))
        return flow_err_set(err, FLOW_E_LIMIT, "'%s': a text beside its value is over %d bytes",
                            param->name, FLOW_RECORD_TEXT_MAX);
    if (param->value.len > FLOW_VALUE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT,
                            "the value of '%s' has %zu bytes; the vault takes %d", param->name,
                            param->value.len, FLOW_VALUE_MAX);
    return FLOW_OK;
}

static enum flow_code settle_group(struct flow_group *group, struct flow_err *err)
{
    const struct flow_param *list = group->params.list;
    size_t i;

    if (group->source[0] == '\0' || is_too_long(group->source))
        return flow_err_set(err, FLOW_E_LIMIT, "a source has 1 to %d bytes", FLOW_RECORD_TEXT_MAX);
    flow_params_sort(&group->params);
    for (i = 0; i < group->params.count; i++) {
        if (check_param(&list[i], err))
            return err->code;
        if (i > 0 && flow_record_compare(&list[i - 1], &list[i]) == 0)
            return flow_err_set(err, FLOW_E_EXISTS, "'%s' is there twice", list[i].name);
    }
    return FLOW_OK;
}

/* Brings the record into the one order that has an encoding. */
static enum flow_code settle(struct flow_record *record, struct flow_err *err)
{
    size_t i;

    if (record->count > 1)
        qsort(record->groups, record->count, sizeof *record->groups, compare_groups);
    for (i = 0; i < record->count; i++) {
        if (settle_group(&record->groups[i], err))
            return flow_err_wrap(err, "source '%s'", record->groups[i].source);
        if (i > 0 && compare_groups(&record->groups[i - 1], &record->groups[i]) == 0)
            return flow_err_set(err, FLOW_E_EXISTS, "source '%s' is there twice",
                                record->groups[i].source);
    }
    return FLOW_OK;
}

enum flow_code flow_record_encode(struct flow_record *record, struct flow_secret **ret_plain,
                                  struct flow_err *err)
{
    struct flow_secret *plain = NULL;
    struct writer out = {0};
    size_t padded;

    if (settle(record, err))
        return err->code;
    put_record(&out, record);
    padded = (out.len + FLOW_RECORD_PAD - 1) / FLOW_RECORD_PAD * FLOW_RECORD_PAD;
    if (padded > FLOW_RECORD_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "a record of %zu bytes is larger than %d MiB",
                            out.len, FLOW_RECORD_MAX >> 20);
    if (flow_secret_new_room(padded, &plain, err))
        return err->code;
    out = (struct writer){.at = flow_secret_edit(plain, padded, err), .len = 0};
    put_record(&out, record);
    memset(out.at + out.len, 0, padded - out.len);
    flow_secret_set_len(plain, padded);
    *ret_plain = plain;
    return FLOW_OK;
}
