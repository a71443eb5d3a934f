#include "aws/ssm.h"

#include <stdlib.h>
#include <string.h>

#include "aws/fault.h"
#include "aws/ssm_wire.h"
#include "base/str.h"

enum { LABEL_MAX = 100, SUBJECT_MAX = 2048 };

static const struct flow_aws_service ssm_service = {"ssm", "AmazonSSM."};

enum flow_code flow_ssm_new(const struct flow_aws *aws, const struct flow_clock *clock,
                            const struct flow_notice *notice, struct flow_http *http,
                            struct flow_ssm **ret_ssm, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_freep) struct flow_ssm *ssm = calloc(1, sizeof *ssm);

    if (ssm == NULL)
        return flow_err_nomem(err);
    ssm->clock = clock;
    if (flow_aws_client_new(aws, &ssm_service, clock, notice, http, &ssm->client, err))
        return err->code;
    *ret_ssm = FLOW_TAKE(ssm);
    return FLOW_OK;
}

void flow_ssm_free(struct flow_ssm *ssm)
{
    if (ssm == NULL)
        return;
    flow_aws_client_free(ssm->client);
    free(ssm);
}

void flow_ssm_freep(struct flow_ssm **ssm)
{
    flow_ssm_free(*ssm);
    *ssm = NULL;
}

/* --- one parameter --------------------------------------------------------------- */

/* A version in digits, or a label: nothing that could turn the name into another one. */
static enum flow_code check_selector(const char *name, const char *selector, struct flow_err *err)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = selector == NULL ? 1 : strspn(selector, characters);

    if (len > 0 && len <= LABEL_MAX && (selector == NULL || selector[len] == '\0'))
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_USAGE,
                        "%s: what follows the colon is neither a version nor a label", name);
}

static enum flow_code ask_for_one(struct flow_ssm *ssm, const char *subject, bool decrypt,
                                  struct flow_ssm_answer *answer, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_request_donep) struct flow_ssm_request request;

    if (flow_ssm_request_open(&request, err))
        return err->code;
    flow_json_put_string(&request.json, "Name", subject);
    flow_json_put_bool(&request.json, "WithDecryption", decrypt);
    if (flow_ssm_request_close(&request))
        return err->code;
    return flow_ssm_ask(ssm, &request,
                        (struct flow_aws_call){.operation = "GetParameter", .subject = subject},
                        answer, err);
}

enum flow_code flow_ssm_get(struct flow_ssm *ssm, const char *name, const char *selector,
                            struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_answer_donep) struct flow_ssm_answer answer = {.json = NULL};
    FLOW_CLEANUP(flow_ssm_answer_donep) struct flow_ssm_answer sealed = {.json = NULL};
    FLOW_CLEANUP(flow_str_done) struct flow_str subject = FLOW_STR_INIT(SUBJECT_MAX);
    struct flow_param param;

    flow_str_addf(&subject, "%s%s%s", name, selector != NULL ? ":" : "",
                  selector != NULL ? selector : "");
    if (check_selector(name, selector, err) || flow_str_check(&subject, "the name", err) ||
        ask_for_one(ssm, subject.text, true, &answer, err))
        return err->code;
    if (answer.json == NULL && flow_aws_fault_may_be_key(answer.error) &&
        ask_for_one(ssm, subject.text, false, &sealed, err))
        return err->code;
    if (answer.json == NULL && sealed.json == NULL) {
        *err = answer.failure;
        return err->code;
    }
    if (flow_ssm_param_of(
            flow_json_member(answer.json != NULL ? answer.json : sealed.json, "Parameter"), &param,
            err))
        return flow_err_wrap(err, "%s", subject.text);
    if (answer.json == NULL && param.type == FLOW_SECURE_STRING)
        flow_ssm_param_seal(&param, answer.why);
    param.name = name;
    return flow_params_add(params, &param, NULL, err);
}

/* --- its versions ------------------------------------------------------------------ */

struct history {
    const char *name;
    bool with_values;
    const char *why; /* NULL: with decryption; else why it must do without */
    struct flow_params *params;
};

static enum flow_code add_versions(const struct history *history, const struct flow_json *page,
                                   struct flow_err *err)
{
    const struct flow_json *item;

    if (flow_ssm_list(page, &item, err))
        return err->code;
    for (; item != NULL; item = flow_json_next(item)) {
        struct flow_param param;

        if (flow_ssm_param_of(item, &param, err))
            return err->code;
        param.name = history->name;
        if (!history->with_values)
            param.value = (struct flow_bytes){NULL, 0};
        else if (history->why != NULL && param.type == FLOW_SECURE_STRING)
            flow_ssm_param_seal(&param, history->why);
        if (flow_params_add(history->params, &param, NULL, err))
            return err->code;
    }
    return FLOW_OK;
}

/* Reads all pages. *answer is the last one's; its failure is not yet an error. */
static enum flow_code read_versions(struct flow_ssm *ssm, const struct history *history,
                                    struct flow_ssm_answer *answer, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_pages_donep) struct flow_ssm_pages pages = {.count = 0};
    const char *token = NULL;

    do {
        FLOW_CLEANUP(flow_ssm_request_donep) struct flow_ssm_request request;

        if (flow_ssm_request_open(&request, err))
            return err->code;
        flow_json_put_string(&request.json, "Name", history->name);
        flow_json_put_bool(&request.json, "WithDecryption",
                           history->with_values && history->why == NULL);
        flow_json_put_int64(&request.json, "MaxResults", FLOW_SSM_HISTORY_PAGE);
        if (token != NULL)
            flow_json_put_string(&request.json, "NextToken", token);
        if (flow_ssm_request_close(&request) ||
            flow_ssm_ask(ssm, &request,
                         (struct flow_aws_call){.operation = "GetParameterHistory",
                                                .subject = history->name},
                         answer, err))
            return err->code;
        if (answer->json == NULL)
            return FLOW_OK;
        if (add_versions(history, answer->json, err) ||
            flow_ssm_pages_next(&pages, answer->json, &token, err))
            return flow_err_wrap(err, "history of %s", history->name);
    } while (token != NULL);
    return FLOW_OK;
}

enum flow_code flow_ssm_history(struct flow_ssm *ssm, const char *name, bool with_values,
                                struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_answer_donep) struct flow_ssm_answer answer = {.json = NULL};
    FLOW_CLEANUP(flow_ssm_answer_donep) struct flow_ssm_answer sealed = {.json = NULL};
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {.arena = NULL};
    struct history history = {.name = name, .with_values = with_values, .params = &found};
    size_t i;

    if (flow_params_init(&found, err) || read_versions(ssm, &history, &answer, err))
        return err->code;
    if (answer.json == NULL && with_values && flow_aws_fault_may_be_key(answer.error)) {
        found.count = 0;
        history.why = answer.why;
        if (read_versions(ssm, &history, &sealed, err))
            return err->code;
    }
    if (answer.json == NULL && sealed.json == NULL) {
        *err = answer.failure;
        return err->code;
    }
    flow_params_sort(&found);
    for (i = 0; i < found.count; i++)
        if (flow_params_add(params, &found.list[i], NULL, err))
            return err->code;
    return FLOW_OK;
}
