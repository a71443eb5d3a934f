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
#include <string.h>

/* Reserved names, but glibc exports them for this. */
extern void *__libc_malloc(size_t size);
extern void __libc_free(void *memory);

void free(void *memory)
{
    if (memory == NULL)
        return;
    memset(memory, 0, malloc_usable_size(memory));
    __libc_free(memory);
}

/* Never moves without wiping; stays where it is while it fits without wasting half. */
void *realloc(void *memory, size_t size)
{
    size_t room;
    void *moved;

    if (memory == NULL)
        return __libc_malloc(size);
    if (size == 0) {
        free(memory);
        return NULL;
    }
    room = malloc_usable_size(memory);
    if (size <= room && size >= room / 2)
        return memory;
    moved = __libc_malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, memory, size < room ? size : room);
    free(memory);
    return moved;
}
#else
typedef int heap_is_foreign; /* ISO C wants something in every file */
#endif
