/*
 * Patterns of names: "*" stands for any text, also none, "?" for one byte,
 * all else for itself. Linear in the name for a given pattern.
 */
#ifndef FLOW_TEXT_PATTERN_H
#define FLOW_TEXT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

bool flow_pattern_matches(const char *pattern, const char *name);

/*
 * A list of patterns, where "!" before one takes away what it matches. The
 * last one that matches decides; where none does, the name stays if there is
 * no pattern or the first one takes away.
 */
bool flow_pattern_keeps(const char *const *patterns, size_t count, const char *name);

#endif
