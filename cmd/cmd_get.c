#include "cmd/commands.h"
#include "cmd/params.h"
#include "ops/param.h"

static void print_json(struct output *out, const struct flow_param *param)
{
    struct flow_json_writer json = out_json(out);

    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "name", param->name);
    params_put_json_value(&json, param);
    flow_json_put_string(&json, "type", flow_type_name(param->type));
    if (param->version != 0)
        flow_json_put_int64(&json, "version", (int64_t)param->version);
    out_json_time(&json, "modified", param->modified_s);
    flow_json_close(&json, '}');
    out_text(out, "\n");
}

static enum flow_code run_get(struct call *call, struct flow_err *err)
{
    const struct flow_param *param;

    if (flow_params_init(&call->params, err) ||
        flow_param_get(call->session, call->options.operands[0],
                       option_text(&call->options, "stage"), &call->params, err))
        return err->code;
    param = &call->params.list[0];
    if (param->unreadable || param->value.at == NULL)
        return flow_err_set(err, FLOW_E_REFUSED, "%s exists, but can't be read: %s", param->name,
                            param->why ? param->why : "its store gives no values");
    if (option_on(&call->options, "json")) {
        print_json(&call->out, param);
        return FLOW_OK;
    }
    out_shown(&call->out, param->value, true);
    if (call->out.terminal)
        out_text(&call->out, "\n");
    return FLOW_OK;
}

const struct command command_get = {
    .name = "get",
    .operands = "NAME",
    .group = GROUP_PARAMETERS,
    .summary = "Print one value",
    .description =
        "NAME may end in :VERSION or :LABEL. The exact bytes are printed and nothing is added; "
        "on a terminal a newline follows, and control characters are made visible.",
    .shared = SHARES_READER | SHARES_JSON,
    .examples =
        (const struct example[]){
            {"flowenv get /flowlogic/dev/stripe/secret-key", "its value now"},
            {"flowenv get /flowlogic/dev/stripe/secret-key:1", "its first version"},
            {NULL, NULL}},
    .min_operands = 1,
    .max_operands = 1,
    .needs = NEEDS_SESSION,
    .run = run_get,
};
