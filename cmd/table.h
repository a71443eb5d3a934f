/*
 * A table for people: columns as wide as their widest cell, two blanks apart.
 *
 * Cells are copied into locked memory, since `list --values` puts values in
 * them, and control characters are made visible, so a cell is one line.
 * Width counts characters of UTF-8, not bytes.
 */
#ifndef FLOW_CMD_TABLE_H
#define FLOW_CMD_TABLE_H

#include "base/arena.h"
#include "cmd/output.h"

enum { TABLE_COLUMNS_MAX = 32 };

struct table_cell {
    const char *text;
    enum style style;
};

struct table {
    struct flow_arena *arena;
    struct table_cell *cells; /* row after row */
    size_t columns, count, cap;
    struct flow_err err; /* the first failure sticks */
};

/* heads: columns texts, or NULL for a table without a head line. */
void table_init(struct table *table, size_t columns, const char *const *heads);
void table_done(struct table *table);
/* Adds the next cell, rows being filled from left to right. NULL reads "-". */
void table_add(struct table *table, const char *text, enum style style);
void table_add_bytes(struct table *table, struct flow_bytes text, enum style style);
void table_addf(struct table *table, enum style style, const char *format, ...) FLOW_PRINTF(3, 4);
/* Appends it to out, each line after indent blanks. */
void table_print(const struct table *table, size_t indent, struct output *out);

#endif
