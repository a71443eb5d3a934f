#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/vaultbox.h"
#include "vault/slot.h"

/* --- any byte (T28) ------------------------------------------------------------ */

/* What a flipped bit at this place may be taken for, other than damage. */
static bool may_be(enum flow_code code, size_t at)
{
    if (code == FLOW_E_DAMAGED)
        return true;
    if (code == FLOW_E_TOO_NEW) /* major, critical features, the high half of an entry's flags */
        return at == 8 || at == 9 || (at >= 40 && at < 44) || at >= FLOW_PREFIX_LEN;
    /* The vault id and the head of the slot say whose key it is. */
    return code == FLOW_E_LOCKED &&
           ((at >= 16 && at < 32) ||
            (at >= FLOW_PREFIX_LEN && at < FLOW_PREFIX_LEN + FLOW_SLOT_HEAD_LEN));
}

TEST("no flipped bit of the header and no changed byte of a record is let through")
{
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    struct vaultbox box;
    size_t len, head;

    vaultbox_fill(&box, "flip");
    bytes = vaultbox_read_file(box.path, &len);
    head = FLOW_PREFIX_LEN + FLOW_SLOT_KEY_FILE_LEN + 2 * FLOW_ENTRY_LEN + FLOW_HASH_LEN;
    for (size_t bit = 0; bit < 8 * len; bit += bit < 8 * head ? 1 : 13) {
        struct flow_err err = FLOW_ERR_INIT;

        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        vaultbox_write_file(box.path, bytes, len);
        (void)vaultbox_try_all(&box, &err);
        if (!may_be(err.code, bit / 8))
            print_error("bit %zu: %s\n", bit, err.text);
        EXPECT(may_be(err.code, bit / 8));
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

TEST("no length but the right one is let through")
{
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    struct vaultbox box;
    size_t len;

    vaultbox_fill(&box, "cut");
    bytes = vaultbox_read_file(box.path, &len);
    for (size_t cut = 0; cut < len; cut += cut < 2000 ? 1 : 37) {
        vaultbox_write_file(box.path, bytes, cut);
        vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "nothing was changed");
    }
    bytes[len] = 0;
    vaultbox_write_file(box.path, bytes, len + 1);
    vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "bytes behind its last record");
    EXPECT_INT(truncate(box.path, (off_t)FLOW_VAULT_FILE_MAX + 1), 0);
    vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "larger than a vault can be");
}

TEST("each kind of damage has its own message, and damage of the slot is not a wrong key")
{
    static const struct {
        size_t at;
        enum flow_code code;
        const char *sentence;
    } cases[] = {
        {0, FLOW_E_DAMAGED, "does not begin as a vault does"},
        {8, FLOW_E_TOO_NEW, "it is written in format 3"},
        {12, FLOW_E_DAMAGED, "the lengths of its slots make no sense"},
        {15, FLOW_E_DAMAGED, "the lengths in its header make no sense"},
        {16, FLOW_E_LOCKED, "the key file is not one of this vault's"},
        {32, FLOW_E_DAMAGED, "a record is of a generation that has not been yet"},
        {39, FLOW_E_DAMAGED, "its header fails its check"},
        {41, FLOW_E_TOO_NEW, "features (00000200) of a newer flowenv"},
        {61, FLOW_E_DAMAGED, "bytes that no version writes"},
        {FLOW_PREFIX_LEN + 2, FLOW_E_LOCKED, "none of its 1 slots is for a key file"},
        {FLOW_PREFIX_LEN + 40, FLOW_E_DAMAGED, "the slot of this key file fails its check"},
        {FLOW_PREFIX_LEN + 100, FLOW_E_DAMAGED, "the slot of this key file fails its check"},
    };
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    struct vaultbox box;
    size_t len;

    vaultbox_fill(&box, "kinds");
    bytes = vaultbox_read_file(box.path, &len);
    for (size_t i = 0; i < FLOW_COUNT(cases); i++) {
        bytes[cases[i].at] ^= 2;
        vaultbox_write_file(box.path, bytes, len);
        vaultbox_expect_refused(&box, cases[i].code, cases[i].sentence);
        bytes[cases[i].at] ^= 2;
    }
    bytes[len - 1] ^= 1;
    vaultbox_write_file(box.path, bytes, len);
    vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "a record is not the one that its header names");
}

TEST("a damaged record does not keep the others from being read, nor is it written on")
{
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;
    bool dev_is_last;
    size_t len;

    vaultbox_fill(&box, "one");
    bytes = vaultbox_read_file(box.path, &len);
    bytes[len - 1] ^= 1;
    vaultbox_write_file(box.path, bytes, len);
    vault = vaultbox_open(&box);
    dev_is_last = strcmp(vaultbox_get(vault, "dev", "KEY"), "(none)") == 0;
    EXPECT_STR(vaultbox_get(vault, dev_is_last ? "prod" : "dev", "KEY"),
               dev_is_last ? "two" : "one");
    EXPECT_CODE(vaultbox_put(vault, dev_is_last ? "prod" : "dev", "KEY", "new", &err),
                FLOW_E_DAMAGED);
    EXPECT_PRESENT("nothing was changed", err.text);
}

/* --- a record from elsewhere, by one who could sign it (T28) ------------------------ */

static void rehash(struct flow_vault_entry *entry, const unsigned char *records, uint64_t start)
{
    const struct flow_bytes record = {records + (entry->offset - start), (size_t)entry->length};

    flow_hash(NULL, &record, 1, entry->hash);
}

static void swap_records(struct flow_generation *generation, unsigned char *records)
{
    struct flow_vault_entry *a = &generation->image.header.entries[0], *b = a + 1;
    FLOW_CLEANUP(flow_freep) unsigned char *kept = malloc((size_t)a->length);
    size_t len = (size_t)a->length;

    if (kept == NULL || a->length != b->length)
        abort();
    memcpy(kept, records, len);
    memcpy(records, records + len, len);
    memcpy(records + len, kept, len);
    rehash(a, records, a->offset);
    rehash(b, records, a->offset);
}

TEST("records don't change places, not even under a valid header")
{
    struct vaultbox box;

    vaultbox_fill(&box, "swap");
    box.options.state_dir = test_path("swap/state2");
    vaultbox_forge(&box, swap_records);
    vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "a record is from another place or another time");
}

static void swap_records_and_frames(struct flow_generation *generation, unsigned char *records)
{
    struct flow_vault_entry *a = &generation->image.header.entries[0], *b = a + 1;
    unsigned char frame[40];
    size_t len = (size_t)a->length;

    swap_records(generation, records);
    memcpy(frame, records, sizeof frame);
    memcpy(records, records + len, sizeof frame);
    memcpy(records + len, frame, sizeof frame);
    rehash(a, records, a->offset);
    rehash(b, records, a->offset);
}

TEST("nor with their frames put right")
{
    struct vaultbox box;

    vaultbox_fill(&box, "frames");
    box.options.state_dir = test_path("frames/state2");
    vaultbox_forge(&box, swap_records_and_frames);
    vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "a record fails its check");
}

/* The first record of the vault that was copied away, for the next two. */
static unsigned char *taken;
static size_t taken_len;

static void put_in_taken(struct flow_generation *generation, unsigned char *records)
{
    struct flow_vault_entry *entry = &generation->image.header.entries[0];

    if (taken_len != entry->length)
        abort();
    memcpy(records, taken, taken_len);
    rehash(entry, records, entry->offset);
}

static void put_in_taken_with_frame(struct flow_generation *generation, unsigned char *records)
{
    unsigned char frame[40];

    memcpy(frame, records, sizeof frame);
    memcpy(taken, frame, sizeof frame);
    put_in_taken(generation, records);
}

static void take_first_record(const char *path)
{
    const size_t head = FLOW_PREFIX_LEN + FLOW_SLOT_KEY_FILE_LEN + FLOW_ENTRY_LEN + FLOW_HASH_LEN;
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    size_t len;

    bytes = vaultbox_read_file(path, &len);
    taken_len = len - head;
    memmove(bytes, bytes + head, taken_len);
    taken = FLOW_TAKE(bytes);
}

TEST("a record of an older generation, or of another vault, does not open under a valid header")
{
    static void (*const forgeries[])(struct flow_generation *,
                                     unsigned char *) = {put_in_taken, put_in_taken_with_frame};
    struct vaultbox box, other;
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;

    for (size_t i = 0; i < 4; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "older%zu", i);
        vaultbox_init(&box, name);
        flow_vault_free(vaultbox_open(&box));
        vaultbox_next(&box, "dev", "one");
        if (i < 2) {
            take_first_record(box.path);
            vaultbox_next(&box, "dev", "two");
        } else {
            (void)snprintf(name, sizeof name, "another%zu", i);
            vaultbox_init(&other, name);
            other.options.key_file = box.key_file;
            flow_vault_free(vaultbox_open(&other));
            vaultbox_next(&other, "dev", "one");
            take_first_record(other.path);
        }
        vaultbox_forge(&box, forgeries[i % 2]);
        (void)snprintf(name, sizeof name, "older%zu/state2", i);
        box.options.state_dir = test_path(name);
        vaultbox_expect_refused(&box, FLOW_E_DAMAGED,
                                i % 2 == 0 ? "from another place or another time"
                                           : "a record fails its check");
        free(taken);
    }
}

/* --- versions (T35) -------------------------------------------------------------------- */

TEST("the vault that the first version wrote opens for ever")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct vaultbox box;

    vaultbox_init(&box, "first");
    EXPECT_INT(mkdir(test_path("first"), 0700), 0);
    EXPECT_INT(mkdir(test_path("first/data"), 0700), 0);
    EXPECT_INT(mkdir(test_path("first/config"), 0700), 0);
    vaultbox_copy_file(box.path, "tests/fixtures/vault-1/vault");
    vaultbox_copy_file(box.key_file, "tests/fixtures/vault-1/key");
    vault = vaultbox_open(&box);
    EXPECT_STR(vaultbox_get(vault, "local", "/flowlogic/dev/stripe/secret-key"), "sk_test_two");
    EXPECT_STR(vaultbox_get(vault, "local", "/flowlogic/dev/cognito/user-pool-id"),
               "us-east-1_EXAMPLE");
    EXPECT_STR(vaultbox_get(vault, "local.history", "/flowlogic/dev/stripe/secret-key"),
               "sk_test_one");
}

static unsigned char future_slot[8 + 32 + 7] = {0x99, 0x03, 0x01, 0x00, 7, 0, 0, 0, 'i', 'd'};

static void make_future(struct flow_generation *generation, unsigned char *records)
{
    static unsigned char slots[FLOW_SLOT_KEY_FILE_LEN + 2 * sizeof future_slot];
    struct flow_vault_header *header = &generation->image.header;

    (void)records;
    memcpy(slots, future_slot, sizeof future_slot);
    memcpy(slots + sizeof future_slot, header->slots.at, header->slots.len);
    memcpy(slots + sizeof slots - sizeof future_slot, future_slot, sizeof future_slot);
    header->slots = (struct flow_bytes){slots, sizeof slots};
    header->slot_count = 3;
    header->minor = 7;
    header->optional = 0x80000001;
    header->entries[0].flags = 0x8001;
}

TEST("unknown slots, optional features, minor and an entry's flags survive an update")
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation generation = FLOW_GENERATION_INIT;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_vault_header *header;
    struct vaultbox box;
    uint32_t flags = 0;

    vaultbox_fill(&box, "future");
    vaultbox_forge(&box, make_future);
    box.options.state_dir = test_path("future/state2");
    vaultbox_next(&box, "prod", "three");
    vaultbox_next(&box, "dev", "four");
    OK(flow_generation_open(box.path, box.key_file, &generation, &err), err);
    header = &generation.image.header;
    EXPECT_INT(header->slot_count, 3);
    EXPECT_BYTES(header->slots.at, future_slot, sizeof future_slot);
    EXPECT_BYTES(header->slots.at + sizeof future_slot + FLOW_SLOT_KEY_FILE_LEN, future_slot,
                 sizeof future_slot);
    EXPECT_INT(header->minor, 7);
    EXPECT_INT(header->optional, 0x80000001);
    for (size_t i = 0; i < header->count; i++)
        flags |= header->entries[i].flags;
    EXPECT_INT(flags, 0x8001);
}

static void set_critical_flag(struct flow_generation *generation, unsigned char *records)
{
    (void)records;
    generation->image.header.entries[1].flags = 0x10000;
}

TEST("what a newer version must be asked about is refused, and the file is not touched")
{
    FLOW_CLEANUP(flow_freep) unsigned char *before = NULL;
    FLOW_CLEANUP(flow_freep) unsigned char *after = NULL;
    struct vaultbox box;
    size_t len, after_len;

    vaultbox_fill(&box, "newer");
    vaultbox_forge(&box, set_critical_flag);
    before = vaultbox_read_file(box.path, &len);
    vaultbox_expect_refused(&box, FLOW_E_TOO_NEW, "a record needs features of a newer flowenv");
    before[8] = 2;
    vaultbox_write_file(box.path, before, len);
    vaultbox_expect_refused(&box, FLOW_E_TOO_NEW, "format 2; this flowenv knows format 1");
    after = vaultbox_read_file(box.path, &after_len);
    EXPECT_INT(after_len, len);
    EXPECT_BYTES(after, before, len);
}

static void drop_key_slot(struct flow_generation *generation, unsigned char *records)
{
    static unsigned char slot[40 + 144] = {FLOW_SLOT_PASSPHRASE, 0, 0, 0, 144};

    (void)records;
    generation->image.header.slots = (struct flow_bytes){slot, sizeof slot};
}

TEST("a vault that only another kind of slot opens stays locked, and says so")
{
    struct vaultbox box;

    vaultbox_fill(&box, "kind");
    vaultbox_forge(&box, drop_key_slot);
    vaultbox_expect_refused(&box, FLOW_E_LOCKED, "another kind of slot");
}
