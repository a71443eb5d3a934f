/*
 * A value, a NUL, and a text: of the value nothing is left in the text,
 * neither raw nor encoded; and what is made visible holds no control.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_FACTOR = 16 }; /* each byte may become "[redacted]", or "\u{10FFFF}" */

static const char mark[] = "[redacted]";

/* Such a value may come about anew, where a mark is put beside other text. */
static int may_be_of_mark(const char *value)
{
    return strlen(value) < FLOW_REDACT_MIN || strpbrk(value, "[]") != NULL ||
           strstr(mark, value) != NULL;
}

static void check_redacted(const char *value, const char *text, size_t max)
{
    struct flow_bytes known = {(const unsigned char *)value, strlen(value)};
    struct flow_str out = FLOW_STR_INIT(max);

    flow_redact(text, &known, 1, &out);
    assert(!out.failed);
    if (strlen(value) < FLOW_REDACT_MIN)
        assert(strcmp(out.text, text) == 0);
    if (!may_be_of_mark(value))
        assert(strstr(out.text, value) == NULL);
    flow_str_done(&out);
}

static int is_ascii(const char *value)
{
    while (*value > 0)
        value++;
    return *value == '\0';
}

/* Each byte written as `before` and two digits. */
static void check_encoded(const char *value, const char *before, size_t max)
{
    struct flow_bytes known = {(const unsigned char *)value, strlen(value)};
    struct flow_str text = FLOW_STR_INIT(max), out = FLOW_STR_INIT(max);

    for (const char *at = value; *at != '\0'; at++)
        flow_str_addf(&text, "%s%02x", before, (unsigned)(unsigned char)*at);
    flow_redact(text.text, &known, 1, &out);
    if (strlen(value) >= FLOW_REDACT_MIN)
        assert(strcmp(out.text, mark) == 0);
    flow_str_done(&text);
    flow_str_done(&out);
}

static void check_visible(const char *text, size_t len, size_t max)
{
    struct flow_str out = FLOW_STR_INIT(max);

    flow_visible(text, len, 0, &out);
    assert(!out.failed && out.len >= len);
    for (size_t i = 0; i < out.len; i++)
        assert((unsigned char)out.text[i] >= 0x20 && out.text[i] != 0x7f);
    flow_str_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *input = malloc(size + 1);
    size_t max = (size + 1) * OUT_FACTOR;
    const char *text;

    if (input == NULL)
        return 0;
    memcpy(input, data, size);
    input[size] = '\0';
    text = strlen(input) < size ? input + strlen(input) + 1 : "";
    check_redacted(input, text, max);
    check_encoded(input, "%", max);
    if (is_ascii(input))
        check_encoded(input, "\\u00", max);
    check_visible(input, size, max);
    free(input);
    return 0;
}
