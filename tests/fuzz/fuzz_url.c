/* Any text as an address and as the head of a reply: what is let through can't change a request,
 * and a list of headers is whole. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/header.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_url(const char *text)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_url url;

    if (flow_url_parse(text, &url, &err))
        return;
    assert(url.host[0] != '\0' && strlen(url.host) < sizeof url.host);
    assert(strpbrk(url.host, "@/?#\\ ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
    assert(url.target[0] == '/' && strpbrk(url.target, " \t\r\n#") == NULL);
    if (!url.tls && flow_url_is_loopback(&url))
        assert(strchr("l1[", url.host[0]) != NULL);
}

static void check_header(const char *text)
{
    const struct flow_header as_name = {text, ""}, as_value = {"X", text};
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_header_check(&as_name, &err) == FLOW_OK)
        assert(text[0] != '\0' && strpbrk(text, ": \t\r\n") == NULL);
    if (flow_header_check(&as_value, &err) == FLOW_OK)
        assert(strpbrk(text, "\r\n") == NULL);
}

/* The text's lines, as a transport would hand them over. */
static void check_block(const char *text, size_t size)
{
    FLOW_CLEANUP(flow_header_block_done) struct flow_header_block block;
    FLOW_CLEANUP(flow_freep) struct flow_header *headers = NULL;
    const char *end = text + size, *next;
    size_t i, bytes = 0;

    flow_header_block_init(&block, 4096);
    for (; text < end; text = next) {
        next = memchr(text, '\n', (size_t)(end - text));
        next = next == NULL ? end : next + 1;
        if (!flow_header_block_add(&block, text, (size_t)(next - text)))
            break;
    }
    headers = flow_header_block_list(&block);
    for (i = 0; headers != NULL && i < block.count; i++) {
        assert(headers[i].name[0] != '\0' && strpbrk(headers[i].value, "\n") == NULL);
        bytes += strlen(headers[i].name) + strlen(headers[i].value) + 2;
    }
    assert(bytes <= 4096);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FLOW_CLEANUP(flow_freep) char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    check_url(text);
    check_header(text);
    check_block(text, size);
    return 0;
}
