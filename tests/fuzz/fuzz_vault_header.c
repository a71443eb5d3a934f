/*
 * Any bytes as the header of a vault. The first four are the length of the
 * file, so that records need not be there; the others are the header.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vault/entry.h"
#include "vault/slot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

/* What is taken for a header is written again to the byte, but for its MAC. */
static void check_write(struct flow_vault_header *header, struct flow_bytes bytes)
{
    static const struct flow_key key;
    FLOW_CLEANUP(flow_freep) unsigned char *again = malloc(bytes.len);

    assert(flow_vault_header_len(header) == bytes.len);
    if (again == NULL)
        return;
    flow_vault_header_write(header, &key, again);
    assert(memcmp(again, bytes.at, bytes.len - FLOW_HASH_LEN) == 0);
}

/* None of its slots and names can open: no key made them. */
static void check_locked(struct flow_vault_header *header)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *secret = NULL;
    struct flow_vault_keys *keys;
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_vault_keys_new(&secret, &keys, &err))
        return;
    if (flow_slots_open(header, keys, &err) == FLOW_OK)
        abort();
    for (size_t i = 0; i < header->count; i++)
        if (flow_entry_open_name(header, keys, &header->entries[i], &err) == FLOW_OK)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flow_cursor in = flow_cursor_on(data, size);
    uint64_t file_len = flow_cursor_u32(&in);
    struct flow_bytes bytes = {in.at, in.left};
    FLOW_CLEANUP(flow_vault_header_done) struct flow_vault_header header = {0};
    struct flow_err err = FLOW_ERR_INIT;

    if (in.failed || flow_vault_header_measure(bytes, file_len, &bytes.len, &err) ||
        bytes.len > in.left || flow_vault_header_parse(bytes, file_len, &header, &err))
        return 0;
    assert(flow_vault_header_file_len(&header) == file_len);
    check_write(&header, bytes);
    check_locked(&header);
    return 0;
}
