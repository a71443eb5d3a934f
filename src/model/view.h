/*
 * A view: the merged result for one stage. Plain data: no I/O.
 *
 * Entries are sorted by key. All bytes lie in the view's one locked arena,
 * which flow_view_done() wipes.
 */
#ifndef FLOW_MODEL_VIEW_H
#define FLOW_MODEL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum flow_kind { FLOW_PLAIN, FLOW_SECRET }; /* String or variable; SecureString or secret */

/* What one source says of one key. */
struct flow_origin {
    const char *source; /* "dotenv", "ssm", "local", "environ" */
    const char *name;   /* parameter name, or the key itself */
    const char *where;  /* NULL, or "FILE:LINE" */
    uint64_t version;   /* 0: none */
    int64_t modified_s; /* 0: unknown */
    int64_t fetched_s;  /* when the source was read */
    enum flow_kind kind;
    bool unreadable;
    const char *why; /* NULL, or why unreadable */
    bool differs;    /* of a shadow: its value was read and is not the winner's */
};

struct flow_entry {
    const char *key;
    struct flow_bytes value;   /* at is NULL where unreadable; a NUL follows that is not counted */
    struct flow_origin origin; /* the winner */
    const struct flow_origin *shadows; /* what it shadows, strongest first */
    size_t shadow_count;
    size_t rank; /* how many offers came before */
};

struct flow_view {
    struct flow_arena *arena;
    const char *stage; /* "" where the view has none (--env-file, --prefix) */
    struct flow_entry *entries;
    size_t count, cap;
    struct flow_origin *shadows; /* of all entries, one key's side by side */
    size_t shadow_count, shadow_cap;
};

enum flow_code flow_view_init(struct flow_view *view, const char *stage, struct flow_err *err);
void flow_view_done(struct flow_view *view);

/*
 * Offers one key: the first offer of a key wins, later ones are kept as
 * shadows. Sources are offered whole, strongest first. All is copied. Until
 * the view is sorted each offer is an entry of its own.
 */
enum flow_code flow_view_offer(struct flow_view *view, const char *key, struct flow_bytes value,
                               const struct flow_origin *origin, struct flow_err *err);

/*
 * Sorts by key and folds the offers of one key into one entry. Once, after
 * the last offer and before anything below.
 */
void flow_view_sort(struct flow_view *view);
/* NULL: no such key. */
const struct flow_entry *flow_view_find(const struct flow_view *view, const char *key);

/* Keeps the entries that the patterns keep; see flow_pattern_keeps() in text/pattern.h. */
void flow_view_filter(struct flow_view *view, const char *const *patterns, size_t count);

#endif
