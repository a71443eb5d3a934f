#include <string.h>

#include "check/rule.h"

/* Text of several lines, a PEM key for one, ends in a newline by right. */
static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    struct flow_bytes value = flow_question_value(question);

    if (value.at == NULL || value.len == 0 || value.at[value.len - 1] != '\n' ||
        memchr(value.at, '\n', value.len - 1) != NULL)
        return false;
    flow_str_addf(sentence, "its value in %s is one line with a newline behind it",
                  question->entry->origin.source);
    return true;
}

const struct flow_rule flow_rule_newline = {
    .text = {.id = "newline",
             .severity = FLOW_WARNING,
             .explanation = "The value is one line and ends in a newline, as happens when it comes "
                            "from a file or from echo. Headers and signatures break on it.",
             .remedy = "Put it again; flowenv put takes the newline away unless --exact is given."},
    .per_key = true,
    .finds = finds};
