#include "support/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

enum { MAX = 64 * 1024 };

static mode_t mode_of(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

static enum flow_code read_text(const char *path, struct flow_str *text, struct flow_err *err)
{
    return flow_file_read(&(struct flow_file_want){.path = path, .max = MAX}, text, err);
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
        SKIP("only root can give a file to another user");
    test_write_file(want.path, "key", 3);
    EXPECT_INT(chown(want.path, 4242, 4242), 0);
    EXPECT_CODE(flow_file_open(&want, &fd, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("4242", err.text);
    EXPECT_INT(fd, -1);
}

TEST("a full device is an error that names what was written")
{
    FLOW_CLEANUP(flow_fd_closep) int fd = open("/dev/full", O_WRONLY);
    struct flow_err err = FLOW_ERR_INIT;

    if (fd < 0)
        SKIP("there is no /dev/full here");
    EXPECT_CODE(flow_file_write_fd(fd, "standard output", "x", 1, &err), FLOW_E_IO);
    EXPECT_PRESENT("standard output", err.text);
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

TEST("who waited for a lock file that was then taken away holds the one that is there")
{
    FLOW_CLEANUP(flow_fd_closep) int held = -1;
    FLOW_CLEANUP(flow_fd_closep) int next = -1;
    const char *path = test_path("taken.lock");
    struct flow_err err = FLOW_ERR_INIT;
    int status = -1;
    pid_t waiting;

    OK(flow_file_lock(path, 0, &held, &err), err);
    waiting = fork();
    if (waiting == 0) {
        flow_fd_closep(&held);
        if (flow_file_lock(path, 5000, &next, &err))
            _exit(2);
        _exit(flow_file_lock(path, 0, &held, &err) == FLOW_E_LOCKED ? 0 : 3);
    }
    (void)usleep(50000);
    EXPECT_INT(unlink(path), 0);
    flow_fd_closep(&held);
    EXPECT_INT(waitpid(waiting, &status, 0), waiting);
    EXPECT_INT(status, 0);
    EXPECT_INT(access(path, F_OK), 0);
}

TEST("somebody's file at the name of the lock is neither locked nor written to")
{
    struct flow_err err = FLOW_ERR_INIT;
    const char *path = test_path("poetry.lock");
    FLOW_CLEANUP(flow_fd_closep) int fd = -1;
    char text[16] = "";

    OK(flow_file_create(path, "notes\n", 6, 0600, &err), err);
    EXPECT_CODE(flow_file_lock(path, 0, &fd, &err), FLOW_E_REFUSED);
    EXPECT_PRESENT("is no lock file", err.text);
    fd = open(path, O_RDWR);
    EXPECT_INT(read(fd, text, sizeof text), 6);
    EXPECT_STR(text, "notes\n");
    /* What a holder that died while it signed can leave is no obstacle. */
    EXPECT_INT(ftruncate(fd, 0), 0);
    EXPECT_INT(pwrite(fd, "123", 3, 0), 3);
    flow_fd_closep(&fd);
    OK(flow_file_lock(path, 0, &fd, &err), err);
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
