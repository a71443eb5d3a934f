/*
 * A vault in a directory of its own, for tests: DIRECTORY/NAME/data/vault,
 * its key in DIRECTORY/NAME/config/key, its state in DIRECTORY/NAME/state.
 */
#ifndef FLOW_TEST_VAULTBOX_H
#define FLOW_TEST_VAULTBOX_H

#include "support/test.h"

#include "vault/generation.h"
#include "vault/vault.h"

enum { VAULTBOX_PATH_MAX = 256 };

struct vaultbox {
    char path[VAULTBOX_PATH_MAX], key_file[VAULTBOX_PATH_MAX], state_dir[VAULTBOX_PATH_MAX];
    struct flow_vault_options options; /* create is set */
    char notices[4096];                /* one a line */
};

/* Nothing is there yet. */
void vaultbox_init(struct vaultbox *box, const char *name);

/* Opens, or the test fails. */
struct flow_vault *vaultbox_open(struct vaultbox *box);
/* Opens and frees; the code and the sentence of it. */
enum flow_code vaultbox_try(struct vaultbox *box, struct flow_err *err);
/* The same, and every record is loaded. */
enum flow_code vaultbox_try_all(struct vaultbox *box, struct flow_err *err);

/* Puts one value into a record's group "test", in one commit. */
enum flow_code vaultbox_put(struct flow_vault *vault, const char *record, const char *name,
                            const char *value, struct flow_err *err);
/* The value, into a ring of buffers; "(none)" where there is none. */
const char *vaultbox_get(struct flow_vault *vault, const char *record, const char *name);

/* Puts KEY=value into the record, in one more generation. */
void vaultbox_next(struct vaultbox *box, const char *record, const char *value);
/* A new vault at generation 3: record "dev" with KEY=one, then "prod" with KEY=two. */
void vaultbox_fill(struct vaultbox *box, const char *name);
/* It does not open, or not all of it, and the sentence holds this and the path. */
void vaultbox_expect_refused(struct vaultbox *box, enum flow_code expected, const char *sentence);

/* The file as it is; the caller frees. */
unsigned char *vaultbox_read_file(const char *path, size_t *ret_len);
void vaultbox_write_file(const char *path, const void *bytes, size_t len);
void vaultbox_copy_file(const char *to, const char *from);

/*
 * Changes the header as a holder of the keys can, and writes it anew, MAC
 * included; the records stay as they are unless edit changes them in file.
 */
void vaultbox_forge(struct vaultbox *box,
                    void (*edit)(struct flow_generation *generation, unsigned char *records));

#endif
