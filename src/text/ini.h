/*
 * INI files through inih. The door guards against what inih does silently: it
 * cuts lines that are too long, drops text after " ;", goes on after an error,
 * and merges a repeated key. Here each of these is an error with its line.
 *
 * Comments begin with ";" or "#", at the start of a line or after white space.
 */
#ifndef FLOW_TEXT_INI_H
#define FLOW_TEXT_INI_H

#include <stddef.h>

#include "base/err.h"

enum { FLOW_INI_LINE_MAX = 1000, FLOW_INI_FILE_MAX = 256 * 1024 }; /* bytes */

/* Returns err->code to stop. key is NULL at the start of a section. */
typedef enum flow_code flow_ini_item(void *context, const char *section, const char *key,
                                     const char *value, unsigned line, struct flow_err *err);

/* FLOW_E_FORMAT "FILE:LINE: ..." for a broken line, a duplicate section or key, or NUL bytes. */
enum flow_code flow_ini_parse(const char *file_name, const char *text, size_t len,
                              flow_ini_item *item, void *context, struct flow_err *err);

#endif
