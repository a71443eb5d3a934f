#include <string.h>

#include "base/file.h"
#include "check/check.h"
#include "cmd/commands.h"
#include "cmd/manual.h"
#include "cmd/report.h"
#include "cmd/table.h"
#include "cmd/view.h"
#include "text/dotenv.h"
#include "text/names.h"

static const char example_file[] = ".env.example", project_file[] = "flowenv.ini";

static const struct option_spec check_options[] = {
    {"strict", 0, NULL, "warnings count as errors", false},
    {"explain", 0, "RULE", "say what a rule is about and what to do", false},
    OPTION_END};

/* One check of one stage. */
struct inquiry {
    const struct flow_stage *stage;
    struct flow_stage sources; /* the same with the sources that are really read */
    struct flow_check check;
    bool has_example;
    size_t errors, warnings;
};

static void inquiry_done(struct inquiry *inquiry)
{
    flow_check_done(&inquiry->check);
}

/* --- explaining a rule --------------------------------------------------------- */

static enum flow_code no_such_rule(const char *id, struct flow_err *err)
{
    const char *ids[64], *near;
    size_t count, i;
    const struct flow_rule_text *rules = flow_check_rules(&count);

    for (i = 0; i < count && i < FLOW_COUNT(ids); i++)
        ids[i] = rules[i].id;
    near = flow_name_nearest(id, ids, i);
    if (near != NULL)
        return flow_err_set(err, FLOW_E_USAGE, "there is no rule '%s'; did you mean %s?", id, near);
    return flow_err_set(err, FLOW_E_USAGE,
                        "there is no such rule; flowenv completion --words RULE lists them");
}

static enum flow_code explain_rule(struct call *call, const char *id, struct flow_err *err)
{
    size_t count, i;
    const struct flow_rule_text *rules = flow_check_rules(&count);

    for (i = 0; i < count; i++)
        if (strcmp(rules[i].id, id) == 0) {
            outf(&call->out, "%s (%s)\n", id,
                 rules[i].severity == FLOW_ERROR ? "an error" : "a warning");
            manual_text(rules[i].explanation, &call->out);
            manual_text(rules[i].remedy, &call->out);
            return FLOW_OK;
        }
    return no_such_rule(id, err);
}

/* --- looking --------------------------------------------------------------------- */

static enum flow_code scan_example(struct inquiry *inquiry, const struct flow_project *project,
                                   struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_DOTENV_FILE_MAX);
    const struct flow_file_want want = {
        .path = example_file, .root = project->root, .max = FLOW_DOTENV_FILE_MAX};

    enum flow_code code = flow_file_read(&want, &text, err);

    if (code)
        return code == FLOW_E_NOT_FOUND ? FLOW_OK : code;
    inquiry->has_example = true;
    return flow_check_scan_example(&inquiry->check, example_file,
                                   (struct flow_bytes){(const unsigned char *)text.text, text.len},
                                   err);
}

static enum flow_code look(struct call *call, struct inquiry *inquiry, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(call->session);

    if (scan_example(inquiry, project, err) ||
        flow_check_scan_require(&inquiry->check, project, project_file, inquiry->stage->name,
                                err) ||
        view_stage(call, inquiry->stage, &inquiry->sources, err) ||
        view_look(call, inquiry->stage, true, err) ||
        flow_check_run(&inquiry->check, project, &inquiry->sources, &call->view, err))
        return flow_err_wrap(err, "checking %s", inquiry->stage->name);
    inquiry->errors = flow_check_errors(&inquiry->check);
    inquiry->warnings = inquiry->check.finding_count - inquiry->errors;
    return FLOW_OK;
}

/* --- telling ----------------------------------------------------------------------- */

static void print_group(struct output *out, const struct flow_check *check,
                        enum flow_severity severity)
{
    const char *title = severity == FLOW_ERROR ? "Errors" : "Warnings";
    struct table table;
    size_t i;

    table_init(&table, 4, NULL);
    for (i = 0; i < check->finding_count; i++) {
        const struct flow_finding *finding = &check->findings[i];

        if (finding->severity != severity)
            continue;
        table_add(&table, finding->key, STYLE_BOLD);
        table_add(&table, finding->rule, severity == FLOW_ERROR ? STYLE_RED : STYLE_YELLOW);
        table_addf(&table, STYLE_NONE, "%s:%u", finding->file, finding->line);
        table_add(&table, finding->sentence, STYLE_NONE);
    }
    if (table.count > 0) {
        out_styled(out, STYLE_BOLD, title);
        out_text(out, "\n");
        table_print(&table, 2, out);
        out_text(out, "\n");
    }
    table_done(&table);
}

static size_t needs_of(const struct flow_check *check, const char *file)
{
    size_t count = 0, i;

    for (i = 0; i < check->need_count; i++)
        count += strcmp(check->needs[i].file, file) == 0;
    return count;
}

static void print_looked_at(struct call *call, const struct inquiry *inquiry)
{
    struct output *out = &call->out;
    size_t i;

    if (inquiry->has_example)
        outf(out, "Looked at %zu keys of %s and", needs_of(&inquiry->check, example_file),
             example_file);
    else
        outf(out, "Looked at (there is no %s)", example_file);
    outf(out, " %zu of [require], against %zu keys of", needs_of(&inquiry->check, project_file),
         call->view.count);
    for (i = 0; i < inquiry->sources.source_count; i++)
        outf(out, "%s %s", i > 0 ? "," : "", flow_source_name(inquiry->sources.sources[i]));
    if (inquiry->sources.source_count == 0)
        out_text(out, " no source");
    out_text(out, ".\n");
}

static void print_text(struct call *call, const struct inquiry *inquiry)
{
    struct output *out = &call->out;

    print_group(out, &inquiry->check, FLOW_ERROR);
    print_group(out, &inquiry->check, FLOW_WARNING);
    print_looked_at(call, inquiry);
    if (inquiry->errors + inquiry->warnings == 0) {
        out_styled(out, STYLE_GREEN, inquiry->stage->name);
        out_text(out, ": nothing is missing\n");
        return;
    }
    out_styled(out, inquiry->errors > 0 ? STYLE_RED : STYLE_YELLOW, inquiry->stage->name);
    outf(out, ": %zu error%s, %zu warning%s\n", inquiry->errors, inquiry->errors == 1 ? "" : "s",
         inquiry->warnings, inquiry->warnings == 1 ? "" : "s");
}

static void print_json(struct call *call, const struct inquiry *inquiry)
{
    struct flow_json_writer json = out_json(&call->out);
    size_t i;

    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "stage", inquiry->stage->name);
    flow_json_put_int64(&json, "errors", (int64_t)inquiry->errors);
    flow_json_put_int64(&json, "warnings", (int64_t)inquiry->warnings);
    flow_json_open(&json, "findings", '[');
    for (i = 0; i < inquiry->check.finding_count; i++) {
        const struct flow_finding *finding = &inquiry->check.findings[i];

        flow_json_open(&json, NULL, '{');
        flow_json_put_string(&json, "severity",
                             finding->severity == FLOW_ERROR ? "error" : "warning");
        flow_json_put_string(&json, "rule", finding->rule);
        flow_json_put_string(&json, "key", finding->key);
        flow_json_put_string(&json, "file", finding->file);
        flow_json_put_int64(&json, "line", finding->line);
        flow_json_put_int64(&json, "column", finding->column);
        flow_json_put_string(&json, "sentence", finding->sentence);
        flow_json_close(&json, '}');
    }
    flow_json_close(&json, ']');
    flow_json_open(&json, "looked_at", '{');
    if (inquiry->has_example)
        flow_json_put_int64(&json, example_file, (int64_t)needs_of(&inquiry->check, example_file));
    flow_json_put_int64(&json, project_file, (int64_t)needs_of(&inquiry->check, project_file));
    flow_json_put_int64(&json, "keys", (int64_t)call->view.count);
    flow_json_close(&json, '}');
    flow_json_close(&json, '}');
    out_text(&call->out, "\n");
}

static enum flow_code verdict(const struct call *call, const struct inquiry *inquiry,
                              struct flow_err *err)
{
    size_t bad = inquiry->errors;

    if (option_on(&call->options, "strict"))
        bad += inquiry->warnings;
    if (bad == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_CHECK,
                        "%s is not ready to be deployed; flowenv check --explain RULE says more",
                        inquiry->stage->name);
}

static enum flow_code run_check(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = {.stage = NULL};
    const char *rule = option_text(&call->options, "explain");

    flow_check_init(&inquiry.check);
    if (rule != NULL)
        return explain_rule(call, rule, err);
    if (flow_session_stage(call->session, option_text(&call->options, "stage"), false,
                           &inquiry.stage, err) ||
        look(call, &inquiry, err))
        return err->code;
    if (option_on(&call->options, "json"))
        print_json(call, &inquiry);
    else
        print_text(call, &inquiry);
    return verdict(call, &inquiry, err);
}

const struct command command_check = {
    .name = "check",
    .operands = "",
    .group = GROUP_DEPLOY,
    .summary = "Say what a deploy of the stage would lack",
    .description =
        "Compares what .env.example and [require] ask for with what the stage has, read anew. "
        "Status 12 if anything is wrong. A source that can't be read is a failure of its own, "
        "never a pass.",
    .options = check_options,
    .shared = SHARES_READER | SHARES_JSON,
    .examples =
        (const struct example[]){{"flowenv check --stage staging", "before a deploy"},
                                 {"flowenv check --explain placeholder", "what a rule is about"},
                                 {NULL, NULL}},
    .needs = NEEDS_SESSION,
    .run = run_check,
};
