/*
 * A string under construction: paths, messages, documents without secrets.
 *
 * Shape:  never NULL, always terminated, at most the ceiling given at birth.
 * Errors: a failed append (ceiling, memory) sticks; the text stays as it was,
 *         later appends do nothing. flow_str_check() at the end tells.
 * Never for values: those lie in a flow_secret or a flow_arena.
 */
#ifndef FLOW_BASE_STR_H
#define FLOW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct flow_str {
    char *text;  /* NUL-terminated; may hold NUL bytes before len where data was appended */
    size_t len;  /* bytes without the terminator */
    size_t cap;  /* bytes allocated; 0: text is the shared empty string */
    size_t max;  /* ceiling for len */
    bool failed; /* an append did not fit or found no memory */
    bool no_memory;
};

extern char flow_str_empty[1];

#define FLOW_STR_INIT(ceiling)                                                                     \
    {                                                                                              \
        .text = flow_str_empty, .len = 0, .cap = 0, .max = (ceiling), .failed = false,             \
        .no_memory = false                                                                         \
    }

enum { FLOW_STR_PATH_MAX = 4095, FLOW_STR_LINE_MAX = 65536 };

void flow_str_add(struct flow_str *str, const char *text);
void flow_str_add_bytes(struct flow_str *str, const void *bytes, size_t len);
void flow_str_add_char(struct flow_str *str, char c);
void flow_str_addf(struct flow_str *str, const char *format, ...) FLOW_PRINTF(2, 3);

/* Empties it for new use and forgets a failure; memory is kept. */
void flow_str_clear(struct flow_str *str);
/* Shortens to len bytes; a len that is not shorter changes nothing. */
void flow_str_cut(struct flow_str *str, size_t len);

/* FLOW_E_LIMIT or FLOW_E_NOMEM if an append failed; what names the text in the sentence. */
enum flow_code flow_str_check(const struct flow_str *str, const char *what, struct flow_err *err);

/* Hands the text to the caller, who frees it with free(); NULL if an append failed. */
char *flow_str_take(struct flow_str *str);

/* Frees; the struct may be used again. A zeroed struct is fine. */
void flow_str_done(struct flow_str *str);

#endif
