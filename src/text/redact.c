#include "text/redact.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char redacted[] = "[redacted]";

/*
 * The text is short, the values may be many, and each has many encodings. So
 * no value is ever encoded: the text is decoded instead, from each of its
 * places on, in each way, and the first 24 bits that come out are looked up in
 * an index of the values.
 *
 * In base64 a value may stand anywhere in a longer input, so its first whole
 * character holds bits from its 0th, 2nd or 4th on: the shift.
 */
enum { SHIFTS = 3, SHIFT_STEP = 2, KEY_BYTES = 3, KEY_DIGITS = 4 };

struct index {
    const struct flow_bytes *values;
    uint32_t *heads; /* a place in next, plus 1; 0: none */
    uint32_t *next;  /* of value i and shift s at i * SHIFTS + s / SHIFT_STEP */
    unsigned bits;   /* heads has 1 << bits places */
};

static uint32_t key_of(const unsigned char *at, unsigned shift)
{
    uint32_t first = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

    return first >> (8 - shift) & 0xffffff;
}

static uint32_t *head_of(const struct index *index, uint32_t key)
{
    return &index->heads[key * UINT32_C(2654435769) >> (32 - index->bits)];
}

static void index_done(struct index *index)
{
    free(index->heads);
    free(index->next);
}

/* False: no memory. */
static bool index_build(struct index *index, const struct flow_bytes *values, size_t count)
{
    index->values = values;
    index->bits = 4;
    while (index->bits < 24 && (size_t)1 << index->bits < count * SHIFTS)
        index->bits++;
    index->heads = calloc((size_t)1 << index->bits, sizeof *index->heads);
    index->next = calloc(count * SHIFTS + 1, sizeof *index->next);
    if (index->heads == NULL || index->next == NULL || count > UINT32_MAX / SHIFTS - 1)
        return false;
    for (size_t i = 0; i < count * SHIFTS; i++) {
        const struct flow_bytes *value = &values[i / SHIFTS];
        uint32_t *head;

        if (value->at == NULL || value->len < FLOW_REDACT_MIN)
            continue;
        head = head_of(index, key_of(value->at, (unsigned)(i % SHIFTS) * SHIFT_STEP));
        index->next[i] = *head;
        *head = (uint32_t)i + 1;
    }
    return true;
}

/* --- ways to write a value, but for base64 ----------------------------------------- */

/* What one piece of text stands for. */
struct piece {
    size_t text_len; /* characters; 0: the text is at its end */
    unsigned char bytes[4];
    size_t len;
};

static struct piece plain(const char *text)
{
    return (struct piece){.text_len = *text != '\0', .bytes = {(unsigned char)*text}, .len = 1};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* count digits; -1: not all of them are. */
static long hex(const char *text, int count)
{
    long number = 0;

    for (int i = 0; i < count; i++) {
        int digit = hex_digit(text[i]);

        if (digit < 0)
            return -1;
        number = number * 16 + digit;
    }
    return number;
}

static struct piece percent(const char *text)
{
    long byte = *text == '%' ? hex(text + 1, 2) : -1;

    if (byte < 0)
        return plain(text);
    return (struct piece){.text_len = 3, .bytes = {(unsigned char)byte}, .len = 1};
}

/* As browsers send forms: a plus is a blank. */
static struct piece form(const char *text)
{
    return *text == '+' ? plain(" ") : percent(text);
}

static struct piece utf8(unsigned long c, size_t text_len)
{
    struct piece piece = {.text_len = text_len};
    unsigned first = c < 0x80 ? 0 : c < 0x800 ? 0xc0 : c < 0x10000 ? 0xe0 : 0xf0;

    piece.len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = piece.len; i-- > 1; c >>= 6)
        piece.bytes[i] = (unsigned char)(0x80 | (c & 0x3f));
    piece.bytes[0] = (unsigned char)(first | c);
    return piece;
}

/* "\uXXXX", two of them for what lies beyond 16 bits. */
static struct piece json_unicode(const char *text)
{
    long high = hex(text + 2, 4), low;

    if (high < 0)
        return plain(text);
    if (high >= 0xd800 && high < 0xdc00 && text[6] == '\\' && text[7] == 'u') {
        low = hex(text + 8, 4);
        if (low >= 0xdc00 && low < 0xe000)
            return utf8(0x10000 + ((unsigned long)(high - 0xd800) << 10) +
                            (unsigned long)(low - 0xdc00),
                        12);
    }
    return utf8((unsigned long)high, 6);
}

static struct piece json(const char *text)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    if (text[0] != '\\' || text[1] == '\0')
        return plain(text);
    if (text[1] == 'u')
        return json_unicode(text);
    letter = strchr(letters, text[1]);
    if (letter == NULL)
        return plain(text);
    return (struct piece){
        .text_len = 2, .bytes = {(unsigned char)meanings[letter - letters]}, .len = 1};
}

static const struct {
    struct piece (*read)(const char *text);
    const char *marks; /* a text with none of them needs no such reading */
} ways[] = {{plain, NULL}, {json, "\\"}, {percent, "%"}, {form, "%+"}};

/* Characters of text that stand for the whole value; 0: they don't. */
static size_t match(struct piece (*read)(const char *), const char *text, struct flow_bytes value)
{
    size_t done = 0, used = 0;

    while (done < value.len) {
        struct piece piece = read(text + used);
        size_t len = piece.len < value.len - done ? piece.len : value.len - done;

        if (piece.text_len == 0 || memcmp(piece.bytes, value.at + done, len) != 0)
            return 0;
        used += piece.text_len;
        done += len;
    }
    return used;
}

/* The longest value that begins here, in characters of text. */
static size_t match_any(const struct index *index, struct piece (*read)(const char *),
                        const char *text)
{
    unsigned char first[KEY_BYTES + 4] = {0};
    size_t len = 0, used = 0, longest = 0;

    while (len < KEY_BYTES) {
        struct piece piece = read(text + used);

        if (piece.text_len == 0)
            return 0;
        memcpy(first + len, piece.bytes, sizeof piece.bytes);
        len += piece.len;
        used += piece.text_len;
    }
    for (uint32_t at = *head_of(index, key_of(first, 0)); at != 0; at = index->next[at - 1]) {
        size_t matched =
            (at - 1) % SHIFTS == 0 ? match(read, text, index->values[(at - 1) / SHIFTS]) : 0;

        if (matched > longest)
            longest = matched;
    }
    return longest;
}

/* --- base64, either alphabet -------------------------------------------------------- */

static int digit64(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Six bits of the value from bit on; zeros follow its end. */
static int value_digit(struct flow_bytes value, size_t bit)
{
    size_t byte = bit / 8;
    unsigned two = (unsigned)value.at[byte] << 8 | (byte + 1 < value.len ? value.at[byte + 1] : 0U);

    return (int)(two >> (10 - bit % 8) & 63);
}

/* The character before the first whole one, if any, ends in the value's first bits. */
static bool begins64(const char *text, size_t at, struct flow_bytes value, unsigned shift)
{
    int before;

    if (shift == 0)
        return true;
    before = at > 0 ? digit64(text[at - 1]) : -1;
    return before >= 0 && (before & ((1 << shift) - 1)) == value.at[0] >> (8 - shift);
}

/* Characters from the first whole one on; 0: they do not stand for the value. */
static size_t match64(const char *text, struct flow_bytes value, unsigned shift)
{
    size_t used = 0, bit = shift, bits = value.len * 8;

    for (; bit + 6 <= bits; bit += 6)
        if (digit64(text[used++]) != value_digit(value, bit))
            return 0;
    if (bit < bits && digit64(text[used]) >= 0) {
        int rest = 6 - (int)(bits - bit);

        if (digit64(text[used++]) >> rest != value_digit(value, bit) >> rest)
            return 0;
    }
    return used + strspn(text + used, "=");
}

/* --- the whole ------------------------------------------------------------------------- */

/* hides[i]: how many matches begin before or at i and do not end there, as differences. */
static void hide(int *hides, size_t from, size_t to)
{
    hides[from]++;
    hides[to]--;
}

static void hide_base64(const struct index *index, const char *text, size_t at, int *hides)
{
    uint32_t key = 0;

    for (size_t i = 0; i < KEY_DIGITS; i++) {
        int digit = digit64(text[at + i]);

        if (digit < 0)
            return;
        key = key << 6 | (uint32_t)digit;
    }
    for (uint32_t next = *head_of(index, key); next != 0; next = index->next[next - 1]) {
        struct flow_bytes value = index->values[(next - 1) / SHIFTS];
        unsigned shift = (next - 1) % SHIFTS * SHIFT_STEP;
        size_t used = begins64(text, at, value, shift) ? match64(text + at, value, shift) : 0;

        if (used > 0)
            hide(hides, at - (shift != 0), at + used);
    }
}

static void hide_all(const struct index *index, const char *text, size_t len, int *hides)
{
    for (size_t way = 0; way < FLOW_COUNT(ways); way++) {
        if (ways[way].marks != NULL && strpbrk(text, ways[way].marks) == NULL)
            continue;
        for (size_t i = 0; i < len; i++)
            hide(hides, i, i + match_any(index, ways[way].read, text + i));
    }
    for (size_t i = 0; i < len; i++)
        hide_base64(index, text, i, hides);
}

void flow_redact(const char *text, const struct flow_bytes *values, size_t count,
                 struct flow_str *out)
{
    FLOW_CLEANUP(index_done) struct index index = {0};
    size_t len = strlen(text);
    FLOW_CLEANUP(flow_freep) int *hides = calloc(len + 1, sizeof *hides);
    int depth = 0;

    if (hides == NULL || !index_build(&index, values, count)) {
        flow_str_add(out, redacted); /* rather nothing than too much */
        return;
    }
    hide_all(&index, text, len, hides);
    for (size_t i = 0; i < len; i++) {
        bool was_hidden = depth > 0;

        depth += hides[i];
        if (depth == 0)
            flow_str_add_char(out, text[i]);
        else if (!was_hidden)
            flow_str_add(out, redacted);
    }
}
