#include "vault/commit.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "vault/entry.h"

static enum flow_code check_size(const struct flow_vault_header *next, struct flow_err *err)
{
    if (flow_vault_header_len(next) > FLOW_HEADER_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the vault would have a header over %d KiB",
                            FLOW_HEADER_MAX >> 10);
    if (flow_vault_header_file_len(next) > FLOW_VAULT_FILE_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the vault would be larger than %d MiB",
                            FLOW_VAULT_FILE_MAX >> 20);
    return FLOW_OK;
}

/* Records that did not change are copied as they are, their own generation included. */
static enum flow_code copy_records(const struct flow_image *from,
                                   const struct flow_vault_header *next, unsigned char *file,
                                   struct flow_err *err)
{
    for (size_t i = 0; i < next->count; i++) {
        const struct flow_vault_entry *entry = &next->entries[i];

        if (entry->fresh != NULL)
            memcpy(file + entry->offset, entry->fresh, (size_t)entry->length);
        else if (flow_image_read(from, flow_vault_header_find_id(&from->header, entry->id),
                                 file + entry->offset, err))
            return err->code;
    }
    return FLOW_OK;
}

/* Reads the new file as a stranger would: what does not open again is not written. */
static enum flow_code verify(struct flow_bytes file, struct flow_vault_keys *keys,
                             struct flow_err *err)
{
    FLOW_CLEANUP(flow_vault_header_done) struct flow_vault_header header = {0};
    struct flow_bytes head = {.at = file.at};

    if (flow_vault_header_measure(file, file.len, &head.len, err) ||
        flow_vault_header_parse(head, file.len, &header, err) ||
        flow_vault_header_check_mac(head, &keys->mac, err))
        return err->code;
    for (size_t i = 0; i < header.count; i++)
        if (flow_entry_open(&header, keys, &header.entries[i], file.at + header.entries[i].offset,
                            NULL, err))
            return err->code;
    return FLOW_OK;
}

enum flow_code flow_commit(const char *path, const struct flow_image *from,
                           struct flow_vault_keys *keys, struct flow_vault_header *next,
                           struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) unsigned char *file = NULL;
    size_t len = (size_t)flow_vault_header_file_len(next);

    if (check_size(next, err))
        return err->code;
    file = malloc(len);
    if (file == NULL)
        return flow_err_nomem(err);
    flow_vault_header_write(next, &keys->mac, file);
    if (copy_records(from, next, file, err) || verify((struct flow_bytes){file, len}, keys, err))
        return err->code;
    return flow_file_replace_keeping(path, file, len, 0600, err);
}
