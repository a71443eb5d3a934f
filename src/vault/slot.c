#include "vault/slot.h"

#include <stdbool.h>
#include <string.h>

#include "vault/box.h"

enum { SALT_LEN = 32, BEFORE_BOX = FLOW_SLOT_HEAD_LEN + SALT_LEN, ID_AT = 8, SCOPE_AT = 24 };

struct slot {
    uint16_t type, flags;
    uint32_t body_len;
    const unsigned char *at; /* the slot from its first byte */
};

/* The lengths of bodies, by type; 0: a type of a later version, of any length. */
static size_t body_len_of(unsigned type)
{
    static const size_t lengths[] = {
        [FLOW_SLOT_KEY_FILE] = FLOW_SLOT_KEY_FILE_LEN - FLOW_SLOT_HEAD_LEN,
        [FLOW_SLOT_PASSPHRASE] = 144,
        [FLOW_SLOT_RECIPIENT] = 152,
    };

    return type < FLOW_COUNT(lengths) ? lengths[type] : 0;
}

static struct slot read_slot(struct flow_cursor *in)
{
    struct slot slot = {.at = in->at};

    slot.type = flow_cursor_u16(in);
    slot.flags = flow_cursor_u16(in);
    slot.body_len = flow_cursor_u32(in);
    (void)flow_cursor_take(in, 2 * FLOW_ID_LEN);
    (void)flow_cursor_take(in, slot.body_len);
    return slot;
}

enum flow_code flow_slots_check(struct flow_bytes slots, size_t count, struct flow_err *err)
{
    struct flow_cursor in = flow_cursor_on(slots.at, slots.len);
    size_t i;

    for (i = 0; i < count && !in.failed; i++) {
        struct slot slot = read_slot(&in);
        size_t expected = body_len_of(slot.type);

        in.failed |= expected != 0 && slot.body_len != expected;
    }
    if (in.failed || in.left > 0)
        return flow_err_set(err, FLOW_E_DAMAGED, "the lengths of its slots make no sense");
    return FLOW_OK;
}

static bool is_usable(const struct slot *slot)
{
    static const unsigned char whole_vault[FLOW_ID_LEN];

    return slot->type == FLOW_SLOT_KEY_FILE && slot->flags == 0 &&
           memcmp(slot->at + SCOPE_AT, whole_vault, sizeof whole_vault) == 0;
}

static void make_id(const struct flow_key *file, const unsigned char vault_id[FLOW_ID_LEN],
                    const unsigned char *scope, unsigned char id[FLOW_ID_LEN])
{
    static const char label[] = "FENV1 slot id";
    const struct flow_bytes pieces[] = {{(const unsigned char *)label, sizeof label - 1},
                                        {vault_id, FLOW_ID_LEN},
                                        {scope, FLOW_ID_LEN}};
    unsigned char hash[FLOW_HASH_LEN];

    flow_hash(file, pieces, FLOW_COUNT(pieces), hash);
    memcpy(id, hash, FLOW_ID_LEN);
}

/* keys->wrap from keys->file; slot is complete up to its box. */
static void make_wrap(const unsigned char vault_id[FLOW_ID_LEN], const unsigned char *slot,
                      struct flow_vault_keys *keys)
{
    static const char label[] = "FENV1 keyfile";
    const struct flow_bytes pieces[] = {{(const unsigned char *)label, sizeof label - 1},
                                        {vault_id, FLOW_ID_LEN},
                                        {slot + ID_AT, FLOW_ID_LEN},
                                        {slot + FLOW_SLOT_HEAD_LEN, SALT_LEN}};

    flow_hash(&keys->file, pieces, FLOW_COUNT(pieces), keys->wrap.bytes);
}

/* What the box of a slot is bound to. */
static struct flow_bytes binding_of(const unsigned char vault_id[FLOW_ID_LEN],
                                    const unsigned char *slot,
                                    unsigned char bytes[FLOW_BIND_LEN + BEFORE_BOX])
{
    flow_vault_header_bind(vault_id, bytes);
    memcpy(bytes + FLOW_BIND_LEN, slot, BEFORE_BOX);
    return (struct flow_bytes){bytes, FLOW_BIND_LEN + BEFORE_BOX};
}

static enum flow_code open_slot(const struct flow_vault_header *header, const struct slot *slot,
                                struct flow_vault_keys *keys, struct flow_err *err)
{
    unsigned char bound[FLOW_BIND_LEN + BEFORE_BOX];
    const struct flow_bytes box = {slot->at + BEFORE_BOX, FLOW_SLOT_KEY_FILE_LEN - BEFORE_BOX};

    make_wrap(header->vault_id, slot->at, keys);
    return flow_box_open(&keys->wrap, binding_of(header->vault_id, slot->at, bound), box,
                         keys->header.bytes, err);
}

enum flow_code flow_slots_open(const struct flow_vault_header *header, struct flow_vault_keys *keys,
                               struct flow_err *err)
{
    struct flow_cursor in = flow_cursor_on(header->slots.at, header->slots.len);
    unsigned char id[FLOW_ID_LEN];
    unsigned tried = 0;
    size_t i;

    for (i = 0; i < header->slot_count; i++) {
        struct slot slot = read_slot(&in);

        if (!is_usable(&slot))
            continue;
        if (open_slot(header, &slot, keys, err) == FLOW_OK)
            return FLOW_OK;
        make_id(&keys->file, header->vault_id, slot.at + SCOPE_AT, id);
        if (memcmp(slot.at + ID_AT, id, sizeof id) == 0)
            return flow_err_set(err, FLOW_E_DAMAGED, "the slot of this key file fails its check");
        tried++;
    }
    if (tried > 0)
        return flow_err_set(err, FLOW_E_LOCKED, "the key file is not one of this vault's");
    return flow_err_set(
        err, FLOW_E_LOCKED,
        "none of its %zu slots is for a key file; another kind of slot (passphrase, "
        "recipient) needs a newer flowenv",
        header->slot_count);
}

void flow_slot_make(const unsigned char vault_id[FLOW_ID_LEN], struct flow_vault_keys *keys,
                    unsigned char slot[FLOW_SLOT_KEY_FILE_LEN])
{
    static const unsigned char whole_vault[FLOW_ID_LEN];
    unsigned char bound[FLOW_BIND_LEN + BEFORE_BOX];
    const struct flow_bytes vault = {vault_id, FLOW_ID_LEN};
    struct flow_key salt;
    unsigned char *at = slot;

    at = flow_put_u16(at, FLOW_SLOT_KEY_FILE);
    at = flow_put_u16(at, 0);
    (void)flow_put_u32(at, FLOW_SLOT_KEY_FILE_LEN - FLOW_SLOT_HEAD_LEN);
    make_id(&keys->file, vault_id, whole_vault, slot + ID_AT);
    memcpy(slot + SCOPE_AT, whole_vault, FLOW_ID_LEN);
    flow_key_make(&vault, 1, &salt);
    memcpy(slot + FLOW_SLOT_HEAD_LEN, salt.bytes, SALT_LEN);
    make_wrap(vault_id, slot, keys);
    flow_box_close(&keys->wrap, binding_of(vault_id, slot, bound),
                   (struct flow_bytes){keys->header.bytes, 2 * FLOW_KEY_LEN}, slot + BEFORE_BOX);
}
