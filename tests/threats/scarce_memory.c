/*
 * Preloaded into the program: the allocation number SCARCE_AT finds no memory;
 * with SCARCE_FOR_EVER set, none after it does either. Without SCARCE_AT all
 * are granted, and their number is written to descriptor SCARCE_FD at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Reserved names, but glibc exports them for this. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);

static long made, fails_at;
static int for_ever, report_to = -1, counting;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("SCARCE_AT"), *fd = getenv("SCARCE_FD");

    fails_at = at != NULL ? strtol(at, NULL, 10) : 0;
    report_to = fd != NULL ? (int)strtol(fd, NULL, 10) : -1;
    for_ever = getenv("SCARCE_FOR_EVER") != NULL;
    counting = 1;
}

__attribute__((destructor)) static void end(void)
{
    counting = 0;
    if (report_to >= 0)
        dprintf(report_to, "%ld", made);
}

static int is_refused(void)
{
    if (!counting)
        return 0;
    made++;
    if (fails_at == 0 || made < fails_at || (made > fails_at && !for_ever))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __libc_calloc(count, size);
}
