#include "base/secret.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The struct itself holds no secret byte and lies on the heap; the bytes lie in a guarded block. */
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

/* sodium_malloc() asks for the lock but ignores a refusal, so it is asked for again. */
static unsigned char *block_new(size_t cap, bool *ret_locked)
{
    unsigned char *bytes = sodium_malloc(cap + 1);

    if (bytes == NULL)
        return NULL;
    *ret_locked = sodium_mlock(bytes, cap + 1) == 0;
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
    secret->bytes = block_new(cap, &secret->locked);
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
    bytes = block_new(cap, &locked);
    if (bytes == NULL)
        return flow_err_nomem(err);
    memcpy(bytes, secret->bytes, secret->len + 1);
    block_free(secret->bytes, secret->locked);
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
    block_free(secret->bytes, secret->locked);
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
