/*
 * Fills blocks of every size, lets each go in every way, and looks for what is
 * left of them in its own memory. Exit status 0: nothing is. For the program's
 * heap: compiled with cmd/malloc_linux.c and without sanitizers.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS = 64, PATTERN = 16, SIZES = 16, LOOK = 64 * 1024 };

/* So that no register or variable holds the pattern itself. */
static volatile unsigned char salt = 0x5a;

static unsigned char pattern_at(size_t i)
{
    return (unsigned char)("residue-residue!"[i % PATTERN] ^ salt);
}

static void fill(unsigned char *at, size_t from, size_t to)
{
    for (; from < to; from++)
        at[from] = pattern_at(from);
}

static int is_left(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i + PATTERN <= len; i++) {
        size_t same = 0;

        while (same < PATTERN && bytes[i + same] == pattern_at(same))
            same++;
        if (same == PATTERN)
            return 1;
    }
    return 0;
}

/* Blocks that are gone altogether can't be read, which is as good. */
static int is_left_at(int memory, uintptr_t at, size_t len)
{
    static unsigned char copy[LOOK];
    int found = 0;

    for (size_t done = 0; done < len && !found; done += LOOK) {
        size_t part = len - done < LOOK ? len - done : LOOK;
        ssize_t n = pread(memory, copy, part, (off_t)(at + done));

        found = n > 0 && is_left(copy, (size_t)n);
        memset(copy, 0, sizeof copy);
    }
    return found;
}

/* Where there was a block. */
static struct place {
    uintptr_t at;
    size_t size;
} places[BLOCKS * 2];
static size_t place_count;

static unsigned char *filled(unsigned char *block, size_t from, size_t to)
{
    if (block == NULL)
        abort();
    fill(block, from, to);
    places[place_count++] = (struct place){(uintptr_t)block, to};
    return block;
}

static unsigned char *block_of(size_t size, int aligned)
{
    void *block = NULL;

    if (!aligned)
        return malloc(size);
    return posix_memalign(&block, 256, size) == 0 ? block : NULL;
}

int main(void)
{
    unsigned char *blocks[BLOCKS];
    int memory = open("/proc/self/mem", O_RDONLY);
    size_t i, left = 0;

    for (i = 0; i < BLOCKS; i++) {
        size_t size = (size_t)PATTERN * 2 << i % SIZES;

        blocks[i] = filled(block_of(size, i % 3 == 0), 0, size);
        if (i % 2 == 0)
            blocks[i] = filled(realloc(blocks[i], size * 3), size, size * 3);
        if (memory < 0 || !is_left_at(memory, (uintptr_t)blocks[i], size))
            return 2;
    }
    for (i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    for (i = 0; i < place_count; i++)
        left += (size_t)is_left_at(memory, places[i].at, places[i].size);
    (void)printf("%zu of %zu blocks left something\n", left, place_count);
    return left == 0 ? 0 : 1;
}
