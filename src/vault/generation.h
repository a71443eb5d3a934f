/* A generation of the vault, open and unlocked: its image, its keys, the names of its records. */
#ifndef FLOW_VAULT_GENERATION_H
#define FLOW_VAULT_GENERATION_H

#include "vault/image.h"
#include "vault/keys.h"

struct flow_generation {
    struct flow_image image;
    struct flow_secret *secret; /* holds the keys */
    struct flow_vault_keys *keys;
    const char **names; /* sorted; lent by the entries */
};

#define FLOW_GENERATION_INIT                                                                       \
    {                                                                                              \
        .image = FLOW_IMAGE_INIT                                                                   \
    }

/*
 * Opens the vault at path with the key file. The sentence of an error names
 * the vault and what to do. Errors as in vault/vault.h, but for the rollback.
 */
enum flow_code flow_generation_open(const char *path, const char *key_file,
                                    struct flow_generation *ret_generation, struct flow_err *err);
void flow_generation_done(struct flow_generation *generation);

/* *to is released and becomes *from, which is left empty. */
void flow_generation_move(struct flow_generation *to, struct flow_generation *from);

/* Reads and decrypts the record of an entry of this generation. */
enum flow_code flow_generation_load(const struct flow_generation *generation,
                                    const struct flow_vault_entry *entry,
                                    struct flow_secret **ret_plain, struct flow_err *err);

/* Puts which vault, and what to do, around the sentence of an error in its bytes. */
enum flow_code flow_generation_explain(const char *path, struct flow_err *err);

#endif
