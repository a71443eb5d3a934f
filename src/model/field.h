/*
 * Fields: the keys of one INI section, and how each fills its member of a
 * struct.
 *
 *     static const struct flow_field stage_fields[] = {
 *         {"branch", flow_field_text, offsetof(struct flow_stage, branch)},
 *     };
 *
 * Ownership: what a field allocates belongs to the struct. Sentences name no
 * file or line; text/ini.h puts them before.
 */
#ifndef FLOW_MODEL_FIELD_H
#define FLOW_MODEL_FIELD_H

#include <stddef.h>

#include "base/err.h"

/* Reads value into *member, whose type the function knows. */
typedef enum flow_code flow_field_read(void *member, const char *value, struct flow_err *err);

struct flow_field {
    const char *key;
    flow_field_read *read;
    size_t offset;
};

/* The field of that key, or NULL. */
const struct flow_field *flow_field_find(const struct flow_field *fields, size_t count,
                                         const char *key);
/* FLOW_E_FORMAT: the key is none of fields; names the nearest, or all there are. */
enum flow_code flow_field_unknown(const struct flow_field *fields, size_t count, const char *key,
                                  struct flow_err *err);

flow_field_read flow_field_text;    /* char *: anything but nothing */
flow_field_read flow_field_bool;    /* bool: yes, no, true, false */
flow_field_read flow_field_seconds; /* int64_t: 90, 90s, 15m, 24h, 7d; at most ten years */
flow_field_read flow_field_path;    /* char *: an absolute path */

/*
 * Calls take for each of the words between commas, without the blanks around
 * them. FLOW_E_FORMAT: an empty word. An empty value has no words.
 */
enum flow_code flow_field_each(const char *value,
                               enum flow_code (*take)(void *context, const char *word,
                                                      struct flow_err *err),
                               void *context, struct flow_err *err);

/*
 * "unknown KIND 'word'; the nearest is ..." or "...; there are A, B, C", for
 * messages of every list of words.
 */
enum flow_code flow_field_no_such(struct flow_err *err, enum flow_code code, const char *kind,
                                  const char *word, const char *const *words, size_t count);

/* Appends a copy of word to a heap array of count strings. */
enum flow_code flow_field_add_word(char ***words, size_t *count, const char *word,
                                   struct flow_err *err);
void flow_field_free_words(char **words, size_t count);

#endif
