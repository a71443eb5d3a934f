/*
 * An image: one generation of the vault file, open for reading. The file is
 * replaced, never changed, so what is open stays what it was.
 */
#ifndef FLOW_VAULT_IMAGE_H
#define FLOW_VAULT_IMAGE_H

#include "vault/header.h"

struct flow_image {
    int fd;
    unsigned char *bytes; /* the header as it stands in the file */
    size_t len;
    struct flow_vault_header header;
};

#define FLOW_IMAGE_INIT                                                                            \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/*
 * Opens path and reads the header, checked as flow_vault_header_parse() says.
 * FLOW_E_NOT_FOUND: no file. FLOW_E_REFUSED: not a private file of the user's (T8).
 */
enum flow_code flow_image_open(const char *path, struct flow_image *ret_image,
                               struct flow_err *err);
void flow_image_done(struct flow_image *image);

/* Reads the entry's record, entry->length bytes, unchecked. */
enum flow_code flow_image_read(const struct flow_image *image, const struct flow_vault_entry *entry,
                               unsigned char *record, struct flow_err *err);

#endif
