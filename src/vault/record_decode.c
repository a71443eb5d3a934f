#include <string.h>

#include "base/list.h"
#include "vault/record_tag.h"

enum { LENGTH_BYTES_MAX = 4 };

static size_t read_length(struct flow_cursor *in)
{
    size_t length = 0;
    unsigned i;

    for (i = 0; i < LENGTH_BYTES_MAX; i++) {
        uint8_t byte = flow_cursor_u8(in);

        length |= (size_t)(byte & 0x7f) << (7 * i);
        if (byte <= 0x7f) {
            in->failed |= byte == 0 && i > 0;
            return length;
        }
    }
    in->failed = true;
    return 0;
}

/* True while there is a field with a tag below `end`. */
static bool has_field(const struct flow_cursor *in, unsigned end)
{
    return !in->failed && in->left > 0 && in->at[0] < end;
}

static struct flow_bytes read_field(struct flow_cursor *in)
{
    (void)flow_cursor_u8(in);
    return flow_cursor_take(in, read_length(in));
}

/* The fields with tags first to first + count - 1, each at most once, in order, none empty. */
static void read_fields(struct flow_cursor *in, unsigned first, size_t count,
                        struct flow_bytes *fields)
{
    unsigned next = first;

    while (has_field(in, first + (unsigned)count)) {
        unsigned tag = in->at[0];
        struct flow_bytes field = read_field(in);

        if (in->failed || tag < next || field.len == 0) {
            in->failed = true;
            return;
        }
        fields[tag - first] = field;
        next = tag + 1;
    }
}

/* All that is left, or in a record all before the padding: fields of tags not known here. */
static struct flow_bytes read_extra(struct flow_cursor *in)
{
    struct flow_bytes extra = {in->at, 0};
    unsigned last = TAG_PADDING + 1;

    while (!in->failed && in->left > 0 && in->at[0] != TAG_PADDING) {
        in->failed |= in->at[0] < last;
        last = in->at[0];
        (void)read_field(in);
    }
    extra.len = (size_t)(in->at - extra.at);
    return extra;
}

static uint64_t read_number(struct flow_cursor *in, struct flow_bytes field)
{
    uint64_t value = 0;
    size_t i;

    if (field.len > 8 || (field.len > 0 && field.at[field.len - 1] == 0)) {
        in->failed = true;
        return 0;
    }
    for (i = field.len; i-- > 0;)
        value = value << 8 | field.at[i];
    return value;
}

/* A text never holds a NUL, so it can be a C string; one that is absent is NULL. */
static const char *read_text(struct flow_cursor *in, struct flow_bytes field,
                             struct flow_arena *arena, bool *no_memory)
{
    char *text;

    if (field.len == 0)
        return NULL;
    if (field.len > FLOW_RECORD_TEXT_MAX || memchr(field.at, '\0', field.len) != NULL)
        in->failed = true;
    if (in->failed)
        return NULL;
    text = flow_arena_copy(arena, field.at, field.len);
    *no_memory |= text == NULL;
    return text;
}

static struct flow_bytes keep(struct flow_bytes bytes, struct flow_arena *arena, bool *no_memory)
{
    char *copy = flow_arena_copy(arena, bytes.at, bytes.len);

    *no_memory |= copy == NULL;
    return (struct flow_bytes){(const unsigned char *)copy, bytes.len};
}

static void read_value(struct flow_cursor *in, struct flow_bytes field, uint64_t flags,
                       struct flow_param *param, struct flow_arena *arena, bool *no_memory)
{
    bool present = (flags & FLAG_VALUE) != 0;

    if (flags > FLAGS_KNOWN || (flags & FLAG_TYPE) > FLOW_SECURE_STRING ||
        field.len > FLOW_VALUE_MAX || (!present && field.len > 0)) {
        in->failed = true;
        return;
    }
    param->type = (enum flow_type)(flags & FLAG_TYPE);
    param->unreadable = (flags & FLAG_UNREADABLE) != 0;
    if (present)
        param->value = keep(field, arena, no_memory);
}

/* False: damaged. */
static bool decode_entry(struct flow_bytes bytes, struct flow_arena *arena,
                         struct flow_param *param, bool *no_memory)
{
    struct flow_cursor in = flow_cursor_on(bytes.at, bytes.len);
    struct flow_bytes fields[ENTRY_FIELDS] = {0}, extra;
#define FIELD(tag) (fields[(tag)-TAG_NAME])

    read_fields(&in, TAG_NAME, ENTRY_FIELDS, fields);
    extra = read_extra(&in);
    *param = (struct flow_param){.name = read_text(&in, FIELD(TAG_NAME), arena, no_memory)};
    read_value(&in, FIELD(TAG_VALUE), read_number(&in, FIELD(TAG_FLAGS)), param, arena, no_memory);
    param->version = read_number(&in, FIELD(TAG_VERSION));
    param->modified_s = (int64_t)read_number(&in, FIELD(TAG_MODIFIED));
    param->who = read_text(&in, FIELD(TAG_WHO), arena, no_memory);
    param->why = read_text(&in, FIELD(TAG_WHY), arena, no_memory);
    param->key_id = read_text(&in, FIELD(TAG_KEY_ID), arena, no_memory);
    if (!in.failed && extra.len > 0)
        param->extra = keep(extra, arena, no_memory);
    return !in.failed && in.left == 0 && FIELD(TAG_NAME).len > 0;
#undef FIELD
}

static enum flow_code damaged(struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_DAMAGED, "its plaintext is not a record");
}

static enum flow_code decode_entries(struct flow_cursor *in, struct flow_params *params,
                                     struct flow_err *err)
{
    while (has_field(in, TAG_ENTRY + 1)) {
        bool no_memory = false;
        struct flow_param param;

        if (in->at[0] != TAG_ENTRY ||
            !decode_entry(read_field(in), params->arena, &param, &no_memory))
            return damaged(err);
        if (no_memory || FLOW_LIST_GROW(params->list, params->count, params->cap))
            return flow_err_nomem(err);
        if (params->count > 0 && flow_record_compare(&params->list[params->count - 1], &param) >= 0)
            return damaged(err);
        params->list[params->count++] = param;
    }
    return FLOW_OK;
}

static enum flow_code decode_group(struct flow_bytes bytes, struct flow_record *record,
                                   struct flow_err *err)
{
    struct flow_cursor in = flow_cursor_on(bytes.at, bytes.len);
    struct flow_bytes fields[GROUP_FIELDS] = {0}, source, extra;
    struct flow_group *group = NULL;
    bool no_memory = false;

    read_fields(&in, TAG_SOURCE, GROUP_FIELDS, fields);
    source = fields[0];
    if (in.failed || source.len == 0 || source.len > FLOW_RECORD_TEXT_MAX ||
        memchr(source.at, '\0', source.len) != NULL)
        return damaged(err);
    if (flow_record_add_group(record, source, &group, err))
        return err->code;
    group->fetched_s = (int64_t)read_number(&in, fields[TAG_FETCHED - TAG_SOURCE]);
    group->booted_s = (int64_t)read_number(&in, fields[TAG_BOOTED - TAG_SOURCE]);
    group->walked_s = (int64_t)read_number(&in, fields[TAG_WALKED - TAG_SOURCE]);
    if (record->count > 1 && strcmp(group[-1].source, group->source) >= 0)
        return damaged(err);
    if (decode_entries(&in, &group->params, err))
        return err->code;
    extra = read_extra(&in);
    if (in.failed || in.left > 0)
        return damaged(err);
    if (extra.len > 0)
        group->extra = keep(extra, group->params.arena, &no_memory);
    return no_memory ? flow_err_nomem(err) : FLOW_OK;
}

static bool is_padding(const struct flow_cursor *in)
{
    size_t i;

    for (i = 0; i < in->left; i++)
        if (in->at[i] != 0)
            return false;
    return in->left < FLOW_RECORD_PAD;
}

static enum flow_code decode(struct flow_cursor *in, struct flow_record *record,
                             struct flow_err *err)
{
    struct flow_bytes extra;

    while (has_field(in, TAG_GROUP + 1) && in->at[0] == TAG_GROUP) {
        struct flow_bytes group = read_field(in);

        if (in->failed)
            return damaged(err);
        if (decode_group(group, record, err))
            return err->code;
    }
    /* A tag below that of a group, other than padding, is nobody's. */
    if (has_field(in, TAG_GROUP) && in->at[0] != TAG_PADDING)
        return damaged(err);
    extra = read_extra(in);
    if (in->failed || !is_padding(in))
        return damaged(err);
    return extra.len > 0 ? flow_secret_new(extra.at, extra.len, &record->extra, err) : FLOW_OK;
}

enum flow_code flow_record_decode(const struct flow_secret *plain, struct flow_record *record,
                                  struct flow_err *err)
{
    size_t len;
    const unsigned char *bytes = flow_secret_expose(plain, &len);
    struct flow_cursor in = flow_cursor_on(bytes, len);
    enum flow_code code;

    flow_record_init(record);
    if (len > FLOW_RECORD_MAX || len % FLOW_RECORD_PAD != 0)
        return damaged(err);
    code = decode(&in, record, err);
    if (code != FLOW_OK)
        flow_record_done(record);
    return code;
}
