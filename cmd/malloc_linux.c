/*
 * Memory is wiped when it is let go (T4): free() and realloc() of the whole
 * process, its libraries included, pass here on their way to glibc's own.
 * Everything that allocates stays glibc's, so the heap is one.
 *
 * Sanitizers bring their own heap, and other C libraries have no second name
 * for theirs: nothing is replaced there.
 */
#include <stdlib.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||                         \
    __has_feature(thread_sanitizer)
#define HEAP_IS_FOREIGN
#endif
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&       \
    !defined(HEAP_IS_FOREIGN)
#include <malloc.h>
#include <stdbool.h>
#include <string.h>

/* Reserved names, but glibc exports them for this. */
extern void *__libc_malloc(size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

enum { MAPPED_MIN = 128 * 1024, MAPPED_BIT = 2 }; /* glibc: DEFAULT_MMAP_THRESHOLD, IS_MMAPPED */

/*
 * A large block may have a mapping of its own, as the word before it says.
 * Freed, it goes back to the kernel; grown, its pages move: nothing is left
 * behind that could be read. Wiping it would only touch pages that nobody used.
 */
static bool is_mapped(const void *memory, size_t room)
{
    return room >= MAPPED_MIN && (((const size_t *)memory)[-1] & MAPPED_BIT) != 0;
}

void free(void *memory)
{
    size_t room = memory == NULL ? 0 : malloc_usable_size(memory);

    if (memory != NULL && !is_mapped(memory, room))
        memset(memory, 0, room);
    __libc_free(memory);
}

/* Moves nothing without wiping it; a block stays where it is while it fits and half is used. */
void *realloc(void *memory, size_t size)
{
    size_t room = memory == NULL ? 0 : malloc_usable_size(memory);
    void *moved;

    if (memory == NULL || (size > 0 && is_mapped(memory, room)))
        return __libc_realloc(memory, size);
    if (size > 0 && size <= room && size >= room / 2)
        return memory;
    moved = size > 0 ? __libc_malloc(size) : NULL;
    if (moved != NULL)
        memcpy(moved, memory, size < room ? size : room);
    if (moved != NULL || size == 0)
        free(memory);
    return moved;
}
#else
typedef int heap_is_foreign; /* ISO C wants something in every file */
#endif
