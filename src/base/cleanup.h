/*
 * Ownership that the compiler keeps: an owner declared with FLOW_CLEANUP() is
 * released on every way out of its block; FLOW_TAKE() hands it on instead.
 *
 *     FLOW_CLEANUP(flow_secret_freep) struct flow_secret *value = NULL;
 *     ...
 *     *ret_value = FLOW_TAKE(value);
 *
 * Source: the cleanup attribute of gcc and clang. The p form of a releasing
 * function takes the address of the variable, which may hold NULL or a zeroed
 * struct.
 */
#ifndef FLOW_BASE_CLEANUP_H
#define FLOW_BASE_CLEANUP_H

#include <stddef.h>

#define FLOW_CLEANUP(function) __attribute__((cleanup(function)))

#define FLOW_TAKE(pointer)                                                                         \
    ({                                                                                             \
        __typeof__(pointer) *taken_from_ = &(pointer);                                             \
        __typeof__(pointer) taken_ = *taken_from_;                                                 \
        *taken_from_ = NULL;                                                                       \
        taken_;                                                                                    \
    })

/* The same for a descriptor that FLOW_CLEANUP(flow_fd_closep) would close. */
#define FLOW_TAKE_FD(fd)                                                                           \
    ({                                                                                             \
        int *taken_from_ = &(fd);                                                                  \
        int taken_ = *taken_from_;                                                                 \
        *taken_from_ = -1;                                                                         \
        taken_;                                                                                    \
    })

#define FLOW_COUNT(array)       (sizeof(array) / sizeof((array)[0]))
#define FLOW_PRINTF(text, args) __attribute__((format(printf, text, args)))

/* Closes a descriptor that is not negative; errno is kept. */
void flow_fd_closep(int *fd);
/* free(); for plain heap memory that never held a secret. */
void flow_freep(void *pointer_address);

#endif
