#include <string.h>

#include "check/rule.h"
#include "text/dotenv.h"

/* A place in the text that moves from line to line. CR, LF and CRLF end a line. */
struct place {
    struct flow_bytes text;
    size_t at;
    unsigned line;
};

static size_t line_length(const struct place *place)
{
    size_t end = place->at;

    while (end < place->text.len && place->text.at[end] != '\n' && place->text.at[end] != '\r')
        end++;
    return end - place->at;
}

static void next_line(struct place *place)
{
    place->at += line_length(place);
    if (place->at + 1 < place->text.len && place->text.at[place->at] == '\r' &&
        place->text.at[place->at + 1] == '\n')
        place->at++;
    place->at++;
    place->line++;
}

/* The column of a key in its line, from 1. */
static unsigned column_of(struct place *place, const char *key, unsigned line)
{
    size_t len, key_len = strlen(key);

    if (line < place->line)
        place->at = 0, place->line = 1;
    while (place->line < line && place->at < place->text.len)
        next_line(place);
    if (place->at >= place->text.len)
        return 1;
    len = line_length(place);
    for (size_t i = 0; i + key_len <= len; i++)
        if (memcmp(place->text.at + place->at + i, key, key_len) == 0)
            return (unsigned)i + 1;
    return 1;
}

static enum flow_code add_needs(struct flow_check *check, const struct flow_dotenv *set,
                                struct flow_bytes text, struct flow_err *err)
{
    struct place place = {.text = text, .line = 1};

    for (size_t i = 0; i < set->count; i++) {
        const struct flow_dotenv_item *item = &set->items[i];
        struct flow_need need = {.key = item->key, .file = item->file, .line = item->line};

        need.column = column_of(&place, item->key, item->line);
        need.example = item->value.len > 0 ? (const char *)item->value.at : NULL;
        if (flow_check_add_need(check, &need, err))
            return err->code;
    }
    return FLOW_OK;
}

enum flow_code flow_check_scan_example(struct flow_check *check, const char *file,
                                       struct flow_bytes text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    FLOW_CLEANUP(flow_dotenv_done) struct flow_dotenv set = {0};

    if (flow_arena_new(&arena, err))
        return err->code;
    flow_dotenv_init(&set, arena);
    if (flow_dotenv_parse(&set, file, text, err) || add_needs(check, &set, text, err))
        return err->code;
    return FLOW_OK;
}
