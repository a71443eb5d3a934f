#include "text/json_scan.h"

#include <stdbool.h>
#include <string.h>

#include "text/json.h"
#include "text/utf8.h"

struct scan {
    const unsigned char *start, *at, *end;
    unsigned depth;
    enum flow_code code;
    const char *problem;
};

static bool fail(struct scan *scan, enum flow_code code, const char *problem)
{
    scan->code = code;
    scan->problem = problem;
    return false;
}

static bool unexpected(struct scan *scan)
{
    return fail(scan, FLOW_E_FORMAT,
                scan->at == scan->end ? "it ends too early" : "an unexpected character");
}

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* Steps over c, if it comes next. */
static bool accept(struct scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != (unsigned char)c)
        return false;
    scan->at++;
    return true;
}

/* Steps over any number of digits; false if there is none. */
static bool accept_digits(struct scan *scan)
{
    const unsigned char *first = scan->at;

    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > first;
}

static bool scan_number(struct scan *scan)
{
    const unsigned char *first = scan->at;

    (void)accept(scan, '-');
    if (!accept(scan, '0') && !accept_digits(scan))
        return unexpected(scan);
    if (accept(scan, '.') && !accept_digits(scan))
        return unexpected(scan);
    if (accept(scan, 'e') || accept(scan, 'E')) {
        if (!accept(scan, '+'))
            (void)accept(scan, '-');
        if (!accept_digits(scan))
            return unexpected(scan);
    }
    if (scan->at - first > FLOW_JSON_NUMBER_MAX)
        return fail(scan, FLOW_E_LIMIT, "a number of more than 20 characters");
    return true;
}

/* The four digits behind "\u", which scan->at points to; -1: that's not what stands there. */
static long hex_of(const struct scan *scan)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    long value = 0;
    int i;

    if (scan->end - scan->at < 6 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return -1;
    for (i = 2; i < 6; i++) {
        const void *digit = memchr(digits, scan->at[i], sizeof digits - 1);

        if (digit == NULL)
            return -1;
        value = 16 * value + ((const char *)digit - digits) % 16;
    }
    return value;
}

static bool scan_unicode_escape(struct scan *scan)
{
    long unit = hex_of(scan);

    if (unit < 0)
        return fail(scan, FLOW_E_FORMAT, "a broken escape");
    if (unit == 0)
        return fail(scan, FLOW_E_FORMAT, "a NUL character in a string");
    scan->at += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    if (unit <= 0xdbff) {
        unit = hex_of(scan);
        if (unit >= 0xdc00 && unit <= 0xdfff) {
            scan->at += 6;
            return true;
        }
    }
    return fail(scan, FLOW_E_FORMAT, "half of a surrogate pair");
}

static bool scan_escape(struct scan *scan)
{
    if (scan->end - scan->at >= 2 && scan->at[1] == 'u')
        return scan_unicode_escape(scan);
    if (scan->end - scan->at < 2 || memchr("\"\\/bfnrt", scan->at[1], 8) == NULL)
        return fail(scan, FLOW_E_FORMAT, "a broken escape");
    scan->at += 2;
    return true;
}

static bool scan_string(struct scan *scan)
{
    uint32_t character;
    size_t step;

    if (!accept(scan, '"'))
        return unexpected(scan);
    while (!accept(scan, '"')) {
        if (scan->at == scan->end)
            return fail(scan, FLOW_E_FORMAT, "a string that does not end");
        if (*scan->at == '\\') {
            if (!scan_escape(scan))
                return false;
            continue;
        }
        if (*scan->at < ' ')
            return fail(scan, FLOW_E_FORMAT, "a control character in a string");
        step = flow_utf8_decode(scan->at, (size_t)(scan->end - scan->at), &character);
        if (step == 0)
            return fail(scan, FLOW_E_FORMAT, "bytes that are not UTF-8");
        scan->at += step;
    }
    return true;
}

static bool scan_word(struct scan *scan, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
        return unexpected(scan);
    scan->at += len;
    return true;
}

static bool scan_value(struct scan *scan);

static bool scan_member(struct scan *scan)
{
    skip_space(scan);
    if (!scan_string(scan))
        return false;
    skip_space(scan);
    return accept(scan, ':') ? scan_value(scan) : unexpected(scan);
}

/* What stands between the brackets: items, commas between them. */
static bool scan_items(struct scan *scan, bool (*item)(struct scan *), char end)
{
    skip_space(scan);
    if (accept(scan, end))
        return true;
    do {
        if (!item(scan))
            return false;
        skip_space(scan);
    } while (accept(scan, ','));
    return accept(scan, end) || unexpected(scan);
}

static bool scan_nested(struct scan *scan, bool (*item)(struct scan *), char end)
{
    bool good;

    if (++scan->depth > FLOW_JSON_DEPTH_MAX)
        return fail(scan, FLOW_E_LIMIT, "more than 32 levels");
    scan->at++;
    good = scan_items(scan, item, end);
    scan->depth--;
    return good;
}

static bool scan_value(struct scan *scan)
{
    skip_space(scan);
    switch (scan->at == scan->end ? '\0' : *scan->at) {
    case '{':
        return scan_nested(scan, scan_member, '}');
    case '[':
        return scan_nested(scan, scan_value, ']');
    case '"':
        return scan_string(scan);
    case 't':
        return scan_word(scan, "true");
    case 'f':
        return scan_word(scan, "false");
    case 'n':
        return scan_word(scan, "null");
    default:
        return scan_number(scan);
    }
}

static bool scan_document(struct scan *scan)
{
    if (scan->end - scan->start > FLOW_JSON_BYTES_MAX)
        return fail(scan, FLOW_E_LIMIT, "more than 8 MiB");
    if (!scan_value(scan))
        return false;
    skip_space(scan);
    return scan->at == scan->end || fail(scan, FLOW_E_FORMAT, "something behind its end");
}

enum flow_code flow_json_scan(struct flow_bytes text, const char *what, struct flow_err *err)
{
    struct scan scan = {.start = text.at, .at = text.at, .end = text.at + text.len};

    if (scan_document(&scan))
        return FLOW_OK;
    return flow_err_set(err, scan.code, "%s is not valid JSON: %s at byte %zu", what, scan.problem,
                        (size_t)(scan.at - scan.start));
}
