/*
 * UTF-8, checked: no overlong form, no surrogate, nothing above U+10FFFF.
 * Source: RFC 3629, section 4.
 */
#ifndef FLOW_TEXT_UTF8_H
#define FLOW_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* Bytes of the character that begins at `at`, 1 to 4; 0: it is none, or left ends before it does.
 */
size_t flow_utf8_step(const unsigned char *at, size_t left);

bool flow_utf8_is_valid(struct flow_bytes text);

#endif
