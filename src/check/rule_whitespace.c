#include <string.h>

#include "check/rule.h"

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Text of several lines may well begin or end in a blank. */
static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    struct flow_bytes value = flow_question_value(question);

    if (value.at == NULL || value.len == 0 || memchr(value.at, '\n', value.len) != NULL ||
        (!is_blank(value.at[0]) && !is_blank(value.at[value.len - 1])))
        return false;
    flow_str_addf(sentence, "its value in %s has blanks around it", question->entry->origin.source);
    return true;
}

const struct flow_rule flow_rule_whitespace = {
    .text = {.id = "whitespace",
             .severity = FLOW_WARNING,
             .explanation = "The value begins or ends with a blank, a tab or a carriage return, "
                            "as happens when it is pasted. Keys and tokens then do not match.",
             .remedy = "Put it again without them."},
    .per_key = true,
    .finds = finds};
