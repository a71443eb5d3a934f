#include "cmd/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/list.h"
#include "cmd/progress.h"
#include "text/redact.h"

/*
 * What is no secret is taken out only where it is no ordinary word: a project's
 * name is often a variable's value too, and paths have to be read.
 */
enum { REPORT_MAX = 256 * 1024, REPORT_PLAIN_MIN = 16 };

/* Every value that this process holds and that a message might quote. */
struct known {
    struct flow_bytes *list;
    size_t count, cap;
};

static void know(struct known *known, struct flow_bytes value, bool secret)
{
    if (value.at == NULL || (!secret && value.len < REPORT_PLAIN_MIN) ||
        FLOW_LIST_GROW(known->list, known->count, known->cap))
        return;
    known->list[known->count++] = value;
}

static void know_credentials(struct known *known, const struct flow_environ *env)
{
    size_t count, i;
    char *const *list = flow_environ_list(env, &count);

    for (i = 0; i < count; i++) {
        const char *value = strchr(list[i], '=');
        char name[64];

        if (value == NULL || (size_t)(value - list[i]) >= sizeof name)
            continue;
        memcpy(name, list[i], (size_t)(value - list[i]));
        name[value - list[i]] = '\0';
        if (flow_environ_is_credential(name))
            know(known, (struct flow_bytes){(const unsigned char *)value + 1, strlen(value + 1)},
                 true);
    }
}

static void know_call(struct known *known, const struct call *call)
{
    struct flow_bytes value;
    size_t i;

    know_credentials(known, call->env);
    for (i = 0; i < call->view.count; i++)
        know(known, call->view.entries[i].value, call->view.entries[i].origin.kind == FLOW_SECRET);
    for (i = 0; i < call->params.count; i++)
        know(known, call->params.list[i].value, call->params.list[i].type == FLOW_SECURE_STRING);
    if (call->value != NULL) {
        value.at = flow_secret_expose(call->value, &value.len);
        know(known, value, !call->value_is_plain);
    }
}

static void write_line(const struct call *call, const char *prefix, const char *sentence)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str clean = FLOW_STR_INIT(REPORT_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str line = FLOW_STR_INIT(REPORT_MAX);
    struct known known = {NULL, 0, 0};
    struct flow_err ignored = FLOW_ERR_INIT;

    if (call != NULL)
        know_call(&known, call);
    flow_redact(sentence, known.list, known.count, &clean);
    free(known.list);
    flow_str_add(&line, prefix);
    flow_visible(clean.text, clean.len, 1, &line);
    flow_str_add_char(&line, '\n');
    progress_clear();
    (void)flow_file_write_fd(STDERR_FILENO, "standard error", line.text, line.len, &ignored);
}

void report_error(const struct call *call, const struct flow_err *err)
{
    if (err->text[0] != '\0')
        write_line(call, "flowenv: ", err->text);
}

void report_note(const struct call *call, const char *format, ...)
{
    char text[FLOW_ERR_TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    write_line(call, "flowenv: note: ", text);
}
