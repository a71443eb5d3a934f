#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "cmd/commands.h"
#include "cmd/report.h"
#include "cmd/view.h"
#include "cmd/worktree.h"
#include "target/target.h"

enum { RENDER_MODE = 0600 };

static const struct option_spec render_options[] = {
    {"stdout", 0, NULL, "print it, whatever file the target names", false},
    {"force", 0, NULL, "write a file that git does not ignore", false},
    {"reveal", 0, NULL, "show values on a terminal too", false},
    OPTION_END};

/* What TARGET means. */
struct plan {
    enum flow_target_kind kind;
    const struct flow_target_config *target; /* NULL: a kind that no target of the project has */
};

static enum flow_code ambiguous(const struct flow_project *project, enum flow_target_kind kind,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(FLOW_ERR_TEXT_MAX);
    size_t i;

    for (i = 0; i < project->target_count; i++)
        if (project->targets[i].kind == kind)
            flow_str_addf(&names, "%s%s", names.len > 0 ? ", " : "", project->targets[i].name);
    return flow_err_set(err, FLOW_E_USAGE,
                        "flowenv.ini has several targets of kind %s: %s; say which",
                        flow_target_kind_name(kind), names.text);
}

/* The project's only target of a kind, or none. */
static enum flow_code target_of_kind(const struct flow_project *project, struct plan *plan,
                                     struct flow_err *err)
{
    size_t i;

    for (i = 0; i < project->target_count; i++) {
        if (project->targets[i].kind != plan->kind)
            continue;
        if (plan->target != NULL)
            return ambiguous(project, plan->kind, err);
        plan->target = &project->targets[i];
    }
    return FLOW_OK;
}

static enum flow_code make_plan(struct call *call, struct plan *plan, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(call->session);
    const char *name = call->options.operands[0];
    size_t i;

    for (i = 0; project != NULL && i < project->target_count; i++)
        if (strcmp(project->targets[i].name, name) == 0) {
            *plan = (struct plan){project->targets[i].kind, &project->targets[i]};
            return FLOW_OK;
        }
    plan->target = NULL;
    if (flow_target_kind_parse(name, &plan->kind))
        return project != NULL ? target_of_kind(project, plan, err) : FLOW_OK;
    if (project != NULL)
        return flow_project_target(project, name, &plan->target, err);
    return flow_err_set(
        err, FLOW_E_USAGE,
        "TARGET is lambda, serverless or vercel, or a [target.NAME] of flowenv.ini");
}

static void report_lines(const struct call *call, char *lines)
{
    char *line = lines, *end;

    for (; line != NULL && *line != '\0'; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        report_note(call, "%s", line);
    }
}

static enum flow_code render(struct call *call, const struct plan *plan,
                             const struct flow_view *view, struct flow_secret **ret_text,
                             struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) char *lines = NULL; /* faults, or what may still go wrong */
    enum flow_code code = flow_target_render(plan->kind, view, ret_text, &lines, err);

    report_lines(call, lines);
    return code;
}

/* The same view with its values masked, for a terminal. */
static enum flow_code render_masked(struct call *call, const struct plan *plan,
                                    struct flow_secret **ret_text, struct flow_err *err)
{
    struct flow_view masked = call->view;
    enum flow_code code;
    size_t i;

    masked.entries = calloc(masked.count + 1, sizeof *masked.entries);
    if (masked.entries == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < masked.count; i++) {
        masked.entries[i] = call->view.entries[i];
        masked.entries[i].value = view_mask;
    }
    flow_secret_freep(ret_text);
    code = render(call, plan, &masked, ret_text, err);
    free(masked.entries);
    return code;
}

static enum flow_code output_path(const struct call *call, const struct plan *plan,
                                  struct flow_str *path, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(call->session);
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

    flow_stage_fill(plan->target->file, call->view.stage, &name);
    if (flow_str_check(&name, "the target's file", err) ||
        flow_path_join(project->root, name.text, path, err))
        return err->code;
    if (!flow_path_is_inside(path->text, project->root))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "[target.%s] names a file outside the project; nothing is written",
                            plan->target->name);
    return FLOW_OK;
}

static enum flow_code write_file(struct call *call, const struct plan *plan,
                                 const struct flow_secret *text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    size_t len;
    const unsigned char *bytes = flow_secret_expose(text, &len);

    if (output_path(call, plan, &path, err))
        return err->code;
    if (!option_on(&call->options, "force") && worktree_check(path.text, call->env, err))
        return err->code;
    if (flow_file_replace(path.text, bytes, len, RENDER_MODE, err))
        return err->code;
    out_text(&call->out, "wrote ");
    out_shown(&call->out, (struct flow_bytes){(const unsigned char *)path.text, path.len}, false);
    outf(&call->out, " (%zu key%s, %zu bytes)\n", call->view.count,
         call->view.count == 1 ? "" : "s", len);
    return FLOW_OK;
}

static enum flow_code run_render(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct plan plan;
    const struct flow_target_config *target;

    if (make_plan(call, &plan, err))
        return err->code;
    target = plan.target;
    if (view_resolve(call, target ? (const char *const *)target->keys : NULL,
                     target ? target->key_count : 0, err) ||
        render(call, &plan, &call->view, &text, err))
        return err->code;
    if (target != NULL && target->file != NULL && !option_on(&call->options, "stdout"))
        return write_file(call, &plan, text, err);
    if (view_masked(call) && render_masked(call, &plan, &text, err))
        return err->code;
    out_secret(&call->out, FLOW_TAKE(text));
    return FLOW_OK;
}

const struct command command_render = {
    .name = "render",
    .operands = "TARGET",
    .group = GROUP_DEPLOY,
    .summary = "Print or write the environment block of a deploy target",
    .description =
        "TARGET is a [target.NAME] of flowenv.ini, or a kind: lambda, serverless or vercel. A kind "
        "means the project's target of that kind; where it has none, all keys are printed. The "
        "keys are those of the target, and its file is written if it names one, unless "
        "--stdout.\n\n"
        "Every limit of the service is checked first and all violations are listed at once. A file "
        "is written whole, readable by you alone, and only where git ignores it or outside a work "
        "tree.",
    .options = render_options,
    .shared = SHARES_READER | SHARES_VIEW,
    .examples =
        (const struct example[]){
            {"flowenv render lambda --stage prod", "for aws lambda update-function-configuration"},
            {"flowenv render serverless --stage dev", "writes the file of [target.backend]"},
            {"flowenv render vercel --stage staging > .env.vercel", "for Vercel"},
            {NULL, NULL}},
    .min_operands = 1,
    .max_operands = 1,
    .needs = NEEDS_SESSION,
    .run = run_render,
};
