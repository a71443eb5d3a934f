#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STR_FIRST_CAP = 64 };

char flow_str_empty[1] = "";

/* Makes room for extra bytes and the terminator; false if that can't be. */
static bool reserve(struct flow_str *str, size_t extra)
{
    size_t need, cap;
    char *grown;

    if (str->failed)
        return false;
    if (__builtin_add_overflow(str->len, extra, &need) || need > str->max) {
        str->failed = true;
        return false;
    }
    if (need + 1 <= str->cap)
        return true;
    cap = str->cap > 0 ? str->cap : STR_FIRST_CAP;
    while (cap < need + 1)
        cap *= 2;
    grown = realloc(str->cap > 0 ? str->text : NULL, cap);
    if (grown == NULL) {
        str->failed = str->no_memory = true;
        return false;
    }
    str->text = grown;
    str->cap = cap;
    return true;
}

void flow_str_add_bytes(struct flow_str *str, const void *bytes, size_t len)
{
    if (!reserve(str, len))
        return;
    if (len > 0)
        memcpy(str->text + str->len, bytes, len);
    str->len += len;
    str->text[str->len] = '\0';
}

void flow_str_add(struct flow_str *str, const char *text)
{
    flow_str_add_bytes(str, text, strlen(text));
}

void flow_str_add_char(struct flow_str *str, char c)
{
    flow_str_add_bytes(str, &c, 1);
}

void flow_str_addf(struct flow_str *str, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        str->failed = true;
    else if (reserve(str, (size_t)len)) {
        (void)vsnprintf(str->text + str->len, (size_t)len + 1, format, again);
        str->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void flow_str_cut(struct flow_str *str, size_t len)
{
    if (len >= str->len)
        return;
    str->len = len;
    str->text[len] = '\0';
}

void flow_str_clear(struct flow_str *str)
{
    flow_str_cut(str, 0);
    str->failed = str->no_memory = false;
}

enum flow_code flow_str_check(const struct flow_str *str, const char *what, struct flow_err *err)
{
    if (!str->failed)
        return FLOW_OK;
    if (str->no_memory)
        return flow_err_nomem(err);
    return flow_err_set(err, FLOW_E_LIMIT, "%s is longer than %zu bytes", what, str->max);
}

char *flow_str_take(struct flow_str *str)
{
    char *text;

    if (str->failed || !reserve(str, 0))
        return NULL;
    str->text[str->len] = '\0';
    text = str->text;
    str->text = flow_str_empty;
    str->len = str->cap = 0;
    return text;
}

void flow_str_done(struct flow_str *str)
{
    if (str->cap > 0)
        free(str->text);
    str->text = flow_str_empty;
    str->len = str->cap = 0;
    str->failed = str->no_memory = false;
}
