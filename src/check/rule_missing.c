#include "check/rule.h"

static void add_sources(const struct flow_stage *stage, struct flow_str *sentence)
{
    for (size_t i = 0; i < stage->source_count; i++)
        flow_str_addf(sentence, "%s%s", i > 0 ? ", " : "", flow_source_name(stage->sources[i]));
}

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(FLOW_STR_LINE_MAX);

    if (question->entry != NULL || !question->required)
        return false;
    flow_str_addf(sentence, "no source of %s has it (", question->stage->name);
    add_sources(question->stage, sentence);
    flow_str_add(sentence, ")");
    if (flow_question_param(question, &name))
        flow_str_addf(sentence, "; flowenv put %s", name.text);
    return true;
}

const struct flow_rule flow_rule_missing = {
    .text = {.id = "missing",
             .severity = FLOW_ERROR,
             .explanation = "A file of the project asks for the key, and no source of the stage "
                            "has it. What reads it after the deploy gets nothing.",
             .remedy = "Put the parameter, or say in [require] of flowenv.ini that the key is "
                       "optional or what its default is."},
    .per_key = true,
    .finds = finds};
