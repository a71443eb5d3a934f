#include "check/rule.h"

static bool is_integer(struct flow_bytes value)
{
    size_t at = value.len > 0 && (value.at[0] == '-' || value.at[0] == '+');

    if (at == value.len)
        return false;
    for (; at < value.len; at++)
        if (value.at[at] < '0' || value.at[at] > '9')
            return false;
    return true;
}

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    const struct flow_require *require = question->need->require;
    struct flow_bytes value = flow_question_value(question);

    if (require == NULL || !require->integer || value.at == NULL || value.len == 0 ||
        is_integer(value))
        return false;
    flow_str_addf(sentence, "its value in %s is no whole number", question->entry->origin.source);
    return true;
}

const struct flow_rule flow_rule_type = {
    .text = {.id = "type",
             .severity = FLOW_ERROR,
             .explanation = "[require] says int: digits, with a sign in front or none, and nothing "
                            "else, no blank and no unit either.",
             .remedy = "Put a whole number, or correct the rule in flowenv.ini."},
    .finds = finds};
