#include <errno.h>
#include <fcntl.h>

#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/report.h"
#include "cmd/view.h"

static const struct option_spec export_options[] = {
    {"format", 'f', "FORMAT", "what is printed: sh unless said otherwise", false},
    {"reveal", 0, NULL, "show values on a terminal too", false},
    OPTION_END};

static enum flow_code chosen_format(const struct options *given, enum flow_format *ret_format,
                                    struct flow_err *err)
{
    const char *name = option_text(given, "format");

    *ret_format = option_on(given, "json") ? FLOW_FORMAT_JSON : FLOW_FORMAT_SH;
    if (name == NULL)
        return FLOW_OK;
    if (option_on(given, "json"))
        return flow_err_set(err, FLOW_E_USAGE, "--json is --format json; give one of them");
    return flow_format_parse(name, ret_format, err);
}

/* `eval` of nothing succeeds, of "false" fails (T11). */
static const char *export_instead(const struct call *call)
{
    struct flow_err ignored = FLOW_ERR_INIT;
    enum flow_format format;

    if (chosen_format(&call->options, &format, &ignored))
        return "false\n";
    return flow_format_is_shell(format) ? "false\n" : NULL;
}

/* Appends to the file that the runner reads; masks have to reach its log before that (T6). */
static enum flow_code append_github(struct call *call, const char *path,
                                    const struct flow_secret *text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    size_t len;
    const unsigned char *bytes = flow_secret_expose(text, &len);

    if (output_flush(&call->out, err))
        return err->code;
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "opening '%s' that GITHUB_ENV names", path);
    return flow_file_write_fd(fd, path, bytes, len, err);
}

static enum flow_code export_github(struct call *call, const struct flow_pair *pairs,
                                    struct flow_secret *text, struct flow_err *err)
{
    const char *path = flow_environ_text(call->env, "GITHUB_ENV");
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *entries = text;
    struct flow_secret *masks = NULL;

    if (path == NULL) {
        report_note(call, "GITHUB_ENV is not set, so this is what its file would get; no masks");
        out_secret(&call->out, FLOW_TAKE(entries));
        return FLOW_OK;
    }
    if (flow_format_masks(pairs, call->view.count, &masks, err))
        return err->code;
    out_secret(&call->out, masks);
    return append_github(call, path, entries, err);
}

static enum flow_code run_export(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct flow_pair *pairs = NULL;
    struct flow_secret *text = NULL;
    enum flow_format format;

    if (chosen_format(&call->options, &format, err) || view_resolve(call, NULL, 0, err))
        return err->code;
    if (view_pairs(&call->view, view_masked(call), &pairs, err) ||
        flow_format_write(format, pairs, call->view.count, &text, err))
        return flow_err_wrap(err, "exporting");
    if (format == FLOW_FORMAT_GITHUB_ENV)
        return export_github(call, pairs, text, err);
    out_secret(&call->out, text);
    return FLOW_OK;
}

const struct command command_export = {
    .name = "export",
    .operands = "",
    .group = GROUP_VIEW,
    .summary = "Print the view for a shell to eval, or in another format",
    .description =
        "All keys or none: if one of them can't be had, or can't be said exactly in the format, "
        "the shell formats print only the word false, so that eval fails too.\n\n"
        "Formats: sh, bash, zsh, fish and powershell for eval; dotenv, json, yaml, docker, "
        "github-env, systemd and tfvars for other programs. github-env appends to the file that "
        "GITHUB_ENV names and prints the masks for the log; without GITHUB_ENV it prints the "
        "entries.\n\n"
        "Names such as PATH or LD_PRELOAD, which take over a program, are refused unless the "
        "user's config.ini allows them. On a terminal values are hidden unless --reveal.",
    .options = export_options,
    .shared = SHARES_READER | SHARES_VIEW | SHARES_JSON,
    .examples =
        (const struct example[]){
            {"eval \"$(flowenv export --stage dev)\"", "the stage's values in this shell"},
            {"flowenv export --env-file a.env --env-file b.env --format json",
             "two .env files merged, no project needed"},
            {"flowenv export --prefix /flowlogic/dev --format dotenv",
             "parameters without a project"},
            {NULL, NULL}},
    .needs = NEEDS_SESSION,
    .run = run_export,
    .on_failure = export_instead,
};
