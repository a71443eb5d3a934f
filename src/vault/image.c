#include "vault/image.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { FIRST_READ = 16 * 1024 }; /* bytes: a header of 60 entries, in one call */

void flow_image_done(struct flow_image *image)
{
    flow_vault_header_done(&image->header);
    free(image->bytes);
    image->bytes = NULL;
    image->len = 0;
    flow_fd_closep(&image->fd);
}

static enum flow_code read_at(int fd, unsigned char *to, size_t len, uint64_t offset,
                              struct flow_err *err)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(fd, to + done, len - done, (off_t)(offset + done));

        if (n > 0)
            done += (size_t)n;
        else if (n == 0)
            return flow_err_set(err, FLOW_E_DAMAGED, "it became shorter while it was read");
        else if (errno != EINTR)
            return flow_err_sys(err, FLOW_E_IO, errno, "cannot read it");
    }
    return FLOW_OK;
}

static enum flow_code grow(struct flow_image *image, size_t len, struct flow_err *err)
{
    unsigned char *bytes = realloc(image->bytes, len + 1);

    if (bytes == NULL)
        return flow_err_nomem(err);
    image->bytes = bytes;
    if (len > image->len &&
        read_at(image->fd, bytes + image->len, len - image->len, image->len, err))
        return err->code;
    image->len = len;
    return FLOW_OK;
}

static enum flow_code read_header(struct flow_image *image, struct flow_err *err)
{
    struct stat status;
    uint64_t file_len;
    size_t len;

    if (fstat(image->fd, &status) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot examine it");
    file_len = (uint64_t)status.st_size;
    if (grow(image, file_len < FIRST_READ ? (size_t)file_len : FIRST_READ, err) ||
        flow_vault_header_measure((struct flow_bytes){image->bytes, image->len}, file_len, &len,
                                  err) ||
        grow(image, len, err))
        return err->code;
    return flow_vault_header_parse((struct flow_bytes){image->bytes, image->len}, file_len,
                                   &image->header, err);
}

enum flow_code flow_image_open(const char *path, struct flow_image *ret_image, struct flow_err *err)
{
    const struct flow_file_want want = {
        .path = path, .max = FLOW_VAULT_FILE_MAX, .is_private = true};
    FLOW_CLEANUP(flow_image_done) struct flow_image image = FLOW_IMAGE_INIT;

    if (flow_file_open(&want, &image.fd, err) || read_header(&image, err))
        return err->code;
    *ret_image = image;
    image = (struct flow_image)FLOW_IMAGE_INIT;
    return FLOW_OK;
}

enum flow_code flow_image_read(const struct flow_image *image, const struct flow_vault_entry *entry,
                               unsigned char *record, struct flow_err *err)
{
    return read_at(image->fd, record, (size_t)entry->length, entry->offset, err);
}
