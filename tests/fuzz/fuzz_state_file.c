/* Any bytes as the rollback state of a vault, the MAC put right, so that what lies behind it is
 * reached. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "vault/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

static void check(const struct flow_state *state)
{
    struct flow_vault_header header = {.generation = 1};
    struct flow_err err = FLOW_ERR_INIT;
    bool newer;

    for (size_t i = 0; i < state->count; i++) {
        assert(state->entries[i].generation <= state->generation);
        assert(i == 0 || memcmp(state->entries[i - 1].id, state->entries[i].id, FLOW_ID_LEN) < 0);
    }
    if (flow_state_compare(state, &header, &newer, &err) == FLOW_OK)
        assert(newer == (state->generation == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct flow_key key;
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = malloc(size + 1);
    FLOW_CLEANUP(flow_state_done) struct flow_state state = {0};
    struct flow_err err = FLOW_ERR_INIT;

    if (bytes == NULL)
        return 0;
    if (size > 0)
        memcpy(bytes, data, size);
    if (size >= FLOW_HASH_LEN) {
        const struct flow_bytes signed_part = {bytes, size - FLOW_HASH_LEN};

        flow_hash(&key, &signed_part, 1, bytes + signed_part.len);
    }
    if (flow_state_parse((struct flow_bytes){bytes, size}, &key, &state, &err) == FLOW_OK)
        check(&state);
    return 0;
}
