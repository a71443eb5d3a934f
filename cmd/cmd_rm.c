#include <stdlib.h>

#include "cmd/commands.h"
#include "cmd/guard.h"
#include "ops/param.h"

static const struct option_spec rm_options[] = {
    {"yes", 'y', "N", "remove N parameters without being asked", false},
    {"dry-run", 'n', NULL, "say what would be removed, do nothing", false},
    OPTION_END};

static void print_text(struct output *out, const struct flow_removal *removals, size_t count,
                       bool dry)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (removals[i].name != NULL)
            outf(out, "%s %s\n",
                 !removals[i].removed ? "not there"
                 : dry                ? "would remove"
                                      : "removed",
                 removals[i].name);
}

static void print_json(struct output *out, const struct flow_removal *removals, size_t count,
                       bool dry)
{
    struct flow_json_writer json = out_json(out);
    size_t i;

    flow_json_open(&json, NULL, '[');
    for (i = 0; i < count; i++) {
        if (removals[i].name == NULL)
            continue;
        flow_json_open(&json, NULL, '{');
        flow_json_put_string(&json, "name", removals[i].name);
        flow_json_put_bool(&json, "removed", removals[i].removed);
        flow_json_put_bool(&json, "dry_run", dry);
        flow_json_close(&json, '}');
    }
    flow_json_close(&json, ']');
    out_text(out, "\n");
}

static enum flow_code run_rm(struct call *call, struct flow_err *err)
{
    const struct options *given = &call->options;
    FLOW_CLEANUP(flow_freep) struct flow_removal *removals = NULL;
    bool dry = option_on(given, "dry-run");
    enum flow_code code;

    if (!dry &&
        (guard_removal(call, given->operand_count, err) ||
         guard_write(call, given->operands, given->operand_count, option_on(given, "yes"), err)))
        return err->code;
    removals = calloc(given->operand_count, sizeof *removals);
    if (removals == NULL)
        return flow_err_nomem(err);
    code = flow_param_remove(call->session, given->operands, given->operand_count,
                             option_text(given, "stage"), dry, removals, err);
    if (code != FLOW_OK && code != FLOW_E_PARTIAL)
        return code;
    if (option_on(given, "json"))
        print_json(&call->out, removals, given->operand_count, dry);
    else
        print_text(&call->out, removals, given->operand_count, dry);
    return code;
}

const struct command command_rm = {
    .name = "rm",
    .operands = "NAME...",
    .group = GROUP_PARAMETERS,
    .summary = "Remove parameters",
    .description = "Asks for their number first, or takes it from --yes. A protected stage's name "
                   "is asked for as well.",
    .options = rm_options,
    .shared = SHARES_WRITER | SHARES_JSON,
    .examples = (const struct example[]){{"flowenv rm --yes 1 /flowlogic/dev/stripe/secret-key",
                                          "one, without being asked"},
                                         {NULL, NULL}},
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .needs = NEEDS_SESSION,
    .changes = true,
    .run = run_rm,
};
