#define _GNU_SOURCE
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"

enum { MAX = 64 * 1024, SWAPS = 1000, TRIES_MAX = 200000 };

static void make_directory(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        abort();
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

static enum flow_code read_text(const char *path, struct flow_str *text, struct flow_err *err)
{
    return flow_file_read(&(struct flow_file_want){.path = path, .max = MAX}, text, err);
}

static void expect_content(const char *path, const char *content)
{
    struct flow_str text = FLOW_STR_INIT(MAX);
    struct flow_err err = FLOW_ERR_INIT;

    OK(read_text(path, &text, &err), err);
    EXPECT_STR(text.text, content);
    flow_str_done(&text);
}

/* Drafts and anything else that should not lie beside the files of a test. */
static int names_with(const char *directory, const char *part)
{
    char command[512];
    FILE *names;
    int count = 0;

    (void)snprintf(command, sizeof command, "ls -A '%s' | grep -cF -- '%s'", directory, part);
    names = popen(command, "r");
    if (names == NULL || fscanf(names, "%d", &count) != 1)
        abort();
    (void)pclose(names);
    return count;
}

TEST("a secret file gives its bytes, NUL and an empty file included")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *bytes = NULL, *none = NULL;
    struct flow_file_want want = {.path = test_path("key"), .max = 5, .is_private = true};
    struct flow_err err = FLOW_ERR_INIT;
    size_t len;

    test_write_file(want.path, "a\0b\nc", 5);
    OK(flow_file_read_secret(&want, &bytes, &err), err);
    EXPECT_BYTES(flow_secret_expose(bytes, &len), "a\0b\nc", 5);
    EXPECT_INT(len, 5);
    want.path = test_path("empty");
    test_write_file(want.path, "", 0);
    OK(flow_file_read_secret(&want, &none, &err), err);
    EXPECT_INT(flow_secret_len(none), 0);
}

TEST("one byte more than allowed is refused, and the message names the file")
{
    struct flow_file_want want = {.path = test_path("large"), .max = 4};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *bytes = NULL;
    struct flow_str text = FLOW_STR_INIT(MAX);
    struct flow_err err = FLOW_ERR_INIT;

    test_write_file(want.path, "12345", 5);
    EXPECT_CODE(flow_file_read_secret(&want, &bytes, &err), FLOW_E_LIMIT);
    EXPECT_NULL(bytes);
    EXPECT_PRESENT(want.path, err.text);
    EXPECT_CODE(flow_file_read(&want, &text, &err), FLOW_E_LIMIT);
    want.max = 5;
    OK(flow_file_read(&want, &text, &err), err);
    EXPECT_STR(text.text, "12345");
    flow_str_done(&text);
}

TEST("what is missing, a directory, a FIFO or a device is told apart, and none blocks")
{
    struct flow_str text = FLOW_STR_INIT(MAX);
    struct flow_err err = FLOW_ERR_INIT;
    const char *fifo = test_path("fifo");

    EXPECT_CODE(read_text(test_path("nothing"), &text, &err), FLOW_E_NOT_FOUND);
    test_write_file(test_path("plain"), "x", 1);
    EXPECT_CODE(read_text(test_path("plain/below"), &text, &err), FLOW_E_NOT_FOUND);
    EXPECT_CODE(read_text(test_directory(), &text, &err), FLOW_E_IO);
    EXPECT_PRESENT("is a directory", err.text);
    EXPECT_INT(mkfifo(fifo, 0600), 0);
    EXPECT_CODE(read_text(fifo, &text, &err), FLOW_E_IO);
    EXPECT_PRESENT("not a regular file", err.text);
    EXPECT_CODE(read_text("/dev/null", &text, &err), FLOW_E_IO);
    flow_str_done(&text);
}

TEST("a private file with any bit for others, or behind a link, is refused and left as it is")
{
    struct flow_file_want want = {.path = test_path("loose"), .max = MAX, .is_private = true};
    static const mode_t loose[] = {0640, 0604, 0610, 0601, 0620, 0602};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *bytes = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    test_write_file(want.path, "key", 3);
    for (size_t i = 0; i < FLOW_COUNT(loose); i++) {
        EXPECT_INT(chmod(want.path, loose[i]), 0);
        EXPECT_CODE(flow_file_read_secret(&want, &bytes, &err), FLOW_E_REFUSED);
        EXPECT_PRESENT("chmod 600", err.text);
        EXPECT_INT(mode_of(want.path), loose[i]);
    }
    EXPECT_INT(chmod(want.path, 0400), 0);
    EXPECT_INT(symlink(want.path, test_path("loose-link")), 0);
    want.path = test_path("loose-link");
    EXPECT_CODE(flow_file_read_secret(&want, &bytes, &err), FLOW_E_REFUSED);
    want.path = test_directory();
    EXPECT_CODE(flow_file_read_secret(&want, &bytes, &err), FLOW_E_REFUSED);
    EXPECT_NULL(bytes);
}

TEST("a private file of another user is refused")
{
    struct flow_file_want want = {.path = test_path("foreign"), .max = MAX, .is_private = true};
    struct flow_err err = FLOW_ERR_INIT;
    int fd = -1;

    if (geteuid() != 0)
        skip();
    test_write_file(want.path, "key", 3);
    EXPECT_INT(chown(want.path, 4242, 4242), 0);
    EXPECT_CODE(flow_file_open(&want, &fd, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("4242", err.text);
    EXPECT_INT(fd, -1);
}

/* root/inner/file, root/in -> inner/file, root/out -> ../outside, root/up -> .., root/abs */
static void make_rooted(void)
{
    make_directory(test_path("root"));
    make_directory(test_path("root/inner"));
    test_write_file(test_path("root/inner/file"), "inside", 6);
    test_write_file(test_path("outside"), "outside", 7);
    (void)symlink("inner/file", test_path("root/in"));
    (void)symlink("../outside", test_path("root/out"));
    (void)symlink("..", test_path("root/up"));
    (void)symlink(test_path("root/inner/file"), test_path("root/abs"));
}

TEST("a path below a root may follow links inside it and never leaves it")
{
    static const char *const leaving[] = {"out", "up/outside", "../outside", "abs",
                                          "inner/../../outside"};
    struct flow_str text = FLOW_STR_INIT(MAX);
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_file_want want = {.max = MAX};

    make_rooted();
    want.root = test_path("root");
    want.path = "inner/file";
    OK(flow_file_read(&want, &text, &err), err);
    EXPECT_STR(text.text, "inside");
    for (size_t i = 0; i < FLOW_COUNT(leaving); i++) {
        want.path = leaving[i];
        EXPECT_CODE(flow_file_read(&want, &text, &err), FLOW_E_REFUSED);
        EXPECT_STR(text.text, "");
    }
    want.path = test_path("root/inner/file");
    EXPECT_CODE(flow_file_read(&want, &text, &err), FLOW_E_REFUSED);
    want.path = "inner/none";
    EXPECT_CODE(flow_file_read(&want, &text, &err), FLOW_E_NOT_FOUND);
    want.path = "file";
    want.root = test_path("no-root");
    EXPECT_CODE(flow_file_read(&want, &text, &err), FLOW_E_NOT_FOUND);
    flow_str_done(&text);
}

TEST("the portable walk follows no link at all and says so, whoever is in the way")
{
    static const struct {
        const char *path;
        int why;
    } refused[] = {{"in", ELOOP},          {"out", ELOOP},  {"up/outside", ELOOP},
                   {"../outside", EXDEV},  {"/etc", EXDEV}, {"inner/../inner/file", EXDEV},
                   {"inner/none", ENOENT}, {"", ENOENT},    {"inner/file/x", ENOTDIR}};
    FLOW_CLEANUP(flow_fd_closep) int root = -1;
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;

    make_rooted();
    root = open(test_path("root"), O_RDONLY | O_DIRECTORY);
    fd = flow_beneath_walk(root, "./inner//file", O_RDONLY);
    EXPECT(fd >= 0);
    for (size_t i = 0; i < FLOW_COUNT(refused); i++) {
        EXPECT_INT(flow_beneath_walk(root, refused[i].path, O_RDONLY), -1);
        EXPECT_INT(errno, refused[i].why);
    }
}

static void *swap_link(void *stop)
{
    char file[1024], link[1024], name[1024];

    (void)snprintf(file, sizeof file, "%s", test_path("race/file"));
    (void)snprintf(link, sizeof link, "%s", test_path("race/link"));
    (void)snprintf(name, sizeof name, "%s", test_path("race/name"));
    while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED)) {
        (void)unlink(file);
        (void)symlink("../outside", link);
        test_write_file(file, "inside", 6);
        (void)rename(link, name);
        (void)rename(file, name);
    }
    return NULL;
}

TEST("a file swapped for a link while it is opened is read inside, or not at all")
{
    int (*const ways[])(int, const char *, int) = {flow_beneath_open, flow_beneath_walk};
    int stop = 0, inside = 0, refused = 0, outside = 0;
    FLOW_CLEANUP(flow_fd_closep) int root = -1;
    pthread_t swapper;
    char text[8];

    make_rooted();
    make_directory(test_path("race"));
    test_write_file(test_path("race/name"), "inside", 6);
    root = open(test_path("race"), O_RDONLY | O_DIRECTORY);
    EXPECT_INT(pthread_create(&swapper, NULL, swap_link, &stop), 0);
    for (int i = 0; i < TRIES_MAX && (inside < SWAPS || refused < SWAPS); i++) {
        FLOW_CLEANUP(flow_fd_closep) int fd = ways[i % 2](root, "name", O_RDONLY);

        if (fd < 0)
            refused += errno == EXDEV || errno == ELOOP;
        else if (read(fd, text, sizeof text) == 6 && memcmp(text, "inside", 6) == 0)
            inside++;
        else
            outside++;
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    EXPECT_INT(pthread_join(swapper, NULL), 0);
    EXPECT_INT(outside, 0);
    EXPECT(inside > 0 && refused > 0);
}

TEST("a replaced file has the new bytes and the mode asked for, whatever the umask")
{
    static const mode_t masks[] = {0, 022, 077, 0177};
    const char *path = test_path("replaced");
    struct flow_err err = FLOW_ERR_INIT;
    mode_t before = umask(0);

    for (size_t i = 0; i < FLOW_COUNT(masks); i++) {
        (void)umask(masks[i]);
        OK(flow_file_replace(path, "secret", 6, 0600, &err), err);
        EXPECT_INT(mode_of(path), 0600);
        OK(flow_file_replace(path, "for all", 7, 0644, &err), err);
        EXPECT_INT(mode_of(path), 0644);
    }
    (void)umask(before);
    expect_content(path, "for all");
    OK(flow_file_replace(path, NULL, 0, 0600, &err), err);
    expect_content(path, "");
    EXPECT_INT(names_with(test_directory(), ".flowenv-"), 0);
}

TEST("a link, a directory or a FIFO is not replaced, nor is what it points to")
{
    const char *link = test_path("replace-link"), *target = test_path("replace-target");
    struct flow_err err = FLOW_ERR_INIT;

    test_write_file(target, "kept", 4);
    EXPECT_INT(symlink(target, link), 0);
    EXPECT_CODE(flow_file_replace(link, "new", 3, 0600, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("symbolic link", err.text);
    EXPECT_PRESENT("nothing was changed", err.text);
    expect_content(target, "kept");
    make_directory(test_path("replace-dir"));
    EXPECT_CODE(flow_file_replace(test_path("replace-dir"), "new", 3, 0600, &err), FLOW_E_REFUSED);
    EXPECT_CODE(flow_file_replace(test_path("replace-dir/"), "new", 3, 0600, &err), FLOW_E_REFUSED);
    EXPECT_CODE(flow_file_replace(test_path("no-dir/file"), "new", 3, 0600, &err),
                FLOW_E_NOT_FOUND);
    EXPECT_INT(names_with(test_directory(), ".flowenv-"), 0);
}

TEST("another name of the same file keeps the old bytes")
{
    const char *path = test_path("hard"), *other = test_path("hard-other");
    struct flow_err err = FLOW_ERR_INIT;

    test_write_file(path, "old", 3);
    EXPECT_INT(link(path, other), 0);
    OK(flow_file_replace(path, "new", 3, 0600, &err), err);
    expect_content(path, "new");
    expect_content(other, "old");
}

TEST("a write that the system cuts short leaves the old file and no draft")
{
    struct rlimit old, small = {.rlim_cur = 4096};
    const char *path = test_path("full");
    struct flow_err err = FLOW_ERR_INIT;
    enum flow_code code;
    static char large[10000];

    test_write_file(path, "old", 3);
    EXPECT_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    EXPECT_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
    code = flow_file_replace(path, large, sizeof large, 0600, &err);
    EXPECT_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
    EXPECT_CODE(code, FLOW_E_IO);
    EXPECT_PRESENT("nothing was changed", err.text);
    expect_content(path, "old");
    EXPECT_INT(names_with(test_directory(), ".flowenv-"), 0);
}

#ifdef __linux__
enum { PASSED = 0, FAILED = 1, NO_RIGHTS = 2 };

/* In a child, so that only it sees the small file system. */
static int replace_on_full_disk(const char *directory, const char *path)
{
    static const char large[256 * 1024];
    struct flow_err err = FLOW_ERR_INIT;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", directory, "tmpfs", 0, "size=128k") != 0)
        return NO_RIGHTS;
    if (flow_file_replace(path, "old", 3, 0600, &err) ||
        flow_file_replace(path, large, sizeof large, 0600, &err) != FLOW_E_IO ||
        strstr(err.text, "nothing was changed") == NULL)
        return FAILED;
    expect_content(path, "old");
    return names_with(directory, ".flowenv-") == 0 ? PASSED : FAILED;
}

TEST("a full disk leaves the old file and no draft")
{
    int status = -1;
    pid_t child;

    make_directory(test_path("small"));
    child = fork();
    if (child == 0)
        _exit(replace_on_full_disk(test_path("small"), test_path("small/file")));
    EXPECT_INT(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_RIGHTS)
        skip();
    EXPECT_INT(status, 0);
}
#endif

TEST("a full device is an error that names what was written")
{
    FLOW_CLEANUP(flow_fd_closep) int fd = open("/dev/full", O_WRONLY);
    struct flow_err err = FLOW_ERR_INIT;

    if (fd < 0)
        skip();
    EXPECT_CODE(flow_file_write_fd(fd, "standard output", "x", 1, &err), FLOW_E_IO);
    EXPECT_PRESENT("standard output", err.text);
}

TEST("drafts that a crash left go with the next replace; one being written and other names stay")
{
    static const char *const left[] = {"sw/.f.flowenv-00000000", "sw/.g.flowenv-00000000",
                                       "sw/.f.flowenv-00000000.txt", "sw/.f.flowenv-11111111"};
    FLOW_CLEANUP(flow_fd_closep) int writing = -1;
    struct flow_err err = FLOW_ERR_INIT;

    make_directory(test_path("sw"));
    for (size_t i = 0; i < FLOW_COUNT(left); i++)
        test_write_file(test_path(left[i]), "x", 1);
    writing = open(test_path(left[3]), O_WRONLY);
    EXPECT_INT(flock(writing, LOCK_EX), 0);
    OK(flow_file_replace(test_path("sw/f"), "new", 3, 0600, &err), err);
    EXPECT(access(test_path(left[0]), F_OK) != 0);
    for (size_t i = 1; i < FLOW_COUNT(left); i++)
        EXPECT_INT(access(test_path(left[i]), F_OK), 0);
}

TEST("the file that was there is kept under a second name, time after time")
{
    const char *path = test_path("pv/vault"), *previous = test_path("pv/vault.prev");
    struct flow_err err = FLOW_ERR_INIT;

    make_directory(test_path("pv"));
    OK(flow_file_replace_keeping(path, "one", 3, 0600, &err), err);
    EXPECT(access(previous, F_OK) != 0);
    OK(flow_file_replace_keeping(path, "two", 3, 0600, &err), err);
    expect_content(previous, "one");
    OK(flow_file_replace_keeping(path, "three", 5, 0600, &err), err);
    expect_content(previous, "two");
    expect_content(path, "three");
    EXPECT_INT(names_with(test_path("pv"), ".flowenv-"), 0);
}

TEST("a file is created once; the second who tries is told, and what is there stays")
{
    const char *path = test_path("cr/key");
    struct flow_err err = FLOW_ERR_INIT;

    make_directory(test_path("cr"));
    OK(flow_file_create(path, "one", 3, 0600, &err), err);
    EXPECT_CODE(flow_file_create(path, "two", 3, 0600, &err), FLOW_E_EXISTS);
    expect_content(path, "one");
    EXPECT_INT(names_with(test_path("cr"), ".flowenv-"), 0);
    OK(flow_file_sync_directory(path, &err), err);
}

static void *write_slowly(void *fd_address)
{
    int fd = *(int *)fd_address;
    struct timespec pause = {.tv_nsec = 2000000};

    for (int i = 0; i < 10; i++) {
        if (write(fd, "0123456789", 10) != 10)
            abort();
        (void)nanosleep(&pause, NULL);
    }
    (void)close(fd);
    return NULL;
}

TEST("a pipe is read to its end in however many pieces, non-blocking or not")
{
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        FLOW_CLEANUP(flow_secret_freep) struct flow_secret *bytes = NULL;
        struct flow_err err = FLOW_ERR_INIT;
        pthread_t writer;
        int ends[2];

        EXPECT_INT(pipe(ends), 0);
        EXPECT(fcntl(ends[0], F_SETFL, flags) >= 0);
        EXPECT_INT(pthread_create(&writer, NULL, write_slowly, &ends[1]), 0);
        OK(flow_file_read_fd(ends[0], "standard input", MAX, &bytes, &err), err);
        EXPECT_INT(flow_secret_len(bytes), 100);
        EXPECT_INT(pthread_join(writer, NULL), 0);
        (void)close(ends[0]);
    }
}

TEST("directories are made for the owner alone; those that exist stay as they are")
{
    struct flow_err err = FLOW_ERR_INIT;
    mode_t before = umask(0);

    make_directory(test_path("deep"));
    EXPECT_INT(chmod(test_path("deep"), 0750), 0);
    OK(flow_file_make_dirs(test_path("deep//er/est/"), &err), err);
    OK(flow_file_make_dirs(test_path("deep/er/est"), &err), err);
    (void)umask(before);
    EXPECT_INT(mode_of(test_path("deep")), 0750);
    EXPECT_INT(mode_of(test_path("deep/er")), 0700);
    EXPECT_INT(mode_of(test_path("deep/er/est")), 0700);
    test_write_file(test_path("deep/file"), "x", 1);
    EXPECT_CODE(flow_file_make_dirs(test_path("deep/file/below"), &err), FLOW_E_IO);
    EXPECT_PRESENT("deep/file", err.text);
}

TEST("a lock that is held names its holder, and is free once the holder is killed")
{
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    const char *path = test_path("lock");
    struct flow_err err = FLOW_ERR_INIT;
    char pid[32];
    int ready[2];
    pid_t child;

    EXPECT_INT(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        int held = -1;

        if (flow_file_lock(path, 0, &held, &err) || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    EXPECT_INT(read(ready[0], pid, 1), 1);
    EXPECT_CODE(flow_file_lock(path, 30, &fd, &err), FLOW_E_LOCKED);
    (void)snprintf(pid, sizeof pid, "process %ld", (long)child);
    EXPECT_PRESENT(pid, err.text);
    EXPECT_INT(fd, -1);
    EXPECT_INT(kill(child, SIGKILL), 0);
    EXPECT_INT(waitpid(child, NULL, 0), child);
    OK(flow_file_lock(path, 1000, &fd, &err), err);
    EXPECT_INT(mode_of(path), 0600);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

TEST("a lock file that is a link, loose, or no file is refused")
{
    const char *path = test_path("lock-link");
    struct flow_err err = FLOW_ERR_INIT;
    int fd = -1;

    EXPECT_INT(symlink(test_path("lock-target"), path), 0);
    EXPECT_CODE(flow_file_lock(path, 0, &fd, &err), FLOW_E_REFUSED);
    EXPECT(access(test_path("lock-target"), F_OK) != 0);
    path = test_path("lock-loose");
    test_write_file(path, "", 0);
    EXPECT_INT(chmod(path, 0644), 0);
    EXPECT_CODE(flow_file_lock(path, 0, &fd, &err), FLOW_E_REFUSED);
    path = test_path("lock-fifo");
    EXPECT_INT(mkfifo(path, 0600), 0);
    EXPECT_CODE(flow_file_lock(path, 0, &fd, &err), FLOW_E_REFUSED);
    EXPECT_INT(fd, -1);
}
