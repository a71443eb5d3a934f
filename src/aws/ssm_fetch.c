/*
 * The fetch engine: a walk of pages, batches of names, all in flight together.
 *
 * The walk is one chain of requests, for each page names the next. Where a key
 * refuses, it begins anew without decryption: plain values come as before,
 * secret ones by name, ten a call, and in the call that fails one by one, until
 * it is known which can't be read and why (T40).
 */
#include <stdlib.h>
#include <string.h>

#include "aws/ssm.h"
#include "aws/ssm_wire.h"
#include "base/str.h"

enum { MISSING_MAX = 1024 };

struct fetch {
    struct flow_ssm *ssm;
    const struct flow_ssm_want *want;
    struct flow_params walked, named; /* what each of the two ways found */
    struct flow_ssm_pages pages;
    bool sealed; /* the walk does without decryption */
    struct batch *batches;
};

/* Up to ten names in one GetParameters. */
struct batch {
    struct fetch *fetch;
    struct batch *next;
    const char *names[FLOW_SSM_BATCH]; /* lent by the caller or by the walked set's arena */
    size_t count;
    bool seen[FLOW_SSM_BATCH];
    char *why; /* NULL: with decryption; else the reason for doing without */
};

static void fetch_donep(struct fetch *fetch)
{
    struct batch *batch, *next;

    for (batch = fetch->batches; batch != NULL; batch = next) {
        next = batch->next;
        free(batch->why);
        free(batch);
    }
    flow_params_done(&fetch->walked);
    flow_params_done(&fetch->named);
    flow_ssm_pages_donep(&fetch->pages);
}

static bool is_below(const char *prefix, const char *name)
{
    size_t len = strlen(prefix);

    return strcmp(prefix, "/") == 0 || (strncmp(name, prefix, len) == 0 && name[len] == '/');
}

static enum flow_code pass_on(const struct flow_aws_reply *reply, struct flow_err *err)
{
    *err = *reply->failure;
    return err->code;
}

/* --- by name ------------------------------------------------------------------------ */

static flow_aws_done batch_done;

static enum flow_code batch_submit(struct fetch *fetch, const char *const *names, size_t count,
                                   const char *why, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_request_donep) struct flow_ssm_request request = {.body = NULL};
    struct batch *batch = calloc(1, sizeof *batch);
    struct flow_aws_call call = {.operation = "GetParameters", .done = batch_done};
    FLOW_CLEANUP(flow_str_done) struct flow_str subject = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    size_t i;

    if (batch == NULL)
        return flow_err_nomem(err);
    batch->fetch = fetch;
    batch->next = fetch->batches;
    fetch->batches = batch;
    batch->count = count;
    memcpy(batch->names, names, count * sizeof *names);
    if (why != NULL && (batch->why = strdup(why)) == NULL)
        return flow_err_nomem(err);

    if (flow_ssm_request_open(&request, err))
        return err->code;
    flow_json_open(&request.json, "Names", '[');
    for (i = 0; i < count; i++)
        flow_json_put_string(&request.json, NULL, names[i]);
    flow_json_close(&request.json, ']');
    flow_json_put_bool(&request.json, "WithDecryption",
                       why == NULL && !fetch->want->without_values);
    if (flow_ssm_request_close(&request))
        return err->code;
    flow_str_add(&subject, names[0]);
    if (count > 1)
        flow_str_addf(&subject, " and %zu more", count - 1);
    call.subject = subject.text;
    call.body = FLOW_TAKE(request.body);
    call.context = batch;
    return flow_aws_client_submit(fetch->ssm->client, &call, err);
}

/* Marks the batch's name that this one is; NULL: it was not asked for. */
static const char *batch_mark(struct batch *batch, const char *name)
{
    size_t i;

    for (i = 0; name != NULL && i < batch->count; i++)
        if (flow_ssm_same_name(batch->names[i], name)) {
            batch->seen[i] = true;
            return batch->names[i];
        }
    return NULL;
}

static enum flow_code batch_add(struct batch *batch, const struct flow_json *item,
                                struct flow_err *err)
{
    struct flow_param param;

    if (flow_ssm_param_of(item, &param, err))
        return err->code;
    param.name = batch_mark(batch, param.name);
    if (param.name == NULL)
        return flow_err_set(err, FLOW_E_FORMAT, "the answer holds a name that was not asked for");
    if (batch->fetch->want->without_values)
        param.value = (struct flow_bytes){NULL, 0};
    else if (batch->why != NULL && param.type == FLOW_SECURE_STRING)
        flow_ssm_param_seal(&param, batch->why);
    return flow_params_add(&batch->fetch->named, &param, NULL, err);
}

/* A name that is neither found nor said to be missing was lost on the way (T27). */
static enum flow_code batch_check(const struct batch *batch, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str lost = FLOW_STR_INIT(MISSING_MAX);
    size_t i;

    for (i = 0; i < batch->count; i++)
        if (!batch->seen[i])
            flow_str_addf(&lost, "%s%s", lost.len > 0 ? ", " : "", batch->names[i]);
    if (lost.len == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_FORMAT,
                        "the answer of GetParameters does not say what became of %s; repeat",
                        lost.text);
}

static enum flow_code batch_failed(struct batch *batch, const struct flow_aws_reply *reply,
                                   struct flow_err *err)
{
    char why[FLOW_AWS_ERROR_MAX + FLOW_AWS_MESSAGE_MAX];
    size_t i;

    if (!flow_aws_fault_may_be_key(reply->error) || batch->why != NULL ||
        batch->fetch->want->without_values)
        return pass_on(reply, err);
    flow_ssm_why(reply, why, sizeof why);
    if (batch->count == 1)
        return batch_submit(batch->fetch, batch->names, 1, why, err);
    for (i = 0; i < batch->count; i++)
        if (batch_submit(batch->fetch, &batch->names[i], 1, NULL, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code batch_done(void *context, struct flow_aws_reply *reply, struct flow_err *err)
{
    struct batch *batch = context;
    const struct flow_json *item;

    if (reply->failure != NULL)
        return batch_failed(batch, reply, err);
    if (flow_ssm_list(reply->json, &item, err))
        return flow_err_wrap(err, "%s", batch->names[0]);
    for (; item != NULL; item = flow_json_next(item))
        if (batch_add(batch, item, err))
            return flow_err_wrap(err, "%s", batch->names[0]);
    item = flow_json_first(flow_json_member(reply->json, "InvalidParameters"));
    for (; item != NULL; item = flow_json_next(item))
        (void)batch_mark(batch, flow_json_text(item));
    return batch_check(batch, err);
}

/* Submits names ten a call. They are sorted, so that one asked for twice is seen. */
static enum flow_code fetch_names(struct fetch *fetch, const char **names, size_t count,
                                  struct flow_err *err)
{
    size_t i, kept = 0;

    for (i = 0; i < count; i++)
        if (kept == 0 || !flow_ssm_same_name(names[kept - 1], names[i]))
            names[kept++] = names[i];
    for (i = 0; i < kept; i += FLOW_SSM_BATCH)
        if (batch_submit(fetch, names + i, kept - i < FLOW_SSM_BATCH ? kept - i : FLOW_SSM_BATCH,
                         NULL, err))
            return err->code;
    return FLOW_OK;
}

static int compare_names(const void *a, const void *b)
{
    const char *left = *(const char *const *)a, *right = *(const char *const *)b;

    return strcmp(left + (left[0] == '/'), right + (right[0] == '/'));
}

/* The known names that no walk brings. */
static enum flow_code fetch_known(struct fetch *fetch, struct flow_err *err)
{
    const struct flow_ssm_want *want = fetch->want;
    FLOW_CLEANUP(flow_freep) const char **names = calloc(want->known_count + 1, sizeof *names);
    size_t i, count = 0;

    if (names == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < want->known_count; i++)
        if (want->known_only || !is_below(want->prefix, want->known[i]))
            names[count++] = want->known[i];
    qsort(names, count, sizeof *names, compare_names);
    return fetch_names(fetch, names, count, err);
}

/* --- by page ------------------------------------------------------------------------- */

static flow_aws_done page_done;

static enum flow_code page_submit(struct fetch *fetch, const char *token, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_request_donep) struct flow_ssm_request request = {.body = NULL};
    struct flow_aws_call call = {.operation = "GetParametersByPath",
                                 .subject = fetch->want->prefix,
                                 .done = page_done,
                                 .context = fetch};

    if (flow_ssm_request_open(&request, err))
        return err->code;
    flow_json_put_string(&request.json, "Path", fetch->want->prefix);
    flow_json_put_bool(&request.json, "Recursive", true);
    flow_json_put_bool(&request.json, "WithDecryption",
                       !fetch->sealed && !fetch->want->without_values);
    flow_json_put_int64(&request.json, "MaxResults", FLOW_SSM_BATCH);
    if (token != NULL)
        flow_json_put_string(&request.json, "NextToken", token);
    if (flow_ssm_request_close(&request))
        return err->code;
    call.body = FLOW_TAKE(request.body);
    return flow_aws_client_submit(fetch->ssm->client, &call, err);
}

/* Tokens belong to the request that they came from, so the walk begins anew. */
static enum flow_code walk_sealed(struct fetch *fetch, struct flow_err *err)
{
    fetch->sealed = true;
    fetch->walked.count = 0;
    flow_ssm_pages_donep(&fetch->pages);
    return page_submit(fetch, NULL, err);
}

static enum flow_code page_add(struct fetch *fetch, const struct flow_json *item,
                               struct flow_err *err)
{
    struct flow_param param;

    if (flow_ssm_param_of(item, &param, err))
        return err->code;
    if (!is_below(fetch->want->prefix, param.name))
        return flow_err_set(err, FLOW_E_FORMAT, "the answer holds '%s', which does not lie there",
                            param.name);
    if (fetch->want->without_values || (fetch->sealed && param.type == FLOW_SECURE_STRING))
        param.value = (struct flow_bytes){NULL, 0};
    return flow_params_add(&fetch->walked, &param, NULL, err);
}

/* The secret ones of a walk without decryption; they leave the walked set. */
static enum flow_code fetch_secrets(struct fetch *fetch, struct flow_err *err)
{
    struct flow_params *walked = &fetch->walked;
    FLOW_CLEANUP(flow_freep) const char **names = calloc(walked->count + 1, sizeof *names);
    size_t i, kept = 0, count = 0;

    if (names == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < walked->count; i++)
        if (walked->list[i].value.at == NULL)
            names[count++] = walked->list[i].name;
        else
            walked->list[kept++] = walked->list[i];
    walked->count = kept;
    return fetch_names(fetch, names, count, err);
}

static enum flow_code page_read(struct fetch *fetch, const struct flow_json *page,
                                const char **ret_token, struct flow_err *err)
{
    const struct flow_json *item;

    if (flow_ssm_list(page, &item, err))
        return err->code;
    for (; item != NULL; item = flow_json_next(item))
        if (page_add(fetch, item, err))
            return err->code;
    return flow_ssm_pages_next(&fetch->pages, page, ret_token, err);
}

static enum flow_code page_failed(struct fetch *fetch, const struct flow_aws_reply *reply,
                                  struct flow_err *err)
{
    if (flow_aws_fault_may_be_key(reply->error) && !fetch->sealed && !fetch->want->without_values)
        return walk_sealed(fetch, err);
    return pass_on(reply, err);
}

static enum flow_code page_done(void *context, struct flow_aws_reply *reply, struct flow_err *err)
{
    struct fetch *fetch = context;
    const char *token = NULL;

    if (reply->failure != NULL)
        return page_failed(fetch, reply, err);
    if (page_read(fetch, reply->json, &token, err))
        return flow_err_wrap(err, "%s", fetch->want->prefix);
    if (token != NULL)
        return page_submit(fetch, token, err);
    flow_params_sort(&fetch->walked);
    return fetch->sealed && !fetch->want->without_values ? fetch_secrets(fetch, err) : FLOW_OK;
}

/* --- both ------------------------------------------------------------------------------ */

/* Pages can overlap where the list changes while it is read: of a name the newest counts. */
static enum flow_code add_all(struct fetch *fetch, struct flow_params *params, struct flow_err *err)
{
    struct flow_params *walked = &fetch->walked;
    size_t i;

    for (i = 0; i < fetch->named.count; i++)
        if (flow_params_add(walked, &fetch->named.list[i], NULL, err))
            return err->code;
    flow_params_sort(walked);
    for (i = 0; i < walked->count; i++)
        if ((i + 1 == walked->count ||
             strcmp(walked->list[i].name, walked->list[i + 1].name) != 0) &&
            flow_params_add(params, &walked->list[i], NULL, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code fetch_start(void *context, struct flow_err *err)
{
    struct fetch *fetch = context;

    if (!fetch->want->known_only && page_submit(fetch, NULL, err))
        return err->code;
    return fetch_known(fetch, err);
}

enum flow_code flow_ssm_fetch(struct flow_ssm *ssm, const struct flow_ssm_want *want,
                              struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(fetch_donep) struct fetch fetch = {.ssm = ssm, .want = want};

    if (flow_params_init(&fetch.walked, err) || flow_params_init(&fetch.named, err))
        return err->code;
    if (flow_aws_client_run(ssm->client, fetch_start, &fetch, err))
        return err->code;
    return add_all(&fetch, params, err);
}
