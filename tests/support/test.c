#define _XOPEN_SOURCE 700
#include "support/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TESTS_MAX = 512, PATHS_KEPT = 16 };

static struct CMUnitTest tests[TESTS_MAX];
static size_t test_count;
static char directory[64];

static int expect_no_secret(void **state)
{
    (void)state;
    if (flow_secret_live() == 0)
        return 0;
    print_error("%zu secrets are still alive\n", flow_secret_live());
    return -1;
}

void test_register(const char *sentence, void (*run)(void **state))
{
    if (test_count == TESTS_MAX)
        abort();
    tests[test_count++] = (struct CMUnitTest){sentence, run, NULL, expect_no_secret, NULL};
}

void test_expect_text(const char *needle, const char *text, int present, const char *file, int line)
{
    if ((strstr(text, needle) != NULL) == present)
        return;
    print_error("\"%s\" is %s in: %s\n", needle, present ? "not" : "found", text);
    _fail(file, line);
}

void test_expect_ok(enum flow_code code, const struct flow_err *err, const char *call,
                    const char *file, int line)
{
    if (code == FLOW_OK)
        return;
    print_error("%s: code %d: %s\n", call, (int)code, err->text);
    _fail(file, line);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status, (void)kind, (void)where;
    return remove(path);
}

static void remove_directory(void)
{
    if (directory[0] != '\0')
        (void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_directory(void)
{
    if (directory[0] == '\0') {
        (void)snprintf(directory, sizeof directory, "/tmp/flowenv-test-XXXXXX");
        if (mkdtemp(directory) == NULL)
            abort();
        (void)atexit(remove_directory);
    }
    return directory;
}

const char *test_path(const char *name)
{
    static char paths[PATHS_KEPT][1024];
    static size_t next;
    char *path = paths[next++ % PATHS_KEPT];

    (void)snprintf(path, sizeof paths[0], "%s/%s", test_directory(), name);
    return path;
}

void test_write_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) != 0)
        abort();
}

int main(int argc, char **argv)
{
    struct flow_err err = FLOW_ERR_INIT;
    const char *name = strrchr(argv[0], '/');

    (void)argc;
    if (flow_secret_start(&err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    return _cmocka_run_group_tests(name != NULL ? name + 1 : argv[0], tests, test_count, NULL,
                                   NULL);
}
