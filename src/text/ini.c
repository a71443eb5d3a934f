#include "text/ini.h"

#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "text/utf8.h"

/* inih wants room for the line's end and a NUL, and one more byte to tell a cut line. */
enum { LINE_ROOM = 3 };

#ifdef __ELF__
/* Debian makes inih's limits variables; elsewhere this is an absent symbol. */
extern int ini_max_line __attribute__((weak));
#endif

struct span {
    const char *at;
    size_t len;
};

struct seen {
    struct span name;
    unsigned line;
};

struct seen_list {
    struct seen *list;
    size_t count, cap;
};

/* What inih is fed from, and who gets what it finds. */
struct reader {
    struct span left;
    unsigned line;
    struct seen_list sections, keys;
    char section[FLOW_INI_SECTION_MAX + 1];
    flow_ini_item *item;
    void *context;
    struct flow_err *err;
    bool failed;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span trim(struct span text)
{
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    while (text.len > 0 && is_blank(text.at[0])) {
        text.at++;
        text.len--;
    }
    return text;
}

/* The next line without its end. */
static struct span take_line(struct span *left)
{
    const char *end = memchr(left->at, '\n', left->len);
    struct span line = {left->at, end != NULL ? (size_t)(end - left->at) : left->len};
    size_t used = line.len + (end != NULL ? 1 : 0);

    left->at += used;
    left->len -= used;
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

static enum flow_code check_bytes(struct span line, size_t max, struct flow_err *err)
{
    size_t i;

    if (line.len > max)
        return flow_err_set(err, FLOW_E_LIMIT, "the line is longer than %zu bytes", max);
    for (i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.at[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return flow_err_set(err, FLOW_E_FORMAT, "control character 0x%02x in column %zu", c,
                                i + 1);
    }
    if (!flow_utf8_valid((struct flow_bytes){(const unsigned char *)line.at, line.len}))
        return flow_err_set(err, FLOW_E_FORMAT, "the line is not UTF-8");
    return FLOW_OK;
}

static struct span cut_comment(struct span line)
{
    size_t i;

    for (i = 0; i < line.len; i++)
        if ((line.at[i] == ';' || line.at[i] == '#') && (i == 0 || is_blank(line.at[i - 1])))
            line.len = i;
    return line;
}

static enum flow_code note(struct seen_list *seen, struct span name, unsigned line,
                           struct flow_err *err)
{
    size_t i;

    for (i = 0; i < seen->count; i++)
        if (seen->list[i].name.len == name.len &&
            memcmp(seen->list[i].name.at, name.at, name.len) == 0)
            return flow_err_set(err, FLOW_E_FORMAT, "'%.*s' is given twice, first on line %u",
                                (int)name.len, name.at, seen->list[i].line);
    if (seen->count == FLOW_INI_ITEMS_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "more than %d entries", FLOW_INI_ITEMS_MAX);
    if (FLOW_LIST_GROW(seen->list, seen->count, seen->cap))
        return flow_err_nomem(err);
    seen->list[seen->count++] = (struct seen){name, line};
    return FLOW_OK;
}

static enum flow_code begin_section(struct reader *reader, struct span line)
{
    struct flow_err *err = reader->err;
    struct span name = {line.at + 1, 0}, inner;
    const char *close = memchr(line.at, ']', line.len);

    if (close == NULL)
        return flow_err_set(err, FLOW_E_FORMAT, "the section's closing ']' is missing");
    if (close != line.at + line.len - 1)
        return flow_err_set(err, FLOW_E_FORMAT, "text after the ']' of a section");
    name.len = (size_t)(close - name.at);
    inner = trim(name);
    if (inner.len == 0 || inner.len != name.len)
        return flow_err_set(err, FLOW_E_FORMAT,
                            "a section's name may not be empty nor have blanks around it");
    if (name.len > FLOW_INI_SECTION_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the section's name is longer than %d bytes",
                            FLOW_INI_SECTION_MAX);
    if (note(&reader->sections, name, reader->line, err))
        return err->code;
    memcpy(reader->section, name.at, name.len);
    reader->section[name.len] = '\0';
    reader->keys.count = 0;
    return reader->item(reader->context, reader->section, NULL, NULL, reader->line, err);
}

static enum flow_code check_key(struct reader *reader, struct span line)
{
    struct flow_err *err = reader->err;
    size_t len = 0;

    while (len < line.len && line.at[len] != '=' && line.at[len] != ':')
        len++;
    if (len == line.len)
        return flow_err_set(err, FLOW_E_FORMAT, "neither 'key = value' nor '[section]'");
    if (line.at[len] == ':')
        return flow_err_set(err, FLOW_E_FORMAT, "':' before '='; write 'key = value'");
    if (len == 0)
        return flow_err_set(err, FLOW_E_FORMAT, "no key before '='");
    return note(&reader->keys, trim((struct span){line.at, len}), reader->line, err);
}

/* Lets a line pass, without its comment, only if inih can't misread it. */
static enum flow_code check_line(struct reader *reader, struct span *line, size_t max)
{
    struct span inner;

    if (check_bytes(*line, max, reader->err))
        return reader->err->code;
    *line = cut_comment(*line);
    inner = trim(*line);
    if (inner.len == 0)
        return FLOW_OK;
    if (inner.at != line->at)
        return flow_err_set(reader->err, FLOW_E_FORMAT,
                            "the line begins with a blank; a value can't go on on a second line");
    return inner.at[0] == '[' ? begin_section(reader, inner) : check_key(reader, inner);
}

/* inih's ini_reader: as fgets(), and NULL ends the parse. */
static char *read_line(char *buffer, int size, void *context)
{
    struct reader *reader = context;
    size_t max = size > LINE_ROOM ? (size_t)(size - LINE_ROOM) : 0;
    struct span line;

    if (reader->failed || reader->left.len == 0)
        return NULL;
    reader->line++;
    line = take_line(&reader->left);
    if (check_line(reader, &line, max < FLOW_INI_LINE_MAX ? max : FLOW_INI_LINE_MAX)) {
        reader->failed = true;
        return NULL;
    }
    memcpy(buffer, line.at, line.len);
    memcpy(buffer + line.len, "\n", sizeof "\n");
    return buffer;
}

/* inih's ini_handler: 0 is an error. */
static int take_item(void *context, const char *section, const char *key, const char *value)
{
    struct reader *reader = context;

    reader->failed = reader->failed || reader->item(reader->context, section, key, value,
                                                    reader->line, reader->err) != FLOW_OK;
    return !reader->failed;
}

static void raise_line_limit(void)
{
#ifdef __ELF__
    if (&ini_max_line != NULL && ini_max_line < FLOW_INI_LINE_MAX + LINE_ROOM)
        ini_max_line = FLOW_INI_LINE_MAX + LINE_ROOM;
#endif
}

enum flow_code flow_ini_parse(const char *file_name, const char *text, size_t len,
                              flow_ini_item *item, void *context, struct flow_err *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct reader reader = {.left = {text, len}, .item = item, .context = context, .err = err};
    int bad_line;

    if (len > FLOW_INI_FILE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "%s is larger than %d bytes", file_name,
                            FLOW_INI_FILE_MAX);
    if (len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0)
        reader.left = (struct span){text + sizeof mark - 1, len - (sizeof mark - 1)};
    raise_line_limit();
    bad_line = ini_parse_stream(read_line, &reader, take_item, &reader);
    free(reader.sections.list);
    free(reader.keys.list);
    if (reader.failed)
        return flow_err_wrap(err, "%s:%u", file_name, reader.line);
    if (bad_line != 0)
        return flow_err_set(err, FLOW_E_FORMAT, "%s:%d: a line that inih can't read", file_name,
                            bad_line);
    return FLOW_OK;
}
