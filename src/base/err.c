#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char cut_mark[] = "...";

/* Marks a sentence that did not fit. */
static void mark_cut(char *text, size_t size, int wanted)
{
    if (wanted >= 0 && (size_t)wanted >= size)
        memcpy(text + size - sizeof cut_mark, cut_mark, sizeof cut_mark);
}

enum flow_code flow_err_set(struct flow_err *err, enum flow_code code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mark_cut(err->text, sizeof err->text, vsnprintf(err->text, sizeof err->text, format, args));
    va_end(args);
    err->code = code;
    return code;
}

enum flow_code flow_err_sys(struct flow_err *err, enum flow_code code, int errno_value,
                            const char *format, ...)
{
    va_list args;
    size_t used;

    va_start(args, format);
    mark_cut(err->text, sizeof err->text, vsnprintf(err->text, sizeof err->text, format, args));
    va_end(args);
    used = strlen(err->text);
    mark_cut(err->text + used, sizeof err->text - used,
             snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(errno_value)));
    err->code = code;
    return code;
}

enum flow_code flow_err_wrap(struct flow_err *err, const char *format, ...)
{
    char inner[FLOW_ERR_TEXT_MAX];
    va_list args;
    size_t used;

    memcpy(inner, err->text, sizeof inner);
    va_start(args, format);
    mark_cut(err->text, sizeof err->text, vsnprintf(err->text, sizeof err->text, format, args));
    va_end(args);
    used = strlen(err->text);
    mark_cut(err->text + used, sizeof err->text - used,
             snprintf(err->text + used, sizeof err->text - used, ": %s", inner));
    return err->code;
}

enum flow_code flow_err_hint(struct flow_err *err, const char *format, ...)
{
    size_t used = strlen(err->text);
    va_list args;

    if (used + sizeof "; " >= sizeof err->text)
        return err->code;
    memcpy(err->text + used, "; ", sizeof "; ");
    used += 2;
    va_start(args, format);
    mark_cut(err->text + used, sizeof err->text - used,
             vsnprintf(err->text + used, sizeof err->text - used, format, args));
    va_end(args);
    return err->code;
}

enum flow_code flow_err_nomem(struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_NOMEM, "out of memory");
}

void flow_fd_closep(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = saved;
}

void flow_freep(void *pointer_address)
{
    void *pointer;

    memcpy(&pointer, pointer_address, sizeof pointer);
    free(pointer);
    pointer = NULL;
    memcpy(pointer_address, &pointer, sizeof pointer);
}
