#include "net/outgoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines put one behind the other, as far as there is room; counted in any case. */
struct lines {
    char *at;
    size_t room, len, count;
};

static void put_line(struct lines *lines, const char *name, const char *between, const char *value)
{
    size_t len = strlen(name) + strlen(between) + strlen(value) + 1;

    if (lines->len + len <= lines->room)
        (void)snprintf(lines->at + lines->len, len, "%s%s%s", name, between, value);
    lines->len += len;
    lines->count++;
}

static void put_lines(struct lines *lines, const struct flow_url *url,
                      const struct flow_http_request *request)
{
    size_t i;

    put_line(lines, "Host", ": ", url->host);
    put_line(lines, "Accept", ":", "");
    put_line(lines, "Expect", ":", "");
    if (flow_header_find(request->headers, request->header_count, "Content-Type") == NULL)
        put_line(lines, "Content-Type", ":", "");
    for (i = 0; i < request->header_count; i++)
        put_line(lines, request->headers[i].name, request->headers[i].value[0] == '\0' ? ";" : ": ",
                 request->headers[i].value);
}

/* Room is found for all of them first, so that no token is left behind where they grew. */
static enum flow_code copy_lines(struct flow_outgoing *outgoing,
                                 const struct flow_http_request *request, struct flow_err *err)
{
    struct lines lines = {.at = NULL, .room = 0};

    put_lines(&lines, &outgoing->url, request);
    outgoing->lines = malloc(lines.len);
    if (outgoing->lines == NULL)
        return flow_err_nomem(err);
    lines = (struct lines){.at = outgoing->lines, .room = lines.len};
    put_lines(&lines, &outgoing->url, request);
    outgoing->lines_len = lines.len;
    outgoing->line_count = lines.count;
    return FLOW_OK;
}

static enum flow_code check_headers(const struct flow_http_request *request, struct flow_err *err)
{
    size_t i;

    for (i = 0; i < request->header_count; i++)
        if (flow_header_check(&request->headers[i], err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code copy_method(char to[FLOW_METHOD_MAX], const char *method,
                                  struct flow_err *err)
{
    size_t len = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (len == 0 || len >= FLOW_METHOD_MAX || method[len] != '\0')
        return flow_err_set(err, FLOW_E_REFUSED, "an HTTP method that is none; nothing was sent");
    memcpy(to, method, len + 1);
    return FLOW_OK;
}

static bool has_body(const struct flow_http_request *request)
{
    return request->body.len > 0 || strcmp(request->method, "POST") == 0 ||
           strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
}

static enum flow_code fill(struct flow_outgoing *outgoing, const struct flow_http_request *request,
                           struct flow_err *err)
{
    outgoing->text = strdup(request->url);
    if (outgoing->text == NULL)
        return flow_err_nomem(err);
    if (flow_url_parse(outgoing->text, &outgoing->url, err) ||
        copy_method(outgoing->method, request->method, err) || check_headers(request, err))
        return err->code;
    return copy_lines(outgoing, request, err);
}

enum flow_code flow_outgoing_init(struct flow_outgoing *outgoing,
                                  const struct flow_http_request *request, struct flow_err *err)
{
    *outgoing = (struct flow_outgoing){
        .body = request->body,
        .has_body = has_body(request),
        .once = request->once,
        .done = request->done,
        .context = request->context,
    };
    if (fill(outgoing, request, err))
        flow_outgoing_done(outgoing);
    return outgoing->lines == NULL ? err->code : FLOW_OK;
}

void flow_outgoing_done(struct flow_outgoing *outgoing)
{
    if (outgoing->lines != NULL)
        flow_wipe(outgoing->lines, outgoing->lines_len);
    free(outgoing->lines);
    free(outgoing->text);
    *outgoing = (struct flow_outgoing){.lines = NULL};
}
