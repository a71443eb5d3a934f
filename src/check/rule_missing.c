#include "check/rule.h"
#include "text/names.h"

static bool has_source(const struct flow_stage *stage, enum flow_source source)
{
    for (size_t i = 0; i < stage->source_count; i++)
        if (stage->sources[i] == source)
            return true;
    return false;
}

static void add_sources(const struct flow_stage *stage, struct flow_str *sentence)
{
    for (size_t i = 0; i < stage->source_count; i++)
        flow_str_addf(sentence, "%s%s", i > 0 ? ", " : "", flow_source_name(stage->sources[i]));
}

/* A key that every visitor's browser sees is no secret, so no SecureString. */
static void add_remedy(const struct flow_question *question, const char *param,
                       struct flow_str *sentence)
{
    bool local = has_source(question->stage, FLOW_SOURCE_LOCAL) &&
                 !has_source(question->stage, FLOW_SOURCE_SSM);

    flow_str_addf(sentence, "; flowenv put %s%s%s", local ? "--store local " : "",
                  flow_name_public_prefix(question->need->key) != NULL ? "--type String " : "",
                  param);
}

static bool finds(const struct flow_question *question, struct flow_str *sentence)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(FLOW_STR_LINE_MAX);

    if (question->entry != NULL || !question->required)
        return false;
    if (question->stage->source_count == 0) {
        flow_str_addf(sentence, "no source of %s can be asked for it here", question->stage->name);
    } else {
        flow_str_addf(sentence, "no source of %s has it (", question->stage->name);
        add_sources(question->stage, sentence);
        flow_str_add(sentence, ")");
    }
    if (flow_question_param(question, &name))
        add_remedy(question, name.text, sentence);
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
