/*
 * The look at a JSON text before cJSON gets it: RFC 8259 to the letter, and
 * the limits of text/json.h. Linear; recursion ends at FLOW_JSON_DEPTH_MAX.
 *
 * What it lets through: one value with white space around it, at most that
 * deep; strings of UTF-8 without control characters, without \u0000, without
 * lone surrogates; numbers of at most FLOW_JSON_NUMBER_MAX characters.
 * Duplicate names are text/json.c's to find, when escapes are resolved.
 */
#ifndef FLOW_TEXT_JSON_SCAN_H
#define FLOW_TEXT_JSON_SCAN_H

#include "base/bytes.h"
#include "base/err.h"

/* FLOW_E_FORMAT, FLOW_E_LIMIT: "WHAT is not valid JSON: PROBLEM at byte N", N from 0. */
enum flow_code flow_json_scan(struct flow_bytes text, const char *what, struct flow_err *err);

#endif
