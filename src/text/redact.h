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

/*
 * Appends text to out with every value of FLOW_REDACT_MIN bytes up as
 * "[redacted]": raw, JSON-, URL- or base64-encoded, in base64 also inside a
 * longer input. Values that overlap or touch become one. Without memory all
 * of the text does.
 */
void flow_redact(const char *text, const struct flow_bytes *values, size_t count,
                 struct flow_str *out);

/*
 * Appends text with what could fool a terminal or a reader made visible: C0,
 * DEL and bytes that are not UTF-8 as \xNN; C1, bidi controls and the other
 * line ends as \u{...}. Newline and tab stay if keep_lines.
 */
void flow_visible(const char *text, size_t len, int keep_lines, struct flow_str *out);

#endif
