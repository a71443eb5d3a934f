#include "base/list.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_FIRST_CAP = 16 };

bool flow_list_grow(void *items_address, size_t count, size_t *cap, size_t item_size)
{
    size_t new_cap = *cap > 0 ? *cap : LIST_FIRST_CAP, bytes;
    void *items;

    if (count < *cap)
        return false;
    if ((*cap > 0 && __builtin_mul_overflow(*cap, (size_t)2, &new_cap)) ||
        __builtin_mul_overflow(new_cap, item_size, &bytes))
        return true;
    memcpy(&items, items_address, sizeof items);
    items = realloc(items, bytes);
    if (items == NULL)
        return true;
    memcpy(items_address, &items, sizeof items);
    *cap = new_cap;
    return false;
}

int flow_list_compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
