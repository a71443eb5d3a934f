/*
 * A unit test: a sentence that stays true.
 *
 *     TEST("a wrong key opens nothing")
 *     {
 *         EXPECT_CODE(flow_vault_open(&options, &vault, &err), FLOW_E_LOCKED);
 *     }
 *
 * Runs on cmocka (each program is one group); the runner also fails a test
 * after which a secret is still alive. Programs need no main().
 */
#ifndef FLOW_TEST_H
#define FLOW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

void test_register(const char *sentence, void (*run)(void **state));

#define TEST_JOIN2(a, b) a##b
#define TEST_JOIN(a, b)  TEST_JOIN2(a, b)
#define TEST(sentence)                                                                             \
    static void TEST_JOIN(test_at_, __LINE__)(void **state);                                       \
    __attribute__((constructor)) static void TEST_JOIN(test_add_, __LINE__)(void)                  \
    {                                                                                              \
        test_register(sentence, TEST_JOIN(test_at_, __LINE__));                                    \
    }                                                                                              \
    static void TEST_JOIN(test_at_, __LINE__)(void **state __attribute__((unused)))

#define EXPECT(condition)                  _assert_true((unsigned long)(condition), #condition, __FILE__, __LINE__)
#define EXPECT_CODE(call, code)            assert_int_equal((int)(call), (int)(code))
#define EXPECT_INT(value, expected)        assert_int_equal((intmax_t)(value), (intmax_t)(expected))
#define EXPECT_STR(value, expected)        assert_string_equal((value), (expected))
#define EXPECT_BYTES(value, expected, len) assert_memory_equal((value), (expected), (len))
#define EXPECT_NULL(pointer)               assert_null(pointer)
#define EXPECT_PRESENT(needle, text)       test_expect_text((needle), (text), 1, __FILE__, __LINE__)
#define EXPECT_ABSENT(needle, text)        test_expect_text((needle), (text), 0, __FILE__, __LINE__)

/* Leaves the test and says why where the runner finds it: for what a machine lacks only. */
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        print_error("skipped: %s\n", (reason));                                                    \
        skip();                                                                                    \
    } while (0)

/* Success, or the test fails with the error's sentence. */
#define OK(call, err) test_expect_ok((call), &(err), #call, __FILE__, __LINE__)

void test_expect_text(const char *needle, const char *text, int present, const char *file,
                      int line);
void test_expect_ok(enum flow_code code, const struct flow_err *err, const char *call,
                    const char *file, int line);

/* An environment for flow_environ_copy(): TEST_ENVP("HOME=/h", "CI=1"). */
#define TEST_ENVP(...) ((char *const *)(uintptr_t)(const char *const[]){__VA_ARGS__, NULL})

/* A fresh directory, removed with all in it at exit; lent. */
const char *test_directory(void);
/* "DIRECTORY/name" in a ring of 16 buffers. */
const char *test_path(const char *name);
void test_write_file(const char *path, const void *bytes, size_t len);

#endif
