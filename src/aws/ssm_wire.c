#include "aws/ssm_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_ROOM = 1024, PAGES_MAX = 100 * 1000 };

enum flow_code flow_ssm_request_open(struct flow_ssm_request *request, struct flow_err *err)
{
    request->body = NULL;
    if (flow_secret_new_room(REQUEST_ROOM, &request->body, err))
        return err->code;
    request->json = flow_json_write(request->body, err);
    flow_json_open(&request->json, NULL, '{');
    return FLOW_OK;
}

enum flow_code flow_ssm_request_close(struct flow_ssm_request *request)
{
    flow_json_close(&request->json, '}');
    return flow_json_end(&request->json);
}

void flow_ssm_request_donep(struct flow_ssm_request *request)
{
    flow_secret_freep(&request->body);
}

void flow_ssm_answer_donep(struct flow_ssm_answer *answer)
{
    flow_json_freep(&answer->json);
}

void flow_ssm_why(const struct flow_aws_reply *reply, char *why, size_t size)
{
    (void)snprintf(why, size, "%s%s%s", reply->error, reply->message[0] != '\0' ? ": " : "",
                   reply->message);
}

static enum flow_code keep_answer(void *context, struct flow_aws_reply *reply, struct flow_err *err)
{
    struct flow_ssm_answer *answer = context;

    (void)err;
    answer->json = FLOW_TAKE(reply->json);
    answer->lost = reply->lost;
    if (reply->failure != NULL) {
        flow_json_freep(&answer->json);
        answer->failure = *reply->failure;
        (void)snprintf(answer->error, sizeof answer->error, "%s", reply->error);
        flow_ssm_why(reply, answer->why, sizeof answer->why);
    }
    return FLOW_OK;
}

struct question {
    struct flow_ssm *ssm;
    struct flow_aws_call call;
};

static enum flow_code submit(void *context, struct flow_err *err)
{
    struct question *question = context;

    return flow_aws_client_submit(question->ssm->client, &question->call, err);
}

enum flow_code flow_ssm_ask(struct flow_ssm *ssm, struct flow_ssm_request *request,
                            struct flow_aws_call call, struct flow_ssm_answer *ret_answer,
                            struct flow_err *err)
{
    struct question question = {.ssm = ssm, .call = call};

    flow_json_freep(&ret_answer->json);
    *ret_answer = (struct flow_ssm_answer){.failure = FLOW_ERR_INIT};
    question.call.body = FLOW_TAKE(request->body);
    question.call.done = keep_answer;
    question.call.context = ret_answer;
    return flow_aws_client_run(ssm->client, submit, &question, err);
}

/* Brent's cycle detection: one remembered token, taken at page 1, 2, 4, 8, ... */
enum flow_code flow_ssm_pages_next(struct flow_ssm_pages *pages, const struct flow_json *page,
                                   const char **ret_token, struct flow_err *err)
{
    const char *token = flow_json_text_of(page, "NextToken");

    *ret_token = token != NULL && *token != '\0' ? token : NULL;
    if (*ret_token == NULL)
        return FLOW_OK;
    if (pages->mark != NULL && strcmp(pages->mark, token) == 0)
        return flow_err_set(err, FLOW_E_FORMAT,
                            "a page leads back to an earlier one, so the list is not complete");
    if (pages->count++ == PAGES_MAX)
        return flow_err_set(err, FLOW_E_FORMAT, "more than %d pages", PAGES_MAX);
    if (pages->count > pages->next_mark) {
        free(pages->mark);
        pages->mark = strdup(token);
        pages->next_mark = 2 * pages->count;
        if (pages->mark == NULL)
            return flow_err_nomem(err);
    }
    return FLOW_OK;
}

void flow_ssm_pages_donep(struct flow_ssm_pages *pages)
{
    free(pages->mark);
    *pages = (struct flow_ssm_pages){.count = 0};
}

enum flow_code flow_ssm_list(const struct flow_json *reply, const struct flow_json **ret_first,
                             struct flow_err *err)
{
    const struct flow_json *list = flow_json_member(reply, "Parameters");

    if (list == NULL || flow_json_kind(list) != FLOW_JSON_LIST)
        return flow_err_set(err, FLOW_E_FORMAT, "the answer holds no list of parameters");
    *ret_first = flow_json_first(list);
    return FLOW_OK;
}

/* What only refers to a secret of Secrets Manager says 0. */
static int64_t first_version(const char *name)
{
    return strncmp(name, "/aws/reference/", 15) == 0 ? 0 : 1;
}

enum flow_code flow_ssm_param_of(const struct flow_json *item, struct flow_param *ret_param,
                                 struct flow_err *err)
{
    const char *type = flow_json_text_of(item, "Type"), *value = flow_json_text_of(item, "Value");
    struct flow_param param = {.name = flow_json_text_of(item, "Name"),
                               .who = flow_json_text_of(item, "LastModifiedUser"),
                               .key_id = flow_json_text_of(item, "KeyId")};
    double modified;
    int64_t version;

    if (param.name == NULL || type == NULL || !flow_type_parse(type, &param.type) ||
        value == NULL || !flow_json_int64(flow_json_member(item, "Version"), &version) ||
        version < first_version(param.name))
        return flow_err_set(err, FLOW_E_FORMAT,
                            "the answer holds a parameter without name, type, value or version%s%s",
                            param.name != NULL ? ": " : "", param.name != NULL ? param.name : "");
    param.value = (struct flow_bytes){(const unsigned char *)value, strlen(value)};
    param.version = (uint64_t)version;
    if (flow_json_double(flow_json_member(item, "LastModifiedDate"), &modified) && modified > 0 &&
        modified < 1e12)
        param.modified_s = (int64_t)modified;
    *ret_param = param;
    return FLOW_OK;
}

void flow_ssm_param_seal(struct flow_param *param, const char *why)
{
    param->value = (struct flow_bytes){NULL, 0};
    param->unreadable = true;
    param->why = why;
}

bool flow_ssm_same_name(const char *a, const char *b)
{
    return strcmp(a + (a[0] == '/'), b + (b[0] == '/')) == 0;
}
