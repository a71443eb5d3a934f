/*
 * dotenv syntax, that of dotenv 17 to the byte (CONTRACTS, section 10), and
 * expansion as in dotenv-expand 12 with the departures listed at
 * flow_dotenv_expand(). Never runs anything.
 *
 * Limits (T19): file 1 MiB, line 128 KiB, 10,000 names, expansion depth 10,
 * 1 MiB of expanded text in all.
 */
#ifndef FLOW_TEXT_DOTENV_H
#define FLOW_TEXT_DOTENV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
    FLOW_DOTENV_FILE_MAX = 1024 * 1024,
    FLOW_DOTENV_LINE_MAX = 128 * 1024,
    FLOW_DOTENV_NAMES_MAX = 10000,
    FLOW_DOTENV_DEPTH_MAX = 10,
    FLOW_DOTENV_EXPANDED_MAX = 1024 * 1024
};

struct flow_dotenv_item {
    const char *key;
    struct flow_bytes value; /* a NUL follows that is not counted */
    const char *file;        /* as given to parse; lent from the arena */
    unsigned line;           /* 1-based line of the key */
    char quote;              /* '\'', '"', '`' or 0 */
};

/* A merged set: the first file offered that has a key wins; in one file the last line wins. */
struct flow_dotenv {
    struct flow_arena *arena;       /* lent by the caller at init; must outlive the set */
    struct flow_dotenv_item *items; /* in order of first appearance; heap */
    size_t count, cap;
    void *index; /* key to item */
};

void flow_dotenv_init(struct flow_dotenv *set, struct flow_arena *arena);
void flow_dotenv_done(struct flow_dotenv *set);

/* Adds one file's assignments. FLOW_E_FORMAT and FLOW_E_LIMIT say FILE:LINE:COLUMN. */
enum flow_code flow_dotenv_parse(struct flow_dotenv *set, const char *file, struct flow_bytes text,
                                 struct flow_err *err);

/*
 * Expands $NAME, ${NAME}, ${NAME:-default} and so on in place, from this set
 * only. lookup (may be NULL) is asked first where the user wants the process
 * environment in it. FLOW_E_FORMAT names a cycle's keys.
 */
enum flow_code flow_dotenv_expand(struct flow_dotenv *set,
                                  const char *(*lookup)(void *context, const char *key),
                                  void *context, struct flow_err *err);

#endif
