#include "aws/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/secret.h"

/* A header (no key), a key with its value, or one line of a key's block (sub). */
struct item {
    enum flow_aws_section kind;
    const char *name;
    const char *key, *sub;
    const char *value;
    unsigned line;
};

struct flow_aws_config {
    struct flow_secret *text; /* the file, cut into strings where it lies */
    struct item *items;
    size_t count, cap;
};

struct reader {
    struct flow_aws_config *config;
    enum flow_aws_file file;
    const char *file_name;
    char *rest, *end;    /* what is not read yet; the last byte is a newline */
    unsigned line;       /* number of the current line */
    size_t indent;       /* of the last header or key: a deeper line continues it */
    struct item section; /* kind and name of the current section */
    bool in_section;
    struct item key;  /* the current key; no key: a section has just begun */
    char *value_tail; /* where the current key's value ends */
};

struct line {
    char *at, *end; /* without blanks around; *end is NUL */
    size_t indent;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool is_comment(const char *at)
{
    return *at == '\0' || *at == '#' || *at == ';';
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const struct item *find(const struct flow_aws_config *config, const struct item *like)
{
    size_t i;

    for (i = 0; i < config->count; i++) {
        const struct item *item = &config->items[i];

        if (item->kind == like->kind && strcmp(item->name, like->name) == 0 &&
            is_same(item->key, like->key) && is_same(item->sub, like->sub))
            return item;
    }
    return NULL;
}

static enum flow_code broken(const struct reader *reader, const char *sentence,
                             struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_FORMAT, "%s:%u: %s", reader->file_name, reader->line, sentence);
}

static enum flow_code add(struct reader *reader, struct item item, struct flow_err *err)
{
    struct flow_aws_config *config = reader->config;
    const struct item *twin = find(config, &item);

    if (twin != NULL)
        return flow_err_set(err, FLOW_E_FORMAT, "%s:%u: the same %s as in line %u; remove one",
                            reader->file_name, reader->line, item.key == NULL ? "section" : "key",
                            twin->line);
    if (FLOW_LIST_GROW(config->items, config->count, config->cap))
        return flow_err_nomem(err);
    item.line = reader->line;
    config->items[config->count++] = item;
    return FLOW_OK;
}

/* Ends the string that begins at `at` before `stop`, without the blanks there. */
static void end_text(char *at, char *stop)
{
    while (stop > at && is_blank(stop[-1]))
        stop--;
    *stop = '\0';
}

static char *skip_blanks(char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

/* Takes one shell word from *at in place: quotes and backslashes. False: a quote never ends. */
static bool take_word(char **at, char **ret_word)
{
    char *from = skip_blanks(*at), *to = from;
    char quote = '\0';

    *ret_word = to;
    for (; *from != '\0' && (quote != '\0' || !is_blank(*from)); from++) {
        if (*from == quote) {
            quote = '\0';
        } else if (quote == '\0' && (*from == '\'' || *from == '"')) {
            quote = *from;
        } else {
            if (*from == '\\' && from[1] != '\0' &&
                (quote == '\0' || (quote == '"' && (from[1] == '"' || from[1] == '\\'))))
                from++;
            *to++ = *from;
        }
    }
    *at = *from == '\0' ? from : from + 1;
    *to = '\0';
    return quote == '\0';
}

/* What a header of the config file names. */
static enum flow_code name_section(struct reader *reader, char *header, struct flow_err *err)
{
    static const char *const words[] = {[FLOW_AWS_PROFILE] = "profile",
                                        [FLOW_AWS_SSO_SESSION] = "sso-session",
                                        [FLOW_AWS_SERVICES] = "services"};
    size_t i;

    reader->section = (struct item){.kind = FLOW_AWS_OTHER, .name = header};
    if (strcmp(header, "default") == 0)
        reader->section.kind = FLOW_AWS_PROFILE;
    for (i = 0; i < FLOW_COUNT(words); i++) {
        size_t len = strlen(words[i]);
        char *rest = header + len, *name;

        if (strncmp(header, words[i], len) != 0 || !is_blank(*rest))
            continue;
        if (!take_word(&rest, &name) || *skip_blanks(rest) != '\0' || *name == '\0')
            return broken(reader, "one name should follow here, in quotes if it has blanks", err);
        reader->section = (struct item){.kind = (enum flow_aws_section)i, .name = name};
    }
    return FLOW_OK;
}

static enum flow_code read_header(struct reader *reader, struct line line, struct flow_err *err)
{
    char *stop = strchr(line.at, ']'), *header = skip_blanks(line.at + 1);

    if (stop == NULL || stop == header || !is_comment(skip_blanks(stop + 1)))
        return broken(reader, "a section's header is [NAME]", err);
    end_text(header, stop);
    reader->section = (struct item){.kind = FLOW_AWS_PROFILE, .name = header};
    reader->in_section = true;
    reader->key = (struct item){.key = NULL};
    if (reader->file == FLOW_AWS_FILE_CONFIG && name_section(reader, header, err))
        return err->code;
    return add(reader, reader->section, err);
}

/* Cuts "key = value" at the first of the separators; NULL: it has none, or no key. */
static char *split(struct line line, const char *separators)
{
    char *separator = strpbrk(line.at, separators);

    if (separator == NULL || separator == line.at)
        return NULL;
    end_text(line.at, separator);
    return skip_blanks(separator + 1);
}

static enum flow_code read_key(struct reader *reader, struct line line, struct flow_err *err)
{
    char *value = split(line, "=:"), *c;

    if (value == NULL)
        return broken(reader, "neither a [section] nor key = value", err);
    if (!reader->in_section)
        return broken(reader, "a key before the first [section]", err);
    for (c = line.at; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    reader->key = reader->section;
    reader->key.key = line.at;
    reader->key.value = value;
    reader->value_tail = line.end;
    return add(reader, reader->key, err);
}

static enum flow_code read_deeper(struct reader *reader, struct line line, struct flow_err *err)
{
    struct item item = reader->key;

    if (*item.value == '\0') {
        item.sub = line.at;
        item.value = split(line, "=");
        return item.value == NULL ? broken(reader, "in a block, a line is key = value", err)
                                  : add(reader, item, err);
    }
    /* Blanks and a newline lie between the two parts, so the join has room. */
    *reader->value_tail++ = '\n';
    memmove(reader->value_tail, line.at, (size_t)(line.end - line.at) + 1);
    reader->value_tail += line.end - line.at;
    return FLOW_OK;
}

static struct line next_line(struct reader *reader)
{
    char *newline = memchr(reader->rest, '\n', (size_t)(reader->end - reader->rest));
    struct line line;

    *newline = '\0';
    line.at = skip_blanks(reader->rest);
    line.indent = (size_t)(line.at - reader->rest);
    end_text(line.at, newline);
    line.end = line.at + strlen(line.at);
    reader->rest = newline + 1;
    reader->line++;
    return line;
}

static enum flow_code read_all(struct reader *reader, struct flow_err *err)
{
    while (reader->rest < reader->end) {
        struct line line = next_line(reader);
        enum flow_code code = FLOW_OK;

        if (is_comment(line.at))
            continue;
        if (reader->key.key != NULL && line.indent > reader->indent) {
            code = read_deeper(reader, line, err);
        } else {
            reader->indent = line.indent;
            code = *line.at == '[' ? read_header(reader, line, err) : read_key(reader, line, err);
        }
        if (code)
            return code;
    }
    return FLOW_OK;
}

enum flow_code flow_aws_config_parse(enum flow_aws_file file, const char *file_name,
                                     struct flow_bytes text, struct flow_aws_config **ret_config,
                                     struct flow_err *err)
{
    FLOW_CLEANUP(flow_aws_config_freep) struct flow_aws_config *config = calloc(1, sizeof *config);
    struct reader reader = {.config = config, .file = file, .file_name = file_name};

    if (config == NULL)
        return flow_err_nomem(err);
    if (text.len > FLOW_AWS_CONFIG_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "%s is longer than %d bytes", file_name,
                            FLOW_AWS_CONFIG_MAX);
    if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL)
        return flow_err_set(err, FLOW_E_FORMAT, "%s: a NUL byte; this is no text file", file_name);
    if (flow_secret_new_room(text.len + 1, &config->text, err))
        return err->code;
    reader.rest = (char *)flow_secret_edit(config->text, text.len + 1, err);
    if (reader.rest == NULL)
        return err->code;
    if (text.len > 0)
        memcpy(reader.rest, text.at, text.len);
    reader.rest[text.len] = '\n';
    flow_secret_set_len(config->text, text.len + 1);
    reader.end = reader.rest + text.len + 1;
    if (read_all(&reader, err))
        return err->code;
    *ret_config = FLOW_TAKE(config);
    return FLOW_OK;
}

void flow_aws_config_free(struct flow_aws_config *config)
{
    if (config == NULL)
        return;
    flow_secret_free(config->text);
    free(config->items);
    free(config);
}

void flow_aws_config_freep(struct flow_aws_config **config)
{
    flow_aws_config_free(*config);
    *config = NULL;
}

bool flow_aws_config_has(const struct flow_aws_config *config, enum flow_aws_section kind,
                         const char *name)
{
    return config != NULL && find(config, &(struct item){.kind = kind, .name = name}) != NULL;
}

const char *flow_aws_config_get(const struct flow_aws_config *config, enum flow_aws_section kind,
                                const char *name, const char *key, const char *sub)
{
    const struct item like = {.kind = kind, .name = name, .key = key, .sub = sub};
    const struct item *item = config == NULL ? NULL : find(config, &like);

    return item == NULL ? NULL : item->value;
}
