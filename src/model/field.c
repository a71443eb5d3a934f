#include "model/field.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "text/names.h"

enum { WORDS_SHOWN_MAX = 40, SECONDS_MAX = 10 * 366 * 86400, LIST_TEXT_MAX = 1024 };

const struct flow_field *flow_field_find(const struct flow_field *fields, size_t count,
                                         const char *key)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    return NULL;
}

enum flow_code flow_field_unknown(const struct flow_field *fields, size_t count, const char *key,
                                  struct flow_err *err)
{
    const char *keys[WORDS_SHOWN_MAX];
    size_t i;

    for (i = 0; i < count && i < WORDS_SHOWN_MAX; i++)
        keys[i] = fields[i].key;
    return flow_field_no_such(err, FLOW_E_FORMAT, "key", key, keys, i);
}

enum flow_code flow_field_no_such(struct flow_err *err, enum flow_code code, const char *kind,
                                  const char *word, const char *const *words, size_t count)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str list = FLOW_STR_INIT(LIST_TEXT_MAX);
    const char *nearest = flow_name_nearest(word, words, count);
    size_t i;

    (void)flow_err_set(err, code, "unknown %s '%s'", kind, word);
    if (nearest != NULL)
        return flow_err_hint(err, "the nearest is '%s'", nearest);
    if (count == 0)
        return flow_err_hint(err, "there is none");
    for (i = 0; i < count; i++)
        flow_str_addf(&list, "%s%s", i == 0 ? "" : ", ", words[i]);
    return flow_err_hint(err, "there %s %s", count == 1 ? "is" : "are", list.text);
}

enum flow_code flow_field_text(void *member, const char *value, struct flow_err *err)
{
    char **text = member, *copy;

    if (value[0] == '\0')
        return flow_err_set(err, FLOW_E_FORMAT, "no value after '='");
    copy = strdup(value);
    if (copy == NULL)
        return flow_err_nomem(err);
    free(*text);
    *text = copy;
    return FLOW_OK;
}

enum flow_code flow_field_bool(void *member, const char *value, struct flow_err *err)
{
    bool *flag = member;

    if (strcmp(value, "yes") == 0 || strcmp(value, "true") == 0)
        *flag = true;
    else if (strcmp(value, "no") == 0 || strcmp(value, "false") == 0)
        *flag = false;
    else
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is neither yes nor no", value);
    return FLOW_OK;
}

enum flow_code flow_field_seconds(void *member, const char *value, struct flow_err *err)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    int64_t *seconds = member, number = 0;
    const char *at = value;
    size_t i;

    for (; *at >= '0' && *at <= '9' && number <= SECONDS_MAX; at++)
        number = number * 10 + (*at - '0');
    for (i = 0; at > value && i < FLOW_COUNT(units); i++) {
        if (strcmp(at, units[i].name) != 0 || number > SECONDS_MAX / units[i].seconds)
            continue;
        *seconds = number * units[i].seconds;
        return FLOW_OK;
    }
    return flow_err_set(err, FLOW_E_FORMAT,
                        "'%s' is no time of at most ten years; write 90s, 15m, 24h or 7d", value);
}

enum flow_code flow_field_path(void *member, const char *value, struct flow_err *err)
{
    if (value[0] != '/')
        return flow_err_set(err, FLOW_E_FORMAT,
                            "'%s' is no absolute path; '~' and variables are not expanded here",
                            value);
    return flow_field_text(member, value, err);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

enum flow_code flow_field_each(const char *value,
                               enum flow_code (*take)(void *context, const char *word,
                                                      struct flow_err *err),
                               void *context, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) char *copy = strdup(value);
    char *word, *next, *end;

    if (copy == NULL)
        return flow_err_nomem(err);
    for (word = copy[0] != '\0' ? copy : NULL; word != NULL; word = next) {
        next = strchr(word, ',');
        end = next != NULL ? next : word + strlen(word);
        if (next != NULL)
            next++;
        while (end > word && is_blank(end[-1]))
            end--;
        *end = '\0';
        while (is_blank(*word))
            word++;
        if (*word == '\0')
            return flow_err_set(err, FLOW_E_FORMAT, "an empty word between commas");
        if (take(context, word, err))
            return err->code;
    }
    return FLOW_OK;
}

enum flow_code flow_field_add_word(char ***words, size_t *count, const char *word,
                                   struct flow_err *err)
{
    char **grown = realloc(*words, (*count + 1) * sizeof *grown);

    if (grown == NULL)
        return flow_err_nomem(err);
    *words = grown;
    grown[*count] = strdup(word);
    if (grown[*count] == NULL)
        return flow_err_nomem(err);
    (*count)++;
    return FLOW_OK;
}

void flow_field_free_words(char **words, size_t count)
{
    while (count > 0)
        free(words[--count]);
    free(words);
}
