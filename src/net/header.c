#include "net/header.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A token of RFC 9110, section 5.6.2. */
static bool is_token(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-.^_`|~";

    return *text != '\0' && text[strspn(text, allowed)] == '\0';
}

static bool is_value(const char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
            return false;
    return true;
}

enum flow_code flow_header_check(const struct flow_header *header, struct flow_err *err)
{
    if (!is_token(header->name))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "a header's name holds a character that it may "
                            "not; nothing was sent");
    if (!is_value(header->value))
        return flow_err_set(err, FLOW_E_REFUSED,
                            "the header %s holds a line break or another control character; "
                            "nothing was sent",
                            header->name);
    return FLOW_OK;
}

const char *flow_header_find(const struct flow_header *headers, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcasecmp(headers[i].name, name) == 0)
            return headers[i].value;
    return NULL;
}

void flow_header_block_init(struct flow_header_block *block, size_t max)
{
    *block = (struct flow_header_block){.text = FLOW_STR_INIT(max), .bytes_left = max};
}

void flow_header_block_done(struct flow_header_block *block)
{
    flow_str_done(&block->text);
}

static void add_field(struct flow_str *text, const char *bytes, size_t len)
{
    flow_str_add_bytes(text, bytes, len);
    flow_str_add_char(text, '\0');
}

/* "Name: value" and the line's end. */
static void add_header(struct flow_header_block *block, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len), *value, *end = line + len;

    if (colon == NULL || colon == line || memchr(line, '\0', len) != NULL ||
        strchr(" \t", line[0]) != NULL)
        return;
    for (value = colon + 1; value < end && strchr(" \t", *value) != NULL; value++)
        ;
    while (end > value && strchr(" \t\r\n", end[-1]) != NULL)
        end--;
    add_field(&block->text, line, (size_t)(colon - line));
    add_field(&block->text, value, (size_t)(end - value));
    block->count += !block->text.failed; /* half a header is none */
}

bool flow_header_block_add(struct flow_header_block *block, const char *line, size_t len)
{
    if (len > block->bytes_left)
        block->failed = true;
    if (block->failed)
        return false;
    block->bytes_left -= len;
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        flow_str_clear(&block->text);
        block->count = 0;
    } else {
        add_header(block, line, len);
    }
    block->failed = block->text.failed;
    return !block->failed;
}

struct flow_header *flow_header_block_list(const struct flow_header_block *block)
{
    struct flow_header *headers = malloc((block->count + 1) * sizeof *headers);
    const char *at = block->text.text;
    size_t i;

    for (i = 0; headers != NULL && i < block->count; i++) {
        headers[i].name = at;
        at += strlen(at) + 1;
        headers[i].value = at;
        at += strlen(at) + 1;
    }
    return headers;
}
