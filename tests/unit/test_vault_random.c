#include "support/test.h"

#include <sodium.h>

#include "support/vaultbox.h"
#include "vault/slot.h"

static const char *stuck_name(void)
{
    return "stuck";
}

static uint32_t stuck_random(void)
{
    return 7;
}

static void stuck_buf(void *const bytes, const size_t len)
{
    memset(bytes, 7, len);
}

static randombytes_implementation stuck = {
    .implementation_name = stuck_name, .random = stuck_random, .buf = stuck_buf};

enum { NONCES_MAX = 64 };
static unsigned char nonces[NONCES_MAX][FLOW_NONCE_LEN];
static size_t nonce_count;

static void collect(const unsigned char *nonce)
{
    memcpy(nonces[nonce_count++], nonce, FLOW_NONCE_LEN);
}

/* The nonces of what the last commit sealed anew. */
static void collect_from(const char *path, const char *key_file, uint64_t generation)
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation opened = FLOW_GENERATION_INIT;
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t len;

    OK(flow_generation_open(path, key_file, &opened, &err), err);
    bytes = vaultbox_read_file(path, &len);
    if (generation == 2)
        collect(opened.image.header.slots.at + FLOW_SLOT_HEAD_LEN + 32);
    for (size_t i = 0; i < opened.image.header.count; i++) {
        const struct flow_vault_entry *entry = &opened.image.header.entries[i];

        if (entry->generation != generation)
            continue;
        collect(bytes + entry->offset + 40);
        if (generation == 2) {
            collect(entry->wrapped_key);
            collect(entry->sealed_name);
        }
    }
}

static enum flow_code apply_fetched(void *context, struct flow_record *record, struct flow_err *err)
{
    struct flow_group *group = NULL;

    if (flow_record_group(record, "test", &group, err))
        return err->code;
    group->fetched_s = *(int64_t *)context;
    return FLOW_OK;
}

TEST("with a random generator that is stuck, no nonce, key or id is used twice")
{
    int64_t same = 1, later = 2;
    const struct flow_vault_change first[] = {{"a", apply_fetched, &same},
                                              {"b", apply_fetched, &same}};
    const struct flow_vault_change second[] = {{"a", apply_fetched, &later}};
    const struct flow_vault_change third[] = {{"a", apply_fetched, &same}};
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL, *other = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box, twin;

    EXPECT_INT(randombytes_set_implementation(&stuck), 0);
    vaultbox_init(&box, "stuck");
    vaultbox_init(&twin, "twin");
    twin.options.key_file = box.key_file;
    vault = vaultbox_open(&box);
    OK(flow_vault_update(vault, first, 2, &err), err);
    collect_from(box.path, box.key_file, 2);
    OK(flow_vault_update(vault, second, 1, &err), err);
    collect_from(box.path, box.key_file, 3);
    OK(flow_vault_update(vault, third, 1, &err), err);
    collect_from(box.path, box.key_file, 4);
    other = vaultbox_open(&twin);
    OK(flow_vault_update(other, first, 2, &err), err);
    collect_from(twin.path, box.key_file, 2);
    EXPECT_INT(randombytes_set_implementation(&randombytes_sysrandom_implementation), 0);

    EXPECT_INT(nonce_count, 7 + 2 + 7);
    for (size_t i = 0; i < nonce_count; i++)
        for (size_t j = 0; j < i; j++)
            EXPECT(memcmp(nonces[i], nonces[j], FLOW_NONCE_LEN) != 0);
}
