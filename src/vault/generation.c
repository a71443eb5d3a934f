#include "vault/generation.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "vault/entry.h"
#include "vault/keyfile.h"
#include "vault/slot.h"

void flow_generation_done(struct flow_generation *generation)
{
    free(generation->names);
    flow_secret_free(generation->secret);
    flow_image_done(&generation->image);
    *generation = (struct flow_generation)FLOW_GENERATION_INIT;
}

void flow_generation_move(struct flow_generation *to, struct flow_generation *from)
{
    flow_generation_done(to);
    *to = *from;
    *from = (struct flow_generation)FLOW_GENERATION_INIT;
}

enum flow_code flow_generation_explain(const char *path, struct flow_err *err)
{
    switch (err->code) {
    case FLOW_E_NOT_FOUND:
        return flow_err_set(err, FLOW_E_NOT_FOUND, "there is no vault '%s'", path);
    case FLOW_E_REFUSED: /* names the file, and what to do about it */
        return err->code;
    case FLOW_E_DAMAGED:
        (void)flow_err_wrap(err, "the vault '%s' is damaged or was tampered with", path);
        return flow_err_hint(err, "nothing was changed; '%s.prev' holds the generation before it",
                             path);
    case FLOW_E_TOO_NEW:
        (void)flow_err_wrap(err, "the vault '%s' is too new for this flowenv", path);
        return flow_err_hint(err, "nothing was changed; update flowenv");
    case FLOW_E_LOCKED:
        return flow_err_wrap(err, "the vault '%s' stays locked", path);
    default:
        return flow_err_wrap(err, "vault '%s'", path);
    }
}

static enum flow_code open_names(struct flow_generation *generation, struct flow_err *err)
{
    struct flow_vault_header *header = &generation->image.header;

    generation->names = calloc(header->count + 1, sizeof *generation->names);
    if (generation->names == NULL)
        return flow_err_nomem(err);
    for (size_t i = 0; i < header->count; i++) {
        if (flow_entry_open_name(header, generation->keys, &header->entries[i], err))
            return err->code;
        generation->names[i] = header->entries[i].name;
    }
    qsort(generation->names, header->count, sizeof *generation->names, flow_list_compare_texts);
    for (size_t i = 1; i < header->count; i++)
        if (strcmp(generation->names[i - 1], generation->names[i]) == 0)
            return flow_err_set(err, FLOW_E_DAMAGED, "two of its records have one name");
    return FLOW_OK;
}

static enum flow_code unlock(struct flow_generation *generation, const char *key_file,
                             struct flow_err *err)
{
    const struct flow_vault_header *header = &generation->image.header;
    struct flow_vault_keys *keys = generation->keys;

    switch (flow_keyfile_read(key_file, &keys->file, err)) {
    case FLOW_OK:
        break;
    case FLOW_E_NOT_FOUND:
        return flow_err_set(err, FLOW_E_LOCKED,
                            "there is no key file '%s'; put a copy of it there, or name it with "
                            "--key-file",
                            key_file);
    default:
        return err->code;
    }
    if (flow_slots_open(header, keys, err)) {
        if (err->code == FLOW_E_LOCKED)
            (void)flow_err_hint(err, "'%s' was tried; --key-file names another", key_file);
        return err->code;
    }
    flow_vault_keys_derive(keys);
    flow_vault_keys_rest(keys);
    return FLOW_OK;
}

/* In the order of THREATS, section 7: the form of the header, slot, MAC. */
static enum flow_code open_bytes(const char *path, const char *key_file,
                                 struct flow_generation *generation, struct flow_err *err)
{
    const struct flow_image *image = &generation->image;

    if (flow_image_open(path, &generation->image, err) ||
        flow_vault_keys_new(&generation->secret, &generation->keys, err) ||
        unlock(generation, key_file, err) ||
        flow_vault_header_check_mac((struct flow_bytes){image->bytes, image->len},
                                    &generation->keys->mac, err))
        return err->code;
    return open_names(generation, err);
}

enum flow_code flow_generation_open(const char *path, const char *key_file,
                                    struct flow_generation *ret_generation, struct flow_err *err)
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation generation = FLOW_GENERATION_INIT;

    if (open_bytes(path, key_file, &generation, err))
        return flow_generation_explain(path, err);
    flow_generation_move(ret_generation, &generation);
    return FLOW_OK;
}

enum flow_code flow_generation_load(const struct flow_generation *generation,
                                    const struct flow_vault_entry *entry,
                                    struct flow_secret **ret_plain, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) unsigned char *record = malloc((size_t)entry->length);
    enum flow_code code;

    if (record == NULL)
        return flow_err_nomem(err);
    if (flow_image_read(&generation->image, entry, record, err))
        return err->code;
    code =
        flow_entry_open(&generation->image.header, generation->keys, entry, record, ret_plain, err);
    flow_vault_keys_rest(generation->keys);
    return code;
}
