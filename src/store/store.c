#include "store/store.h"

void flow_store_free(struct flow_store *store)
{
    if (store != NULL)
        store->class->free(store);
}

void flow_store_freep(struct flow_store **store)
{
    flow_store_free(*store);
    *store = NULL;
}
