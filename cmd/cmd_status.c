#include "cmd/commands.h"
#include "cmd/report.h"
#include "cmd/table.h"
#include "cmd/view.h"
#include "ops/status.h"

static const char *const presence_words[] = {[FLOW_MISSING] = "missing",
                                             [FLOW_PRESENT] = "present",
                                             [FLOW_UNREADABLE] = "unreadable",
                                             [FLOW_UNKNOWN] = "unknown"};

static void add_cell(struct table *table, const struct flow_status_cell *cell)
{
    static const enum style styles[] = {[FLOW_MISSING] = STYLE_RED,
                                        [FLOW_PRESENT] = STYLE_GREEN,
                                        [FLOW_UNREADABLE] = STYLE_YELLOW,
                                        [FLOW_UNKNOWN] = STYLE_DIM};
    bool doubtful = cell->stale || cell->differs;

    table_addf(table, doubtful ? STYLE_YELLOW : styles[cell->presence], "%s%s%s",
               presence_words[cell->presence], cell->differs ? ", differs" : "",
               cell->stale ? ", stale" : "");
}

static void print_table(struct call *call, const struct flow_status *status)
{
    const char *heads[TABLE_COLUMNS_MAX] = {"KEY"};
    struct table table;
    size_t columns = status->column_count, row, i;

    if (columns > TABLE_COLUMNS_MAX - 1) {
        columns = TABLE_COLUMNS_MAX - 1;
        report_note(call, "only the first %zu stages are shown; --json has all", columns);
    }
    for (i = 0; i < columns; i++)
        heads[i + 1] = status->columns[i].stage->name;
    table_init(&table, columns + 1, heads);
    for (row = 0; row < status->key_count; row++) {
        table_add(&table, status->keys[row], STYLE_NONE);
        for (i = 0; i < columns; i++)
            add_cell(&table, &status->columns[i].cells[row]);
    }
    table_print(&table, 0, &call->out);
    table_done(&table);
}

static void put_column(struct flow_json_writer *json, const struct flow_status *status,
                       const struct flow_status_column *column)
{
    size_t row;

    flow_json_open(json, column->stage->name, '{');
    out_json_string(json, "error", column->error);
    flow_json_open(json, "keys", '{');
    for (row = 0; row < status->key_count; row++) {
        const struct flow_status_cell *cell = &column->cells[row];

        flow_json_open(json, status->keys[row], '{');
        flow_json_put_string(json, "presence", presence_words[cell->presence]);
        flow_json_put_bool(json, "stale", cell->stale);
        flow_json_put_bool(json, "differs", cell->differs);
        if (cell->presence == FLOW_PRESENT || cell->presence == FLOW_UNREADABLE)
            flow_json_put_string(json, "kind", cell->kind == FLOW_SECRET ? "secret" : "plain");
        if (cell->version != 0)
            flow_json_put_int64(json, "version", (int64_t)cell->version);
        flow_json_close(json, '}');
    }
    flow_json_close(json, '}');
    flow_json_close(json, '}');
}

static void print_json(struct output *out, const struct flow_status *status)
{
    struct flow_json_writer json = out_json(out);
    size_t i;

    flow_json_open(&json, NULL, '{');
    for (i = 0; i < status->column_count; i++)
        put_column(&json, status, &status->columns[i]);
    flow_json_close(&json, '}');
    out_text(out, "\n");
}

static enum flow_code run_status(struct call *call, struct flow_err *err)
{
    FLOW_CLEANUP(flow_status_done) struct flow_status status = {0};
    const char *name = option_text(&call->options, "stage");
    const struct flow_stage *stage = NULL;
    size_t i;

    if ((name != NULL && flow_session_stage(call->session, name, false, &stage, err)) ||
        flow_status_make(call->session, stage, &status, err))
        return err->code;
    for (i = 0; i < status.column_count; i++)
        view_note_unread(call, status.columns[i].stage);
    if (option_on(&call->options, "json")) {
        print_json(&call->out, &status);
        return FLOW_OK;
    }
    for (i = 0; i < status.column_count; i++)
        if (status.columns[i].error != NULL)
            report_note(call, "%s is unknown: %s", status.columns[i].stage->name,
                        status.columns[i].error);
    print_table(call, &status);
    return FLOW_OK;
}

const struct command command_status = {
    .name = "status",
    .operands = "",
    .group = GROUP_VIEW,
    .summary = "Show which stage has which key",
    .description =
        "A matrix of keys and stages: present, missing, unreadable (it exists, its value is not to "
        "be had) or unknown (the stage could not be looked at). \"differs\" marks a key of which a "
        "weaker source has another value, \"stale\" one whose snapshot is older than it should be. "
        "Nothing is fetched unless --refresh says so.",
    .shared = SHARES_READER | SHARES_JSON,
    .examples = (const struct example[]){{"flowenv status", "all stages"},
                                         {"flowenv status --stage dev --json", "for a program"},
                                         {NULL, NULL}},
    .needs = NEEDS_SESSION,
    .run = run_status,
};
