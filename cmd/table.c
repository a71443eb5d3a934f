#include "cmd/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/str.h"
#include "text/redact.h"

enum { TABLE_CELL_MAX = 256 * 1024, TABLE_FORMAT_MAX = 256 };

void table_init(struct table *table, size_t columns, const char *const *heads)
{
    size_t i;

    *table = (struct table){.columns = columns};
    (void)flow_arena_new(&table->arena, &table->err);
    for (i = 0; heads != NULL && i < columns; i++)
        table_add(table, heads[i], STYLE_BOLD);
}

void table_done(struct table *table)
{
    flow_arena_free(table->arena);
    free(table->cells);
    *table = (struct table){.columns = 0};
}

void table_add_bytes(struct table *table, struct flow_bytes text, enum style style)
{
    struct flow_str shown = FLOW_STR_INIT(TABLE_CELL_MAX);
    char *copy = NULL;

    if (table->err.code)
        return;
    flow_visible((const char *)text.at, text.len, 0, &shown);
    if (flow_str_check(&shown, "a cell of the table", &table->err) == FLOW_OK) {
        copy = flow_arena_copy(table->arena, shown.text, shown.len);
        if (copy == NULL || FLOW_LIST_GROW(table->cells, table->count, table->cap))
            (void)flow_err_nomem(&table->err);
        else
            table->cells[table->count++] = (struct table_cell){copy, style};
    }
    if (shown.cap > 0)
        flow_wipe(shown.text, shown.cap);
    flow_str_done(&shown);
}

void table_add(struct table *table, const char *text, enum style style)
{
    if (text == NULL)
        text = "-";
    table_add_bytes(table, (struct flow_bytes){(const unsigned char *)text, strlen(text)}, style);
}

void table_addf(struct table *table, enum style style, const char *format, ...)
{
    char text[TABLE_FORMAT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    table_add(table, text, style);
}

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void blanks(struct output *out, size_t count)
{
    static const char some[] = "                                ";

    for (; count > sizeof some - 1; count -= sizeof some - 1)
        out_bytes(out, some, sizeof some - 1);
    out_bytes(out, some, count);
}

void table_print(const struct table *table, size_t indent, struct output *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0}, i;

    if (table->err.code) {
        if (out->err.code == FLOW_OK)
            out->err = table->err;
        return;
    }
    for (i = 0; i < table->count; i++) {
        size_t width = width_of(table->cells[i].text);

        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        size_t column = i % table->columns;

        blanks(out, column == 0 ? indent : 2);
        out_styled(out, cell->style, cell->text);
        if (column + 1 < table->columns)
            blanks(out, widths[column] - width_of(cell->text));
        else
            out_text(out, "\n");
    }
}
