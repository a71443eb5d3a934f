#include "vault/vault.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hold.h"
#include "base/path.h"
#include "vault/commit.h"
#include "vault/entry.h"
#include "vault/first.h"
#include "vault/generation.h"
#include "vault/state.h"

enum { LOCK_WAIT_MS = 10000 };

struct flow_vault {
    char *path, *lock_path, *key_file, *key_not_in, *state_dir;
    struct flow_vault_options options; /* its paths are lent by those above */
    struct flow_generation now;
};

/* How what is open stands to what this user has seen of the vault before. */
enum seen {
    SEEN_SAME,    /* exactly this */
    SEEN_OLDER,   /* an older generation */
    SEEN_NOTHING, /* there is no record of it */
    SEEN_OTHER    /* a newer or another one; the user accepts what is there */
};

void flow_vault_free(struct flow_vault *vault)
{
    if (vault == NULL)
        return;
    flow_generation_done(&vault->now);
    free(vault->path);
    free(vault->lock_path);
    free(vault->key_file);
    free(vault->key_not_in);
    free(vault->state_dir);
    free(vault);
}

void flow_vault_freep(struct flow_vault **vault)
{
    flow_vault_free(*vault);
    *vault = NULL;
}

static void notice(const struct flow_vault *vault, const char *sentence)
{
    if (vault->options.notice != NULL)
        vault->options.notice(vault->options.notice_context, sentence);
}

/* --- the newest generation, and what was seen of it before (T31) --------------- */

/* A sentence about the state, with what to do; or nothing, where the user accepts what is there. */
static enum flow_code judge(const struct flow_vault *vault, enum seen *ret_seen,
                            struct flow_err *err)
{
    bool rolled_back = err->code == FLOW_E_ROLLBACK;

    if (!rolled_back && err->code != FLOW_E_DAMAGED)
        return flow_err_wrap(err, "vault '%s'", vault->path);
    *ret_seen = SEEN_OTHER;
    if (vault->options.accept_rollback)
        return FLOW_OK;
    (void)flow_err_wrap(err, rolled_back ? "the vault '%s' was put back" : "vault '%s'",
                        vault->path);
    return flow_err_hint(err, "nothing was changed; --accept-rollback takes the vault as it is");
}

/*
 * What looks too old is opened once more: a commit may have come between
 * reading the vault and reading the state. The state is written after the
 * vault, so a vault that is opened after the state was read is never older
 * than it, unless somebody put it back.
 */
static enum flow_code compare(const struct flow_vault *vault, const struct flow_state *state,
                              struct flow_generation *generation, enum seen *ret_seen,
                              struct flow_err *err)
{
    bool newer = false;

    if (flow_state_compare(state, &generation->image.header, &newer, err)) {
        if (flow_generation_open(vault->path, vault->key_file, generation, err))
            return err->code;
        if (memcmp(generation->image.header.vault_id, state->vault_id, FLOW_ID_LEN) != 0)
            return flow_err_set(err, FLOW_E_CONFLICT,
                                "another vault was put in the place of '%s' while it was read; "
                                "try again",
                                vault->path);
        if (flow_state_compare(state, &generation->image.header, &newer, err))
            return judge(vault, ret_seen, err);
    }
    *ret_seen = newer ? SEEN_OLDER : SEEN_SAME;
    return FLOW_OK;
}

static enum flow_code open_newest(const struct flow_vault *vault,
                                  struct flow_generation *ret_generation, enum seen *ret_seen,
                                  struct flow_err *err)
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation generation = FLOW_GENERATION_INIT;
    FLOW_CLEANUP(flow_state_done) struct flow_state state = {0};
    enum flow_code code;

    if (flow_generation_open(vault->path, vault->key_file, &generation, err))
        return err->code;
    code = flow_state_read(vault->state_dir, generation.image.header.vault_id,
                           &generation.keys->state, &state, err);
    if (code == FLOW_OK)
        code = compare(vault, &state, &generation, ret_seen, err);
    else if (code == FLOW_E_NOT_FOUND)
        code = FLOW_OK, *ret_seen = SEEN_NOTHING;
    else
        code = judge(vault, ret_seen, err);
    if (code == FLOW_OK)
        flow_generation_move(ret_generation, &generation);
    return code;
}

static enum flow_code lock(const struct flow_vault *vault, int wait_ms, int *ret_fd,
                           struct flow_err *err)
{
    return flow_file_lock(vault->lock_path, wait_ms, ret_fd, err);
}

static int patience_ms(const struct flow_vault *vault)
{
    return vault->options.lock_wait_ms > 0 ? vault->options.lock_wait_ms : LOCK_WAIT_MS;
}

/* The caller holds the lock. */
static enum flow_code write_state(const struct flow_vault *vault, struct flow_err *err)
{
    return flow_state_write(vault->state_dir, &vault->now.image.header, &vault->now.keys->state,
                            err);
}

/*
 * Opens what is there under the lock, where nothing moves, and records it. The
 * vault is made to outlive a power cut first: a state that outlived it alone
 * would look like a rollback.
 */
static enum flow_code remember(struct flow_vault *vault, int wait_ms, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int held = -1;
    enum seen seen = SEEN_SAME;

    if (lock(vault, wait_ms, &held, err) || open_newest(vault, &vault->now, &seen, err))
        return err->code;
    if (seen == SEEN_SAME)
        return FLOW_OK;
    return flow_file_sync_directory(vault->path, err) ? err->code : write_state(vault, err);
}

/* The state is a witness: that it could not be written undoes nothing, but is said. */
static void say_not_recorded(const struct flow_vault *vault, struct flow_err *err)
{
    (void)flow_err_wrap(err,
                        "what was seen of the vault '%s' could not be recorded, so a rollback "
                        "might not be noticed",
                        vault->path);
    notice(vault, err->text);
}

static enum flow_code note_seen(struct flow_vault *vault, enum seen seen, struct flow_err *err)
{
    struct flow_err trouble = FLOW_ERR_INIT;

    if (seen == SEEN_SAME)
        return FLOW_OK;
    if (seen == SEEN_OTHER)
        return remember(vault, patience_ms(vault), err);
    if (seen == SEEN_NOTHING)
        notice(vault, "there is no record of this vault on this machine, so it can't be told "
                      "whether it was put back to an older state; from now on it can");
    /* Whoever holds the lock records what it writes. */
    if (remember(vault, 0, &trouble) && trouble.code != FLOW_E_LOCKED)
        say_not_recorded(vault, &trouble);
    return FLOW_OK;
}

/* --- a new vault ------------------------------------------------------------------ */

static void say_key_made(const struct flow_vault *vault)
{
    struct flow_err sentence = FLOW_ERR_INIT;

    (void)flow_err_set(&sentence, FLOW_OK,
                       "made the key file '%s'; without it nobody opens the vault '%s', so keep a "
                       "copy of it in a safe place",
                       vault->key_file, vault->path);
    notice(vault, sentence.text);
}

static enum flow_code make_parent(const char *path, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str directory = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

    return flow_path_parent(path, &directory, err) ? err->code
                                                   : flow_file_make_dirs(directory.text, err);
}

/* Whoever copies the directory of the vault, or the project, must not get the key with it (T34). */
static enum flow_code check_key_place(const struct flow_vault *vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str directory = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

    if (flow_path_parent(vault->path, &directory, err))
        return err->code;
    if (vault->key_not_in != NULL && flow_path_is_inside(vault->key_file, vault->key_not_in))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "the key file '%s' lies in the project '%s', so whoever has a copy of "
                            "that has the key; keep it elsewhere",
                            vault->key_file, vault->key_not_in);
    if (!flow_path_is_inside(vault->key_file, directory.text))
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED,
                        "the key file '%s' lies in the directory of the vault '%s', so a copy of "
                        "the directory would open without you; keep one of them elsewhere",
                        vault->key_file, vault->path);
}

static enum flow_code make_first(struct flow_vault *vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_hold_release) struct flow_hold hold;
    bool key_made = false;
    enum flow_code code;

    flow_hold_take(&hold);
    code = flow_first_write(vault->path, vault->key_file, vault->options.clock, &key_made, err);
    if (key_made)
        say_key_made(vault);
    return code == FLOW_OK ? flow_generation_open(vault->path, vault->key_file, &vault->now, err)
                           : code;
}

static enum flow_code create(struct flow_vault *vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int held = -1;
    struct flow_err trouble = FLOW_ERR_INIT;
    enum seen seen = SEEN_NOTHING;
    enum flow_code code;

    /* Only of what exists can be said for sure where it lies. */
    if (make_parent(vault->path, err) || make_parent(vault->key_file, err) ||
        check_key_place(vault, err) || lock(vault, patience_ms(vault), &held, err))
        return flow_err_wrap(err, "making the vault '%s'", vault->path);
    /* Somebody may have made it while we waited. */
    code = open_newest(vault, &vault->now, &seen, err);
    if (code == FLOW_E_NOT_FOUND && make_first(vault, err))
        return flow_err_wrap(err, "making the vault '%s'", vault->path);
    if (code != FLOW_OK && code != FLOW_E_NOT_FOUND)
        return code;
    if (seen != SEEN_SAME && write_state(vault, &trouble))
        say_not_recorded(vault, &trouble);
    return FLOW_OK;
}

/* --- opening --------------------------------------------------------------------------- */

static enum flow_code copy_path(const char *path, const char *suffix, char **ret_copy,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

    flow_str_add(&text, path);
    flow_str_add(&text, suffix);
    if (flow_str_check(&text, "the path of the vault, its key or its state", err))
        return err->code;
    *ret_copy = flow_str_take(&text);
    return *ret_copy != NULL ? FLOW_OK : flow_err_nomem(err);
}

static enum flow_code vault_new(const struct flow_vault_options *options,
                                struct flow_vault **ret_vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = calloc(1, sizeof *vault);

    if (vault == NULL)
        return flow_err_nomem(err);
    vault->now = (struct flow_generation)FLOW_GENERATION_INIT;
    vault->options = *options;
    if (copy_path(options->path, "", &vault->path, err) ||
        copy_path(options->path, ".lock", &vault->lock_path, err) ||
        copy_path(options->key_file, "", &vault->key_file, err) ||
        (options->key_not_in != NULL &&
         copy_path(options->key_not_in, "", &vault->key_not_in, err)) ||
        copy_path(options->state_dir, "", &vault->state_dir, err))
        return err->code;
    *ret_vault = FLOW_TAKE(vault);
    return FLOW_OK;
}

/*
 * There is no vault. But where the generation before lies there still, one was
 * lost: that is not the same as none, and a new one would take that away too.
 */
static enum flow_code check_lost(const struct flow_vault *vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str previous = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

    flow_str_addf(&previous, "%s.prev", vault->path);
    if (flow_str_check(&previous, "the path of the vault", err))
        return err->code;
    if (access(previous.text, F_OK) != 0 || access(vault->path, F_OK) == 0)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_REFUSED,
                        "the vault '%s' is gone, but the generation before it is there: rename "
                        "'%s' to it, or take that away to begin anew",
                        vault->path, previous.text);
}

enum flow_code flow_vault_open(const struct flow_vault_options *options,
                               struct flow_vault **ret_vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct flow_err lost = FLOW_ERR_INIT;
    enum seen seen = SEEN_SAME;
    enum flow_code code;

    if (vault_new(options, &vault, err) || check_key_place(vault, err))
        return err->code;
    code = open_newest(vault, &vault->now, &seen, err);
    if (code == FLOW_E_NOT_FOUND && check_lost(vault, &lost)) {
        *err = lost;
        return err->code;
    }
    if (code == FLOW_OK)
        code = note_seen(vault, seen, err);
    else if (code == FLOW_E_NOT_FOUND && options->create)
        code = create(vault, err);
    if (code == FLOW_OK)
        *ret_vault = FLOW_TAKE(vault);
    return code;
}

enum flow_code flow_vault_names(struct flow_vault *vault, const char *const **ret_names,
                                size_t *ret_count, struct flow_err *err)
{
    (void)err;
    *ret_names = vault->now.names;
    *ret_count = vault->now.image.header.count;
    return FLOW_OK;
}

enum flow_code flow_vault_load(struct flow_vault *vault, const char *name,
                               struct flow_record *record, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL;
    const struct flow_vault_entry *entry = flow_vault_header_find(&vault->now.image.header, name);

    flow_record_init(record);
    if (entry == NULL)
        return flow_err_set(err, FLOW_E_NOT_FOUND, "the vault '%s' has no record '%s'", vault->path,
                            name);
    if (flow_generation_load(&vault->now, entry, &plain, err) ||
        flow_record_decode(plain, record, err)) {
        (void)flow_err_wrap(err, "record '%s'", name);
        return flow_generation_explain(vault->path, err);
    }
    return FLOW_OK;
}

/* --- changing ---------------------------------------------------------------------------- */

/* The entry's plaintext, as an earlier change of the same update left it. */
static enum flow_code load_plain(const struct flow_vault *vault,
                                 const struct flow_vault_header *next,
                                 const struct flow_vault_entry *entry,
                                 struct flow_secret **ret_plain, struct flow_err *err)
{
    if (entry->fresh != NULL)
        return flow_entry_open(next, vault->now.keys, entry, entry->fresh, ret_plain, err);
    return flow_generation_load(&vault->now,
                                flow_vault_header_find_id(&vault->now.image.header, entry->id),
                                ret_plain, err);
}

static bool are_equal(const struct flow_secret *a, const struct flow_secret *b)
{
    size_t a_len, b_len;
    const unsigned char *a_bytes = flow_secret_expose(a, &a_len);
    const unsigned char *b_bytes = flow_secret_expose(b, &b_len);

    return a_len == b_len && !flow_differs(a_bytes, b_bytes, a_len);
}

/* Seals the record into its entry, which is made if need be; NULL before: there was none. */
static enum flow_code put_plain(const struct flow_vault *vault, struct flow_vault_header *next,
                                const char *name, const struct flow_secret *plain,
                                struct flow_err *err)
{
    struct flow_vault_entry *entry = flow_vault_header_find(next, name), made;

    if (entry == NULL && (flow_entry_make(next, vault->now.keys, name, &made, err) ||
                          flow_vault_header_add(next, &made, &entry, err)))
        return err->code;
    return flow_entry_seal(next, vault->now.keys, plain, entry, err);
}

static enum flow_code apply_change(const struct flow_vault *vault, struct flow_vault_header *next,
                                   const struct flow_vault_change *change, bool *changed,
                                   struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *before = NULL;
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *after = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};
    struct flow_vault_entry *entry = flow_vault_header_find(next, change->name);

    if (entry != NULL &&
        (load_plain(vault, next, entry, &before, err) || flow_record_decode(before, &record, err)))
        return flow_generation_explain(vault->path, err);
    if (change->apply(change->context, &record, err))
        return err->code;
    if (record.count == 0) {
        *changed |= entry != NULL;
        if (entry != NULL)
            flow_vault_header_remove(next, entry);
        return FLOW_OK;
    }
    if (flow_record_encode(&record, &after, err))
        return flow_err_wrap(err, "record '%s'", change->name);
    if (before != NULL && are_equal(before, after))
        return FLOW_OK;
    *changed = true;
    return put_plain(vault, next, change->name, after, err);
}

static enum flow_code commit(struct flow_vault *vault, struct flow_vault_header *next,
                             struct flow_err *err)
{
    FLOW_CLEANUP(flow_hold_release) struct flow_hold hold;
    struct flow_err trouble = FLOW_ERR_INIT;

    flow_hold_take(&hold);
    if (flow_commit(vault->path, &vault->now.image, vault->now.keys, next, err))
        return flow_generation_explain(vault->path, err);
    if (flow_generation_open(vault->path, vault->key_file, &vault->now, err))
        return flow_err_wrap(err, "the change was made, but can't be read again");
    if (write_state(vault, &trouble))
        say_not_recorded(vault, &trouble);
    return FLOW_OK;
}

enum flow_code flow_vault_update(struct flow_vault *vault, const struct flow_vault_change *changes,
                                 size_t count, struct flow_err *err)
{
    FLOW_CLEANUP(flow_fd_closep) int held = -1;
    FLOW_CLEANUP(flow_vault_header_done) struct flow_vault_header next = {0};
    enum seen seen = SEEN_SAME;
    bool changed = false;

    if (lock(vault, patience_ms(vault), &held, err) ||
        open_newest(vault, &vault->now, &seen, err) ||
        flow_vault_header_copy(&vault->now.image.header, &next, err))
        return err->code;
    if (next.generation++ == UINT64_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the vault '%s' has no generation left",
                            vault->path);
    next.committed_s = (uint64_t)flow_clock_wall_s(vault->options.clock);
    for (size_t i = 0; i < count; i++)
        if (apply_change(vault, &next, &changes[i], &changed, err))
            return err->code;
    flow_vault_keys_rest(vault->now.keys);
    return changed ? commit(vault, &next, err) : FLOW_OK;
}
