#include "cmd/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "text/redact.h"

enum { OUTPUT_FIRST_ROOM = 4000, OUTPUT_FORMAT_MAX = 16 * 1024 };

static const char *const style_codes[] = {
    [STYLE_NONE] = "",        [STYLE_BOLD] = "\033[1m",   [STYLE_DIM] = "\033[2m",
    [STYLE_RED] = "\033[31m", [STYLE_GREEN] = "\033[32m", [STYLE_YELLOW] = "\033[33m",
};

void output_init(struct output *out, const struct flow_environ *env)
{
    const char *term = flow_environ_text(env, "TERM");

    *out = (struct output){.terminal = isatty(STDOUT_FILENO) == 1};
    out->colour = out->terminal && flow_environ_text(env, "NO_COLOR") == NULL && term != NULL &&
                  strcmp(term, "dumb") != 0;
}

void output_drop(struct output *out)
{
    flow_secret_freep(&out->text);
    out->err = FLOW_ERR_INIT;
}

void output_done(struct output *out)
{
    output_drop(out);
}

void out_bytes(struct output *out, const void *bytes, size_t len)
{
    if (out->err.code)
        return;
    if (out->text == NULL && flow_secret_new_room(OUTPUT_FIRST_ROOM, &out->text, &out->err))
        return;
    (void)flow_secret_append(out->text, bytes, len, &out->err);
}

void out_text(struct output *out, const char *text)
{
    out_bytes(out, text, strlen(text));
}

void outf(struct output *out, const char *format, ...)
{
    char text[OUTPUT_FORMAT_MAX];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof text) {
        (void)flow_err_set(&out->err, FLOW_E_LIMIT, "a line of the answer is too long");
        return;
    }
    out_bytes(out, text, (size_t)len);
}

void out_styled(struct output *out, enum style style, const char *text)
{
    if (!out->colour || style == STYLE_NONE) {
        out_text(out, text);
        return;
    }
    out_text(out, style_codes[style]);
    out_text(out, text);
    out_text(out, "\033[0m");
}

void out_shown(struct output *out, struct flow_bytes bytes, bool keep_lines)
{
    struct flow_str text = FLOW_STR_INIT(FLOW_SECRET_MAX);

    if (!out->terminal) {
        out_bytes(out, bytes.at, bytes.len);
        return;
    }
    flow_visible((const char *)bytes.at, bytes.len, keep_lines, &text);
    if (out->err.code == FLOW_OK && flow_str_check(&text, "the answer", &out->err) == FLOW_OK)
        out_bytes(out, text.text, text.len);
    /* The one place where a value is in a string: it was asked for, and is about to be read
     * off a screen. It is wiped all the same. */
    if (text.cap > 0)
        flow_wipe(text.text, text.cap);
    flow_str_done(&text);
}

void out_secret(struct output *out, struct flow_secret *text)
{
    struct flow_bytes bytes;

    if (out->text == NULL && !out->terminal) {
        out->text = text;
        return;
    }
    bytes.at = flow_secret_expose(text, &bytes.len);
    out_shown(out, bytes, true);
    flow_secret_free(text);
}

struct flow_json_writer out_json(struct output *out)
{
    if (out->text == NULL && out->err.code == FLOW_OK)
        (void)flow_secret_new_room(OUTPUT_FIRST_ROOM, &out->text, &out->err);
    if (out->err.code)
        return (struct flow_json_writer){.err = &out->err, .code = out->err.code};
    return flow_json_write(out->text, &out->err);
}

void out_json_time(struct flow_json_writer *json, const char *name, int64_t when_s)
{
    char text[FLOW_CLOCK_ISO_MAX];

    if (when_s == 0)
        return;
    flow_clock_iso(when_s, text);
    flow_json_put_string(json, name, text);
}

void out_json_string(struct flow_json_writer *json, const char *name, const char *text)
{
    if (text != NULL)
        flow_json_put_string(json, name, text);
}

/* --- writing ---------------------------------------------------------------- */

/* After EAGAIN: whoever shares standard output with us made it non-blocking. */
static bool wait_for_room(void)
{
    struct pollfd wait = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

enum flow_code output_flush(struct output *out, struct flow_err *err)
{
    const unsigned char *at;
    size_t left;

    if (out->err.code) {
        *err = out->err;
        return err->code;
    }
    if (out->text == NULL)
        return FLOW_OK;
    at = flow_secret_expose(out->text, &left);
    while (left > 0) {
        ssize_t done = write(STDOUT_FILENO, at, left);

        if (done < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room())))
            continue;
        if (done < 0 && errno == EPIPE)
            return flow_err_set(err, FLOW_E_IO, "%s", "");
        if (done < 0)
            return flow_err_sys(err, FLOW_E_IO, errno, "writing to standard output");
        at += done;
        left -= (size_t)done;
    }
    output_drop(out);
    return FLOW_OK;
}
