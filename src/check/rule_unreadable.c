#include "check/rule.h"

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    const struct flow_entry *entry = question->entry;

    if (entry == NULL || entry->value.at != NULL)
        return false;
    flow_str_addf(sentence, "it exists in %s as %s but cannot be read", entry->origin.source,
                  entry->origin.name);
    if (entry->origin.why != NULL)
        flow_str_addf(sentence, ": %s", entry->origin.why);
    return true;
}

const struct flow_rule flow_rule_unreadable = {
    .text = {.id = "unreadable",
             .severity = FLOW_ERROR,
             .explanation = "The strongest source that has the key does not give its value away, "
                            "so nothing can be said of it, and nothing rendered.",
             .remedy = "Ask for the right to read it (for a SecureString that is kms:Decrypt on "
                       "its key), or put a readable source before this one."},
    .per_key = true,
    .finds = finds};
