#include "check/rule.h"

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    struct flow_bytes value = flow_question_value(question);

    if (value.at == NULL || value.len > 0 || !question->required)
        return false;
    flow_str_addf(sentence, "its value in %s is empty", question->entry->origin.source);
    return true;
}

const struct flow_rule flow_rule_empty = {
    .text = {.id = "empty",
             .severity = FLOW_ERROR,
             .explanation = "The key is asked for and set, but to nothing. Most programs take "
                            "that for a missing one.",
             .remedy = "Give it a value, or say in [require] of flowenv.ini that it is optional."},
    .per_key = true,
    .finds = finds};
