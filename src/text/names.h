/*
 * Names: keys of environment variables, names of parameters, and the way from
 * one to the other (DESIGN, section 4). Source: CONTRACTS 1.3; THREATS T12.
 */
#ifndef FLOW_TEXT_NAMES_H
#define FLOW_TEXT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/* [A-Za-z_][A-Za-z0-9_]*: what a shell can hold. */
bool flow_name_is_key(const char *name);
/* [A-Za-z0-9_.-]+: what dotenv accepts. */
bool flow_name_is_dotenv_key(const char *name);

/* A name that takes over a program when a provider sets it (T12). */
bool flow_name_takes_over(const char *key);

/* Key of a parameter: the name without prefix, "/", "-", "." to "_", upper case. */
enum flow_code flow_name_to_key(const char *param, const char *prefix, struct flow_str *key,
                                struct flow_err *err);
/* Back: prefix, "/", lower case with dashes. */
enum flow_code flow_name_to_param(const char *key, const char *prefix, struct flow_str *param,
                                  struct flow_err *err);

/* AWS's rules for a parameter's name; the sentence says which one is broken, and where. */
enum flow_code flow_name_check_param(const char *name, struct flow_err *err);
/* A prefix: as a name, "/" allowed, no slash at the end. */
enum flow_code flow_name_check_prefix(const char *prefix, struct flow_err *err);

/* The candidate nearest to word (edit distance at most a third of its length), or NULL. */
const char *flow_name_nearest(const char *word, const char *const *candidates, size_t count);

#endif
