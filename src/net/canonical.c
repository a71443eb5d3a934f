#include "net/canonical.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/list.h"

/* Changed or removed on the way, so AWS asks that they be left out. In lower case. */
static const char *const unsigned_headers[] = {
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
};

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static void add_encoded_byte(struct flow_str *text, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)c;
    char code[] = {'%', digits[byte >> 4], digits[byte & 15]};

    flow_str_add_bytes(text, code, sizeof code);
}

/* --- path --- */

/* What is on the wire, percent-encoded once more; slashes stay. */
static void add_encoded_path(struct flow_str *text, const char *path, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        if (is_unreserved(path[i]) || path[i] == '/')
            flow_str_add_char(text, path[i]);
        else
            add_encoded_byte(text, path[i]);
}

/* Takes away the last "/segment". */
static void drop_segment(struct flow_str *text, size_t floor)
{
    size_t len = text->len;

    while (len > floor && text->text[len - 1] != '/')
        len--;
    flow_str_cut(text, len > floor ? len - 1 : floor);
}

static void add_normal_path(struct flow_str *text, const char *path, size_t len)
{
    size_t floor = text->len, at, end;

    for (at = 0; at < len; at = end + 1) {
        const char *slash = memchr(path + at, '/', len - at);

        end = slash == NULL ? len : (size_t)(slash - path);
        if (end == at || (end == at + 1 && path[at] == '.'))
            continue;
        if (end == at + 2 && path[at] == '.' && path[at + 1] == '.') {
            drop_segment(text, floor);
            continue;
        }
        flow_str_add_char(text, '/');
        add_encoded_path(text, path + at, end - at);
    }
    if (text->len == floor || (len > 0 && path[len - 1] == '/'))
        flow_str_add_char(text, '/');
}

enum flow_code flow_canonical_path(const char *target, bool keep, struct flow_str *out,
                                   struct flow_err *err)
{
    size_t len = strcspn(target, "?");

    if (keep)
        add_encoded_path(out, target, len);
    else
        add_normal_path(out, target, len);
    return flow_str_check(out, "a path", err);
}

/* --- query --- */

/* Stands between name and value while parameters are sorted: it comes before all that encoded text
 * is made of, so that comparing whole parameters compares names first. */
enum { BETWEEN = '\1' };

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Decoded and encoded anew, so that "%2d", "%2D" and "-" all become "-". */
static void add_encoded_query(struct flow_str *text, const char *query, size_t len)
{
    size_t i;
    char c;

    for (i = 0; i < len; i++) {
        c = query[i];
        if (c == '%' && len - i > 2 && hex_digit(query[i + 1]) >= 0 &&
            hex_digit(query[i + 2]) >= 0) {
            c = (char)(hex_digit(query[i + 1]) * 16 + hex_digit(query[i + 2]));
            i += 2;
        }
        if (is_unreserved(c))
            flow_str_add_char(text, c);
        else
            add_encoded_byte(text, c);
    }
}

static void add_param(struct flow_str *text, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals == NULL ? len : (size_t)(equals - pair);

    add_encoded_query(text, pair, name_len);
    flow_str_add_char(text, BETWEEN);
    if (equals != NULL)
        add_encoded_query(text, equals + 1, len - name_len - 1);
    flow_str_add_char(text, '\0');
}

static int compare_params(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Appends the parameters, which stand in text one behind the other, in their order. */
static enum flow_code add_sorted(struct flow_str *query, const struct flow_str *text,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) char **params = NULL;
    size_t count = 0, cap = 0, at, i;

    for (at = 0; at < text->len; at += strlen(text->text + at) + 1) {
        if (FLOW_LIST_GROW(params, count, cap))
            return flow_err_nomem(err);
        params[count++] = text->text + at;
    }
    if (count > 1)
        qsort(params, count, sizeof *params, compare_params);
    for (i = 0; i < count; i++) {
        *strchr(params[i], BETWEEN) = '=';
        flow_str_add(query, i > 0 ? "&" : "");
        flow_str_add(query, params[i]);
    }
    return FLOW_OK;
}

enum flow_code flow_canonical_query(const char *target, struct flow_str *out, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_CANONICAL_MAX);
    const char *pair = strchr(target, '?');
    size_t len;

    for (pair = pair == NULL ? "" : pair + 1; *pair != '\0'; pair += len + (pair[len] == '&')) {
        len = strcspn(pair, "&");
        if (len > 0)
            add_param(&text, pair, len);
    }
    if (flow_str_check(&text, "a query", err) || add_sorted(out, &text, err))
        return err->code;
    return flow_str_check(out, "a query", err);
}

/* --- headers --- */

static bool is_signed(const struct flow_header *header)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(unsigned_headers); i++)
        if (strcasecmp(header->name, unsigned_headers[i]) == 0)
            return false;
    return true;
}

enum flow_code flow_canonical_list_add(struct flow_canonical_list *list,
                                       const struct flow_header *headers, size_t count,
                                       struct flow_err *err)
{
    size_t i, at;

    for (i = 0; i < count; i++) {
        if (!is_signed(&headers[i]))
            continue;
        if (list->count == FLOW_COUNT(list->headers))
            return flow_err_set(err, FLOW_E_LIMIT, "a request to sign has more than %zu headers",
                                list->count);
        for (at = list->count++;
             at > 0 && strcasecmp(list->headers[at - 1]->name, headers[i].name) > 0; at--)
            list->headers[at] = list->headers[at - 1];
        list->headers[at] = &headers[i];
    }
    return FLOW_OK;
}

/* The value without blanks around it, and with one for each run of them inside. */
static enum flow_code add_value(struct flow_secret *canonical, const char *value,
                                struct flow_err *err)
{
    static const char blanks[] = " \t\n\v\f\r";
    const char *word = value + strspn(value, blanks);
    size_t len;

    while (*word != '\0') {
        len = strcspn(word, blanks);
        if (flow_secret_append(canonical, word, len, err))
            return err->code;
        word += len;
        word += strspn(word, blanks);
        if (*word != '\0' && flow_secret_append(canonical, " ", 1, err))
            return err->code;
    }
    return FLOW_OK;
}

static void add_lower(struct flow_str *text, const char *name)
{
    for (; *name != '\0'; name++)
        flow_str_add_char(text, *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name);
}

/* The name in lower case, into names and canonical, then the colon. */
static enum flow_code begin_line(struct flow_secret *canonical, struct flow_str *names,
                                 const char *name, struct flow_err *err)
{
    size_t at;

    flow_str_add(names, names->len > 0 ? ";" : "");
    at = names->len;
    add_lower(names, name);
    if (flow_str_check(names, "the list of signed headers", err) ||
        flow_secret_append(canonical, names->text + at, names->len - at, err))
        return err->code;
    return flow_secret_append(canonical, ":", 1, err);
}

enum flow_code flow_canonical_headers(const struct flow_canonical_list *list,
                                      struct flow_secret *out, struct flow_str *names,
                                      struct flow_err *err)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        const struct flow_header *header = list->headers[i];
        bool again = i > 0 && strcasecmp(list->headers[i - 1]->name, header->name) == 0;
        bool last =
            i + 1 == list->count || strcasecmp(header->name, list->headers[i + 1]->name) != 0;

        if (!again && begin_line(out, names, header->name, err))
            return err->code;
        if (add_value(out, header->value, err) ||
            flow_secret_append(out, last ? "\n" : ",", 1, err))
            return err->code;
    }
    return FLOW_OK;
}
