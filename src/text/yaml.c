#include "text/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/list.h"
#include "base/str.h"

struct key {
    char *text;
    yaml_mark_t mark;
};

/* A mapping or list that is open. */
struct frame {
    bool is_map;
    bool has_key; /* of a mapping: the next node is a value */
    size_t index; /* of a list: of the next node */
    size_t path_len;
    struct key *keys;
    size_t key_count, key_cap;
};

struct anchor {
    char *name, *path;
};

struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    struct frame frames[FLOW_YAML_DEPTH_MAX];
    size_t depth, events, documents;
    struct flow_str path;
    struct anchor *anchors;
    size_t anchor_count, anchor_cap;
    flow_yaml_take *take;
    void *context;
    struct flow_err *err;
};

/* --- keys and paths ------------------------------------------------------------ */

static int compare_keys(const void *a, const void *b)
{
    const struct key *one = a, *other = b;
    int order = strcmp(one->text, other->text);

    if (order != 0)
        return order;
    return (one->mark.index > other->mark.index) - (one->mark.index < other->mark.index);
}

static void free_keys(struct frame *frame)
{
    while (frame->key_count > 0)
        free(frame->keys[--frame->key_count].text);
    free(frame->keys);
    *frame = (struct frame){0};
}

/* A mapping has ended: no key may be in it twice. */
static enum flow_code check_keys(struct reader *reader, struct frame *frame)
{
    const struct key *keys = frame->keys;
    size_t i;

    if (frame->key_count > 1)
        qsort(frame->keys, frame->key_count, sizeof *frame->keys, compare_keys);
    for (i = 1; i < frame->key_count; i++) {
        if (strcmp(keys[i - 1].text, keys[i].text) != 0)
            continue;
        reader->event.start_mark = keys[i].mark;
        return flow_err_set(reader->err, FLOW_E_FORMAT, "'%s' is given twice, first on line %zu",
                            keys[i].text, keys[i - 1].mark.line + 1);
    }
    return FLOW_OK;
}

static enum flow_code add_key(struct reader *reader, struct frame *frame, const char *text)
{
    struct key key = {strdup(text), reader->event.start_mark};
    struct flow_str *path = &reader->path;

    if (key.text == NULL || FLOW_LIST_GROW(frame->keys, frame->key_count, frame->key_cap)) {
        free(key.text);
        return flow_err_nomem(reader->err);
    }
    frame->keys[frame->key_count++] = key;
    frame->has_key = true;
    if (path->len > 0)
        flow_str_add_char(path, '.');
    for (; *text != '\0'; text++) {
        if (strchr(".[]\\", *text) != NULL)
            flow_str_add_char(path, '\\');
        flow_str_add_char(path, *text);
    }
    return flow_str_check(path, "the path of a key", reader->err);
}

/*
 * A node begins: brings the path up to it, or makes its text (NULL: it is no
 * scalar) the key of the mapping that is open.
 */
static enum flow_code begin_node(struct reader *reader, const char *text, bool *ret_is_key)
{
    struct frame *frame = reader->depth > 0 ? &reader->frames[reader->depth - 1] : NULL;

    *ret_is_key = frame != NULL && frame->is_map && !frame->has_key;
    if (frame == NULL || (frame->is_map && frame->has_key))
        return FLOW_OK;
    flow_str_cut(&reader->path, frame->path_len);
    if (!frame->is_map) {
        flow_str_addf(&reader->path, "[%zu]", frame->index++);
        return flow_str_check(&reader->path, "the path of a value", reader->err);
    }
    if (text == NULL)
        return flow_err_set(reader->err, FLOW_E_FORMAT, "a key that is no scalar");
    return add_key(reader, frame, text);
}

static void end_node(struct reader *reader)
{
    if (reader->depth > 0)
        reader->frames[reader->depth - 1].has_key = false;
}

/* --- anchors ---------------------------------------------------------------------- */

static enum flow_code add_anchor(struct reader *reader, const yaml_char_t *name)
{
    struct anchor anchor;

    if (name == NULL)
        return FLOW_OK;
    if (reader->anchor_count == FLOW_YAML_ANCHORS_MAX)
        return flow_err_set(reader->err, FLOW_E_LIMIT, "more than %d anchors",
                            FLOW_YAML_ANCHORS_MAX);
    anchor.name = strdup((const char *)name);
    anchor.path = strdup(reader->path.text);
    if (anchor.name == NULL || anchor.path == NULL ||
        FLOW_LIST_GROW(reader->anchors, reader->anchor_count, reader->anchor_cap)) {
        free(anchor.name);
        free(anchor.path);
        return flow_err_nomem(reader->err);
    }
    reader->anchors[reader->anchor_count++] = anchor;
    return FLOW_OK;
}

/* The path that the name stands for now: a name may be given anew, and the last one counts. */
static const char *find_anchor(const struct reader *reader, const yaml_char_t *name)
{
    size_t i = reader->anchor_count;

    while (i-- > 0)
        if (strcmp(reader->anchors[i].name, (const char *)name) == 0)
            return reader->anchors[i].path;
    return NULL;
}

/* --- events ------------------------------------------------------------------------- */

static enum flow_code take_value(struct reader *reader, struct flow_yaml_value *value)
{
    value->path = reader->path.text;
    value->line = (unsigned)reader->event.start_mark.line + 1;
    value->column = (unsigned)reader->event.start_mark.column + 1;
    end_node(reader);
    return reader->take(reader->context, value, reader->err);
}

static enum flow_code take_scalar(struct reader *reader)
{
    const yaml_event_t *event = &reader->event;
    const char *text = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;
    struct flow_yaml_value value = {.text = text,
                                    .tag = tag != NULL ? tag : "",
                                    .plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE};
    bool is_key;

    if (strlen(text) != event->data.scalar.length)
        return flow_err_set(reader->err, FLOW_E_FORMAT, "a NUL byte in a scalar");
    if (begin_node(reader, text, &is_key) || add_anchor(reader, event->data.scalar.anchor))
        return reader->err->code;
    return is_key ? FLOW_OK : take_value(reader, &value);
}

static enum flow_code take_alias(struct reader *reader)
{
    struct flow_yaml_value value = {.text = "", .tag = "", .plain = true};
    bool is_key;

    if (begin_node(reader, NULL, &is_key))
        return reader->err->code;
    value.alias_of = find_anchor(reader, reader->event.data.alias.anchor);
    if (value.alias_of == NULL)
        return flow_err_set(reader->err, FLOW_E_FORMAT, "an alias of an anchor that is not there");
    return take_value(reader, &value);
}

static enum flow_code open_frame(struct reader *reader, bool is_map, const yaml_char_t *anchor)
{
    bool is_key;

    if (begin_node(reader, NULL, &is_key) || add_anchor(reader, anchor))
        return reader->err->code;
    if (reader->depth == FLOW_YAML_DEPTH_MAX)
        return flow_err_set(reader->err, FLOW_E_LIMIT, "deeper than %d levels",
                            FLOW_YAML_DEPTH_MAX);
    reader->frames[reader->depth++] =
        (struct frame){.is_map = is_map, .path_len = reader->path.len};
    return FLOW_OK;
}

static enum flow_code close_frame(struct reader *reader)
{
    struct frame *frame = &reader->frames[reader->depth - 1];
    enum flow_code code = check_keys(reader, frame);

    flow_str_cut(&reader->path, frame->path_len);
    free_keys(frame);
    reader->depth--;
    end_node(reader);
    return code;
}

static enum flow_code take_event(struct reader *reader)
{
    if (++reader->events > FLOW_YAML_EVENTS_MAX)
        return flow_err_set(reader->err, FLOW_E_LIMIT, "more than %d events", FLOW_YAML_EVENTS_MAX);
    switch (reader->event.type) {
    case YAML_DOCUMENT_START_EVENT:
        if (reader->documents++ > 0)
            return flow_err_set(reader->err, FLOW_E_FORMAT, "a second document");
        return FLOW_OK;
    case YAML_SCALAR_EVENT:
        return take_scalar(reader);
    case YAML_ALIAS_EVENT:
        return take_alias(reader);
    case YAML_MAPPING_START_EVENT:
        return open_frame(reader, true, reader->event.data.mapping_start.anchor);
    case YAML_SEQUENCE_START_EVENT:
        return open_frame(reader, false, reader->event.data.sequence_start.anchor);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return close_frame(reader);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return FLOW_OK;
}

/* libyaml's sentence for what it refused: its own words, none of the text's. */
static enum flow_code fail_parser(struct reader *reader, const char *file_name)
{
    const yaml_parser_t *parser = &reader->parser;

    if (parser->error == YAML_MEMORY_ERROR)
        return flow_err_nomem(reader->err);
    if (parser->error == YAML_READER_ERROR)
        return flow_err_set(reader->err, FLOW_E_FORMAT, "%s: %s at byte %zu", file_name,
                            parser->problem, parser->problem_offset);
    return flow_err_set(reader->err, FLOW_E_FORMAT, "%s:%zu:%zu: %s", file_name,
                        parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                        parser->problem);
}

static enum flow_code read_events(struct reader *reader, const char *file_name)
{
    enum flow_code code = FLOW_OK;
    bool ended = false;

    while (!ended && code == FLOW_OK) {
        if (!yaml_parser_parse(&reader->parser, &reader->event))
            return fail_parser(reader, file_name);
        ended = reader->event.type == YAML_STREAM_END_EVENT;
        code = take_event(reader);
        if (code != FLOW_OK)
            (void)flow_err_wrap(reader->err, "%s:%zu:%zu", file_name,
                                reader->event.start_mark.line + 1,
                                reader->event.start_mark.column + 1);
        yaml_event_delete(&reader->event);
    }
    return code;
}

static void reader_done(struct reader *reader)
{
    while (reader->depth > 0)
        free_keys(&reader->frames[--reader->depth]);
    while (reader->anchor_count > 0) {
        free(reader->anchors[--reader->anchor_count].name);
        free(reader->anchors[reader->anchor_count].path);
    }
    free(reader->anchors);
    flow_str_done(&reader->path);
    yaml_parser_delete(&reader->parser);
}

enum flow_code flow_yaml_each(const char *file_name, const char *text, size_t len,
                              flow_yaml_take *take, void *context, struct flow_err *err)
{
    struct reader reader = {
        .path = FLOW_STR_INIT(FLOW_YAML_PATH_MAX), .take = take, .context = context, .err = err};
    static const char mark[] = "\xef\xbb\xbf";
    enum flow_code code;

    if (len > FLOW_YAML_FILE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "%s is larger than %d bytes", file_name,
                            FLOW_YAML_FILE_MAX);
    if (!yaml_parser_initialize(&reader.parser))
        return flow_err_nomem(err);
    /* Said outright, or libyaml would take what looks like UTF-16 for that; but then it takes a
     * byte order mark for the first column. */
    if (len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0) {
        text += sizeof mark - 1;
        len -= sizeof mark - 1;
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const yaml_char_t *)text, len);
    code = read_events(&reader, file_name);
    reader_done(&reader);
    return code;
}
