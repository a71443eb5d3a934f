/*
 * Feeds every file of a corpus to a fuzz target, once.
 *
 *     fuzz_x RESULTS.xml DIRECTORY...
 *
 * Stands in for libFuzzer's main() in the ordinary tests. RESULTS.xml gets one
 * test case for each file; one that leaves a secret alive has failed. Whatever
 * is worse ends the program, and standard error names the file it died on.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/secret.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

enum { INPUT_MAX = 4 * 1024 * 1024, RESULTS_MAX = 4 * 1024 * 1024 }; /* bytes */

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A buffer of exactly the file's size, so that a read past its end is seen. */
static uint8_t *read_input(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *whole = malloc(INPUT_MAX), *input;

    if (file == NULL || whole == NULL) {
        perror(path);
        exit(1);
    }
    *ret_size = fread(whole, 1, INPUT_MAX, file);
    (void)fclose(file);
    input = malloc(*ret_size > 0 ? *ret_size : 1);
    if (input == NULL)
        exit(1);
    memcpy(input, whole, *ret_size);
    free(whole);
    return input;
}

/* Returns true if the file's test case passed. */
static bool replay_file(const char *directory, const char *name, struct flow_str *results)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    size_t size, alive;
    uint8_t *input;

    flow_str_addf(&path, "%s/%s", directory, name);
    (void)fprintf(stderr, "%s\n", path.text);
    input = read_input(path.text, &size);
    (void)LLVMFuzzerTestOneInput(input, size);
    free(input);
    alive = flow_secret_live();
    flow_str_addf(results, "<testcase name=\"%s\">", name);
    if (alive != 0)
        flow_str_addf(results, "<failure>%zu secrets are still alive</failure>", alive);
    flow_str_add(results, "</testcase>\n");
    return alive == 0;
}

static size_t replay_directory(const char *directory, struct flow_str *results, size_t *ret_failed)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_visible, alphasort);

    if (count < 0) {
        perror(directory);
        exit(1);
    }
    for (int i = 0; i < count; i++) {
        *ret_failed += !replay_file(directory, entries[i]->d_name, results);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}

static void write_results(const char *path, const char *name, const struct flow_str *cases,
                          size_t count, size_t failed)
{
    FILE *file = fopen(path, "w");

    if (file == NULL ||
        fprintf(file,
                "<testsuites><testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\">\n%s"
                "</testsuite></testsuites>\n",
                name, count, failed, cases->text) < 0 ||
        fclose(file) != 0 || cases->failed) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str cases = FLOW_STR_INIT(RESULTS_MAX);
    const char *name = strrchr(argv[0], '/');
    size_t count = 0, failed = 0;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: %s RESULTS.xml DIRECTORY...\n", argv[0]);
        return 2;
    }
    if (LLVMFuzzerInitialize != NULL)
        (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 2; i < argc; i++)
        count += replay_directory(argv[i], &cases, &failed);
    write_results(argv[1], name != NULL ? name + 1 : argv[0], &cases, count, failed);
    return failed > 0;
}
