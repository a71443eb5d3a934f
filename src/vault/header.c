#include "vault/header.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/secret.h"
#include "vault/entry.h"
#include "vault/slot.h"

enum { MAJOR = 1, FLAGS_CRITICAL = 0xffff };

static const unsigned char magic[8] = {0x89, 'F', 'E', 'N', 'V', 0x0d, 0x0a, 0x1a};

struct prefix {
    uint16_t major, minor, slots, entries;
    uint32_t length, critical, optional, reserved;
    unsigned char vault_id[FLOW_ID_LEN];
    uint64_t generation, committed_s;
};

void flow_vault_header_done(struct flow_vault_header *header)
{
    size_t i;

    for (i = 0; i < header->count; i++)
        free(header->entries[i].fresh);
    free(header->entries);
    *header = (struct flow_vault_header){0};
}

void flow_vault_header_bind(const unsigned char vault_id[FLOW_ID_LEN],
                            unsigned char bind[FLOW_BIND_LEN])
{
    memcpy(bind, magic, sizeof magic);
    memcpy(flow_put_u16(bind + sizeof magic, MAJOR), vault_id, FLOW_ID_LEN);
}

/* --- reading ----------------------------------------------------------------- */

static void take_into(struct flow_cursor *in, unsigned char *to, size_t len)
{
    struct flow_bytes bytes = flow_cursor_take(in, len);

    if (bytes.len == len)
        memcpy(to, bytes.at, len);
}

static void read_prefix(struct flow_cursor *in, struct prefix *prefix)
{
    (void)flow_cursor_take(in, sizeof magic);
    prefix->major = flow_cursor_u16(in);
    prefix->minor = flow_cursor_u16(in);
    prefix->length = flow_cursor_u32(in);
    take_into(in, prefix->vault_id, sizeof prefix->vault_id);
    prefix->generation = flow_cursor_u64(in);
    prefix->critical = flow_cursor_u32(in);
    prefix->optional = flow_cursor_u32(in);
    prefix->committed_s = flow_cursor_u64(in);
    prefix->slots = flow_cursor_u16(in);
    prefix->entries = flow_cursor_u16(in);
    prefix->reserved = flow_cursor_u32(in);
}

static enum flow_code damaged(struct flow_err *err, const char *how)
{
    return flow_err_set(err, FLOW_E_DAMAGED, "%s", how);
}

static enum flow_code check_lengths(const struct prefix *prefix, uint64_t file_len,
                                    struct flow_err *err)
{
    size_t least = FLOW_PREFIX_LEN + prefix->entries * (size_t)FLOW_ENTRY_LEN + FLOW_HASH_LEN;

    if (file_len > FLOW_VAULT_FILE_MAX)
        return damaged(err, "it is larger than a vault can be");
    if (prefix->slots > FLOW_SLOTS_MAX || prefix->entries > FLOW_ENTRIES_MAX ||
        prefix->length > FLOW_HEADER_MAX || prefix->length < least)
        return damaged(err, "the lengths in its header make no sense");
    if (prefix->length > file_len)
        return damaged(err, "it is cut short within its header");
    if (prefix->reserved != 0 || prefix->generation == 0)
        return damaged(err, "its header has bytes that no version writes");
    return FLOW_OK;
}

/* In the order of THREATS, section 7: magic, major, bits, lengths. */
enum flow_code flow_vault_header_measure(struct flow_bytes first, uint64_t file_len,
                                         size_t *ret_len, struct flow_err *err)
{
    struct flow_cursor in = flow_cursor_on(first.at, first.len);
    struct prefix prefix = {0};

    if (first.len < sizeof magic || memcmp(first.at, magic, sizeof magic) != 0)
        return damaged(err, "it does not begin as a vault does");
    read_prefix(&in, &prefix);
    if (in.failed)
        return damaged(err, "it is cut short within its header");
    if (prefix.major == 0)
        return damaged(err, "its version is 0, which there never was");
    if (prefix.major > MAJOR)
        return flow_err_set(err, FLOW_E_TOO_NEW,
                            "it is written in format %u; this flowenv knows format %d",
                            (unsigned)prefix.major, MAJOR);
    if (prefix.critical != 0)
        return flow_err_set(err, FLOW_E_TOO_NEW, "it needs features (%08lx) of a newer flowenv",
                            (unsigned long)prefix.critical);
    if (check_lengths(&prefix, file_len, err))
        return err->code;
    *ret_len = prefix.length;
    return FLOW_OK;
}

static void read_entry(struct flow_cursor *in, struct flow_vault_entry *entry)
{
    take_into(in, entry->id, sizeof entry->id);
    entry->epoch = flow_cursor_u32(in);
    entry->flags = flow_cursor_u32(in);
    entry->offset = flow_cursor_u64(in);
    entry->length = flow_cursor_u64(in);
    entry->generation = flow_cursor_u64(in);
    take_into(in, entry->hash, sizeof entry->hash);
    take_into(in, entry->wrapped_key, sizeof entry->wrapped_key);
    take_into(in, entry->sealed_name, sizeof entry->sealed_name);
}

static enum flow_code check_entry(const struct flow_vault_header *header,
                                  const struct flow_vault_entry *entry, uint64_t offset,
                                  struct flow_err *err)
{
    size_t index = (size_t)(entry - header->entries);

    if (entry->flags > FLAGS_CRITICAL)
        return flow_err_set(err, FLOW_E_TOO_NEW, "a record needs features of a newer flowenv");
    if (index > 0 && memcmp(entry[-1].id, entry->id, sizeof entry->id) >= 0)
        return damaged(err, "its records are not in order");
    if (entry->offset != offset || !flow_entry_length_is_right(entry->length))
        return damaged(err, "its records are not where they should be");
    if (entry->generation == 0 || entry->generation > header->generation)
        return damaged(err, "a record is of a generation that has not been yet");
    return FLOW_OK;
}

static enum flow_code read_entries(struct flow_cursor *in, size_t count, uint64_t file_len,
                                   struct flow_vault_header *header, struct flow_err *err)
{
    uint64_t offset = flow_vault_header_len(header) + count * FLOW_ENTRY_LEN;

    header->entries = calloc(count > 0 ? count : 1, sizeof *header->entries);
    if (header->entries == NULL)
        return flow_err_nomem(err);
    header->cap = count > 0 ? count : 1;
    for (; header->count < count; header->count++) {
        struct flow_vault_entry *entry = &header->entries[header->count];

        read_entry(in, entry);
        if (check_entry(header, entry, offset, err))
            return err->code;
        offset += entry->length;
    }
    if (offset > file_len)
        return damaged(err, "it is cut short within its records");
    if (offset < file_len)
        return damaged(err, "it has bytes behind its last record");
    return FLOW_OK;
}

static enum flow_code parse(struct flow_bytes bytes, uint64_t file_len,
                            struct flow_vault_header *header, struct flow_err *err)
{
    struct flow_cursor in = flow_cursor_on(bytes.at, bytes.len);
    struct prefix prefix = {0};

    read_prefix(&in, &prefix);
    header->minor = prefix.minor;
    header->optional = prefix.optional;
    memcpy(header->vault_id, prefix.vault_id, sizeof header->vault_id);
    header->generation = prefix.generation;
    header->committed_s = prefix.committed_s;
    header->slot_count = prefix.slots;
    header->slots = flow_cursor_take(&in, bytes.len - FLOW_PREFIX_LEN - FLOW_HASH_LEN -
                                              prefix.entries * (size_t)FLOW_ENTRY_LEN);
    if (flow_slots_check(header->slots, header->slot_count, err) ||
        read_entries(&in, prefix.entries, file_len, header, err))
        return err->code;
    take_into(&in, header->mac, sizeof header->mac);
    return FLOW_OK;
}

enum flow_code flow_vault_header_parse(struct flow_bytes bytes, uint64_t file_len,
                                       struct flow_vault_header *header, struct flow_err *err)
{
    size_t len = 0;

    *header = (struct flow_vault_header){0};
    if (flow_vault_header_measure(bytes, file_len, &len, err))
        return err->code;
    if (len != bytes.len)
        return damaged(err, "the lengths in its header make no sense");
    if (parse(bytes, file_len, header, err)) {
        flow_vault_header_done(header);
        return err->code;
    }
    return FLOW_OK;
}

static void make_mac(struct flow_bytes bytes, const struct flow_key *mac_key,
                     unsigned char mac[FLOW_HASH_LEN])
{
    bytes.len -= FLOW_HASH_LEN;
    flow_hash(mac_key, &bytes, 1, mac);
}

enum flow_code flow_vault_header_check_mac(struct flow_bytes bytes, const struct flow_key *mac_key,
                                           struct flow_err *err)
{
    unsigned char mac[FLOW_HASH_LEN];

    make_mac(bytes, mac_key, mac);
    if (flow_differs(mac, bytes.at + bytes.len - FLOW_HASH_LEN, sizeof mac))
        return damaged(err, "its header fails its check");
    return FLOW_OK;
}

/* --- writing ------------------------------------------------------------------- */

size_t flow_vault_header_len(const struct flow_vault_header *header)
{
    return FLOW_PREFIX_LEN + header->slots.len + header->count * FLOW_ENTRY_LEN + FLOW_HASH_LEN;
}

uint64_t flow_vault_header_file_len(const struct flow_vault_header *header)
{
    uint64_t len = flow_vault_header_len(header);
    size_t i;

    for (i = 0; i < header->count; i++)
        len += header->entries[i].length;
    return len;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(at, bytes, len);
    return at + len;
}

static unsigned char *write_prefix(const struct flow_vault_header *header, unsigned char *at)
{
    at = put(at, magic, sizeof magic);
    at = flow_put_u16(at, MAJOR);
    at = flow_put_u16(at, header->minor);
    at = flow_put_u32(at, (uint32_t)flow_vault_header_len(header));
    at = put(at, header->vault_id, sizeof header->vault_id);
    at = flow_put_u64(at, header->generation);
    at = flow_put_u32(at, 0);
    at = flow_put_u32(at, header->optional);
    at = flow_put_u64(at, header->committed_s);
    at = flow_put_u16(at, (uint16_t)header->slot_count);
    at = flow_put_u16(at, (uint16_t)header->count);
    return flow_put_u32(at, 0);
}

static unsigned char *write_entry(const struct flow_vault_entry *entry, unsigned char *at)
{
    at = put(at, entry->id, sizeof entry->id);
    at = flow_put_u32(at, entry->epoch);
    at = flow_put_u32(at, entry->flags);
    at = flow_put_u64(at, entry->offset);
    at = flow_put_u64(at, entry->length);
    at = flow_put_u64(at, entry->generation);
    at = put(at, entry->hash, sizeof entry->hash);
    at = put(at, entry->wrapped_key, sizeof entry->wrapped_key);
    return put(at, entry->sealed_name, sizeof entry->sealed_name);
}

void flow_vault_header_write(struct flow_vault_header *header, const struct flow_key *mac_key,
                             unsigned char *at)
{
    const struct flow_bytes whole = {at, flow_vault_header_len(header)};
    uint64_t offset = whole.len;
    size_t i;

    at = write_prefix(header, at);
    at = put(at, header->slots.at, header->slots.len);
    for (i = 0; i < header->count; i++) {
        header->entries[i].offset = offset;
        offset += header->entries[i].length;
        at = write_entry(&header->entries[i], at);
    }
    make_mac(whole, mac_key, header->mac);
    (void)put(at, header->mac, sizeof header->mac);
}

/* --- its entries ------------------------------------------------------------------- */

enum flow_code flow_vault_header_copy(const struct flow_vault_header *header,
                                      struct flow_vault_header *ret_copy, struct flow_err *err)
{
    struct flow_vault_entry *entries = calloc(header->count + 1, sizeof *entries);
    size_t i;

    if (entries == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < header->count; i++) {
        entries[i] = header->entries[i];
        entries[i].fresh = NULL;
    }
    *ret_copy = *header;
    ret_copy->entries = entries;
    ret_copy->cap = header->count + 1;
    return FLOW_OK;
}

struct flow_vault_entry *flow_vault_header_find(const struct flow_vault_header *header,
                                                const char *name)
{
    size_t i;

    for (i = 0; i < header->count; i++)
        if (strcmp(header->entries[i].name, name) == 0)
            return &header->entries[i];
    return NULL;
}

struct flow_vault_entry *flow_vault_header_find_id(const struct flow_vault_header *header,
                                                   const unsigned char id[FLOW_ID_LEN])
{
    size_t i;

    for (i = 0; i < header->count; i++)
        if (memcmp(header->entries[i].id, id, FLOW_ID_LEN) == 0)
            return &header->entries[i];
    return NULL;
}

enum flow_code flow_vault_header_add(struct flow_vault_header *header,
                                     const struct flow_vault_entry *entry,
                                     struct flow_vault_entry **ret_entry, struct flow_err *err)
{
    size_t at = header->count;

    if (header->count == FLOW_ENTRIES_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the vault is full: it holds %d records",
                            FLOW_ENTRIES_MAX);
    if (FLOW_LIST_GROW(header->entries, header->count, header->cap))
        return flow_err_nomem(err);
    for (; at > 0 && memcmp(header->entries[at - 1].id, entry->id, FLOW_ID_LEN) > 0; at--)
        header->entries[at] = header->entries[at - 1];
    header->entries[at] = *entry;
    header->count++;
    *ret_entry = &header->entries[at];
    return FLOW_OK;
}

void flow_vault_header_remove(struct flow_vault_header *header, struct flow_vault_entry *entry)
{
    free(entry->fresh);
    header->count--;
    memmove(entry, entry + 1, (size_t)(header->entries + header->count - entry) * sizeof *entry);
}
