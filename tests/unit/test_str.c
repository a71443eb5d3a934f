#include "support/test.h"

TEST("a string is terminated from birth and grows")
{
    struct flow_str str = FLOW_STR_INIT(100);
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_STR(str.text, "");
    flow_str_add(&str, "flow");
    flow_str_addf(&str, "%s-%d", "env", 7);
    OK(flow_str_check(&str, "the text", &err), err);
    EXPECT_STR(str.text, "flowenv-7");
    flow_str_cut(&str, 4);
    EXPECT_STR(str.text, "flow");
    flow_str_done(&str);
}

TEST("an append beyond the ceiling sticks and leaves the text as it was")
{
    struct flow_str str = FLOW_STR_INIT(4);
    struct flow_err err = FLOW_ERR_INIT;

    flow_str_add(&str, "abcd");
    flow_str_add(&str, "e");
    flow_str_cut(&str, 1);
    flow_str_add(&str, "f");
    EXPECT_STR(str.text, "a");
    EXPECT_CODE(flow_str_check(&str, "the name", &err), FLOW_E_LIMIT);
    EXPECT_STR(err.text, "the name is longer than 4 bytes");
    EXPECT_NULL(flow_str_take(&str));
    flow_str_done(&str);
}
