#include "vault/entry.h"

#include <stdlib.h>
#include <string.h>

#include "vault/box.h"
#include "vault/record.h"

enum {
    FRAME_LEN = 40,
    RECORD_EXTRA = FRAME_LEN + FLOW_NONCE_LEN + FLOW_TAG_LEN,
    RECORD_VERSION = 1,
    NAME_ROOM = FLOW_SEALED_NAME_LEN - FLOW_BOX_EXTRA,
    FIRST_EPOCH = 1
};

static const unsigned char frame_magic[4] = {'F', 'R', 'E', 'C'};

bool flow_entry_length_is_right(uint64_t length)
{
    return length > RECORD_EXTRA && length - RECORD_EXTRA <= FLOW_RECORD_MAX &&
           (length - RECORD_EXTRA) % FLOW_RECORD_PAD == 0;
}

static enum flow_code damaged(struct flow_err *err, const char *how)
{
    return flow_err_set(err, FLOW_E_DAMAGED, "%s", how);
}

/* --- its name and its key ---------------------------------------------------- */

/* vault id | entry id | epoch: the name takes the first two of them. */
struct bound {
    unsigned char bytes[2 * FLOW_ID_LEN + 4];
};

static struct bound binding_of(const struct flow_vault_header *header,
                               const struct flow_vault_entry *entry)
{
    struct bound bound;

    memcpy(bound.bytes, header->vault_id, FLOW_ID_LEN);
    memcpy(bound.bytes + FLOW_ID_LEN, entry->id, FLOW_ID_LEN);
    (void)flow_put_u32(bound.bytes + 2 * (size_t)FLOW_ID_LEN, entry->epoch);
    return bound;
}

static struct flow_bytes for_name(const struct bound *bound)
{
    return (struct flow_bytes){bound->bytes, 2 * FLOW_ID_LEN};
}

static struct flow_bytes for_key(const struct bound *bound)
{
    return (struct flow_bytes){bound->bytes, sizeof bound->bytes};
}

static void seal_name(const struct flow_vault_header *header, const struct flow_vault_keys *keys,
                      struct flow_vault_entry *entry)
{
    const struct bound bound = binding_of(header, entry);
    unsigned char plain[NAME_ROOM] = {0};
    size_t len = strlen(entry->name);

    memcpy(flow_put_u16(plain, (uint16_t)len), entry->name, len);
    flow_box_close(&keys->names, for_name(&bound), (struct flow_bytes){plain, sizeof plain},
                   entry->sealed_name);
}

/*
 * A new random id and key. The name and the generation are mixed in: a
 * generator that repeats itself gives two entries of one vault neither the
 * same id nor the same key (T30).
 */
static void make_key(const struct flow_vault_header *header, const struct flow_vault_keys *keys,
                     struct flow_vault_entry *entry)
{
    FLOW_CLEANUP(flow_key_wipe) struct flow_key id, key;
    unsigned char number[8];
    struct flow_bytes pieces[] = {{header->vault_id, FLOW_ID_LEN},
                                  {(const unsigned char *)entry->name, strlen(entry->name)},
                                  {number, sizeof number},
                                  {keys->root.bytes, sizeof keys->root.bytes}};
    struct bound bound;

    (void)flow_put_u64(number, header->generation);
    flow_key_make(pieces, FLOW_COUNT(pieces) - 1, &id);
    memcpy(entry->id, id.bytes, sizeof entry->id);
    flow_key_make(pieces, FLOW_COUNT(pieces), &key);
    bound = binding_of(header, entry);
    flow_box_close(&keys->root, for_key(&bound), (struct flow_bytes){key.bytes, sizeof key.bytes},
                   entry->wrapped_key);
}

enum flow_code flow_entry_make(const struct flow_vault_header *header,
                               const struct flow_vault_keys *keys, const char *name,
                               struct flow_vault_entry *ret_entry, struct flow_err *err)
{
    size_t len = strlen(name);

    if (len == 0 || len > FLOW_ENTRY_NAME_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the name of a record has 1 to %d bytes, not %zu",
                            FLOW_ENTRY_NAME_MAX, len);
    *ret_entry = (struct flow_vault_entry){.epoch = FIRST_EPOCH};
    memcpy(ret_entry->name, name, len + 1);
    make_key(header, keys, ret_entry);
    seal_name(header, keys, ret_entry);
    return FLOW_OK;
}

enum flow_code flow_entry_open_name(const struct flow_vault_header *header,
                                    const struct flow_vault_keys *keys,
                                    struct flow_vault_entry *entry, struct flow_err *err)
{
    const struct bound bound = binding_of(header, entry);
    unsigned char plain[NAME_ROOM];
    struct flow_cursor in = flow_cursor_on(plain, sizeof plain);
    size_t len, i;

    if (flow_box_open(&keys->names, for_name(&bound),
                      (struct flow_bytes){entry->sealed_name, sizeof entry->sealed_name}, plain,
                      err))
        return damaged(err, "the name of a record fails its check");
    len = flow_cursor_u16(&in);
    if (len == 0 || len > FLOW_ENTRY_NAME_MAX || memchr(in.at, '\0', len) != NULL)
        return damaged(err, "the name of a record is not one");
    for (i = len; i < in.left; i++)
        if (in.at[i] != 0)
            return damaged(err, "the name of a record is not one");
    memcpy(entry->name, in.at, len);
    entry->name[len] = '\0';
    return FLOW_OK;
}

/* --- its record ----------------------------------------------------------------- */

/* Sets keys->record and keys->nonce. */
static enum flow_code open_key(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               const struct flow_vault_entry *entry, struct flow_err *err)
{
    const struct bound bound = binding_of(header, entry);

    if (flow_box_open(&keys->root, for_key(&bound),
                      (struct flow_bytes){entry->wrapped_key, sizeof entry->wrapped_key},
                      keys->stage.bytes, err))
        return damaged(err, "the key of a record fails its check");
    flow_key_derive(&keys->stage, "FENV1stg", 1, &keys->record);
    flow_key_derive(&keys->stage, "FENV1stg", 2, &keys->nonce);
    return FLOW_OK;
}

static void write_frame(const struct flow_vault_entry *entry, unsigned char frame[FRAME_LEN])
{
    unsigned char *at = frame;

    memcpy(at, frame_magic, sizeof frame_magic);
    at = flow_put_u32(at + sizeof frame_magic, RECORD_VERSION);
    memcpy(at, entry->id, FLOW_ID_LEN);
    at = flow_put_u64(at + FLOW_ID_LEN, entry->generation);
    at = flow_put_u32(at, entry->epoch);
    (void)flow_put_u32(at, 0);
}

/* What a record is bound to. */
struct record_bound {
    unsigned char bytes[FLOW_BIND_LEN + FRAME_LEN];
};

static struct record_bound bind_record(const struct flow_vault_header *header,
                                       const unsigned char *frame)
{
    struct record_bound bound;

    flow_vault_header_bind(header->vault_id, bound.bytes);
    memcpy(bound.bytes + FLOW_BIND_LEN, frame, FRAME_LEN);
    return bound;
}

static void hash_record(const unsigned char *record, uint64_t length,
                        unsigned char hash[FLOW_HASH_LEN])
{
    const struct flow_bytes whole = {record, (size_t)length};

    flow_hash(NULL, &whole, 1, hash);
}

enum flow_code flow_entry_seal(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               const struct flow_secret *plain, struct flow_vault_entry *entry,
                               struct flow_err *err)
{
    struct record_bound bound;
    struct flow_bytes in;
    unsigned char *record;

    in.at = flow_secret_expose(plain, &in.len);
    if (open_key(header, keys, entry, err))
        return err->code;
    record = malloc(RECORD_EXTRA + in.len);
    if (record == NULL)
        return flow_err_nomem(err);
    free(entry->fresh);
    entry->fresh = record;
    entry->length = RECORD_EXTRA + in.len;
    entry->generation = header->generation;
    write_frame(entry, record);
    bound = bind_record(header, record);
    flow_nonce_make(&keys->nonce, (struct flow_bytes){bound.bytes, sizeof bound.bytes}, in,
                    record + FRAME_LEN);
    flow_seal(&keys->record, record + FRAME_LEN,
              (struct flow_bytes){bound.bytes, sizeof bound.bytes}, in,
              record + FRAME_LEN + FLOW_NONCE_LEN);
    hash_record(record, entry->length, entry->hash);
    return FLOW_OK;
}

static enum flow_code check_frame(const struct flow_vault_entry *entry, const unsigned char *record,
                                  struct flow_err *err)
{
    unsigned char hash[FLOW_HASH_LEN], frame[FRAME_LEN];
    struct flow_cursor version = flow_cursor_on(record + sizeof frame_magic, 4);

    hash_record(record, entry->length, hash);
    if (flow_differs(hash, entry->hash, sizeof hash))
        return damaged(err, "a record is not the one that its header names");
    if (flow_cursor_u32(&version) > RECORD_VERSION)
        return flow_err_set(err, FLOW_E_TOO_NEW, "a record is written by a newer flowenv");
    write_frame(entry, frame);
    if (memcmp(record, frame, sizeof frame) != 0)
        return damaged(err, "a record is from another place or another time");
    return FLOW_OK;
}

enum flow_code flow_entry_open(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               const struct flow_vault_entry *entry, const unsigned char *record,
                               struct flow_secret **ret_plain, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL;
    const struct record_bound bound = bind_record(header, record);
    const struct flow_bytes sealed = {record + FRAME_LEN + FLOW_NONCE_LEN,
                                      (size_t)entry->length - FRAME_LEN - FLOW_NONCE_LEN};
    unsigned char *out = NULL;

    if (check_frame(entry, record, err) || open_key(header, keys, entry, err))
        return err->code;
    if (ret_plain != NULL) {
        if (flow_secret_new_room(sealed.len - FLOW_TAG_LEN, &plain, err))
            return err->code;
        out = flow_secret_edit(plain, sealed.len - FLOW_TAG_LEN, err);
    }
    if (flow_unseal(&keys->record, record + FRAME_LEN,
                    (struct flow_bytes){bound.bytes, sizeof bound.bytes}, sealed, out, err))
        return damaged(err, "a record fails its check");
    if (ret_plain != NULL) {
        flow_secret_set_len(plain, sealed.len - FLOW_TAG_LEN);
        *ret_plain = FLOW_TAKE(plain);
    }
    return FLOW_OK;
}
