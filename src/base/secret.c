#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The struct itself holds no secret byte and lies on the heap; the bytes lie in guarded memory. */
struct flow_secret {
    unsigned char *bytes;
    size_t len;
    size_t cap;
    bool locked;
};

enum { SECRET_FIRST_ROOM = 240 };

static size_t live, unlocked;

enum flow_code flow_secret_start(struct flow_err *err)
{
    if (sodium_init() < 0)
        return flow_err_set(err, FLOW_E_IO, "libsodium could not start: no random source");
    if (sodium_library_version_major() < 10 ||
        (sodium_library_version_major() == 10 && sodium_library_version_minor() < 3))
        return flow_err_set(err, FLOW_E_IO, "libsodium %s is too old; 1.0.18 or newer is needed",
                            sodium_version_string());
    return FLOW_OK;
}

const char *flow_secret_library(void)
{
    return sodium_version_string();
}

/* --- blocks: a guarded allocation each ----------------------------------------------------- */

/* sodium_malloc() asks for the lock but ignores a refusal, so it is asked for again. */
static unsigned char *block_new(size_t len, bool *ret_locked)
{
    unsigned char *bytes = sodium_malloc(len);

    if (bytes == NULL)
        return NULL;
    *ret_locked = sodium_mlock(bytes, len) == 0;
    if (!*ret_locked)
        unlocked++;
    return bytes;
}

static void block_free(unsigned char *bytes, bool locked)
{
    if (!locked)
        unlocked--;
    sodium_free(bytes);
}

/* --- the pool: small secrets side by side in one block --------------------------------------- */

/*
 * A guarded allocation costs a dozen system calls, more than the rest of a
 * short command; so small secrets share one. It is small enough to be locked
 * where a container allows 64 KiB. Pieces are wiped as they are freed; the
 * block stays until the process ends. Under a sanitizer there is no pool: each
 * secret keeps guard pages of its own, which catch what runs over.
 */
#if defined(__SANITIZE_ADDRESS__)
#define POOL_IS_OFF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_IS_OFF 1
#endif
#endif
#ifndef POOL_IS_OFF
#define POOL_IS_OFF 0
#endif

enum { POOL_LEN = 48 * 1024, POOL_PIECE_MAX = 16 * 1024, POOL_ALIGN = 16 };

static struct {
    unsigned char *bytes; /* NULL: not made yet, or not to be had */
    size_t used, pieces;
    bool tried;
} pool;

static size_t pool_round(size_t len)
{
    return (len + POOL_ALIGN - 1) / POOL_ALIGN * POOL_ALIGN;
}

/* NULL: no room; take a block. */
static unsigned char *pool_take(size_t len)
{
    unsigned char *piece;
    bool locked = true;

    if (POOL_IS_OFF || len > POOL_PIECE_MAX)
        return NULL;
    if (!pool.tried) {
        pool.tried = true;
        pool.bytes = block_new(POOL_LEN, &locked);
    }
    if (pool.bytes == NULL || pool_round(len) > POOL_LEN - pool.used)
        return NULL;
    piece = pool.bytes + pool.used;
    pool.used += pool_round(len);
    pool.pieces++;
    return piece;
}

static bool pool_holds(const unsigned char *bytes)
{
    return pool.bytes != NULL && bytes >= pool.bytes && bytes < pool.bytes + POOL_LEN;
}

/* Room is had again once what lies behind is free too, so for the last piece at once. */
static void pool_give_back(unsigned char *piece, size_t len)
{
    sodium_memzero(piece, len);
    if (--pool.pieces == 0)
        pool.used = 0;
    else if (piece + pool_round(len) == pool.bytes + pool.used)
        pool.used -= pool_round(len);
}

/* --- secrets ------------------------------------------------------------------------------------
 */

/* One byte more than cap, for the NUL behind. */
static unsigned char *room_new(size_t cap, bool *ret_locked)
{
    unsigned char *bytes = pool_take(cap + 1);

    if (bytes == NULL)
        return block_new(cap + 1, ret_locked);
    *ret_locked = true; /* if the pool is not, that was counted once */
    return bytes;
}

static void room_free(unsigned char *bytes, size_t cap, bool locked)
{
    if (pool_holds(bytes))
        pool_give_back(bytes, cap + 1);
    else
        block_free(bytes, locked);
}

enum flow_code flow_secret_new_room(size_t capacity, struct flow_secret **ret_secret,
                                    struct flow_err *err)
{
    struct flow_secret *secret;
    size_t cap = capacity > SECRET_FIRST_ROOM ? capacity : SECRET_FIRST_ROOM;

    if (capacity > FLOW_SECRET_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "a secret of %zu bytes is larger than %d bytes",
                            capacity, FLOW_SECRET_MAX);
    secret = malloc(sizeof *secret);
    if (secret == NULL)
        return flow_err_nomem(err);
    secret->bytes = room_new(cap, &secret->locked);
    if (secret->bytes == NULL) {
        free(secret);
        return flow_err_nomem(err);
    }
    secret->cap = cap;
    secret->len = 0;
    secret->bytes[0] = '\0';
    live++;
    *ret_secret = secret;
    return FLOW_OK;
}

enum flow_code flow_secret_new(const void *bytes, size_t len, struct flow_secret **ret_secret,
                               struct flow_err *err)
{
    struct flow_secret *secret = NULL;

    if (flow_secret_new_room(len, &secret, err))
        return err->code;
    if (len > 0)
        memcpy(secret->bytes, bytes, len);
    flow_secret_set_len(secret, len);
    *ret_secret = secret;
    return FLOW_OK;
}

static enum flow_code grow(struct flow_secret *secret, size_t need, struct flow_err *err)
{
    size_t cap = secret->cap;
    unsigned char *bytes;
    bool locked;

    if (need <= cap)
        return FLOW_OK;
    if (need > FLOW_SECRET_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "a secret of %zu bytes is larger than %d bytes",
                            need, FLOW_SECRET_MAX);
    while (cap < need)
        cap *= 2;
    bytes = room_new(cap, &locked);
    if (bytes == NULL)
        return flow_err_nomem(err);
    memcpy(bytes, secret->bytes, secret->len + 1);
    room_free(secret->bytes, secret->cap, secret->locked);
    secret->bytes = bytes;
    secret->locked = locked;
    secret->cap = cap;
    return FLOW_OK;
}

enum flow_code flow_secret_append(struct flow_secret *secret, const void *bytes, size_t len,
                                  struct flow_err *err)
{
    size_t need;

    if (__builtin_add_overflow(secret->len, len, &need))
        return flow_err_set(err, FLOW_E_LIMIT, "a secret is too large");
    if (grow(secret, need, err))
        return err->code;
    if (len > 0)
        memcpy(secret->bytes + secret->len, bytes, len);
    flow_secret_set_len(secret, need);
    return FLOW_OK;
}

void flow_secret_free(struct flow_secret *secret)
{
    if (secret == NULL)
        return;
    room_free(secret->bytes, secret->cap, secret->locked);
    free(secret);
    live--;
}

void flow_secret_freep(struct flow_secret **secret)
{
    flow_secret_free(*secret);
    *secret = NULL;
}

const unsigned char *flow_secret_expose(const struct flow_secret *secret, size_t *ret_len)
{
    *ret_len = secret->len;
    return secret->bytes;
}

unsigned char *flow_secret_edit(struct flow_secret *secret, size_t capacity, struct flow_err *err)
{
    return grow(secret, capacity, err) ? NULL : secret->bytes;
}

void flow_secret_set_len(struct flow_secret *secret, size_t len)
{
    assert(len <= secret->cap);
    secret->len = len;
    secret->bytes[len] = '\0';
}

size_t flow_secret_len(const struct flow_secret *secret)
{
    return secret->len;
}

void flow_wipe(void *bytes, size_t len)
{
    sodium_memzero(bytes, len);
}

int flow_differs(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) != 0;
}

void flow_random(void *bytes, size_t len)
{
    randombytes_buf(bytes, len);
}

size_t flow_secret_live(void)
{
    return live;
}

size_t flow_secret_unlocked(void)
{
    return unlocked;
}
