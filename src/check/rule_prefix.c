#include <string.h>

#include "check/rule.h"

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    const struct flow_require *require = question->need->require;
    struct flow_bytes value = flow_question_value(question);
    size_t len;

    if (require == NULL || require->prefix == NULL || value.at == NULL || value.len == 0)
        return false;
    len = strlen(require->prefix);
    if (value.len >= len && memcmp(value.at, require->prefix, len) == 0)
        return false;
    flow_str_addf(sentence, "its value in %s does not begin with %s",
                  question->entry->origin.source, require->prefix);
    return true;
}

const struct flow_rule flow_rule_prefix = {
    .text = {.id = "prefix",
             .severity = FLOW_ERROR,
             .explanation = "[require] says how the value begins, and it begins otherwise: often "
                            "the key of another stage, a test key in prod for one.",
             .remedy = "Put the right value, or correct the rule in flowenv.ini."},
    .finds = finds};
