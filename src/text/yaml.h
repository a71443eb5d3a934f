/*
 * YAML of other people (serverless.yml, workflows) through libyaml's events,
 * the only place that includes <yaml.h>.
 *
 * Gives: each scalar that is a value, with its path, its tag and its place.
 * Path:  "provider.environment.API_URL", "functions.a.events[0].httpApi"; a
 *        dot, bracket or backslash in a key has a backslash before it.
 * Aliases are told as such, with the path of what they stand for: whoever
 *        needs the content looks there, and nothing is ever copied.
 * Text:  UTF-8, nothing else is guessed from its first bytes; a byte order mark is fine. Values
 *        are text as written: no type is guessed, "yes" is "yes".
 * Limits: FLOW_YAML_*; FLOW_E_LIMIT (T24).
 * Errors: the first one ends the reading and says FILE:LINE:COLUMN;
 *        FLOW_E_FORMAT. Besides what libyaml refuses: a key twice in one
 *        mapping, a key that is no scalar, an alias of nothing, a NUL byte in
 *        a scalar, a second document.
 * Source: YAML 1.1; libyaml 0.2.5.
 */
#ifndef FLOW_TEXT_YAML_H
#define FLOW_TEXT_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum {
    FLOW_YAML_FILE_MAX = 4 * 1024 * 1024, /* bytes */
    FLOW_YAML_DEPTH_MAX = 64,
    FLOW_YAML_EVENTS_MAX = 100000,
    FLOW_YAML_ANCHORS_MAX = 1000,
    FLOW_YAML_PATH_MAX = 4096 /* bytes */
};

/* Lent for the call. */
struct flow_yaml_value {
    const char *path;      /* "" for a document that is one scalar */
    const char *text;      /* NUL-terminated; "" where nothing is written, and for an alias */
    const char *tag;       /* "" or as YAML gives it: "!Ref", "tag:yaml.org,2002:str" */
    const char *alias_of;  /* NULL, or the path of what this alias stands for */
    bool plain;            /* written without quotes */
    unsigned line, column; /* from 1; columns in characters */
};

/* Returns err->code to end the reading; its sentence gets "FILE:LINE:COLUMN: " put before it. */
typedef enum flow_code flow_yaml_take(void *context, const struct flow_yaml_value *value,
                                      struct flow_err *err);

enum flow_code flow_yaml_each(const char *file_name, const char *text, size_t len,
                              flow_yaml_take *take, void *context, struct flow_err *err);

#endif
