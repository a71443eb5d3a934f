/*
 * INI files through inih, the only place that includes <ini.h>.
 *
 * Shape:    "[section]", then "key = value". Blanks around names and values
 *           are dropped; quotes are part of a value. A comment begins with ";"
 *           or "#" at the start of a line or after a blank. UTF-8; a byte order
 *           mark, CRLF and a last line without an end are fine.
 * Limits:   FLOW_INI_*, all in bytes; FLOW_E_LIMIT.
 * Errors:   the first one ends the parse and says FILE:LINE; FLOW_E_FORMAT.
 * Source:   inih 55, README.md and ini.c.
 *
 * What inih does without a word, and this door makes an error:
 *   - it cuts lines at 200 bytes or splits them, and section names at 49;
 *   - it reads a line that begins with a blank as more of the value before;
 *   - it takes ":" for "=", so "a:b = c" is the key "a";
 *   - it drops what follows the "]" of a section;
 *   - it accepts an empty key, an empty section, a key that is given twice
 *     and a section that begins twice;
 *   - it ends a line at a NUL byte, and keeps control characters (a lone CR) and
 *     bytes that are not UTF-8;
 *   - it goes on after an error, its own or its caller's.
 */
#ifndef FLOW_TEXT_INI_H
#define FLOW_TEXT_INI_H

#include <stddef.h>

#include "base/err.h"

enum {
    FLOW_INI_FILE_MAX = 256 * 1024,
    FLOW_INI_LINE_MAX = 1000,  /* 197 where inih's own limit can't be raised (not Debian's) */
    FLOW_INI_SECTION_MAX = 49, /* inih's, fixed */
    FLOW_INI_ITEMS_MAX = 4000  /* sections, and keys of one section */
};

/*
 * Called for each section, key and value being NULL, and for each key; keys
 * before the first section come with the section "". Returns err->code to end
 * the parse; its sentence gets "FILE:LINE: " put before it.
 */
typedef enum flow_code flow_ini_item(void *context, const char *section, const char *key,
                                     const char *value, unsigned line, struct flow_err *err);

enum flow_code flow_ini_parse(const char *file_name, const char *text, size_t len,
                              flow_ini_item *item, void *context, struct flow_err *err);

#endif
