/*
 * One service's form of an environment: its rules, and how it is written.
 * target.c has the table; lambda.c, serverless.c and vercel.c the forms.
 */
#ifndef FLOW_TARGET_FORM_H
#define FLOW_TARGET_FORM_H

#include "base/err.h"
#include "base/secret.h"
#include "model/view.h"
#include "target/verdict.h"
#include "text/format.h"
#include "text/quote.h"

struct flow_form {
    enum flow_quoting quoting; /* what must be able to hold each value */
    /* Adds the service's own faults; unreadable entries and values that the quoting cannot hold
     * are in the verdict already. */
    void (*check)(const struct flow_view *view, struct flow_verdict *verdict);
    /* Pairs are sorted; the text is a new secret. Called only where there is no fault. */
    enum flow_code (*write)(const struct flow_pair *pairs, size_t count,
                            struct flow_secret **ret_text, struct flow_err *err);
};

extern const struct flow_form flow_form_lambda, flow_form_serverless, flow_form_vercel;

#endif
