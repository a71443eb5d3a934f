#include "cmd/commands.h"
#include "cmd/params.h"
#include "cmd/report.h"
#include "ops/param.h"

static const struct option_spec list_options[] = {
    {"values", 0, NULL, "print values too", false},
    {"reveal", 0, NULL, "with --values: show them on a terminal too", false},
    OPTION_END};

static enum flow_code run_list(struct call *call, struct flow_err *err)
{
    const struct options *given = &call->options;

    if (flow_params_init(&call->params, err) ||
        flow_param_list(call->session, given->operands[0], option_text(given, "stage"),
                        option_on(given, "values"), &call->params, err))
        return err->code;
    if (option_on(given, "json"))
        params_print_json(call, params_columns(call));
    else if (call->params.count > 0)
        params_print_table(call, params_columns(call));
    else
        report_note(call, "no parameters there");
    return FLOW_OK;
}

const struct command command_list = {
    .name = "list",
    .operands = "[PATH]",
    .group = GROUP_PARAMETERS,
    .summary = "List parameters: names, types, versions, ages",
    .description = "PATH is where to begin; without it, the prefix of the stage.",
    .options = list_options,
    .shared = SHARES_READER | SHARES_JSON,
    .examples = (const struct example[]){{"flowenv list /flowlogic/dev", "what lies below a path"},
                                         {"flowenv list --stage dev --json", "for a program"},
                                         {NULL, NULL}},
    .max_operands = 1,
    .needs = NEEDS_SESSION,
    .run = run_list,
};
