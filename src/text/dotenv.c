#include "text/dotenv.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/secret.h"

/* A part of the text. */
struct span {
    const char *at, *end;
};

struct parser {
    struct flow_dotenv *set;
    const char *file;
    struct span text;
    const char *counted; /* lines are counted up to here */
    const char *line_start;
    unsigned line;
    struct flow_err *err;
};

/* --- JavaScript's classes of characters ------------------------------------- */

/* Bytes of the line end at the start of rest, where ^ and $ match; 0: none. CR is LF by now. */
static size_t line_end(struct span rest)
{
    if (rest.at < rest.end && rest.at[0] == '\n')
        return 1;
    if (rest.end - rest.at >= 3 &&
        (memcmp(rest.at, "\xe2\x80\xa8", 3) == 0 || memcmp(rest.at, "\xe2\x80\xa9", 3) == 0))
        return 3;
    return 0;
}

/* Bytes of the \s at the start of rest; 0: none. */
static size_t blank(struct span rest)
{
    const unsigned char *at = (const unsigned char *)rest.at;
    size_t left = (size_t)(rest.end - rest.at);

    if (left > 0 && (at[0] == ' ' || (at[0] >= '\t' && at[0] <= '\r')))
        return 1;
    if (left >= 2 && at[0] == 0xc2 && at[1] == 0xa0)
        return 2;
    if (left < 3 || at[0] < 0xe1)
        return 0;
    switch (at[0] << 16 | at[1] << 8 | at[2]) {
    case 0xe19a80: /* U+1680 */
    case 0xe280af: /* U+202F */
    case 0xe2819f: /* U+205F */
    case 0xe38080: /* U+3000 */
    case 0xefbbbf: /* U+FEFF, the byte order mark */
        return 3;
    default: /* U+2000 to U+200A, and the two line ends */
        return (at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x8a) ? 3
                                                                                  : line_end(rest);
    }
}

/* Bytes of the \s that ends at text's end; 0: none. */
static size_t blank_before_end(struct span text)
{
    size_t len;

    for (len = 1; len <= 3 && text.end - text.at >= (ptrdiff_t)len; len++)
        if (blank((struct span){text.end - len, text.end}) == len)
            return len;
    return 0;
}

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

static struct span skip_blanks(struct span rest)
{
    size_t len;

    while ((len = blank(rest)) > 0)
        rest.at += len;
    return rest;
}

static struct span skip_line(struct span rest)
{
    while (rest.at < rest.end && line_end(rest) == 0)
        rest.at++;
    return rest;
}

static struct span trim(struct span text)
{
    size_t len;

    text = skip_blanks(text);
    while ((len = blank_before_end(text)) > 0)
        text.end -= len;
    return text;
}

/* --- errors -------------------------------------------------------------------- */

static void count_lines(struct parser *parser, const char *at)
{
    const char *end;

    while ((end = memchr(parser->counted, '\n', (size_t)(at - parser->counted))) != NULL) {
        parser->counted = parser->line_start = end + 1;
        parser->line++;
    }
    parser->counted = at;
}

static enum flow_code fail(struct parser *parser, const char *at, enum flow_code code,
                           const char *sentence)
{
    count_lines(parser, at);
    return flow_err_set(parser->err, code, "%s:%u:%zu: %s", parser->file, parser->line,
                        (size_t)(at - parser->line_start) + 1, sentence);
}

/* --- the set --------------------------------------------------------------------- */

/* The place in by_key where the key is or belongs. */
static size_t place_of(const struct flow_dotenv *set, const char *key, size_t len, bool *ret_found)
{
    size_t low = 0, high = set->count;

    *ret_found = false;
    while (low < high && !*ret_found) {
        size_t middle = low + (high - low) / 2;
        const char *other = set->items[set->by_key[middle]].key;
        int order = strncmp(key, other, len);

        if (order == 0 && other[len] != '\0')
            order = -1;
        *ret_found = order == 0;
        if (order <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

struct flow_dotenv_item *flow_dotenv_find(const struct flow_dotenv *set, const char *key,
                                          size_t len)
{
    bool found;
    size_t place = place_of(set, key, len, &found);

    return found ? &set->items[set->by_key[place]] : NULL;
}

/* A new item under a key that the set does not have. */
static struct flow_dotenv_item *add_item(struct parser *parser, struct span key)
{
    struct flow_dotenv *set = parser->set;
    size_t len = (size_t)(key.end - key.at);
    bool found;
    size_t place = place_of(set, key.at, len, &found);
    struct flow_dotenv_item item = {.key = flow_arena_copy(set->arena, key.at, len)};

    if (set->count == FLOW_DOTENV_NAMES_MAX) {
        (void)fail(parser, key.at, FLOW_E_LIMIT, "more than 10000 names");
        return NULL;
    }
    if (item.key == NULL || FLOW_LIST_GROW(set->items, set->count, set->cap) ||
        FLOW_LIST_GROW(set->by_key, set->count, set->by_key_cap)) {
        (void)flow_err_nomem(parser->err);
        return NULL;
    }
    memmove(&set->by_key[place + 1], &set->by_key[place],
            (set->count - place) * sizeof *set->by_key);
    set->by_key[place] = (uint32_t)set->count;
    set->items[set->count] = item;
    return &set->items[set->count++];
}

void flow_dotenv_init(struct flow_dotenv *set, struct flow_arena *arena)
{
    *set = (struct flow_dotenv){.arena = arena};
}

void flow_dotenv_done(struct flow_dotenv *set)
{
    free(set->items);
    free(set->by_key);
    *set = (struct flow_dotenv){0};
}

/* --- values ----------------------------------------------------------------------- */

/* The last such quote behind text's first byte that ends a line of text; NULL: none. */
static const char *last_close(struct span text, char quote)
{
    const char *at;

    for (at = text.end; at - text.at > 1; at--)
        if (at[-1] == quote && (at == text.end || line_end((struct span){at, text.end}) > 0))
            return at - 1;
    return NULL;
}

static char *move(char *out, const char *from, const char *end)
{
    memmove(out, from, (size_t)(end - from));
    return out + (end - from);
}

/*
 * value.replace(/^(['"`])([\s\S]*)\1$/mg, '$2') in place; returns the new end.
 * The expression takes quotes off that begin and end lines, as far apart as
 * they can be: nearly always those around the whole text. Others are met only
 * where U+2028 or U+2029 stands in a value without quotes.
 */
static char *take_quotes_off(char *value, struct span text)
{
    const char *close[] = {last_close(text, '\''), last_close(text, '"'), last_close(text, '`')};
    const char *copied = text.at;
    char *out = value;

    while (text.at < text.end) {
        size_t kind = *text.at == '\'' ? 0 : *text.at == '"' ? 1 : 2;

        if (is_quote(*text.at) && close[kind] != NULL && close[kind] > text.at) {
            out = move(out, copied, text.at);
            out = move(out, text.at + 1, close[kind]);
            copied = text.at = close[kind] + 1;
        }
        text = skip_line(text);
        text.at += line_end(text);
    }
    return move(out, copied, text.end);
}

/* \n and \r become what they stand for, nothing else does; returns the new end. */
static char *unescape(char *at, const char *end)
{
    const char *from;
    char *out = at;

    for (from = at; from < end; from++) {
        bool is_escape = *from == '\\' && end - from > 1 && (from[1] == 'n' || from[1] == 'r');

        if (is_escape)
            from++;
        *out++ = (char)(!is_escape ? *from : *from == 'n' ? '\n' : '\r');
    }
    return out;
}

static enum flow_code set_value(struct parser *parser, struct flow_dotenv_item *item,
                                struct span raw)
{
    struct span text = trim(raw);
    size_t len = (size_t)(text.end - text.at);
    char *value = flow_arena_copy(parser->set->arena, text.at, len), *end, first;

    if (value == NULL)
        return flow_err_nomem(parser->err);
    first = *value;
    item->quote = '\0';
    if (is_quote(first) && last_close(text, first) != NULL)
        item->quote = first;
    end = take_quotes_off(value, (struct span){value, value + len});
    if (first == '"')
        end = unescape(value, end);
    *end = '\0';
    item->value = (struct flow_bytes){(const unsigned char *)value, (size_t)(end - value)};
    return FLOW_OK;
}

static enum flow_code assign(struct parser *parser, struct span key, struct span raw)
{
    struct flow_dotenv_item *item =
        flow_dotenv_find(parser->set, key.at, (size_t)(key.end - key.at));

    if (item != NULL && item->file != parser->file)
        return FLOW_OK; /* a stronger file has it */
    if (item == NULL)
        item = add_item(parser, key);
    if (item == NULL)
        return parser->err->code;
    count_lines(parser, key.at);
    item->file = parser->file;
    item->line = parser->line;
    return set_value(parser, item, raw);
}

/* --- LINE ----------------------------------------------------------------------------- */

/* \s*(?:#.*)?$ */
static bool ends_line(struct span rest)
{
    size_t len;

    for (; (len = blank(rest)) > 0; rest.at += len)
        if (line_end(rest) > 0)
            return true;
    return rest.at == rest.end || *rest.at == '#';
}

/*
 * The end of the quoted text at the start of rest, or NULL if it is none:
 * '(?:\\'|[^'])*' followed by what ends_line(). A regular expression tries the
 * first quote without "\" before it; failing that, those with one, the last
 * first. Looks no further than the first quote without "\", so that all calls
 * for one text take linear time: the next quote that opens a value is such.
 */
static const char *quoted_end(struct span rest)
{
    const char *best = NULL, *at;
    char quote = *rest.at;

    for (at = rest.at + 1; at < rest.end; at++) {
        if (*at != quote)
            continue;
        if (ends_line((struct span){at + 1, rest.end}))
            best = at + 1;
        if (at[-1] != '\\')
            break;
    }
    return best;
}

/* (\s*'...'|\s*"..."|\s*`...`|[^#\r\n]+)?, where rest begins behind the separator. */
static enum flow_code take_value(struct parser *parser, struct span rest, struct span *ret_raw)
{
    struct span quoted = skip_blanks(rest), text;
    const char *end;

    if (quoted.at < quoted.end && is_quote(*quoted.at) && (end = quoted_end(quoted)) != NULL) {
        *ret_raw = (struct span){quoted.at, end};
        return FLOW_OK;
    }
    for (end = rest.at; end < rest.end && *end != '#' && *end != '\n';)
        end++;
    *ret_raw = (struct span){rest.at, end};
    text = trim(*ret_raw);
    if (text.at == text.end || !is_quote(*text.at) ||
        memchr(text.at + 1, *text.at, (size_t)(text.end - text.at - 1)) != NULL)
        return FLOW_OK;
    return fail(parser, text.at, FLOW_E_FORMAT,
                "the quote that opens here is not closed before the line or its comment ends");
}

/* (?:export\s+)?([\w.-]+) */
static struct span take_key(struct span rest)
{
    static const char word[] = "export";
    struct span key = rest, after;

    if (rest.end - rest.at > (ptrdiff_t)sizeof word &&
        memcmp(rest.at, word, sizeof word - 1) == 0) {
        after = (struct span){rest.at + sizeof word - 1, rest.end};
        key = skip_blanks(after);
        if (key.at == after.at || key.at == key.end || !is_key_char(*key.at))
            key = rest;
    }
    for (key.end = key.at; key.end < rest.end && is_key_char(*key.end);)
        key.end++;
    return key;
}

/* (?:\s*=\s*?|:\s+?), both lazy parts being as short as they can; NULL: no separator. */
static const char *take_separator(struct span rest)
{
    struct span after = skip_blanks(rest);
    size_t len;

    if (after.at < after.end && *after.at == '=')
        return after.at + 1;
    if (rest.at == rest.end || *rest.at != ':')
        return NULL;
    rest.at++;
    len = blank(rest);
    return len > 0 ? rest.at + len : NULL;
}

static enum flow_code parse_text(struct parser *parser)
{
    struct span rest = skip_blanks(parser->text), key, raw;
    const char *value;

    /* What follows a value on its line is a comment or nothing, so it is skipped as such. */
    for (; rest.at < rest.end; rest = skip_blanks(rest)) {
        if (*rest.at == '#') {
            rest = skip_line(rest);
            continue;
        }
        key = take_key(rest);
        value = key.at < key.end ? take_separator((struct span){key.end, rest.end}) : NULL;
        if (value == NULL)
            return fail(parser, rest.at, FLOW_E_FORMAT,
                        "neither a comment nor an assignment; write KEY=value");
        if (take_value(parser, (struct span){value, rest.end}, &raw) || assign(parser, key, raw))
            return parser->err->code;
        rest.at = raw.end;
    }
    return FLOW_OK;
}

/* --- before LINE -------------------------------------------------------------------------- */

static enum flow_code check_text(struct parser *parser)
{
    struct span text = parser->text;
    const char *nul = memchr(text.at, '\0', (size_t)(text.end - text.at)), *line, *end;

    if (nul != NULL)
        return fail(parser, nul, FLOW_E_FORMAT, "a NUL byte, which no variable can hold");
    for (line = text.at; line < text.end; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text.end - line));
        if (end == NULL)
            end = text.end;
        if (end - line > FLOW_DOTENV_LINE_MAX)
            return fail(parser, line + FLOW_DOTENV_LINE_MAX, FLOW_E_LIMIT,
                        "the line is longer than 128 KiB");
    }
    return FLOW_OK;
}

/* text.replace(/\r\n?/g, '\n') into a secret of its own, as the text holds values. */
static enum flow_code copy_without_cr(struct flow_bytes text, struct flow_secret **ret_copy,
                                      struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *copy = NULL;
    unsigned char *out;
    size_t i, len = 0;

    if (flow_secret_new_room(text.len, &copy, err))
        return err->code;
    out = flow_secret_edit(copy, text.len, err);
    if (out == NULL)
        return err->code;
    for (i = 0; i < text.len; i++) {
        out[len++] = text.at[i] == '\r' ? '\n' : text.at[i];
        if (text.at[i] == '\r' && i + 1 < text.len && text.at[i + 1] == '\n')
            i++;
    }
    flow_secret_set_len(copy, len);
    *ret_copy = FLOW_TAKE(copy);
    return FLOW_OK;
}

enum flow_code flow_dotenv_parse(struct flow_dotenv *set, const char *file, struct flow_bytes text,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *copy = NULL;
    struct parser parser = {.set = set, .line = 1, .err = err};

    if (text.len > FLOW_DOTENV_FILE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "%s: larger than 1 MiB", file);
    parser.file = flow_arena_strdup(set->arena, file);
    if (parser.file == NULL)
        return flow_err_nomem(err);
    if (memchr(text.at, '\r', text.len) != NULL) {
        if (copy_without_cr(text, &copy, err))
            return flow_err_wrap(err, "%s", file);
        text.at = flow_secret_expose(copy, &text.len);
    }
    parser.text = (struct span){(const char *)text.at, (const char *)text.at + text.len};
    parser.counted = parser.line_start = parser.text.at;
    return check_text(&parser) ? err->code : parse_text(&parser);
}
