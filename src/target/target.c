#include "target/target.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "target/form.h"

static const struct flow_form *const forms[FLOW_TARGET_KIND_COUNT] = {
    [FLOW_TARGET_LAMBDA] = &flow_form_lambda,
    [FLOW_TARGET_SERVERLESS] = &flow_form_serverless,
    [FLOW_TARGET_VERCEL] = &flow_form_vercel,
};

static void check_value(const struct flow_entry *entry, enum flow_quoting quoting,
                        struct flow_verdict *verdict)
{
    const char *reason;

    if (entry->value.at == NULL) {
        flow_verdict_fault(verdict, "%s: it exists but cannot be read%s%s", entry->key,
                           entry->origin.why != NULL ? ": " : "",
                           entry->origin.why != NULL ? entry->origin.why : "");
        return;
    }
    reason = flow_quote_refusal(quoting, entry->value);
    if (reason != NULL)
        flow_verdict_fault(verdict, "%s: %s", entry->key, reason);
}

static void judge(const struct flow_form *form, const struct flow_view *view,
                  struct flow_verdict *verdict)
{
    for (size_t i = 0; i < view->count; i++)
        check_value(&view->entries[i], form->quoting, verdict);
    form->check(view, verdict);
    if (verdict->fault_count > FLOW_VERDICT_LINES)
        flow_str_addf(&verdict->faults, "and %zu more\n",
                      verdict->fault_count - FLOW_VERDICT_LINES);
}

static enum flow_code write(const struct flow_form *form, const struct flow_view *view,
                            struct flow_secret **ret_text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) struct flow_pair *pairs = calloc(view->count + 1, sizeof *pairs);

    if (pairs == NULL)
        return flow_err_nomem(err);
    for (size_t i = 0; i < view->count; i++) {
        const struct flow_entry *entry = &view->entries[i];

        pairs[i] = (struct flow_pair){.key = entry->key,
                                      .value = entry->value,
                                      .where = entry->origin.where,
                                      .secret = entry->origin.kind == FLOW_SECRET};
    }
    return form->write(pairs, view->count, ret_text, err);
}

/* Hands the lines over; NULL where there are none. */
static enum flow_code take_lines(struct flow_str *lines, char **ret_lines, struct flow_err *err)
{
    if (lines->len == 0)
        return FLOW_OK;
    *ret_lines = flow_str_take(lines);
    return *ret_lines != NULL ? FLOW_OK : flow_err_nomem(err);
}

enum flow_code flow_target_render(enum flow_target_kind kind, const struct flow_view *view,
                                  struct flow_secret **ret_text, char **ret_lines,
                                  struct flow_err *err)
{
    FLOW_CLEANUP(flow_verdict_done) struct flow_verdict verdict = FLOW_VERDICT_INIT;
    const struct flow_form *form = forms[kind];

    *ret_lines = NULL;
    if (form == NULL)
        return flow_err_set(err, FLOW_E_USAGE,
                            "%s cannot be rendered yet; lambda, serverless and vercel can",
                            flow_target_kind_name(kind));
    judge(form, view, &verdict);
    if (take_lines(verdict.fault_count > 0 ? &verdict.faults : &verdict.remarks, ret_lines, err))
        return err->code;
    if (verdict.fault_count > 0)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "%zu fault%s, each on a line of its own, keep%s this view from %s; "
                            "nothing is rendered",
                            verdict.fault_count, verdict.fault_count == 1 ? "" : "s",
                            verdict.fault_count == 1 ? "s" : "", flow_target_kind_name(kind));
    return write(form, view, ret_text, err);
}
