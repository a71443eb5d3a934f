/*
 * Sends what standard input asks for and prints what became of it, so that a
 * test in Python can put servers of every kind at the other end.
 *
 * in:  {"options": {"connect_ms": 500, ...},           as struct flow_http_options
 *       "requests": [{"url": "https://...", "method": "POST", "body": "...",
 *                     "headers": {"Name": "value"}, "once": true,
 *                     "repeat": 100, "delay_ms": 0, "stop": true}]}
 * out: one JSON object a line for each answer, in the order of their arrival,
 *      and {"code": 0, "error": ""} for the run as a whole.
 * `stop` ends the run when that answer has come; requests with a delay are
 * submitted by a timer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "text/json.h"
#include "text/json_writer.h"

enum { INPUT_MAX = 4 * 1024 * 1024, HEADERS_MAX = 16 };

struct job {
    struct flow_http *http;
    const struct flow_json *wish;
    struct flow_header headers[HEADERS_MAX];
    struct flow_http_request request;
};

static unsigned number_of(const struct flow_json *object, const char *name)
{
    int64_t number = 0;

    (void)flow_json_int64(flow_json_member(object, name), &number);
    return (unsigned)number;
}

static void print(const struct flow_secret *text)
{
    size_t len;
    const unsigned char *bytes = flow_secret_expose(text, &len);

    (void)fwrite(bytes, 1, len, stdout);
    (void)fputc('\n', stdout);
}

static enum flow_code print_end(enum flow_code code, const struct flow_err *run,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *line = NULL;
    struct flow_json_writer json;

    if (flow_secret_new_room(0, &line, err))
        return err->code;
    json = flow_json_write(line, err);
    flow_json_open(&json, NULL, '{');
    flow_json_put_int64(&json, "code", code);
    flow_json_put_string(&json, "error", code == FLOW_OK ? "" : run->text);
    flow_json_close(&json, '}');
    print(line);
    return flow_json_end(&json);
}

static void put_headers(struct flow_json_writer *json, const struct flow_http_reply *reply)
{
    size_t i;

    flow_json_open(json, "headers", '[');
    for (i = 0; i < reply->header_count; i++) {
        flow_json_open(json, NULL, '[');
        flow_json_put_string(json, NULL, reply->headers[i].name);
        flow_json_put_string(json, NULL, reply->headers[i].value);
        flow_json_close(json, ']');
    }
    flow_json_close(json, ']');
}

static enum flow_code print_reply(const struct flow_http_reply *reply, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *line = NULL;
    struct flow_err fault = FLOW_ERR_INIT;
    struct flow_json_writer json;
    struct flow_bytes body;

    if (flow_secret_new_room(0, &line, err))
        return err->code;
    body.at = flow_secret_expose(reply->body, &body.len);
    json = flow_json_write(line, err);
    flow_json_open(&json, NULL, '{');
    flow_json_put_int64(&json, "code", flow_http_reply_check(reply, &fault));
    flow_json_put_string(&json, "error", fault.text);
    flow_json_put_int64(&json, "fault", reply->fault);
    flow_json_put_int64(&json, "status", reply->status);
    flow_json_put_bool(&json, "sent", reply->sent);
    flow_json_put_string(&json, "host", reply->host);
    put_headers(&json, reply);
    flow_json_put_int64(&json, "length", (int64_t)body.len);
    if (body.len <= 4096 && reply->fault == FLOW_HTTP_OK)
        flow_json_put_text(&json, "body", body);
    flow_json_close(&json, '}');
    print(line);
    return flow_json_end(&json);
}

static enum flow_code on_reply(void *context, struct flow_http_reply *reply, struct flow_err *err)
{
    const struct job *job = context;

    if (print_reply(reply, err))
        return err->code;
    if (flow_json_is_true(flow_json_member(job->wish, "stop")))
        return flow_err_set(err, FLOW_E_PARTIAL, "stopped on request");
    return FLOW_OK;
}

static enum flow_code submit(void *context, struct flow_err *err)
{
    struct job *job = context;

    return flow_http_submit(job->http, &job->request, err);
}

static void job_init(struct job *job, struct flow_http *http, const struct flow_json *wish)
{
    const struct flow_json *header = flow_json_first(flow_json_member(wish, "headers"));
    const char *method = flow_json_text_of(wish, "method"), *body = flow_json_text_of(wish, "body");

    *job = (struct job){.http = http, .wish = wish};
    job->request = (struct flow_http_request){
        .method = method == NULL ? "GET" : method,
        .url = flow_json_text_of(wish, "url"),
        .headers = job->headers,
        .body = {.at = (const unsigned char *)(body == NULL ? "" : body),
                 .len = body == NULL ? 0 : strlen(body)},
        .once = flow_json_is_true(flow_json_member(wish, "once")),
        .done = on_reply,
        .context = job,
    };
    for (; header != NULL && job->request.header_count < HEADERS_MAX;
         header = flow_json_next(header))
        job->headers[job->request.header_count++] =
            (struct flow_header){flow_json_name(header), flow_json_text(header)};
}

static enum flow_code start(struct job *job, struct flow_err *err)
{
    unsigned repeat = number_of(job->wish, "repeat"), delay_ms = number_of(job->wish, "delay_ms");
    unsigned i;

    for (i = 0; i < (repeat > 0 ? repeat : 1); i++)
        if (delay_ms > 0 ? flow_http_later(job->http, delay_ms, submit, job, err)
                         : submit(job, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code run(const struct flow_json *input, struct flow_err *err)
{
    const struct flow_json *wanted = flow_json_member(input, "options"), *wish;
    const struct flow_http_options options = {
        .ca_bundle = flow_json_text_of(wanted, "ca_bundle"),
        .https_proxy = flow_json_text_of(wanted, "https_proxy"),
        .no_proxy = flow_json_text_of(wanted, "no_proxy"),
        .connections = number_of(wanted, "connections"),
        .connect_ms = number_of(wanted, "connect_ms"),
        .total_ms = number_of(wanted, "total_ms"),
        .slow_s = number_of(wanted, "slow_s"),
        .body_max = number_of(wanted, "body_max"),
        .headers_max = number_of(wanted, "headers_max"),
    };
    FLOW_CLEANUP(flow_http_freep) struct flow_http *http = NULL;
    FLOW_CLEANUP(flow_freep) struct job *jobs = NULL;
    size_t count = 0;

    wish = flow_json_member(input, "requests");
    jobs = calloc(flow_json_count(wish) + 1, sizeof *jobs);
    if (jobs == NULL)
        return flow_err_nomem(err);
    if (flow_http_new(&options, &http, err))
        return err->code;
    for (wish = flow_json_first(wish); wish != NULL; wish = flow_json_next(wish)) {
        job_init(&jobs[count], http, wish);
        if (start(&jobs[count++], err))
            return err->code;
    }
    return flow_http_run(http, err);
}

int main(void)
{
    static char text[INPUT_MAX];
    const struct flow_bytes input = {(unsigned char *)text, fread(text, 1, sizeof text, stdin)};
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    struct flow_err err = FLOW_ERR_INIT, end = FLOW_ERR_INIT;
    enum flow_code code;

    if (flow_secret_start(&err) || flow_json_parse(input, "the input", &root, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    code = run(root, &err);
    return print_end(code, &err, &end) != FLOW_OK;
}
