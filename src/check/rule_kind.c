#include <string.h>

#include "check/rule.h"

/* A .env file and an environment hold secrets as they hold all else. */
static bool has_kinds(const char *source)
{
    return strcmp(source, "dotenv") != 0 && strcmp(source, "environ") != 0;
}

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    const struct flow_require *require = question->need->require;
    const struct flow_entry *entry = question->entry;

    if (require == NULL || !require->secret || entry == NULL || entry->origin.kind == FLOW_SECRET ||
        !has_kinds(entry->origin.source))
        return false;
    flow_str_addf(sentence,
                  "it is a secret, but %s keeps %s as a String, readable for all who may "
                  "list it; delete it and put it again as a SecureString",
                  entry->origin.source, entry->origin.name);
    return true;
}

const struct flow_rule flow_rule_kind = {
    .text = {.id = "kind",
             .severity = FLOW_ERROR,
             .explanation = "[require] says secret, and the source that wins keeps the value as "
                            "plain text.",
             .remedy = "Take a new value, for this one has been in the open, and put it as a "
                       "SecureString, which is what flowenv put does unless --type says else."},
    .finds = finds};
