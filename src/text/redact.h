/*
 * Text on its way to a person: known values removed (T5), control characters
 * made visible (T14).
 */
#ifndef FLOW_TEXT_REDACT_H
#define FLOW_TEXT_REDACT_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/str.h"

enum { FLOW_REDACT_MIN = 4 }; /* bytes: shorter values would star out ordinary words */

/* Appends text to out with every value of 4 bytes up, raw or JSON-, URL- or base64-encoded, as
 * "[redacted]". */
void flow_redact(const char *text, const struct flow_bytes *values, size_t count,
                 struct flow_str *out);

/* Appends text with C0, C1, DEL, invalid UTF-8 and bidi controls as \xNN or \u{...}; newline and
 * tab stay if keep_lines. */
void flow_visible(const char *text, size_t len, int keep_lines, struct flow_str *out);

#endif
