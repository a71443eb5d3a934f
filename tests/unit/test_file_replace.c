#define _GNU_SOURCE /* unshare() */
#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

enum { MAX = 64 * 1024 };

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

static void expect_content(const char *path, const char *content)
{
    struct flow_str text = FLOW_STR_INIT(MAX);
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_file_read(&(struct flow_file_want){.path = path, .max = MAX}, &text, &err), err);
    EXPECT_STR(text.text, content);
    flow_str_done(&text);
}

/* Drafts and anything else that should not lie beside the files of a test. */
static int names_with(const char *directory, const char *part)
{
    DIR *names = opendir(directory);
    const struct dirent *name;
    int count = 0;

    if (names == NULL)
        abort();
    while ((name = readdir(names)) != NULL)
        count += strstr(name->d_name, part) != NULL;
    (void)closedir(names);
    return count;
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
        SKIP("a file system of a fixed size takes the right to mount one");
    EXPECT_INT(status, 0);
}
#endif

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
    EXPECT_INT(unlink(path), 0);
    OK(flow_file_replace_keeping(path, "four", 4, 0600, &err), err);
    expect_content(previous, "two");
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
