#include "cmd/guard.h"

#include <stdio.h>

#include "base/str.h"
#include "cmd/prompt.h"

enum { GUARD_QUESTION_MAX = 4096 };

/* The stage that a name lies in: the one whose prefix covers it, else the one named. */
static enum flow_code touched_stage(struct call *call, const char *name,
                                    const struct flow_stage **ret_stage, struct flow_err *err)
{
    const char *named = option_text(&call->options, "stage");

    *ret_stage = flow_session_covering(call->session, name);
    if (*ret_stage != NULL || named == NULL)
        return FLOW_OK;
    return flow_session_stage(call->session, named, true, ret_stage, err);
}

static enum flow_code ask(const struct flow_stage *stage, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str question = FLOW_STR_INIT(GUARD_QUESTION_MAX);

    flow_str_addf(&question, "%s is protected. Type its name to write to it: ", stage->name);
    if (prompt_expect(question.text, stage->name, "--yes says that you mean it", err))
        return flow_err_wrap(err, "stage %s is protected", stage->name);
    return FLOW_OK;
}

enum flow_code guard_write(struct call *call, const char *const *names, size_t count, bool yes,
                           struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(call->session);
    const struct flow_stage *stage, *touched;
    size_t i, j;

    for (i = 0; !yes && project != NULL && i < project->stage_count; i++) {
        stage = &project->stages[i];
        for (j = 0; stage->is_protected && j < count; j++) {
            if (touched_stage(call, names[j], &touched, err))
                return err->code;
            if (touched == stage)
                break;
        }
        if (stage->is_protected && j < count && ask(stage, err))
            return err->code;
    }
    return FLOW_OK;
}

enum flow_code guard_removal(struct call *call, size_t count, struct flow_err *err)
{
    char expected[24], question[128], hint[64];
    long yes;

    if (option_number(&call->options, "yes", 1, OPERANDS_ANY, 0, &yes, err))
        return err->code;
    if ((size_t)yes == count)
        return FLOW_OK;
    if (yes != 0)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "--yes says %ld, but %zu would go; nothing is changed", yes, count);
    (void)snprintf(expected, sizeof expected, "%zu", count);
    (void)snprintf(question, sizeof question, "Remove %zu parameter%s? Type the number: ", count,
                   count == 1 ? "" : "s");
    (void)snprintf(hint, sizeof hint, "--yes %zu says that you mean it", count);
    return prompt_expect(question, expected, hint, err);
}
