/* The right word nearest to a wrong one; declared in text/names.h. */
#include <string.h>

#include "text/names.h"

enum { WORD_MAX = 64 }; /* bytes; longer words are not worth a guess */

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b)
{
    return folded(a) == folded(b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Letters to insert, drop, replace or swap with their neighbour to get from one
 * word to the other; upper and lower case are alike. Three rows of the table of
 * optimal string alignment are enough.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2], *spare;

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        spare = before, before = above, above = row, row = spare;
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            row[j] =
                least(above[j - 1] + !same(a[i - 1], b[j - 1]), 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return row[b_len];
}

const char *flow_name_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t len = strlen(word), best = (len + 2) / 3 + 1;
    const char *nearest = NULL;

    for (size_t i = 0; i < count && len <= WORD_MAX; i++) {
        size_t other = strlen(candidates[i]), far;

        if (other > WORD_MAX)
            continue;
        far = distance(word, len, candidates[i], other);
        if (far < best)
            best = far, nearest = candidates[i];
    }
    return nearest;
}
