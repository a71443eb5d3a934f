#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"

enum { MAX = 64 * 1024, SWAPS = 1000, TRIES_MAX = 200000 };

static void make_directory(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        abort();
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
