#include "support/test.h"

TEST("a secret holds any bytes, grows, and is counted until it is freed")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *secret = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t len, i;

    OK(flow_secret_new("a\0b", 3, &secret, &err), err);
    EXPECT_INT(flow_secret_live(), 1);
    for (i = 0; i < 1000; i++)
        OK(flow_secret_append(secret, "0123456789", 10, &err), err);
    EXPECT_BYTES(flow_secret_expose(secret, &len), "a\0b0123456789", 13);
    EXPECT_INT(len, 10003);
    EXPECT_INT(flow_secret_expose(secret, &len)[10003], 0);
}

TEST("a secret larger than the limit is refused and nothing is changed")
{
    struct flow_secret *secret = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_secret_new_room((size_t)FLOW_SECRET_MAX + 1, &secret, &err), FLOW_E_LIMIT);
    EXPECT_NULL(secret);
}
