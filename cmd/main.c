/*
 * The program: hardening first, then one command from the table, then the one
 * place where errors are printed and turned into an exit status.
 */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/outcome.h"
#include "base/secret.h"
#include "cmd/command.h"
#include "cmd/harden.h"
#include "cmd/manual.h"
#include "cmd/module.h"
#include "cmd/progress.h"
#include "cmd/report.h"

extern char **environ;

static void notice(void *context, const char *sentence)
{
    report_note(context, "%s", sentence);
}

enum flow_code call_open_session(struct call *call, struct flow_err *err)
{
    const struct options *given = &call->options;

    call->world = (struct flow_session_world){.env = call->env,
                                              .clock = &flow_clock_system,
                                              .load_remote = module_load,
                                              .notice = notice,
                                              .context = call};
    call->session_options = (struct flow_session_options){
        .directory = option_text(given, "project"),
        .vault_path = option_text(given, "vault"),
        .key_file = option_text(given, "key-file"),
        .store = option_text(given, "store"),
        .profile = option_text(given, "profile"),
        .region = option_text(given, "region"),
        .endpoint_url = option_text(given, "endpoint-url"),
        .freshness = option_on(given, "refresh")   ? FLOW_FRESH_REFRESH
                     : option_on(given, "offline") ? FLOW_FRESH_OFFLINE
                                                   : FLOW_FRESH_DEFAULT,
        .accept_rollback = option_on(given, "accept-rollback"),
    };
    if (option_on(given, "refresh") && option_on(given, "offline"))
        return flow_err_set(err, FLOW_E_USAGE, "--refresh and --offline exclude each other");
    if (flow_session_open(&call->world, &call->session_options, &call->session, err))
        return err->code;
    *err = FLOW_ERR_INIT; /* it may tell of files that need not be there */
    return FLOW_OK;
}

enum flow_code call_check_locked(struct call *call, struct flow_err *err)
{
    if (flow_secret_unlocked() == 0 || call->told_unlocked)
        return FLOW_OK;
    if (call->session != NULL && flow_session_settings(call->session)->require_mlock)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "the system does not lock as much memory as the values need, and "
                            "config.ini requires it; raise `ulimit -l`");
    call->told_unlocked = true;
    report_note(call, "the system does not lock as much memory as the values need, so they might "
                      "reach the swap; `ulimit -l` raises it");
    return FLOW_OK;
}

/* The answer of what went well. */
static enum flow_code tell(struct call *call, struct flow_err *err)
{
    if (output_flush(&call->out, err) == FLOW_OK)
        return FLOW_OK;
    if (call->command->changes && !option_on(&call->options, "dry-run") && err->text[0] != '\0')
        (void)flow_err_hint(err, "what was asked for is done, only the answer is lost");
    return err->code;
}

/* An answer goes out whole, or not at all; what was partly done is still to be told. */
static enum flow_code answer(struct call *call, enum flow_code code, struct flow_err *err)
{
    const char *instead = call->command->on_failure ? call->command->on_failure(call) : NULL;
    struct flow_err second = FLOW_ERR_INIT;

    progress_stop();
    if (code == FLOW_OK)
        code = call_check_locked(call, err);
    if (code == FLOW_OK && call->out.err.code == FLOW_OK)
        return tell(call, err);
    if (code == FLOW_E_CHECK || code == FLOW_E_PARTIAL) {
        if (output_flush(&call->out, &second) == FLOW_OK)
            return code;
        *err = second;
        return err->code;
    }
    if (code == FLOW_OK) {
        *err = call->out.err;
        code = err->code;
    }
    output_drop(&call->out);
    if (instead != NULL) {
        out_text(&call->out, instead);
        (void)output_flush(&call->out, &second);
    }
    return code;
}

static enum flow_code run_command(struct call *call, char *const *argv, struct flow_err *err)
{
    enum flow_code code = options_parse(call->command, argv, 2, &call->options, err);

    /* Who asks for help gets it, whatever else is on the line. */
    if (option_on(&call->options, "help")) {
        *err = FLOW_ERR_INIT;
        manual_command(call->command, &call->out);
        return output_flush(&call->out, err);
    }
    if (code == FLOW_OK && (call->command->needs & NEEDS_SESSION))
        code = call_open_session(call, err);
    if (code == FLOW_OK)
        code = call->command->run(call, err);
    return answer(call, code, err);
}

static void call_done(struct call *call)
{
    flow_view_done(&call->view);
    flow_params_done(&call->params);
    flow_secret_freep(&call->value);
    flow_session_freep(&call->session);
    output_done(&call->out);
    options_done(&call->options);
}

static int run_call(const struct command *command, const struct flow_environ *env,
                    char *const *argv)
{
    struct call call = {.command = command, .env = env};
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_code code;
    int status = 0;

    output_init(&call.out, env);
    code = run_command(&call, argv, &err);
    if (code) {
        report_error(&call, &err);
        status = call.status               ? call.status
                 : command->failure_status ? command->failure_status
                                           : flow_outcome(code);
    }
    call_done(&call);
    return status;
}

/* A failure before any call has begun; what waits for an answer to eval must fail too. */
static int fail(const struct command *command, const struct flow_err *err)
{
    const struct call none = {.command = command};
    const char *instead = command && command->on_failure ? command->on_failure(&none) : NULL;
    struct flow_err ignored = FLOW_ERR_INIT;

    report_error(NULL, err);
    if (instead != NULL)
        (void)flow_file_write_fd(STDOUT_FILENO, "standard output", instead, strlen(instead),
                                 &ignored);
    return command && command->failure_status ? command->failure_status : flow_outcome(err->code);
}

/* `flowenv`, `flowenv --help` and `flowenv --version` are commands under other names. */
static const char *command_word(int argc, char *const *argv)
{
    if (argc < 2)
        return "help";
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return "help";
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return "version";
    return argv[1];
}

int main(int argc, char **argv)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    const struct command *command;

    harden_process();
    command = command_find(command_word(argc, argv));
    if (flow_secret_start(&err) || flow_environ_take(environ, &env, &err))
        return fail(command, &err);
    if (command == NULL) {
        (void)command_unknown(argv[1], &err);
        return fail(NULL, &err);
    }
    return run_call(command, env, argv + (argc < 2 ? 1 : 2));
}
