#include "cmd/params.h"

#include "base/clock.h"
#include "cmd/table.h"
#include "cmd/view.h"

unsigned params_columns(struct call *call)
{
    if (!option_on(&call->options, "values"))
        return 0;
    return PARAMS_WITH_VALUES | (view_masked(call) ? PARAMS_MASKED : 0U);
}

static void add_age(struct table *table, int64_t modified_s, int64_t now_s)
{
    char age[FLOW_CLOCK_AGE_MAX];

    if (modified_s == 0) {
        table_add(table, NULL, STYLE_DIM);
        return;
    }
    flow_clock_age(now_s - modified_s, age);
    table_add(table, age, STYLE_NONE);
}

static void add_value(struct table *table, const struct flow_param *param, unsigned columns)
{
    if (param->unreadable || param->value.at == NULL)
        table_add(table, "(unreadable)", STYLE_YELLOW);
    else
        table_add_bytes(table, columns & PARAMS_MASKED ? view_mask : param->value, STYLE_NONE);
}

void params_print_table(struct call *call, unsigned columns)
{
    const char *heads[TABLE_COLUMNS_MAX] = {"NAME", "TYPE", "VERSION", "AGE"};
    int64_t now_s = flow_clock_wall_s(&flow_clock_system);
    struct table table;
    size_t count = 4, i;

    if (columns & PARAMS_WITH_AUTHOR)
        heads[count++] = "BY";
    if (columns & PARAMS_WITH_VALUES)
        heads[count++] = "VALUE";
    table_init(&table, count, heads);
    for (i = 0; i < call->params.count; i++) {
        const struct flow_param *param = &call->params.list[i];

        table_add(&table, param->name, STYLE_NONE);
        table_add(&table, flow_type_name(param->type),
                  param->type == FLOW_SECURE_STRING ? STYLE_YELLOW : STYLE_NONE);
        if (param->version != 0)
            table_addf(&table, STYLE_NONE, "%llu", (unsigned long long)param->version);
        else
            table_add(&table, NULL, STYLE_DIM);
        add_age(&table, param->modified_s, now_s);
        if (columns & PARAMS_WITH_AUTHOR)
            table_add(&table, param->who, STYLE_NONE);
        if (columns & PARAMS_WITH_VALUES)
            add_value(&table, param, columns);
    }
    table_print(&table, 0, &call->out);
    table_done(&table);
}

void params_put_json_value(struct flow_json_writer *json, const struct flow_param *param)
{
    bool was_fine = json->code == FLOW_OK;

    flow_json_put_text(json, "value", param->value);
    if (!was_fine || json->code == FLOW_OK)
        return;
    (void)flow_err_wrap(json->err, "%s", param->name);
    (void)flow_err_hint(json->err, "`flowenv get` without --json prints its bytes");
}

static void put_value(struct flow_json_writer *json, const struct flow_param *param,
                      unsigned columns)
{
    if (param->unreadable || param->value.at == NULL) {
        flow_json_put_bool(json, "unreadable", true);
        out_json_string(json, "why", param->why);
    } else if (columns & PARAMS_MASKED) {
        flow_json_put_text(json, "value", view_mask);
    } else {
        params_put_json_value(json, param);
    }
}

void params_print_json(struct call *call, unsigned columns)
{
    struct flow_json_writer json = out_json(&call->out);
    size_t i;

    flow_json_open(&json, NULL, '[');
    for (i = 0; i < call->params.count; i++) {
        const struct flow_param *param = &call->params.list[i];

        flow_json_open(&json, NULL, '{');
        flow_json_put_string(&json, "name", param->name);
        flow_json_put_string(&json, "type", flow_type_name(param->type));
        if (param->version != 0)
            flow_json_put_int64(&json, "version", (int64_t)param->version);
        out_json_time(&json, "modified", param->modified_s);
        out_json_string(&json, "by", param->who);
        out_json_string(&json, "key_id", param->key_id);
        if (columns & PARAMS_WITH_VALUES)
            put_value(&json, param, columns);
        flow_json_close(&json, '}');
    }
    flow_json_close(&json, ']');
    out_text(&call->out, "\n");
}
