/*
 * Growing of plain arrays: the one place that computes their sizes.
 *
 *     struct item *items = NULL; size_t count = 0, cap = 0;
 *     if (FLOW_LIST_GROW(items, count, cap)) return flow_err_nomem(err);
 *     items[count++] = item;
 *
 * Memory: realloc(), doubling; the owner frees with free(). Not for secrets.
 */
#ifndef FLOW_BASE_LIST_H
#define FLOW_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for one more item; true: no memory (or a size that overflows), nothing changed. */
#define FLOW_LIST_GROW(items, count, cap) flow_list_grow(&(items), (count), &(cap), sizeof *(items))

/* For qsort() of an array of texts: strcmp() of two of them. */
int flow_list_compare_texts(const void *a, const void *b);

bool flow_list_grow(void *items_address, size_t count, size_t *cap, size_t item_size);

#endif
