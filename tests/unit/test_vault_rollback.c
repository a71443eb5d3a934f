#include "support/test.h"

#include <stdio.h>
#include <sys/stat.h>

#include "support/vaultbox.h"

static void expect_accepted(struct vaultbox *box)
{
    struct flow_err err = FLOW_ERR_INIT;

    box->options.accept_rollback = true;
    OK(vaultbox_try_all(box, &err), err);
    box->options.accept_rollback = false;
    OK(vaultbox_try_all(box, &err), err);
    vaultbox_next(box, "dev", "after");
}

TEST("a vault that was put back is refused with both generations, until it is accepted")
{
    struct vaultbox box;

    vaultbox_fill(&box, "back");
    vaultbox_copy_file(test_path("back/old"), box.path);
    vaultbox_next(&box, "dev", "three");
    vaultbox_next(&box, "dev", "four");
    vaultbox_copy_file(box.path, test_path("back/old"));
    vaultbox_expect_refused(&box, FLOW_E_ROLLBACK,
                            "generation 3, but generation 5 of it was seen before");
    vaultbox_expect_refused(&box, FLOW_E_ROLLBACK, "--accept-rollback");
    expect_accepted(&box);
}

TEST("an update does not go on from a vault that was put back under its feet")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_fill(&box, "feet");
    vaultbox_copy_file(test_path("feet/old"), box.path);
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "three", &err), err);
    vaultbox_copy_file(box.path, test_path("feet/old"));
    EXPECT_CODE(vaultbox_put(vault, "dev", "KEY", "four", &err), FLOW_E_ROLLBACK);
}

TEST("another vault of the same generation is refused, until it is accepted")
{
    struct vaultbox box, copy;

    vaultbox_fill(&box, "fork");
    EXPECT_INT(mkdir(test_path("fork/there"), 0700), 0);
    vaultbox_copy_file(test_path("fork/there/vault"), box.path);
    vaultbox_next(&box, "dev", "here");
    copy = box;
    (void)snprintf(copy.path, sizeof copy.path, "%s", test_path("fork/there/vault"));
    copy.options.path = copy.path;
    copy.options.state_dir = test_path("fork/state2");
    vaultbox_next(&copy, "dev", "there");
    vaultbox_copy_file(box.path, copy.path);
    vaultbox_expect_refused(&box, FLOW_E_ROLLBACK,
                            "its generation 4 is not the generation 4 that was seen");
    expect_accepted(&box);
}

static void age_header(struct flow_generation *generation, unsigned char *records)
{
    (void)records;
    generation->image.header.generation += 5;
}

TEST("a record that was put back under a newer, valid header is refused")
{
    struct vaultbox box;

    vaultbox_fill(&box, "record");
    vaultbox_copy_file(test_path("record/old"), box.path);
    vaultbox_next(&box, "dev", "three");
    vaultbox_copy_file(box.path, test_path("record/old"));
    vaultbox_forge(&box, age_header);
    vaultbox_expect_refused(&box, FLOW_E_ROLLBACK, "the record 'dev' in its generation 8 is older");
    expect_accepted(&box);
}

TEST("a vault without a record of it is opened with a notice, once")
{
    struct vaultbox box;

    vaultbox_fill(&box, "lost");
    EXPECT_ABSENT("no record of this vault", box.notices);
    box.options.state_dir = test_path("lost/state2");
    flow_vault_free(vaultbox_open(&box));
    EXPECT_PRESENT("no record of this vault", box.notices);
    box.notices[0] = '\0';
    flow_vault_free(vaultbox_open(&box));
    EXPECT_STR(box.notices, "");
}

/* The one state file of a vault. */
static const char *state_path(struct vaultbox *box)
{
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    static char path[VAULTBOX_PATH_MAX + 64];
    size_t len, used;

    bytes = vaultbox_read_file(box->path, &len);
    used = (size_t)snprintf(path, sizeof path, "%s/", box->state_dir);
    for (size_t i = 0; i < FLOW_ID_LEN; i++)
        used += (size_t)snprintf(path + used, sizeof path - used, "%02x", bytes[16 + i]);
    (void)snprintf(path + used, sizeof path - used, ".state");
    return path;
}

TEST("a crash between vault and state is no rollback, and the state catches up")
{
    FLOW_CLEANUP(flow_freep) unsigned char *newest = NULL;
    FLOW_CLEANUP(flow_freep) unsigned char *caught_up = NULL;
    struct vaultbox box;
    size_t len, caught_up_len;

    vaultbox_fill(&box, "crash");
    vaultbox_copy_file(test_path("crash/state-before"), state_path(&box));
    vaultbox_next(&box, "dev", "three");
    newest = vaultbox_read_file(state_path(&box), &len);
    vaultbox_copy_file(state_path(&box), test_path("crash/state-before"));
    flow_vault_free(vaultbox_open(&box));
    caught_up = vaultbox_read_file(state_path(&box), &caught_up_len);
    EXPECT_INT(caught_up_len, len);
    EXPECT_BYTES(caught_up, newest, len);
}

TEST("no flipped bit and no other length of the state is let through; accepting makes a new one")
{
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    struct vaultbox box;
    size_t len;

    vaultbox_fill(&box, "state");
    bytes = vaultbox_read_file(state_path(&box), &len);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        struct flow_err err = FLOW_ERR_INIT;

        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        vaultbox_write_file(state_path(&box), bytes, len);
        (void)vaultbox_try(&box, &err);
        EXPECT(err.code == FLOW_E_DAMAGED ||
               (err.code == FLOW_E_TOO_NEW && bit / 8 >= 8 && bit / 8 < 12));
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) {
        vaultbox_write_file(state_path(&box), bytes, cut);
        vaultbox_expect_refused(&box, FLOW_E_DAMAGED, "the record of what was last seen");
    }
    expect_accepted(&box);
}
