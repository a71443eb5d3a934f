#include "net/date.h"

#include "support/test.h"

TEST("AWS's form of a date")
{
    char text[FLOW_DATE_AMZ_MAX];

    flow_date_amz(1440938160, text);
    EXPECT_STR(text, "20150830T123600Z");
    flow_date_amz(0, text);
    EXPECT_STR(text, "19700101T000000Z");
    flow_date_amz(253402300799, text);
    EXPECT_STR(text, "99991231T235959Z");
    flow_date_amz(253402300800, text);
    EXPECT_STR(text, "00000101T000000Z");
    flow_date_amz(INT64_MAX, text);
    EXPECT_STR(text, "00000101T000000Z");
    flow_date_amz(INT64_MIN, text);
    EXPECT_STR(text, "00000101T000000Z");
}

static const struct {
    const char *text;
    int64_t wall_s;
} dates[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},  {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Wed, 31 Dec 1969 23:59:59 GMT", -1},         {"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
    {"Mon, 01 Mar 2100 00:00:00 GMT", 4107542400}, {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
    {"Mon, 23 Nov 2026 18:31:00 GMT", 1795458660},
};

TEST("HTTP's form of a date is read, leap years included")
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(dates); i++) {
        int64_t wall_s = 42;

        EXPECT(flow_date_http(dates[i].text, &wall_s));
        EXPECT_INT(wall_s, dates[i].wall_s);
    }
}

TEST("what is no such date is not read")
{
    static const char *const broken[] = {
        "",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT",
        "Sun, 06 ovD 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT",
        "Sun: 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 1994-08:49:37 GMT",
        "Sun, 06 Nov 1994 08.49:37 GMT",
        "Sun, 06 Nov 1994 08:49.37 GMT",
        "Sun, x6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 0x:49:37 GMT",
        "Sun, 06 Nov 1994 08:4x:37 GMT",
        "Sun, 06 Nov 1994 08:49:x7 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
    };
    int64_t wall_s = 42;
    size_t i;

    EXPECT(!flow_date_http(NULL, &wall_s));
    for (i = 0; i < FLOW_COUNT(broken); i++)
        EXPECT(!flow_date_http(broken[i], &wall_s));
    EXPECT_INT(wall_s, 42);
}
