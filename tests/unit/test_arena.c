#include "support/test.h"

#include <stdalign.h>
#include <stdio.h>

#include "base/arena.h"

TEST("pieces keep their bytes while the arena grows, and are aligned")
{
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    char *pieces[3000];
    size_t i;

    OK(flow_arena_new(&arena, &err), err);
    for (i = 0; i < FLOW_COUNT(pieces); i++) {
        char text[32];
        void *block = flow_arena_alloc(arena, i % 7);

        (void)snprintf(text, sizeof text, "piece %zu", i);
        pieces[i] = flow_arena_strdup(arena, text);
        EXPECT(pieces[i] != NULL);
        EXPECT((uintptr_t)block % alignof(max_align_t) == 0);
    }
    EXPECT_STR(pieces[0], "piece 0");
    EXPECT_STR(pieces[2999], "piece 2999");
}

TEST("a piece larger than a block gets one of its own, and the next small one still fits")
{
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    char *large;

    OK(flow_arena_new(&arena, &err), err);
    EXPECT(flow_arena_strdup(arena, "first") != NULL);
    large = flow_arena_alloc(arena, FLOW_ARENA_BLOCK * 2);
    EXPECT(large != NULL);
    memset(large, 'x', FLOW_ARENA_BLOCK * 2);
    EXPECT_STR(flow_arena_strdup(arena, "last"), "last");
    EXPECT_NULL(flow_arena_alloc(arena, SIZE_MAX));
}
