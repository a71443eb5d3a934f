/* Any bytes as two .env files of one set: what is accepted is whole, and expansion ends. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/secret.h"
#include "text/dotenv.h"
#include "text/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

static const char *no_variable(void *context, const char *key)
{
    (void)context;
    assert(strlen(key) < FLOW_DOTENV_FILE_MAX);
    return NULL;
}

static void check_set(const struct flow_dotenv *set)
{
    size_t i;

    for (i = 0; i < set->count; i++) {
        const struct flow_dotenv_item *item = &set->items[i];

        assert(flow_name_is_dotenv_key(item->key) && item->line > 0);
        assert(item->value.at[item->value.len] == '\0');
        assert(strlen((const char *)item->value.at) == item->value.len);
        assert(flow_dotenv_find(set, item->key, strlen(item->key)) == item);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    FLOW_CLEANUP(flow_dotenv_done) struct flow_dotenv set = {0};
    struct flow_err err = FLOW_ERR_INIT;
    const uint8_t *half = size > 0 ? memchr(data, '\f', size) : NULL;
    struct flow_bytes first = {data, half != NULL ? (size_t)(half - data) : size};
    struct flow_bytes second = {data + first.len, size - first.len};

    if (flow_arena_new(&arena, &err))
        return 0;
    flow_dotenv_init(&set, arena);
    if (flow_dotenv_parse(&set, "one", first, &err))
        assert(strncmp(err.text, "one:", 4) == 0);
    (void)flow_dotenv_parse(&set, "two", second, &err);
    check_set(&set);
    if (!flow_dotenv_expand(&set, no_variable, NULL, &err))
        check_set(&set);
    return 0;
}
