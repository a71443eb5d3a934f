#include <string.h>

#include "cmd/commands.h"
#include "model/project.h"
#include "ops/init.h"

static const struct option_spec init_options[] = {
    {"dry-run", 'n', NULL, "print what would be written, write nothing", false}, OPTION_END};

static void tell_stages(struct output *out, const struct flow_project *project)
{
    size_t i, j;

    for (i = 0; i < project->stage_count; i++) {
        const struct flow_stage *stage = &project->stages[i];

        outf(out, "  stage %s%s%s, out of", stage->name, stage->branch ? " from branch " : "",
             stage->branch ? stage->branch : "");
        for (j = 0; j < stage->source_count; j++)
            outf(out, "%s %s", j > 0 ? "," : "", flow_source_name(stage->sources[j]));
        out_text(out, "\n");
    }
}

static void tell_targets(struct output *out, const struct flow_project *project)
{
    size_t i;

    for (i = 0; i < project->target_count; i++)
        outf(out, "  target %s (%s)\n", project->targets[i].name,
             flow_target_kind_name(project->targets[i].kind));
}

static const char *first_stage(const struct flow_project *project)
{
    if (project->default_stage != NULL)
        return project->default_stage;
    return project->stage_count > 0 ? project->stages[0].name : "dev";
}

/* What was found is read out of the very text that was written. */
static enum flow_code tell(struct call *call, const char *directory, const struct flow_str *text,
                           struct flow_err *err)
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *project = NULL;
    struct output *out = &call->out;
    const char *stage;

    if (flow_project_parse("flowenv.ini", directory, text->text, text->len, &project, err))
        return err->code;
    stage = first_stage(project);
    out_text(out, "created ");
    out_shown(out, (struct flow_bytes){(const unsigned char *)directory, strlen(directory)}, false);
    out_text(out, "/flowenv.ini\n");
    tell_stages(out, project);
    tell_targets(out, project);
    outf(out,
         "Read it through, it explains itself. Then:\n"
         "  flowenv export --stage %s      what the stage has\n"
         "  flowenv check --stage %s       what it lacks\n"
         "  flowenv put --stage %s NAME    store a value\n",
         stage, stage, stage);
    return FLOW_OK;
}

static enum flow_code run_init(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INIT_TEXT_MAX);
    const char *directory = call->options.operand_count > 0 ? call->options.operands[0] : ".";

    if (option_on(&call->options, "dry-run")) {
        if (flow_init_text(directory, &text, err))
            return err->code;
        out_shown(&call->out, (struct flow_bytes){(const unsigned char *)text.text, text.len},
                  true);
        return FLOW_OK;
    }
    if (flow_init(directory, &text, err))
        return err->code;
    return tell(call, directory, &text, err);
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
    .examples = (const struct example[]){{"flowenv init --dry-run", "see it first"},
                                         {"flowenv init", "write it here"},
                                         {NULL, NULL}},
    .max_operands = 1,
    .changes = true,
    .run = run_init,
};
