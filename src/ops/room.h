/*
 * Room in the vault: it holds 256 records, and snapshots of prefixes must not
 * take it from stages and from the local store, whose records can't be fetched
 * again.
 *
 * Of prefixes, FLOW_ROOM_PREFIXES snapshots at most are kept. Where one more is
 * about to come, the quarter of them that was fetched longest ago goes.
 */
#ifndef FLOW_OPS_ROOM_H
#define FLOW_OPS_ROOM_H

#include "vault/vault.h"

enum {
    FLOW_ROOM_PREFIXES = 128,
    FLOW_ROOM_PREFIXES_LEFT = FLOW_ROOM_PREFIXES - FLOW_ROOM_PREFIXES / 4
};

/* Before the record `name` is written; does nothing where it is there, or is no prefix's. */
enum flow_code flow_room_make(struct flow_vault *vault, const char *name, struct flow_err *err);

#endif
