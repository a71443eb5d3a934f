/* A commit: the next generation of the vault, written so that at every instant
 * the file is the old or the new one, whole (T32). */
#ifndef FLOW_VAULT_COMMIT_H
#define FLOW_VAULT_COMMIT_H

#include "vault/header.h"
#include "vault/image.h"
#include "vault/keys.h"

/*
 * Replaces the vault at path by one with the header *next, whose records are
 * fresh or, as they are, in *from (NULL: the vault is new). All of it is
 * checked before it is written, and read back before it gets the name; the
 * last generation stays as PATH.prev. The caller holds the lock.
 * FLOW_E_LIMIT; FLOW_E_DAMAGED: a record of the old one; FLOW_E_IO.
 */
enum flow_code flow_commit(const char *path, const struct flow_image *from,
                           struct flow_vault_keys *keys, struct flow_vault_header *next,
                           struct flow_err *err);

#endif
