#include "support/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/vaultbox.h"
#include "vault/commit.h"

static mode_t mode_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

/* Files in the directory of path. */
static int files_beside(const char *path)
{
    char directory[VAULTBOX_PATH_MAX];
    struct dirent *entry;
    DIR *entries;
    int count = 0;

    (void)snprintf(directory, sizeof directory, "%s", path);
    *strrchr(directory, '/') = '\0';
    entries = opendir(directory);
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        count += entry->d_name[0] != '.' || strstr(entry->d_name, ".flowenv-") != NULL;
    (void)closedir(entries);
    return count;
}

TEST("a vault is made on first use: private files, whatever the umask, and the key is spoken of")
{
    mode_t umask_before = umask(0);
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_init(&box, "new");
    box.options.create = false;
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_NOT_FOUND);
    EXPECT_PRESENT("there is no vault", err.text);
    box.options.create = true;
    flow_vault_free(vaultbox_open(&box));
    (void)umask(umask_before);
    EXPECT_INT(mode_of(box.path), 0600);
    EXPECT_INT(mode_of(box.key_file), 0600);
    EXPECT_INT(mode_of(box.state_dir), 0700);
    EXPECT_INT(mode_of(test_path("new/data")), 0700);
    EXPECT_INT(mode_of(test_path("new/data/vault.lock")), 0600);
    EXPECT_PRESENT("made the key file", box.notices);
    EXPECT_PRESENT(box.key_file, box.notices);
    EXPECT_INT(files_beside(box.path), 2); /* and its lock */
    EXPECT_INT(files_beside(box.key_file), 1);
}

TEST("what is put is there for the next who opens, and the generation before is kept")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL, *next = NULL, *before = NULL;
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box, previous;
    size_t len;

    vaultbox_init(&box, "put");
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "one", &err), err);
    OK(vaultbox_put(vault, "dev", "KEY", "two", &err), err);
    OK(vaultbox_put(vault, "prod", "KEY", "three", &err), err);
    EXPECT_STR(vaultbox_get(vault, "dev", "KEY"), "two");
    next = vaultbox_open(&box);
    EXPECT_STR(vaultbox_get(next, "dev", "KEY"), "two");
    EXPECT_STR(vaultbox_get(next, "prod", "KEY"), "three");
    EXPECT_STR(vaultbox_get(next, "staging", "KEY"), "(none)");
    EXPECT_INT(files_beside(box.path), 3);

    vaultbox_init(&previous, "put-prev");
    bytes = vaultbox_read_file(test_path("put/data/vault.prev"), &len);
    EXPECT_INT(mkdir(test_path("put-prev"), 0700), 0);
    EXPECT_INT(mkdir(test_path("put-prev/data"), 0700), 0);
    vaultbox_write_file(previous.path, bytes, len);
    previous.options.key_file = box.key_file;
    before = vaultbox_open(&previous);
    EXPECT_STR(vaultbox_get(before, "dev", "KEY"), "two");
    EXPECT_STR(vaultbox_get(before, "prod", "KEY"), "(none)");
}

TEST("where only the generation before is left, no new vault is begun over it")
{
    struct flow_err err = FLOW_ERR_INIT;
    const char *previous = test_path("gone/data/vault.prev");
    struct vaultbox box;

    vaultbox_fill(&box, "gone");
    EXPECT_INT(unlink(box.path), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT(previous, err.text);
    box.options.create = false;
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT_INT(rename(previous, box.path), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_ROLLBACK);
    box.options.accept_rollback = true;
    OK(vaultbox_try_all(&box, &err), err);
}

static uint64_t generation_of(struct vaultbox *box)
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation generation = FLOW_GENERATION_INIT;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_generation_open(box->path, box->key_file, &generation, &err), err);
    return generation.image.header.generation;
}

static enum flow_code apply_nothing(void *context, struct flow_record *record, struct flow_err *err)
{
    (void)context, (void)record, (void)err;
    return FLOW_OK;
}

static enum flow_code apply_failure(void *context, struct flow_record *record, struct flow_err *err)
{
    (void)context, (void)record;
    return flow_err_set(err, FLOW_E_CONFLICT, "no");
}

static enum flow_code apply_removal(void *context, struct flow_record *record, struct flow_err *err)
{
    (void)context, (void)err;
    flow_record_drop(record, "test");
    return FLOW_OK;
}

TEST("an update is all or nothing; one that changes nothing makes no generation")
{
    const struct flow_vault_change removal = {.name = "dev", .apply = apply_removal};
    const struct flow_vault_change both[] = {removal, {.name = "x", .apply = apply_failure}};
    const struct flow_vault_change nothing[] = {{.name = "dev", .apply = apply_nothing},
                                                {.name = "new", .apply = apply_nothing}};
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    const char *const *names;
    struct vaultbox box;
    size_t count;

    vaultbox_init(&box, "all");
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "one", &err), err);
    OK(vaultbox_put(vault, "abc", "KEY", "two", &err), err);
    EXPECT_INT(generation_of(&box), 3);
    EXPECT_CODE(flow_vault_update(vault, both, 2, &err), FLOW_E_CONFLICT);
    EXPECT_STR(err.text, "no");
    OK(flow_vault_update(vault, nothing, 2, &err), err);
    OK(vaultbox_put(vault, "dev", "KEY", "one", &err), err);
    EXPECT_INT(generation_of(&box), 3);
    OK(flow_vault_names(vault, &names, &count, &err), err);
    EXPECT_INT(count, 2);
    EXPECT_STR(names[0], "abc");
    EXPECT_STR(names[1], "dev");
    OK(flow_vault_update(vault, &removal, 1, &err), err);
    EXPECT_INT(generation_of(&box), 4);
    OK(flow_vault_names(vault, &names, &count, &err), err);
    EXPECT_INT(count, 1);
}

TEST("two changes of one record in one update both count")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    const struct flow_vault_change changes[] = {{.name = "dev", .apply = apply_removal},
                                                {.name = "dev", .apply = apply_nothing}};
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_init(&box, "twice");
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "one", &err), err);
    OK(flow_vault_update(vault, changes, 2, &err), err);
    EXPECT_CODE(flow_vault_load(vault, "dev", &record, &err), FLOW_E_NOT_FOUND);
}

static enum flow_code apply_count(void *context, struct flow_record *record, struct flow_err *err)
{
    struct flow_group *group = NULL;

    (void)context;
    if (flow_record_group(record, "test", &group, err))
        return err->code;
    group->fetched_s++;
    return FLOW_OK;
}

TEST("names have 1 to 62 bytes, and a vault has 256 records at most")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct flow_vault_change changes[FLOW_ENTRIES_MAX + 1];
    char records[FLOW_COUNT(changes)][FLOW_ENTRY_NAME_MAX + 2];
    struct flow_err err = FLOW_ERR_INIT;
    const char *const *names;
    struct vaultbox box;
    size_t count;

    vaultbox_init(&box, "limits");
    vault = vaultbox_open(&box);
    for (size_t i = 0; i < FLOW_COUNT(changes); i++) {
        (void)snprintf(records[i], sizeof records[i], "%062zu", i);
        changes[i] = (struct flow_vault_change){.name = records[i], .apply = apply_count};
    }
    EXPECT_CODE(flow_vault_update(vault, changes, FLOW_COUNT(changes), &err), FLOW_E_LIMIT);
    OK(flow_vault_update(vault, changes, FLOW_ENTRIES_MAX, &err), err);
    OK(flow_vault_names(vault, &names, &count, &err), err);
    EXPECT_INT(count, FLOW_ENTRIES_MAX);
    EXPECT_STR(names[FLOW_ENTRIES_MAX - 1], records[FLOW_ENTRIES_MAX - 1]);
    memset(records[0], 'n', sizeof records[0] - 1);
    records[0][sizeof records[0] - 1] = '\0';
    EXPECT_CODE(vaultbox_put(vault, records[0], "K", "v", &err), FLOW_E_LIMIT);
    EXPECT_CODE(vaultbox_put(vault, "", "K", "v", &err), FLOW_E_LIMIT);
}

TEST("a vault of more than 64 MiB is not written, nor begun")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *secret = NULL;
    struct flow_vault_entry entries[FLOW_VAULT_FILE_MAX / FLOW_RECORD_MAX] = {0};
    struct flow_vault_header next = {
        .generation = 2, .slots = {(const unsigned char *)"", 0}, .entries = entries};
    struct flow_vault_keys *keys;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_vault_keys_new(&secret, &keys, &err), err);
    next.count = FLOW_COUNT(entries);
    for (size_t i = 0; i < next.count; i++)
        entries[i].length = FLOW_RECORD_MAX;
    EXPECT_CODE(flow_commit(test_path("no/such/directory/vault"), NULL, keys, &next, &err),
                FLOW_E_LIMIT);
    EXPECT_PRESENT("larger than 64 MiB", err.text);
}

TEST("a wrong key, a key of the wrong size and no key at all leave it locked, each with its reason")
{
    static const unsigned char other[FLOW_KEY_LEN] = {1};
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_init(&box, "key");
    flow_vault_free(vaultbox_open(&box));
    vaultbox_write_file(box.key_file, other, sizeof other);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_LOCKED);
    EXPECT_PRESENT("is not one of this vault's", err.text);
    EXPECT_PRESENT(box.key_file, err.text);
    vaultbox_write_file(box.key_file, other, sizeof other - 1);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_LOCKED);
    EXPECT_PRESENT("is no key file: it has 31 bytes", err.text);
    EXPECT_INT(unlink(box.key_file), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_LOCKED);
    EXPECT_PRESENT("there is no key file", err.text);
    EXPECT(access(box.key_file, F_OK) != 0);
}

TEST("a second vault takes the key that is there")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box, second;

    vaultbox_init(&box, "one");
    vaultbox_init(&second, "two");
    flow_vault_free(vaultbox_open(&box));
    second.options.key_file = box.key_file;
    flow_vault_free(vaultbox_open(&second));
    EXPECT_STR(second.notices, "");
    OK(vaultbox_try(&box, &err), err);
}

TEST("what others can read, own or redirect is refused, and nothing is changed about it")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;
    const char *elsewhere = test_path("loose/elsewhere");

    vaultbox_init(&box, "loose");
    flow_vault_free(vaultbox_open(&box));
    EXPECT_INT(chmod(box.path, 0640), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT(box.path, err.text);
    EXPECT_INT(mode_of(box.path), 0640);
    EXPECT_INT(chmod(box.path, 0600), 0);
    EXPECT_INT(chmod(box.key_file, 0604), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT(box.key_file, err.text);
    EXPECT_INT(chmod(box.key_file, 0600), 0);
    EXPECT_INT(chmod(box.state_dir, 0750), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT(box.state_dir, err.text);
    EXPECT_INT(chmod(box.state_dir, 0700), 0);
    OK(vaultbox_try(&box, &err), err);
    EXPECT_INT(rename(box.path, elsewhere), 0);
    EXPECT_INT(symlink(elsewhere, box.path), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT_INT(unlink(box.path), 0);
    EXPECT_INT(mkfifo(box.path, 0600), 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
}

TEST("another name of the vault's file is not written through")
{
    FLOW_CLEANUP(flow_freep) unsigned char *before = NULL;
    FLOW_CLEANUP(flow_freep) unsigned char *after = NULL;
    const char *other = test_path("hardlink/other");
    size_t before_len, after_len;
    struct vaultbox box;

    vaultbox_fill(&box, "hardlink");
    EXPECT_INT(link(box.path, other), 0);
    before = vaultbox_read_file(other, &before_len);
    vaultbox_next(&box, "dev", "three");
    vaultbox_next(&box, "dev", "four");
    after = vaultbox_read_file(other, &after_len);
    EXPECT_INT(after_len, before_len);
    EXPECT_BYTES(after, before, before_len);
}

TEST("a key file beside the vault, or below it, is refused before anything is made")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_init(&box, "beside");
    box.options.key_file = test_path("beside/data/keys/key");
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT(access(box.path, F_OK) != 0);
    EXPECT(access(box.options.key_file, F_OK) != 0);
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    box.options.key_file = test_path("beside/data/not-yet/../key");
    EXPECT_CODE(vaultbox_try(&box, &err), FLOW_E_REFUSED);
    EXPECT(access(box.path, F_OK) != 0);
    EXPECT(access(test_path("beside/data/key"), F_OK) != 0);
}

TEST("a vault that can't be written stays as it was, and no draft stays behind")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct rlimit old, small = {.rlim_cur = 4096};
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_code code;
    struct vaultbox box;

    vaultbox_init(&box, "full");
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "old", &err), err);
    EXPECT_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    EXPECT_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
    code = vaultbox_put(vault, "dev", "KEY", "new", &err);
    EXPECT_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
    EXPECT_CODE(code, FLOW_E_IO);
    EXPECT_PRESENT("nothing was changed", err.text);
    EXPECT_STR(vaultbox_get(vault, "dev", "KEY"), "old");
    EXPECT_INT(files_beside(box.path), 3);
    OK(vaultbox_put(vault, "dev", "KEY", "new", &err), err);
    EXPECT_STR(vaultbox_get(vault, "dev", "KEY"), "new");
}

/* --- several processes (T33) ------------------------------------------------- */

/* Waits for a child and says whether it ended well. */
static bool ended_well(pid_t child)
{
    int status = -1;

    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static pid_t hold_lock(struct vaultbox *box)
{
    char lock_path[VAULTBOX_PATH_MAX + 8], ready;
    struct flow_err err = FLOW_ERR_INIT;
    int ends[2], fd;
    pid_t child;

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", box->path);
    if (pipe(ends) != 0)
        abort();
    child = fork();
    if (child == 0) {
        if (flow_file_lock(lock_path, 0, &fd, &err) != FLOW_OK || write(ends[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    if (read(ends[0], &ready, 1) != 1)
        abort();
    (void)close(ends[0]);
    (void)close(ends[1]);
    return child;
}

TEST("a lock that is held: readers don't mind, writers give up in time and say who has it")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL, *reader = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;
    char holder[32];
    pid_t child;

    vaultbox_init(&box, "held");
    box.options.lock_wait_ms = 50;
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "one", &err), err);
    child = hold_lock(&box);
    (void)snprintf(holder, sizeof holder, "process %ld", (long)child);
    EXPECT_CODE(vaultbox_put(vault, "dev", "KEY", "two", &err), FLOW_E_LOCKED);
    EXPECT_PRESENT(holder, err.text);
    EXPECT_PRESENT("nothing was changed", err.text);
    reader = vaultbox_open(&box);
    EXPECT_STR(vaultbox_get(reader, "dev", "KEY"), "one");
    EXPECT_INT(kill(child, SIGKILL), 0);
    (void)ended_well(child);
    OK(vaultbox_put(vault, "dev", "KEY", "two", &err), err);
    EXPECT_STR(vaultbox_get(vault, "dev", "KEY"), "two");
}

static void count_up(struct vaultbox *box, int times)
{
    const struct flow_vault_change changes[] = {{.name = "a", .apply = apply_count},
                                                {.name = "b", .apply = apply_count}};
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_vault *vault = NULL;

    if (flow_vault_open(&box->options, &vault, &err))
        _exit(1);
    while (times-- > 0)
        if (flow_vault_update(vault, changes, 2, &err)) {
            (void)fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
    _exit(0);
}

/* What count_up() has come to; both records always agree. */
static int64_t counted(struct vaultbox *box)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = vaultbox_open(box);
    FLOW_CLEANUP(flow_record_done) struct flow_record a, b;
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_code none = flow_vault_load(vault, "a", &a, &err);

    if (flow_vault_load(vault, "b", &b, &err) == FLOW_E_NOT_FOUND) {
        EXPECT_CODE(none, FLOW_E_NOT_FOUND);
        return 0;
    }
    EXPECT_INT(a.groups[0].fetched_s, b.groups[0].fetched_s);
    return a.groups[0].fetched_s;
}

TEST("three processes, forty updates each, all from an empty directory: none is lost")
{
    enum { WRITERS = 3, UPDATES = 40 };
    pid_t writers[WRITERS];
    struct vaultbox box;

    vaultbox_init(&box, "writers");
    for (int i = 0; i < WRITERS; i++)
        if ((writers[i] = fork()) == 0)
            count_up(&box, UPDATES);
    for (int i = 0; i < WRITERS; i++)
        EXPECT(ended_well(writers[i]));
    EXPECT_INT(counted(&box), WRITERS * UPDATES);
    EXPECT_INT(files_beside(box.path), 3);
}

TEST("who reads while others write sees one whole generation, never an older one than before")
{
    struct vaultbox box;
    int64_t last = 0;
    int status = 0;
    pid_t writer;

    vaultbox_init(&box, "reader");
    flow_vault_free(vaultbox_open(&box));
    writer = fork();
    if (writer == 0)
        count_up(&box, 60);
    while (waitpid(writer, &status, WNOHANG) == 0) {
        int64_t now = counted(&box);

        EXPECT(now >= last);
        last = now;
    }
    EXPECT_INT(status, 0);
    EXPECT_INT(counted(&box), 60);
}

TEST("an open vault stays the generation that it was")
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL, *other = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_init(&box, "still");
    vault = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "one", &err), err);
    other = vaultbox_open(&box);
    OK(vaultbox_put(vault, "dev", "KEY", "two", &err), err);
    EXPECT_STR(vaultbox_get(other, "dev", "KEY"), "one");
    OK(vaultbox_put(other, "dev", "OTHER", "three", &err), err);
    EXPECT_STR(vaultbox_get(other, "dev", "KEY"), "two");
    EXPECT_STR(vaultbox_get(other, "dev", "OTHER"), "three");
}
