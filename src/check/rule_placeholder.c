#include <string.h>

#include "check/rule.h"

static char folded(unsigned char c)
{
    return (char)(c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins_with(struct flow_bytes value, const char *word)
{
    size_t len = strlen(word);

    if (value.len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (folded(value.at[i]) != word[i])
            return false;
    return true;
}

/* Words are compared without regard to case, with "-", "_" and " " alike. */
static bool is_word(struct flow_bytes value)
{
    static const char *const words[] = {"changeme",  "change-me",  "replaceme",  "replace-me",
                                        "todo",      "fixme",      "tbd",        "placeholder",
                                        "undefined", "fill-me-in", "secret-here"};
    static const char *const beginnings[] = {"your-", "replace-with-", "insert-", "change-me-"};

    for (size_t i = 0; i < FLOW_COUNT(words); i++)
        if (value.len == strlen(words[i]) && begins_with(value, words[i]))
            return true;
    for (size_t i = 0; i < FLOW_COUNT(beginnings); i++)
        if (begins_with(value, beginnings[i]))
            return true;
    return false;
}

/* The run of one letter at a place, "x" and "X" alike. */
static size_t run_at(struct flow_bytes value, size_t at)
{
    size_t end = at + 1;

    while (end < value.len && folded(value.at[end]) == folded(value.at[at]))
        end++;
    return end - at;
}

enum { RUN_MIN = 3 }; /* "xxx", "***", "..." */

static bool is_filler(struct flow_bytes value)
{
    if (value.len < RUN_MIN)
        return false;
    if (value.at[0] == '<' && value.at[value.len - 1] == '>')
        return true;
    return strchr("xX*.", value.at[0]) != NULL && run_at(value, 0) == value.len;
}

/* A real value may hold such a run by chance; that of the example does not. */
static bool has_filler(struct flow_bytes value)
{
    for (size_t at = 0; at < value.len; at += run_at(value, at))
        if (strchr("xX*.", value.at[at]) != NULL && run_at(value, at) >= RUN_MIN)
            return true;
    return memchr(value.at, '<', value.len) != NULL;
}

static bool is_example(const struct flow_question *question, struct flow_bytes value)
{
    const char *example = question->need->example;

    return example != NULL && strlen(example) == value.len &&
           memcmp(example, value.at, value.len) == 0;
}

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    struct flow_bytes value = flow_question_value(question);

    if (value.at == NULL || value.len == 0 || memchr(value.at, '\0', value.len) != NULL)
        return false;
    if (is_word(value) || is_filler(value)) {
        flow_str_addf(sentence, "its value in %s stands for one that was never filled in",
                      question->entry->origin.source);
        return true;
    }
    if (is_example(question, value) && has_filler(value)) {
        flow_str_addf(sentence, "its value in %s is still that of %s",
                      question->entry->origin.source, question->need->file);
        return true;
    }
    return false;
}

const struct flow_rule flow_rule_placeholder = {
    .text = {.id = "placeholder",
             .severity = FLOW_ERROR,
             .explanation = "The value looks like one that was to be filled in: changeme, xxxx, "
                            "<...>, your-..., or the example file's own with such a gap in it.",
             .remedy = "Put the real value."},
    .per_key = true,
    .finds = finds};
