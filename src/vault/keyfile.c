#include "vault/keyfile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

/* Into the key itself, which lies in locked memory: no copy is made on the way. */
static enum flow_code read_key(int fd, const char *path, struct flow_key *key, struct flow_err *err)
{
    size_t done = 0;

    while (done < sizeof key->bytes) {
        ssize_t n = read(fd, key->bytes + done, sizeof key->bytes - done);

        if (n == 0)
            return flow_err_set(err, FLOW_E_LOCKED, "the key file '%s' became shorter", path);
        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            return flow_err_sys(err, FLOW_E_IO, errno, "cannot read the key file '%s'", path);
    }
    return FLOW_OK;
}

enum flow_code flow_keyfile_read(const char *path, struct flow_key *ret_key, struct flow_err *err)
{
    const struct flow_file_want want = {.path = path, .max = FLOW_KEY_LEN, .is_private = true};
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    struct stat status;

    if (flow_file_open(&want, &fd, err))
        return flow_err_wrap(err, "key file");
    if (fstat(fd, &status) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot examine the key file '%s'", path);
    if (status.st_size != FLOW_KEY_LEN)
        return flow_err_set(err, FLOW_E_LOCKED, "'%s' is no key file: it has %lld bytes, not %d",
                            path, (long long)status.st_size, FLOW_KEY_LEN);
    return read_key(fd, path, ret_key, err);
}

enum flow_code flow_keyfile_make(const char *path, const struct flow_clock *clock,
                                 struct flow_key *ret_key, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str directory = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    unsigned char moment[16];
    const struct flow_bytes mixed[] = {{(const unsigned char *)path, strlen(path)},
                                       {moment, sizeof moment}};

    if (flow_path_parent(path, &directory, err) || flow_file_make_dirs(directory.text, err))
        return flow_err_wrap(err, "key file '%s'", path);
    (void)flow_put_u64(flow_put_u64(moment, (uint64_t)flow_clock_wall_ms(clock)),
                       (uint64_t)getpid());
    flow_key_make(mixed, FLOW_COUNT(mixed), ret_key);
    return flow_file_create(path, ret_key->bytes, sizeof ret_key->bytes, 0600, err);
}
