/*
 * An arena: many small pieces in few locked blocks, wiped and freed together.
 *
 * Memory: blocks are flow_secret, so locked, guarded and wiped. The first
 *         block holds FLOW_ARENA_FIRST bytes, each next one twice the last,
 *         up to FLOW_ARENA_BLOCK; a larger piece gets a block of its own.
 * Use:    one arena per view or per set of parameters. Pieces live until
 *         flow_arena_free(); nothing is freed on its own.
 */
#ifndef FLOW_BASE_ARENA_H
#define FLOW_BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct flow_arena;
enum { FLOW_ARENA_FIRST = 8 * 1024, FLOW_ARENA_BLOCK = 4 * 1024 * 1024 }; /* bytes */

enum flow_code flow_arena_new(struct flow_arena **ret_arena, struct flow_err *err);
void flow_arena_free(struct flow_arena *arena);
void flow_arena_freep(struct flow_arena **arena);

/* len bytes, aligned for any type, not initialised; NULL: no memory. len 0 gives a valid pointer.
 */
void *flow_arena_alloc(struct flow_arena *arena, size_t len);

/* A copy of len bytes with a NUL behind that is not counted; NULL: no memory. */
char *flow_arena_copy(struct flow_arena *arena, const void *bytes, size_t len);

/* A copy of a string; NULL: no memory. */
char *flow_arena_strdup(struct flow_arena *arena, const char *text);

#endif
