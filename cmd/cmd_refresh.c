#include "cmd/commands.h"
#include "cmd/report.h"
#include "ops/refresh.h"

static void print_text(struct output *out, const char *stage, const struct flow_refreshed *list,
                       size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        outf(out, "%s: %s has %zu name%s, %zu new, %zu changed, %zu gone\n", stage, list[i].source,
             list[i].names, list[i].names == 1 ? "" : "s", list[i].added, list[i].changed,
             list[i].gone);
}

static void print_json(struct output *out, const char *stage, const struct flow_refreshed *list,
                       size_t count)
{
    struct flow_json_writer json = out_json(out);
    size_t i;

    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "stage", stage);
    flow_json_open(&json, "sources", '[');
    for (i = 0; i < count; i++) {
        flow_json_open(&json, NULL, '{');
        flow_json_put_string(&json, "source", list[i].source);
        flow_json_put_int64(&json, "names", (int64_t)list[i].names);
        flow_json_put_int64(&json, "new", (int64_t)list[i].added);
        flow_json_put_int64(&json, "changed", (int64_t)list[i].changed);
        flow_json_put_int64(&json, "gone", (int64_t)list[i].gone);
        flow_json_close(&json, '}');
    }
    flow_json_close(&json, ']');
    flow_json_close(&json, '}');
    out_text(out, "\n");
}

static enum flow_code run_refresh(struct call *call, struct flow_err *err)
{
    struct flow_refreshed list[FLOW_SOURCE_COUNT];
    const struct flow_stage *stage;
    size_t count;

    if (flow_session_stage(call->session, option_text(&call->options, "stage"), false, &stage,
                           err) ||
        flow_refresh_stage(call->session, stage, list, &count, err))
        return err->code;
    if (option_on(&call->options, "json"))
        print_json(&call->out, stage->name, list, count);
    else if (count > 0)
        print_text(&call->out, stage->name, list, count);
    else
        report_note(call, "%s has no source with snapshots, so nothing was fetched", stage->name);
    return FLOW_OK;
}

const struct command command_refresh = {
    .name = "refresh",
    .operands = "",
    .group = GROUP_VAULT,
    .summary = "Fetch a stage's snapshots anew",
    .description = "Names and values of every source of the stage that is reached over a network, "
                   "whatever the age of what the vault has.",
    .shared = SHARES_STAGE | SHARES_PROJECT | SHARES_AWS | SHARES_VAULT | SHARES_JSON,
    .examples = (const struct example[]){{"flowenv refresh --stage staging", "before a flight"},
                                         {NULL, NULL}},
    .needs = NEEDS_SESSION,
    .run = run_refresh,
};
