/*
 * UTF-8: the one place that decides what a valid character is.
 *
 * Valid: RFC 3629, so the shortest form only, no surrogates, nothing above
 *        U+10FFFF. NUL is a character like others.
 */
#ifndef FLOW_TEXT_UTF8_H
#define FLOW_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The character at the start of left bytes; returns its length, 0 where left
 * is 0 or the bytes are not valid, and then *ret_char is not touched.
 */
size_t flow_utf8_decode(const unsigned char *at, size_t left, uint32_t *ret_char);

bool flow_utf8_valid(struct flow_bytes text);

/* True of what could fool a terminal or a reader: controls (C0, DEL, C1), line and paragraph
 * separators, and what changes the order in which text is shown (UAX 9). */
bool flow_utf8_is_hidden(uint32_t c);

/*
 * True only where Unicode's form NFC leaves the text alone for certain. Without
 * Unicode's tables: of a script that needs a closer look it says false.
 * Source: UAX 15; ranges in which every character has NFC_Quick_Check=Yes and
 * combining class 0.
 */
bool flow_utf8_is_nfc(struct flow_bytes text);

#endif
