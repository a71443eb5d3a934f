#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

struct block {
    struct block *next;
    struct flow_secret *memory;
    unsigned char *bytes;
    size_t used, cap;
};

struct flow_arena {
    struct block *newest;
    size_t next_cap;
};

enum flow_code flow_arena_new(struct flow_arena **ret_arena, struct flow_err *err)
{
    struct flow_arena *arena = calloc(1, sizeof *arena);

    if (arena == NULL)
        return flow_err_nomem(err);
    arena->next_cap = FLOW_ARENA_FIRST;
    *ret_arena = arena;
    return FLOW_OK;
}

void flow_arena_free(struct flow_arena *arena)
{
    struct block *block, *next;

    if (arena == NULL)
        return;
    for (block = arena->newest; block != NULL; block = next) {
        next = block->next;
        flow_secret_free(block->memory);
        free(block);
    }
    free(arena);
}

void flow_arena_freep(struct flow_arena **arena)
{
    flow_arena_free(*arena);
    *arena = NULL;
}

static struct block *block_new(size_t cap)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct block *block = calloc(1, sizeof *block);

    if (block == NULL)
        return NULL;
    if (flow_secret_new_room(cap, &block->memory, &err)) {
        free(block);
        return NULL;
    }
    block->bytes = flow_secret_edit(block->memory, cap, &err);
    block->cap = cap;
    return block;
}

/* The block that has room for len bytes: the newest, or a new one. */
static struct block *block_for(struct flow_arena *arena, size_t len)
{
    struct block *block = arena->newest;
    size_t cap = arena->next_cap;

    if (block != NULL && block->cap - block->used >= len)
        return block;
    block = block_new(len > cap ? len : cap);
    if (block == NULL)
        return NULL;
    if (len > cap && arena->newest != NULL) {
        /* A block for one large piece goes behind, so the newest keeps its room. */
        block->next = arena->newest->next;
        arena->newest->next = block;
        return block;
    }
    block->next = arena->newest;
    arena->newest = block;
    if (cap < FLOW_ARENA_BLOCK)
        arena->next_cap = cap * 2;
    return block;
}

static void *take(struct flow_arena *arena, size_t len, size_t align)
{
    struct block *block = block_for(arena, len + align - 1);
    size_t start;

    if (block == NULL)
        return NULL;
    start = (size_t)(-(uintptr_t)(block->bytes + block->used)) & (align - 1);
    start += block->used;
    block->used = start + len;
    return block->bytes + start;
}

void *flow_arena_alloc(struct flow_arena *arena, size_t len)
{
    return len > FLOW_SECRET_MAX ? NULL : take(arena, len, alignof(max_align_t));
}

char *flow_arena_copy(struct flow_arena *arena, const void *bytes, size_t len)
{
    char *copy = len > FLOW_SECRET_MAX ? NULL : take(arena, len + 1, 1);

    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *flow_arena_strdup(struct flow_arena *arena, const char *text)
{
    return flow_arena_copy(arena, text, strlen(text));
}
