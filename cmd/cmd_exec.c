#include "cmd/child.h"
#include "cmd/commands.h"
#include "cmd/progress.h"
#include "cmd/report.h"
#include "cmd/view.h"

enum { EXEC_FAILED = 125 };

static const struct option_spec exec_options[] = {
    {"pristine", 0, NULL, "start from an empty environment, not from this one", false}, OPTION_END};

static enum flow_code run_exec(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    const char *const *argv = call->options.operands;
    const char *path = flow_environ_text(call->env, "PATH");
    char **envp;

    if (view_resolve(call, NULL, 0, err) || flow_arena_new(&arena, err) ||
        child_environment(call->env, &call->view, option_on(&call->options, "pristine"), argv,
                          arena, &envp, err))
        return err->code;
    progress_stop();
    if (call_check_locked(call, err))
        return err->code;
    return child_exec(argv, envp, path != NULL ? path : "/usr/local/bin:/usr/bin:/bin",
                      &call->status, err);
}

const struct command command_exec = {
    .name = "exec",
    .operands = "-- PROGRAM [ARGUMENT...]",
    .group = GROUP_VIEW,
    .summary = "Run a program with the view in its environment",
    .description =
        "flowenv replaces itself by the program, so signals and the exit status are the "
        "program's own. The view is stronger than what is inherited. FLOWENV_* variables, and "
        "descriptors above 2, stay behind.\n\n"
        "Options of exec end at the program or at --. Its own failures give status 125; a program "
        "that can't be executed gives 126, one that is not found 127.",
    .options = exec_options,
    .shared = SHARES_READER | SHARES_VIEW,
    .examples =
        (const struct example[]){
            {"flowenv exec --stage dev -- npm run dev", "the development server with its values"},
            {"flowenv exec --stage dev --pristine --only 'VITE_*' -- env",
             "nothing but what the front end gets"},
            {NULL, NULL}},
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .needs = NEEDS_SESSION | STOPS_AT_OPERAND,
    .failure_status = EXEC_FAILED,
    .run = run_exec,
};
