#include "net/header.h"

#include <stdlib.h>

#include "support/test.h"

TEST("a header can't begin another one, and the sentence does not show its value")
{
    static const struct flow_header broken[] = {
        {"", "v"},           {"A B", "v"},      {"A:", "v"},
        {"A\r\nB", "v"},     {"\xc3\xa4", "v"}, {"A", "s3cret\r\nB: 1"},
        {"A", "s3cret\n"},   {"A", "s3cret\r"}, {"A", "s3cret\x01"},
        {"A", "s3cret\x7f"},
    };
    static const struct flow_header fine[] = {{"A", ""}, {"X-A_1.b~", "a\tb \xc3\xa4 \"c\""}};
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < FLOW_COUNT(broken); i++) {
        EXPECT_CODE(flow_header_check(&broken[i], &err), FLOW_E_REFUSED);
        EXPECT_ABSENT("s3cret", err.text);
    }
    for (i = 0; i < FLOW_COUNT(fine); i++)
        OK(flow_header_check(&fine[i], &err), err);
}

static void expect_added(struct flow_header_block *block, const char *line, size_t len)
{
    EXPECT(flow_header_block_add(block, line, len));
}

TEST("a reply's headers are those of its last head, without blanks around and without oddities")
{
    static const char *const lines[] = {
        "HTTP/1.1 100 Continue\r\n",
        "X-Interim: 1\r\n",
        "\r\n",
        "HTTP/1.1 200 OK\r\n",
        "Date:now\r\n",
        "X-Empty:\r\n",
        "X-Trim: \t a b \t \r\n",
        " folded\r\n",
        "no colon\r\n",
        ": no name\r\n",
        "x-trim: second\r\n",
        "\r\n",
    };
    FLOW_CLEANUP(flow_freep) struct flow_header *headers = NULL;
    struct flow_header_block block;
    size_t i;

    flow_header_block_init(&block, 1000);
    for (i = 0; i < FLOW_COUNT(lines); i++)
        expect_added(&block, lines[i], strlen(lines[i]));
    expect_added(&block, "X-Nul: a\0b\r\n", 12);
    headers = flow_header_block_list(&block);
    assert_non_null(headers);
    EXPECT_INT(block.count, 4);
    EXPECT_STR(flow_header_find(headers, block.count, "DATE"), "now");
    EXPECT_STR(flow_header_find(headers, block.count, "X-Empty"), "");
    EXPECT_STR(flow_header_find(headers, block.count, "X-TRIM"), "a b");
    EXPECT_NULL(flow_header_find(headers, block.count, "X-Interim"));
    EXPECT_NULL(flow_header_find(headers, block.count, "X-Nul"));
    EXPECT_STR(headers[3].value, "second");
    flow_header_block_done(&block);
}

TEST("interim replies without end reach the limit as well")
{
    struct flow_header_block block;
    unsigned heads = 0;

    flow_header_block_init(&block, 1000);
    while (flow_header_block_add(&block, "HTTP/1.1 100 Continue\r\n", 23))
        heads++;
    EXPECT_INT(heads, 1000 / 23);
    EXPECT(!flow_header_block_add(&block, "A: b\r\n", 6));
    flow_header_block_done(&block);
}
