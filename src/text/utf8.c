#include "text/utf8.h"

#include "base/cleanup.h"

/* The second byte's range is what rules out overlong forms, surrogates and what lies beyond. */
static const struct {
    unsigned char first_min, first_max, second_min, second_max;
    size_t len;
} shapes[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

size_t flow_utf8_step(const unsigned char *at, size_t left)
{
    size_t i = 0, k;

    if (left == 0)
        return 0;
    while (i < FLOW_COUNT(shapes) && at[0] > shapes[i].first_max)
        i++;
    if (i == FLOW_COUNT(shapes) || at[0] < shapes[i].first_min || shapes[i].len > left)
        return 0;
    for (k = 1; k < shapes[i].len; k++)
        if (at[k] < (k == 1 ? shapes[i].second_min : 0x80) ||
            at[k] > (k == 1 ? shapes[i].second_max : 0xbf))
            return 0;
    return shapes[i].len;
}

bool flow_utf8_is_valid(struct flow_bytes text)
{
    size_t at = 0, step;

    for (; at < text.len; at += step) {
        step = flow_utf8_step(text.at + at, text.len - at);
        if (step == 0)
            return false;
    }
    return true;
}
