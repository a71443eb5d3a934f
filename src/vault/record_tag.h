/*
 * What the encoder and the decoder of a record agree on: the tags and flags of
 * vault/record.h by name. Only record*.c include this.
 */
#ifndef FLOW_VAULT_RECORD_TAG_H
#define FLOW_VAULT_RECORD_TAG_H

#include "vault/record.h"

enum {
    TAG_PADDING = 0x00,
    TAG_GROUP = 0x10,
    TAG_SOURCE = 0x11,
    TAG_FETCHED,
    TAG_BOOTED,
    TAG_WALKED,
    TAG_ENTRY,
    TAG_NAME = 0x21,
    TAG_VALUE,
    TAG_FLAGS,
    TAG_VERSION,
    TAG_MODIFIED,
    TAG_WHO,
    TAG_WHY,
    TAG_KEY_ID
};
enum { GROUP_FIELDS = TAG_ENTRY - TAG_SOURCE, ENTRY_FIELDS = TAG_KEY_ID + 1 - TAG_NAME };
enum { FLAG_TYPE = 3, FLAG_UNREADABLE = 4, FLAG_VALUE = 8, FLAGS_KNOWN = 15 };

/* The order of entries; 0: the same name and version. */
int flow_record_compare(const struct flow_param *a, const struct flow_param *b);

/* Adds an empty group; source need not be NUL-terminated. */
enum flow_code flow_record_add_group(struct flow_record *record, struct flow_bytes source,
                                     struct flow_group **ret_group, struct flow_err *err);

#endif
