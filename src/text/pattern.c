#include "text/pattern.h"

#include <string.h>

/* Where a "*" took too little it takes one more. Only the last one need be gone back to. */
bool flow_pattern_matches(const char *pattern, const char *name)
{
    const char *star = NULL, *star_name = NULL;

    while (*name != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            star_name = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star + 1;
            name = ++star_name;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool flow_pattern_keeps(const char *const *patterns, size_t count, const char *name)
{
    bool keep = count == 0 || patterns[0][0] == '!';

    for (size_t i = 0; i < count; i++) {
        bool takes_away = patterns[i][0] == '!';

        if (flow_pattern_matches(patterns[i] + takes_away, name))
            keep = !takes_away;
    }
    return keep;
}
