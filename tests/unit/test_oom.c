/* Memory that runs out at every allocation in turn, once or from then on (T37). The program is
 * linked with malloc, calloc and realloc wrapped. */
#include "support/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/local.h"
#include "support/vaultbox.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static long until_failure = -1; /* allocations that still succeed; -1: all */
static bool for_ever, failed;

static bool fails(void)
{
    if (until_failure < 0)
        return false;
    if (until_failure > 0) {
        until_failure--;
        return false;
    }
    until_failure = for_ever ? 0 : -1;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

/* Runs work with each allocation failing in turn until it succeeds undisturbed. What was done must
 * have gone well, or be told. */
static int sweep(enum flow_code (*work)(struct vaultbox *box, struct flow_err *err),
                 struct vaultbox *box)
{
    int runs = 0;

    for (int ever = 0; ever < 2; ever++)
        for (long nth = 0;; nth++, runs++) {
            struct flow_err err = FLOW_ERR_INIT;
            enum flow_code code;

            failed = false;
            for_ever = ever == 1;
            until_failure = nth;
            code = work(box, &err);
            until_failure = -1;
            EXPECT_INT(flow_secret_live(), 0);
            if (!failed)
                break;
            if (code != FLOW_OK) {
                EXPECT_CODE(code, FLOW_E_NOMEM);
                EXPECT_PRESENT("out of memory", err.text);
            }
        }
    return runs;
}

static enum flow_code with_store(struct vaultbox *box,
                                 enum flow_code (*work)(struct flow_store *store,
                                                        struct flow_err *err),
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    FLOW_CLEANUP(flow_store_freep) struct flow_store *store = NULL;

    if (flow_vault_open(&box->options, &vault, err) ||
        flow_local_open(vault, &flow_clock_system, &store, err))
        return err->code;
    return work(store, err);
}

/* The version of /t/k that is there, 0 for none. */
static uint64_t version_of_k(struct flow_store *store)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_params_init(&params, &err) || store->class->get(store, "/t/k", NULL, &params, &err))
        return 0;
    return params.list[0].version;
}

static enum flow_code put_next(struct flow_store *store, struct flow_err *err)
{
    const long left = until_failure;
    struct flow_put put = {.name = "/t/k", .value = {(const unsigned char *)"v", 1}};
    uint64_t version;

    until_failure = -1;
    put.replaces = version_of_k(store);
    until_failure = left;
    return store->class->put(store, &put, &version, err);
}

static enum flow_code put_work(struct vaultbox *box, struct flow_err *err)
{
    return with_store(box, put_next, err);
}

static enum flow_code read_all(struct flow_store *store, struct flow_err *err)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {0};
    const char *const known[] = {"/t/k", "/none"};
    const struct flow_fetch walk = {.prefix = "/t", .known = known, .known_count = 2};

    if (flow_params_init(&params, err) || store->class->fetch(store, &walk, &params, err) ||
        store->class->get(store, "/t/k", "1", &params, err))
        return err->code;
    return store->class->history(store, "/t/k", true, &params, err);
}

static enum flow_code read_work(struct vaultbox *box, struct flow_err *err)
{
    return with_store(box, read_all, err);
}

static enum flow_code remove_and_put(struct flow_store *store, struct flow_err *err)
{
    const char *const names[] = {"/t/k"};
    bool removed;

    return store->class->remove(store, names, 1, &removed, err) ? err->code : put_next(store, err);
}

static enum flow_code remove_work(struct vaultbox *box, struct flow_err *err)
{
    return with_store(box, remove_and_put, err);
}

TEST("a vault that is made while memory runs out is there whole or not at all, and so is its key")
{
    int runs = 0;

    for (int ever = 0; ever < 2; ever++)
        for (long nth = 0;; nth++, runs++) {
            struct flow_err err = FLOW_ERR_INIT;
            enum flow_code code;
            struct vaultbox box;
            char name[24];
            bool done;

            (void)snprintf(name, sizeof name, "new%d-%ld", ever, nth);
            vaultbox_init(&box, name);
            failed = false;
            for_ever = ever == 1;
            until_failure = nth;
            code = put_work(&box, &err);
            until_failure = -1;
            done = !failed;
            if (code != FLOW_OK) {
                EXPECT_CODE(code, FLOW_E_NOMEM);
                EXPECT_PRESENT("out of memory", err.text);
            }
            OK(put_work(&box, &err), err);
            if (done)
                break;
        }
    EXPECT(runs > 50);
}

TEST("a put, a read and a removal that run out of memory say so, change all or nothing, leak "
     "nothing")
{
    struct flow_err err = FLOW_ERR_INIT;
    struct vaultbox box;

    vaultbox_init(&box, "sweep");
    OK(put_work(&box, &err), err);
    EXPECT(sweep(put_work, &box) > 50);
    EXPECT(sweep(read_work, &box) > 20);
    EXPECT(sweep(remove_work, &box) > 50);
    OK(read_work(&box, &err), err);
}
