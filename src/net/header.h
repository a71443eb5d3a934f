/*
 * A header of a request or a reply: a name and a value, both lent.
 *
 * Shape: NUL-terminated; on the wire "Name: value". A value that is a token is
 *        lent from the flow_secret that owns it.
 * T15:   flow_header_check() lets nothing through that would start another
 *        header: the name is a token of RFC 9110, the value holds no control
 *        character but the tab.
 */
#ifndef FLOW_NET_HEADER_H
#define FLOW_NET_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct flow_header {
    const char *name;
    const char *value;
};

/* FLOW_E_REFUSED names the header, never its value. */
enum flow_code flow_header_check(const struct flow_header *header, struct flow_err *err);

/* The value of the first header of that name, case ignored; NULL where there is none. */
const char *flow_header_find(const struct flow_header *headers, size_t count, const char *name);

/* The headers of a reply as they come in, line by line. */
struct flow_header_block {
    struct flow_str text; /* NAME NUL VALUE NUL ... */
    size_t count;
    size_t bytes_left; /* that may still come, everything counted */
    bool failed;
};
void flow_header_block_init(struct flow_header_block *block, size_t max);
void flow_header_block_done(struct flow_header_block *block); /* a zeroed struct is fine */

/*
 * A line as it came. A status line makes all before it those of an interim
 * reply: they are forgotten. What is neither status nor header is left out.
 * False: more than max bytes, or no memory; sticks.
 */
bool flow_header_block_add(struct flow_header_block *block, const char *line, size_t len);

/* All of them, count long, in memory that the caller frees with free(); names and values are lent
 * by the block. NULL: no memory. */
struct flow_header *flow_header_block_list(const struct flow_header_block *block);

#endif
