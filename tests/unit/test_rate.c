#include "net/rate.h"

#include "support/test.h"

TEST("a full bucket gives its burst at once, then one token each third of a second")
{
    struct flow_rate rate = flow_rate_full(3, 10, 5000);
    unsigned i;

    for (i = 0; i < 10; i++)
        EXPECT_INT(flow_rate_take(&rate, 5000), 0);
    EXPECT_INT(flow_rate_take(&rate, 5000), 334);
    EXPECT_INT(flow_rate_take(&rate, 5000), 667);
    EXPECT_INT(flow_rate_take(&rate, 5000), 1000);
}

TEST("44 writes take 34 thirds of a second, however they are spread over time")
{
    struct flow_rate rate = flow_rate_full(3, 10, 0);
    int64_t now_ms = 0;
    unsigned i;

    for (i = 0; i < 44; i++)
        now_ms += flow_rate_take(&rate, now_ms);
    EXPECT(now_ms >= 34 * 1000 / 3 && now_ms <= 34 * 1000 / 3 + 44);
}

TEST("a bucket left alone fills up again, and not beyond its burst")
{
    struct flow_rate rate = flow_rate_full(3, 2, 0);

    EXPECT_INT(flow_rate_take(&rate, 0), 0);
    EXPECT_INT(flow_rate_take(&rate, 0), 0);
    EXPECT_INT(flow_rate_take(&rate, 333), 1);
    EXPECT_INT(flow_rate_take(&rate, 3600000), 0);
    EXPECT_INT(flow_rate_take(&rate, 3600000), 0);
    EXPECT_INT(flow_rate_take(&rate, 3600000), 334);
}

TEST("a throttle empties the bucket and halves the rate, three times at most")
{
    struct flow_rate rate = flow_rate_full(4, 10, 0);

    flow_rate_throttled(&rate, 0);
    EXPECT_INT(flow_rate_take(&rate, 0), 500);
    EXPECT_INT(flow_rate_take(&rate, 500), 500);
    flow_rate_throttled(&rate, 1000);
    EXPECT_INT(flow_rate_take(&rate, 1000), 1000);
    flow_rate_throttled(&rate, 2000);
    EXPECT_INT(flow_rate_take(&rate, 2000), 2000);
    flow_rate_throttled(&rate, 4000);
    EXPECT_INT(flow_rate_take(&rate, 4000), 2000);
}

TEST("a minute without a throttle gives the full rate back")
{
    struct flow_rate rate = flow_rate_full(2, 1, 0);

    flow_rate_throttled(&rate, 0);
    EXPECT_INT(flow_rate_take(&rate, 59999), 0);
    EXPECT_INT(flow_rate_take(&rate, 59999), 1000);
    EXPECT_INT(flow_rate_take(&rate, 61999), 0);
    EXPECT_INT(flow_rate_take(&rate, 61999), 500);
}
