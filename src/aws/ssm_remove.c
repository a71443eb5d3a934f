#include <string.h>

#include "aws/ssm.h"
#include "aws/ssm_wire.h"
#include "base/str.h"
#include "text/names.h"

/* Up to ten names in one DeleteParameters. */
struct removal {
    const char *const *names;
    size_t count;
    bool *removed;
};

static void mark(const struct removal *removal, const char *name, bool removed)
{
    size_t i;

    for (i = 0; name != NULL && i < removal->count; i++)
        if (flow_ssm_same_name(removal->names[i], name))
            removal->removed[i] = removed;
}

static enum flow_code send_removal(struct flow_ssm *ssm, const struct removal *removal,
                                   struct flow_ssm_answer *answer, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_request_donep) struct flow_ssm_request request;
    FLOW_CLEANUP(flow_str_done) struct flow_str subject = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_aws_call call = {.operation = "DeleteParameters", .is_write = true};
    size_t i;

    if (flow_ssm_request_open(&request, err))
        return err->code;
    flow_json_open(&request.json, "Names", '[');
    for (i = 0; i < removal->count; i++)
        flow_json_put_string(&request.json, NULL, removal->names[i]);
    flow_json_close(&request.json, ']');
    if (flow_ssm_request_close(&request))
        return err->code;
    flow_str_add(&subject, removal->names[0]);
    if (removal->count > 1)
        flow_str_addf(&subject, " and %zu more", removal->count - 1);
    call.subject = subject.text;
    return flow_ssm_ask(ssm, &request, call, answer, err);
}

/* After a lost answer: what is gone was removed; what is there is still to be removed. */
static enum flow_code look(struct flow_ssm *ssm, const struct removal *removal, bool *ret_all,
                           struct flow_err *err)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {.arena = NULL};
    const struct flow_ssm_want want = {.prefix = "/",
                                       .known = removal->names,
                                       .known_count = removal->count,
                                       .known_only = true,
                                       .without_values = true};
    size_t i;

    if (flow_params_init(&found, err) || flow_ssm_fetch(ssm, &want, &found, err))
        return err->code;
    for (i = 0; i < removal->count; i++)
        removal->removed[i] = true;
    for (i = 0; i < found.count; i++)
        mark(removal, found.list[i].name, false);
    *ret_all = found.count == 0;
    return FLOW_OK;
}

static enum flow_code remove_ten(struct flow_ssm *ssm, const struct removal *removal,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_answer_donep) struct flow_ssm_answer answer = {.json = NULL};
    const struct flow_json *item;
    bool all = false;

    if (send_removal(ssm, removal, &answer, err))
        return err->code;
    if (answer.json == NULL && answer.lost && look(ssm, removal, &all, err) == FLOW_OK && !all &&
        send_removal(ssm, removal, &answer, err))
        return err->code;
    if (answer.json == NULL && !all) {
        *err = answer.failure;
        return err->code;
    }
    item = flow_json_first(flow_json_member(answer.json, "DeletedParameters"));
    for (; item != NULL; item = flow_json_next(item))
        mark(removal, flow_json_text(item), true);
    return FLOW_OK;
}

enum flow_code flow_ssm_remove(struct flow_ssm *ssm, const char *const *names, size_t count,
                               bool *removed, struct flow_err *err)
{
    size_t i;

    memset(removed, 0, count * sizeof *removed);
    for (i = 0; i < count; i++)
        if (flow_name_check_param(names[i], err))
            return err->code;
    for (i = 0; i < count; i += FLOW_SSM_BATCH) {
        const struct removal removal = {
            names + i, count - i < FLOW_SSM_BATCH ? count - i : FLOW_SSM_BATCH, removed + i};

        if (remove_ten(ssm, &removal, err))
            return err->code;
    }
    return FLOW_OK;
}
