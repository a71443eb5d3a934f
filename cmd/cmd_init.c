#include "cmd/commands.h"
#include "cmd/report.h"
#include "ops/init.h"

static const struct option_spec init_options[] = {
    {"dry-run", 'n', NULL, "print the file, and write nothing", false}, OPTION_END};

static enum flow_code run_init(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INIT_TEXT_MAX);
    const char *directory = call->options.operand_count > 0 ? call->options.operands[0] : ".";

    if (option_on(&call->options, "dry-run")) {
        if (flow_init_text(directory, &text, err))
            return err->code;
        out_text(&call->out, text.text);
        return FLOW_OK;
    }
    if (flow_init(directory, &text, err))
        return err->code;
    outf(&call->out, "created %s/flowenv.ini\n", directory);
    report_note(call, "look it over and commit it; `flowenv status` shows what each stage has");
    return FLOW_OK;
}

const struct command command_init = {
    .name = "init",
    .operands = "[DIR]",
    .group = GROUP_PROJECT,
    .summary = "Write a first flowenv.ini from what the directory shows",
    .description =
        "Looks at serverless.yml, the workflows of GitHub Actions and the names of .env files for "
        "stages, branches, the region, where parameters lie and what is deployed. Reads no value, "
        "follows no link, and never overwrites a flowenv.ini. A file that could not be read is "
        "named in a comment.",
    .options = init_options,
    .examples = (const struct example[]){{"flowenv init --dry-run", "what it would write"},
                                         {"flowenv init", "write it"},
                                         {NULL, NULL}},
    .max_operands = 1,
    .run = run_init,
};
