#include "base/cleanup.h"
#include "check/rule.h"

static const struct flow_rule *const table[] = {
    &flow_rule_missing,     &flow_rule_unreadable, &flow_rule_empty,
    &flow_rule_placeholder, &flow_rule_prefix,     &flow_rule_type,
    &flow_rule_kind,        &flow_rule_whitespace, &flow_rule_newline};

const struct flow_rule *const *flow_rule_table(size_t *ret_count)
{
    *ret_count = FLOW_COUNT(table);
    return table;
}

const struct flow_rule_text *flow_check_rules(size_t *ret_count)
{
    static struct flow_rule_text texts[FLOW_COUNT(table)];

    for (size_t i = 0; i < FLOW_COUNT(table); i++)
        texts[i] = table[i]->text;
    *ret_count = FLOW_COUNT(table);
    return texts;
}
