#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/table.h"
#include "cmd/view.h"
#include "text/names.h"

/* A key and what its stage's sources say of it. */
struct say {
    struct flow_stage stage; /* with the sources that are really read */
    const struct flow_entry *entry;
    int64_t now_s;
};

static const char *word_for(const struct flow_origin *origin, bool wins)
{
    if (wins)
        return origin->unreadable ? "wins, unreadable" : "wins";
    if (origin->unreadable)
        return "shadowed, unreadable";
    return origin->differs ? "shadowed, differs" : "shadowed, same value";
}

static void add_row(struct table *table, const struct say *say, const struct flow_origin *origin,
                    bool wins)
{
    char age[FLOW_CLOCK_AGE_MAX];

    table_add(table, origin->source, wins ? STYLE_BOLD : STYLE_NONE);
    table_add(table, word_for(origin, wins), wins ? STYLE_GREEN : STYLE_NONE);
    table_add(table, origin->where ? origin->where : origin->name, STYLE_NONE);
    table_add(table, origin->kind == FLOW_SECRET ? "secret" : "plain", STYLE_NONE);
    if (origin->version != 0)
        table_addf(table, STYLE_NONE, "%llu", (unsigned long long)origin->version);
    else
        table_add(table, NULL, STYLE_DIM);
    if (origin->modified_s != 0)
        flow_clock_age(say->now_s - origin->modified_s, age);
    table_add(table, origin->modified_s != 0 ? age : NULL, STYLE_NONE);
    if (origin->fetched_s != 0)
        flow_clock_age(say->now_s - origin->fetched_s, age);
    table_add(table, origin->fetched_s != 0 ? age : NULL, STYLE_NONE);
}

/* What a source says of the key; NULL: nothing. */
static const struct flow_origin *said_by(const struct flow_entry *entry, const char *source)
{
    size_t i;

    if (strcmp(entry->origin.source, source) == 0)
        return &entry->origin;
    for (i = 0; i < entry->shadow_count; i++)
        if (strcmp(entry->shadows[i].source, source) == 0)
            return &entry->shadows[i];
    return NULL;
}

static void add_silent(struct table *table, const char *source)
{
    size_t i;

    table_add(table, source, STYLE_NONE);
    table_add(table, "does not have it", STYLE_DIM);
    for (i = 2; i < table->columns; i++)
        table_add(table, NULL, STYLE_DIM);
}

static void print_table(struct output *out, const struct say *say)
{
    static const char *const heads[] = {"SOURCE",  "SAYS", "WHERE", "KIND",
                                        "VERSION", "AGE",  "READ"};
    struct table table;
    size_t i;

    outf(out, "%s in %s\n", say->entry->key, say->stage.name);
    table_init(&table, FLOW_COUNT(heads), heads);
    for (i = 0; i < say->stage.source_count; i++) {
        const char *source = flow_source_name(say->stage.sources[i]);
        const struct flow_origin *origin = said_by(say->entry, source);

        if (origin != NULL)
            add_row(&table, say, origin, origin == &say->entry->origin);
        else
            add_silent(&table, source);
    }
    table_print(&table, 0, out);
    table_done(&table);
}

static void put_origin(struct flow_json_writer *json, const struct flow_origin *origin, bool wins)
{
    flow_json_open(json, NULL, '{');
    flow_json_put_string(json, "source", origin->source);
    flow_json_put_bool(json, "wins", wins);
    flow_json_put_string(json, "name", origin->name);
    out_json_string(json, "where", origin->where);
    flow_json_put_string(json, "kind", origin->kind == FLOW_SECRET ? "secret" : "plain");
    flow_json_put_bool(json, "unreadable", origin->unreadable);
    out_json_string(json, "why", origin->why);
    if (!wins && !origin->unreadable)
        flow_json_put_bool(json, "differs", origin->differs);
    if (origin->version != 0)
        flow_json_put_int64(json, "version", (int64_t)origin->version);
    out_json_time(json, "modified", origin->modified_s);
    out_json_time(json, "fetched", origin->fetched_s);
    flow_json_close(json, '}');
}

static void print_json(struct output *out, const struct say *say)
{
    struct flow_json_writer json = out_json(out);
    const struct flow_origin *origin;
    size_t i;

    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "key", say->entry->key);
    flow_json_put_string(&json, "stage", say->stage.name);
    flow_json_open(&json, "sources", '[');
    for (i = 0; i < say->stage.source_count; i++) {
        origin = said_by(say->entry, flow_source_name(say->stage.sources[i]));
        if (origin != NULL)
            put_origin(&json, origin, origin == &say->entry->origin);
    }
    flow_json_close(&json, ']');
    flow_json_open(&json, "without", '[');
    for (i = 0; i < say->stage.source_count; i++)
        if (said_by(say->entry, flow_source_name(say->stage.sources[i])) == NULL)
            flow_json_put_string(&json, NULL, flow_source_name(say->stage.sources[i]));
    flow_json_close(&json, ']');
    flow_json_close(&json, '}');
    out_text(out, "\n");
}

static enum flow_code no_such_key(const struct flow_view *view, const struct flow_stage *stage,
                                  const char *key, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) const char **keys = calloc(view->count + 1, sizeof *keys);
    const char *near;
    size_t i;

    if (keys == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < view->count; i++)
        keys[i] = view->entries[i].key;
    near = flow_name_nearest(key, keys, view->count);
    return flow_err_set(err, FLOW_E_NOT_FOUND, "no source of %s has the key %s%s%s", stage->name,
                        key, near ? "; the nearest it has is " : "", near ? near : "");
}

static enum flow_code run_explain(struct call *call, struct flow_err *err)
{
    const char *key = call->options.operands[0];
    struct say say = {.now_s = flow_clock_wall_s(&flow_clock_system)};
    const struct flow_stage *stage;

    if (flow_session_stage(call->session, option_text(&call->options, "stage"), false, &stage,
                           err) ||
        view_stage(call, stage, &say.stage, err) || view_look(call, stage, false, err))
        return err->code;
    say.entry = flow_view_find(&call->view, key);
    if (say.entry == NULL)
        return no_such_key(&call->view, stage, key, err);
    if (option_on(&call->options, "json"))
        print_json(&call->out, &say);
    else
        print_table(&call->out, &say);
    return FLOW_OK;
}

const struct command command_explain = {
    .name = "explain",
    .operands = "KEY",
    .group = GROUP_VIEW,
    .summary = "Say where a key's value comes from, and what it shadows",
    .description = "Every source of the stage is listed, strongest first, with what it says, its "
                   "version, how old the value is and when it was read. No value is printed.",
    .shared = SHARES_READER | SHARES_JSON,
    .examples =
        (const struct example[]){
            {"flowenv explain STRIPE_SECRET_KEY --stage dev", "why this value"}, {NULL, NULL}},
    .min_operands = 1,
    .max_operands = 1,
    .needs = NEEDS_SESSION,
    .run = run_explain,
};
