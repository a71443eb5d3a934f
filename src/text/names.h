/*
 * Names: keys of environment variables, names of parameters, the way from one
 * to the other (DESIGN, section 4), and names of regions. Source: CONTRACTS 1.3; THREATS T12.
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

/* A name that takes over a program when a provider sets it (T12; the table is in takeover.c). */
bool flow_name_takes_over(const char *key);

/* "VITE_" and the like: what bears it is built into a front end for everybody to see. NULL: none.
 */
const char *flow_name_public_prefix(const char *key);
/*
 * True for a name with a word such as SECRET, KEY or TOKEN in it and no public
 * prefix: how a value from a source without kinds is treated.
 */
bool flow_name_sounds_secret(const char *key);

/*
 * Key of a parameter: the name without prefix, "/", "-", "." to "_", upper
 * case. prefix may be NULL, "" or "/". FLOW_E_USAGE: not below the prefix.
 * The key may begin with a digit, so it need not be one for a shell.
 */
enum flow_code flow_name_to_key(const char *param, const char *prefix, struct flow_str *key,
                                struct flow_err *err);
/*
 * Back: prefix, "/", lower case with dashes. FLOW_E_USAGE: the name would not
 * give this key again ("apiUrl", "a.b").
 */
enum flow_code flow_name_to_param(const char *key, const char *prefix, struct flow_str *param,
                                  struct flow_err *err);

/* True where name lies below prefix; everything does below NULL, "" and "/". */
bool flow_name_is_under(const char *name, const char *prefix);

/*
 * AWS's rules for the name of a parameter that is to be written; FLOW_E_USAGE,
 * and the sentence says which one is broken, and where.
 */
enum flow_code flow_name_check_param(const char *name, struct flow_err *err);
/* The same for a name that is only read: AWS's own trees ("/aws/service/...") are right too. */
enum flow_code flow_name_check_read(const char *name, struct flow_err *err);
/* A prefix: as a name, but "/" and AWS's own "/aws/..." are fine, and the slash in front a must. */
enum flow_code flow_name_check_prefix(const char *prefix, struct flow_err *err);

/*
 * The shape of a region of AWS, so that none can bend a host name (T22): two to
 * four letters, words, one digit, joined by dashes.
 */
bool flow_name_is_region(const char *text);

/* True where one of names, of any order, is name to the letter. */
bool flow_name_is_among(const char *name, const char *const *names, size_t count);

/*
 * The candidate nearest to word, or NULL: edit distance at most a third of its
 * length, rounded up; upper and lower case are alike.
 */
const char *flow_name_nearest(const char *word, const char *const *candidates, size_t count);

#endif
