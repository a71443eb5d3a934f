#include "vault/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"

enum {
    VERSION = 1,
    FIXED_LEN = 72,
    ENTRY_LEN = FLOW_ID_LEN + 8,
    STATE_MAX = FIXED_LEN + FLOW_ENTRIES_MAX * ENTRY_LEN + FLOW_HASH_LEN
};

static const unsigned char magic[8] = {'F', 'E', 'N', 'V', 'S', 'E', 'E', 'N'};

void flow_state_done(struct flow_state *state)
{
    free(state->entries);
    *state = (struct flow_state){0};
}

static void make_mac(const struct flow_key *key, const unsigned char *bytes, size_t len,
                     unsigned char mac[FLOW_HASH_LEN])
{
    const struct flow_bytes whole = {bytes, len};

    flow_hash(key, &whole, 1, mac);
}

/* --- reading ----------------------------------------------------------------- */

static bool check_mac(struct flow_bytes bytes, const struct flow_key *key)
{
    unsigned char mac[FLOW_HASH_LEN];

    if (bytes.len < FIXED_LEN + FLOW_HASH_LEN)
        return false;
    make_mac(key, bytes.at, bytes.len - FLOW_HASH_LEN, mac);
    return flow_differs(mac, bytes.at + bytes.len - FLOW_HASH_LEN, sizeof mac) == 0;
}

static bool parse_entries(struct flow_cursor *in, struct flow_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        struct flow_state_entry *entry = &state->entries[i];
        struct flow_bytes id = flow_cursor_take(in, FLOW_ID_LEN);

        if (in->failed)
            return false;
        memcpy(entry->id, id.at, FLOW_ID_LEN);
        entry->generation = flow_cursor_u64(in);
        if (entry->generation > state->generation ||
            (i > 0 && memcmp(entry[-1].id, entry->id, FLOW_ID_LEN) >= 0))
            return false;
    }
    return !in->failed;
}

static enum flow_code damaged(struct flow_err *err)
{
    return flow_err_set(err, FLOW_E_DAMAGED, "it is not what flowenv wrote");
}

enum flow_code flow_state_parse(struct flow_bytes bytes, const struct flow_key *key,
                                struct flow_state *ret_state, struct flow_err *err)
{
    FLOW_CLEANUP(flow_state_done) struct flow_state state = {0};
    struct flow_cursor in = flow_cursor_on(bytes.at, bytes.len);
    struct flow_bytes taken = flow_cursor_take(&in, sizeof magic);
    uint32_t version = flow_cursor_u32(&in);

    state.count = flow_cursor_u32(&in);
    if (in.failed || memcmp(taken.at, magic, sizeof magic) != 0)
        return damaged(err);
    if (version > VERSION)
        return flow_err_set(err, FLOW_E_TOO_NEW, "it is written by a newer flowenv");
    if (version != VERSION || state.count > FLOW_ENTRIES_MAX ||
        bytes.len != FIXED_LEN + state.count * ENTRY_LEN + FLOW_HASH_LEN || !check_mac(bytes, key))
        return damaged(err);
    taken = flow_cursor_take(&in, FLOW_ID_LEN);
    memcpy(state.vault_id, taken.at, FLOW_ID_LEN);
    state.generation = flow_cursor_u64(&in);
    taken = flow_cursor_take(&in, FLOW_HASH_LEN);
    memcpy(state.mac, taken.at, FLOW_HASH_LEN);
    state.entries = calloc(state.count + 1, sizeof *state.entries);
    if (state.entries == NULL)
        return flow_err_nomem(err);
    if (!parse_entries(&in, &state))
        return damaged(err);
    *ret_state = state;
    state = (struct flow_state){0};
    return FLOW_OK;
}

/* Nobody else may put a state there, or take one away. */
static enum flow_code check_directory(const char *directory, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep)
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;

    if (fd < 0 && errno == ENOENT)
        return flow_err_set(err, FLOW_E_NOT_FOUND, "there is no directory '%s'", directory);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        return flow_err_set(err, FLOW_E_REFUSED, "'%s' is not a directory", directory);
    if (fd < 0 || fstat(fd, &status) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "cannot open the directory '%s'", directory);
    if (status.st_uid != geteuid())
        return flow_err_set(err, FLOW_E_REFUSED,
                            "the directory '%s' belongs to user %lu, not to you", directory,
                            (unsigned long)status.st_uid);
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return flow_err_set(err, FLOW_E_REFUSED,
                            "the directory '%s' is open to others (mode %04o); run chmod 700 on it",
                            directory, (unsigned)(status.st_mode & 07777));
    return FLOW_OK;
}

static enum flow_code make_path(const char *directory, const unsigned char vault_id[FLOW_ID_LEN],
                                struct flow_str *path, struct flow_err *err)
{
    static const char digits[] = "0123456789abcdef";

    flow_str_add(path, directory);
    flow_str_add_char(path, '/');
    for (size_t i = 0; i < FLOW_ID_LEN; i++) {
        flow_str_add_char(path, digits[vault_id[i] >> 4]);
        flow_str_add_char(path, digits[vault_id[i] & 15]);
    }
    flow_str_add(path, ".state");
    return flow_str_check(path, "the path of the state file", err);
}

/* Reads what there is; a file that is longer than any state gives one byte too many. */
static enum flow_code read_file(const char *path, unsigned char bytes[STATE_MAX + 1],
                                size_t *ret_len, struct flow_err *err)
{
    const struct flow_file_want want = {.path = path, .max = STATE_MAX, .is_private = true};
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    ssize_t n = 1;

    *ret_len = 0;
    if (flow_file_open(&want, &fd, err))
        return err->code;
    while (n != 0 && *ret_len <= STATE_MAX) {
        n = read(fd, bytes + *ret_len, STATE_MAX + 1 - *ret_len);
        if (n < 0 && errno != EINTR)
            return flow_err_sys(err, FLOW_E_IO, errno, "cannot read '%s'", path);
        *ret_len += n > 0 ? (size_t)n : 0;
    }
    return FLOW_OK;
}

enum flow_code flow_state_read(const char *directory, const unsigned char vault_id[FLOW_ID_LEN],
                               const struct flow_key *key, struct flow_state *ret_state,
                               struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_state_done) struct flow_state state = {0};
    unsigned char bytes[STATE_MAX + 1];
    size_t len;

    if (check_directory(directory, err) || make_path(directory, vault_id, &path, err) ||
        read_file(path.text, bytes, &len, err))
        return err->code;
    if (flow_state_parse((struct flow_bytes){bytes, len}, key, &state, err))
        return flow_err_wrap(err, "'%s', the record of what was last seen of this vault",
                             path.text);
    if (memcmp(state.vault_id, vault_id, FLOW_ID_LEN) != 0)
        return flow_err_set(err, FLOW_E_DAMAGED, "'%s' is the record of another vault", path.text);
    *ret_state = state;
    state = (struct flow_state){0};
    return FLOW_OK;
}

/* --- comparing ----------------------------------------------------------------- */

/* 0: not in the state. */
static uint64_t generation_of(const struct flow_state *state, const unsigned char id[FLOW_ID_LEN])
{
    for (size_t i = 0; i < state->count; i++)
        if (memcmp(state->entries[i].id, id, FLOW_ID_LEN) == 0)
            return state->entries[i].generation;
    return 0;
}

/*
 * A record that was seen can't have become older. One that was not seen was
 * written after the state; else it is one that had been removed, played back.
 */
static bool is_replayed(const struct flow_state *state, const struct flow_vault_entry *entry)
{
    uint64_t seen = generation_of(state, entry->id);

    return seen > 0 ? entry->generation < seen : entry->generation <= state->generation;
}

enum flow_code flow_state_compare(const struct flow_state *state,
                                  const struct flow_vault_header *header, bool *ret_newer,
                                  struct flow_err *err)
{
    *ret_newer = header->generation > state->generation;
    if (header->generation < state->generation)
        return flow_err_set(err, FLOW_E_ROLLBACK,
                            "it is at generation %" PRIu64 ", but generation %" PRIu64
                            " of it was seen before",
                            header->generation, state->generation);
    if (!*ret_newer && flow_differs(header->mac, state->mac, sizeof state->mac))
        return flow_err_set(err, FLOW_E_ROLLBACK,
                            "its generation %" PRIu64 " is not the generation %" PRIu64
                            " that was seen before, but another one",
                            header->generation, state->generation);
    for (size_t i = 0; i < header->count; i++)
        if (is_replayed(state, &header->entries[i]))
            return flow_err_set(err, FLOW_E_ROLLBACK,
                                "the record '%s' in its generation %" PRIu64
                                " is older than one in generation %" PRIu64 " that was seen before",
                                header->entries[i].name, header->generation, state->generation);
    return FLOW_OK;
}

/* --- writing --------------------------------------------------------------------- */

static size_t encode(const struct flow_vault_header *header, const struct flow_key *key,
                     unsigned char bytes[STATE_MAX])
{
    unsigned char *at = bytes;

    memcpy(at, magic, sizeof magic);
    at = flow_put_u32(at + sizeof magic, VERSION);
    at = flow_put_u32(at, (uint32_t)header->count);
    memcpy(at, header->vault_id, FLOW_ID_LEN);
    at = flow_put_u64(at + FLOW_ID_LEN, header->generation);
    memcpy(at, header->mac, FLOW_HASH_LEN);
    at += FLOW_HASH_LEN;
    for (size_t i = 0; i < header->count; i++) {
        memcpy(at, header->entries[i].id, FLOW_ID_LEN);
        at = flow_put_u64(at + FLOW_ID_LEN, header->entries[i].generation);
    }
    make_mac(key, bytes, (size_t)(at - bytes), at);
    return (size_t)(at - bytes) + FLOW_HASH_LEN;
}

enum flow_code flow_state_write(const char *directory, const struct flow_vault_header *header,
                                const struct flow_key *key, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    unsigned char bytes[STATE_MAX];

    if (flow_file_make_dirs(directory, err) || check_directory(directory, err) ||
        make_path(directory, header->vault_id, &path, err))
        return err->code;
    return flow_file_replace(path.text, bytes, encode(header, key, bytes), 0600, err);
}
