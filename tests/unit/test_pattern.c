#include "support/test.h"

#include "text/pattern.h"

TEST("patterns keep and take away in their order")
{
    static const struct {
        const char *patterns[3];
        size_t count;
        const char *key;
        bool keeps;
    } cases[] = {
        {{0}, 0, "ANY", true},
        {{"*"}, 1, "ANY", true},
        {{"*", "!VITE_*"}, 2, "VITE_URL", false},
        {{"*", "!VITE_*"}, 2, "VITE", true},
        {{"*", "!VITE_*", "VITE_URL"}, 3, "VITE_URL", true},
        {{"VITE_*"}, 1, "VITE_", true},
        {{"VITE_*"}, 1, "KEY", false},
        {{"!VITE_*"}, 1, "KEY", true},
        {{"!VITE_*"}, 1, "VITE_X", false},
        {{"A?C"}, 1, "ABC", true},
        {{"A?C"}, 1, "AC", false},
        {{"A*B*C"}, 1, "AxBxBxC", true},
        {{"A*B*C"}, 1, "AxBxBx", false},
        {{"KEY"}, 1, "KEYS", false},
        {{"*KEY"}, 1, "MY_KEY", true},
        {{""}, 1, "A", false},
        {{"a*"}, 1, "ABC", false},
        {{"**"}, 1, "", true},
        {{"?"}, 1, "", false},
    };

    for (size_t i = 0; i < FLOW_COUNT(cases); i++)
        EXPECT_INT(flow_pattern_keeps(cases[i].patterns, cases[i].count, cases[i].key),
                   cases[i].keeps);
}

TEST("a long name that nearly matches takes no longer than it should")
{
    static char name[1000000];

    for (size_t i = 0; i + 5 < sizeof name; i += 5)
        memcpy(name + i, "JAVA_", 5);
    EXPECT(!flow_pattern_matches("*JAVA_*OPTIONS", name));
    memcpy(name + sizeof name - 12, "OPTIONS", 8);
    EXPECT(flow_pattern_matches("*JAVA_*OPTIONS", name));
}
