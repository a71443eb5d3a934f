#include "cmd/commands.h"
#include "cmd/params.h"
#include "ops/param.h"

static const struct option_spec history_options[] = {
    {"values", 0, NULL, "print values too", false},
    {"reveal", 0, NULL, "with --values: show them on a terminal too", false},
    OPTION_END};

static enum flow_code run_history(struct call *call, struct flow_err *err)
{
    const struct options *given = &call->options;
    unsigned columns;

    if (flow_params_init(&call->params, err) ||
        flow_param_history(call->session, given->operands[0], option_text(given, "stage"),
                           option_on(given, "values"), &call->params, err))
        return err->code;
    columns = params_columns(call) | PARAMS_WITH_AUTHOR;
    if (option_on(given, "json"))
        params_print_json(call, columns);
    else
        params_print_table(call, columns);
    return FLOW_OK;
}

const struct command command_history = {
    .name = "history",
    .operands = "NAME",
    .group = GROUP_PARAMETERS,
    .summary = "List every version that is kept of one parameter",
    .options = history_options,
    .shared = SHARES_READER | SHARES_JSON,
    .examples = (const struct example[]){{"flowenv history /flowlogic/dev/stripe/secret-key",
                                          "who wrote it, and when"},
                                         {NULL, NULL}},
    .min_operands = 1,
    .max_operands = 1,
    .needs = NEEDS_SESSION,
    .run = run_history,
};
