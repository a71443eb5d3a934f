/*
 * A secret: bytes that are wiped as soon as nobody needs them.
 *
 * Shape:  0 to FLOW_SECRET_MAX bytes, any value, NUL included; no encoding assumed.
 * Memory: sodium_malloc(), so guard pages around it, locked where the system
 *         allows, zeroed on free. Small secrets share one such block; larger
 *         ones have a block each, which costs several pages: not for lists. A
 *         list of values lies in a flow_arena, which is made of these.
 * Locked: flow_secret_unlocked() counts the blocks that the system would not
 *         lock; cmd/ warns once, or refuses where the user asked for that.
 * Source: libsodium manual, "Secure memory".
 *
 * flow_secret_expose() and flow_secret_edit() are the only ways to the bytes.
 * Search for those names to audit every place where a secret leaves this type.
 */
#ifndef FLOW_BASE_SECRET_H
#define FLOW_BASE_SECRET_H

#include <stddef.h>

#include "base/err.h"

struct flow_secret;
enum { FLOW_SECRET_MAX = 128 * 1024 * 1024 }; /* bytes: a rendered view of an 8 MiB record */

/*
 * Starts libsodium; call once, first. FLOW_E_IO: the random source failed or
 * the library is older than 1.0.18.
 */
enum flow_code flow_secret_start(struct flow_err *err);
/* The version of libsodium that runs, such as "1.0.18". */
const char *flow_secret_library(void);

/*
 * Copies len bytes into a new secret; the caller keeps, and wipes, its own copy.
 * bytes may be NULL when len is 0.
 * FLOW_E_LIMIT: len exceeds FLOW_SECRET_MAX. FLOW_E_NOMEM: no memory left.
 * On error *ret_secret is not touched.
 */
enum flow_code flow_secret_new(const void *bytes, size_t len, struct flow_secret **ret_secret,
                               struct flow_err *err);

/* A new, empty secret with room for capacity bytes, to be filled by append or edit. */
enum flow_code flow_secret_new_room(size_t capacity, struct flow_secret **ret_secret,
                                    struct flow_err *err);

/* Appends; grows by doubling, wiping the smaller block. Errors as flow_secret_new(). */
enum flow_code flow_secret_append(struct flow_secret *secret, const void *bytes, size_t len,
                                  struct flow_err *err);

/* Wipes and frees; NULL is fine. The p form is for FLOW_CLEANUP(). */
void flow_secret_free(struct flow_secret *secret);
void flow_secret_freep(struct flow_secret **secret);

/*
 * Lends the bytes until the secret is freed or grows. Never NULL, even when
 * empty; a NUL that is not counted follows the last byte.
 */
const unsigned char *flow_secret_expose(const struct flow_secret *secret, size_t *ret_len);

/*
 * Lends capacity bytes for writing (read(2), decryption), growing if needed;
 * flow_secret_set_len() then says how many are meant. NULL: no memory, in err.
 */
unsigned char *flow_secret_edit(struct flow_secret *secret, size_t capacity, struct flow_err *err);
void flow_secret_set_len(struct flow_secret *secret, size_t len);

size_t flow_secret_len(const struct flow_secret *secret);

/* Wipes a buffer on the stack or in a struct. */
void flow_wipe(void *bytes, size_t len);
/* 0 if equal, in time that depends on len only. */
int flow_differs(const void *a, const void *b, size_t len);
/* Fills with bytes from the system's generator. */
void flow_random(void *bytes, size_t len);

/* Secrets alive now: the tests expect 0 at the end. */
size_t flow_secret_live(void);
/* Blocks alive that could not be locked in memory. */
size_t flow_secret_unlocked(void);

#endif
