#include "cmd/commands.h"
#include "cmd/manual.h"

static const struct option_spec help_options[] = {
    {"man", 0, NULL, "print the man page, for man -l", false}, OPTION_END};

static enum flow_code run_help(struct call *call, struct flow_err *err)
{
    const struct command *command;

    if (option_on(&call->options, "man")) {
        manual_page(&call->out);
    } else if (call->options.operand_count == 0) {
        manual_overview(&call->out);
    } else {
        command = command_find(call->options.operands[0]);
        if (command == NULL)
            return command_unknown(call->options.operands[0], err);
        manual_command(command, &call->out);
    }
    return FLOW_OK;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .group = GROUP_PROJECT,
    .summary = "Explain flowenv or one command",
    .options = help_options,
    .examples = (const struct example[]){{"flowenv help put", "what put can do"},
                                         {"flowenv help --man | man -l -", "the manual"},
                                         {NULL, NULL}},
    .max_operands = 1,
    .run = run_help,
};
