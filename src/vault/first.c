#include "vault/first.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "vault/commit.h"
#include "vault/generation.h"
#include "vault/keyfile.h"
#include "vault/slot.h"

/* Sets keys->file: the key that is there, or a new one. */
static enum flow_code take_key(const char *key_file, const struct flow_clock *clock,
                               struct flow_vault_keys *keys, bool *ret_made, struct flow_err *err)
{
    enum flow_code code = flow_keyfile_read(key_file, &keys->file, err);

    *ret_made = false;
    flow_file_sweep(key_file);
    if (code != FLOW_E_NOT_FOUND)
        return code;
    code = flow_keyfile_make(key_file, clock, &keys->file, err);
    *ret_made = code == FLOW_OK;
    return code == FLOW_E_EXISTS ? flow_keyfile_read(key_file, &keys->file, err) : code;
}

/* What is mixed in differs from vault to vault, even if the generator repeats itself (T30). */
static void make_key(const char *use, const char *path, const struct flow_clock *clock,
                     const struct flow_vault_keys *keys, struct flow_key *ret_key)
{
    unsigned char moment[16];
    const struct flow_bytes mixed[] = {{(const unsigned char *)use, strlen(use) + 1},
                                       {(const unsigned char *)path, strlen(path)},
                                       {moment, sizeof moment},
                                       {keys->file.bytes, sizeof keys->file.bytes}};

    (void)flow_put_u64(flow_put_u64(moment, (uint64_t)flow_clock_wall_ms(clock)),
                       (uint64_t)getpid());
    flow_key_make(mixed, FLOW_COUNT(mixed), ret_key);
}

enum flow_code flow_first_write(const char *path, const char *key_file,
                                const struct flow_clock *clock, bool *ret_key_made,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation first = FLOW_GENERATION_INIT;
    struct flow_vault_header *header = &first.image.header;
    unsigned char slot[FLOW_SLOT_KEY_FILE_LEN];

    if (flow_vault_keys_new(&first.secret, &first.keys, err) ||
        take_key(key_file, clock, first.keys, ret_key_made, err))
        return err->code;
    make_key("vault id", path, clock, first.keys, &first.keys->stage);
    make_key("header key", path, clock, first.keys, &first.keys->header);
    make_key("root key", path, clock, first.keys, &first.keys->root);
    flow_vault_keys_derive(first.keys);
    memcpy(header->vault_id, first.keys->stage.bytes, FLOW_ID_LEN);
    flow_slot_make(header->vault_id, first.keys, slot);
    header->slots = (struct flow_bytes){slot, sizeof slot};
    header->slot_count = 1;
    header->generation = 1;
    header->committed_s = (uint64_t)flow_clock_wall_s(clock);
    return flow_commit(path, NULL, first.keys, header, err);
}
