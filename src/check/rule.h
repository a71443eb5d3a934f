/*
 * One rule of `check`: each lies in a file of its own, rules.c has the table.
 *
 * A rule looks at one key that is asked for and at what the view has for it,
 * and says what is wrong in a sentence that names no value.
 */
#ifndef FLOW_CHECK_RULE_H
#define FLOW_CHECK_RULE_H

#include "base/str.h"
#include "check/check.h"

struct flow_question {
    const struct flow_need *need;
    const struct flow_entry *entry; /* NULL: the view has no such key */
    bool required;                  /* no need of the key is optional */
    const struct flow_project *project;
    const struct flow_stage *stage;
};

struct flow_rule {
    struct flow_rule_text text;
    bool per_key; /* asked once for a key; else for each need of it */
    /* True if something is wrong, with the sentence in an empty string. */
    bool (*finds)(const struct flow_question *question, struct flow_str *sentence);
};

extern const struct flow_rule flow_rule_missing, flow_rule_unreadable, flow_rule_empty,
    flow_rule_placeholder, flow_rule_whitespace, flow_rule_newline, flow_rule_prefix,
    flow_rule_type, flow_rule_kind;

/* The table; *ret_count of them. */
const struct flow_rule *const *flow_rule_table(size_t *ret_count);

/* The value, or an empty one with at NULL where there is none to look at. */
struct flow_bytes flow_question_value(const struct flow_question *question);

/* Appends the name that `put` takes to give the key a value; false: the stage has no prefix. */
bool flow_question_param(const struct flow_question *question, struct flow_str *name);

/* Adds a need; texts are copied. For the scanners. */
enum flow_code flow_check_add_need(struct flow_check *check, const struct flow_need *need,
                                   struct flow_err *err);

#endif
