/*
 * Whatever an SSM endpoint answers: no crash, an end, and an error with a
 * sentence. The first byte chooses the call; the rest, cut at newlines, are the
 * answers: a byte for the status, then the body.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "aws/ssm.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { JOBS_MAX = 64 };

struct job {
    struct flow_http_request request;
    flow_http_wake *wake;
    void *context;
};

struct far_end {
    struct flow_http http;
    const uint8_t *at, *end; /* answers that are left */
    struct job jobs[JOBS_MAX];
    size_t count;
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

static enum flow_code add(struct flow_http *http, struct job job, struct flow_err *err)
{
    struct far_end *far_end = (struct far_end *)http;

    if (far_end->count == JOBS_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "too many requests");
    far_end->jobs[far_end->count++] = job;
    return FLOW_OK;
}

static enum flow_code far_end_submit(struct flow_http *http,
                                     const struct flow_http_request *request, struct flow_err *err)
{
    return add(http, (struct job){.request = *request}, err);
}

static enum flow_code far_end_later(struct flow_http *http, int64_t delay_ms, flow_http_wake *wake,
                                    void *context, struct flow_err *err)
{
    (void)delay_ms;
    return add(http, (struct job){.wake = wake, .context = context}, err);
}

/* The next answer; an endpoint that has no more says so. */
static enum flow_code answer(struct far_end *far_end, const struct job *job, struct flow_err *err)
{
    static const unsigned statuses[] = {200, 200, 200, 400, 400, 403, 500, 301};
    const uint8_t *stop = memchr(far_end->at, '\n', (size_t)(far_end->end - far_end->at));
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *body = NULL;
    struct flow_http_reply reply = {.status = 403, .sent = true, .host = "h", .detail = ""};
    enum flow_code code;

    if (stop == NULL)
        stop = far_end->end;
    if (far_end->at < stop)
        reply.status = statuses[*far_end->at++ % FLOW_COUNT(statuses)];
    if (reply.status == 301)
        reply.fault = FLOW_HTTP_CUT;
    else if (flow_secret_new(far_end->at, (size_t)(stop - far_end->at), &body, err))
        return err->code;
    reply.body = body;
    far_end->at = stop < far_end->end ? stop + 1 : stop;
    code = job->request.done(job->request.context, &reply, err);
    body = reply.body;
    return code;
}

static enum flow_code far_end_run(struct flow_http *http, struct flow_err *err)
{
    struct far_end *far_end = (struct far_end *)http;
    enum flow_code code = FLOW_OK;

    while (code == FLOW_OK && far_end->count > 0) {
        struct job job = far_end->jobs[0];

        memmove(far_end->jobs, far_end->jobs + 1, --far_end->count * sizeof job);
        code = job.wake != NULL ? job.wake(job.context, err) : answer(far_end, &job, err);
    }
    far_end->count = 0;
    return code;
}

static int64_t still(void *context)
{
    (void)context;
    return INT64_C(1440938160000);
}

static void no_sleep(void *context, int64_t ms)
{
    (void)context, (void)ms;
}

static enum flow_code call(struct flow_ssm *ssm, unsigned which, struct flow_params *params,
                           struct flow_err *err)
{
    static const char *const names[] = {"/t/a", "/t/b", "/other/c"};
    const struct flow_ssm_want want = {.prefix = "/t",
                                       .known = names,
                                       .known_count = FLOW_COUNT(names),
                                       .known_only = which == 1,
                                       .without_values = which == 2};
    const struct flow_ssm_put put = {.name = "/t/a",
                                     .value = {(const unsigned char *)"s3cr3t-value", 12},
                                     .replaces = which % 2};
    bool removed[FLOW_COUNT(names)];
    uint64_t version;

    switch (which) {
    case 3:
        return flow_ssm_get(ssm, "/t/a", NULL, params, err);
    case 4:
        return flow_ssm_history(ssm, "/t/a", true, params, err);
    case 5:
    case 6:
        return flow_ssm_put(ssm, &put, &version, err);
    case 7:
        return flow_ssm_remove(ssm, names, FLOW_COUNT(names), removed, err);
    default:
        return flow_ssm_fetch(ssm, &want, params, err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct flow_http_class class = {
        .submit = far_end_submit, .later = far_end_later, .run = far_end_run};
    static const struct flow_clock clock = {still, still, no_sleep, NULL};
    static char region[] = "us-east-1", key_id[] = "AKIDEXAMPLE";
    struct far_end far_end = {.http = {&class}, .at = data + 1, .end = data + size};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *secret = NULL;
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {.arena = NULL};
    FLOW_CLEANUP(flow_ssm_freep) struct flow_ssm *ssm = NULL;
    struct flow_aws aws = {.region = region, .access_key_id = key_id};
    struct flow_err err = FLOW_ERR_INIT;

    if (size == 0)
        return 0;
    if (flow_secret_new("secret", 6, &secret, &err) || flow_params_init(&params, &err))
        return 0;
    aws.secret_access_key = secret;
    if (flow_ssm_new(&aws, &clock, NULL, &far_end.http, &ssm, &err))
        return 0;
    if (call(ssm, data[0] % 8, &params, &err))
        assert(err.text[0] != '\0' && params.count == 0);
    return 0;
}
