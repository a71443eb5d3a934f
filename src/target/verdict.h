/*
 * What a service has against a view: every fault at once (T43), and remarks on
 * what may still go wrong. Holds keys and sizes, never a value.
 */
#ifndef FLOW_TARGET_VERDICT_H
#define FLOW_TARGET_VERDICT_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "model/view.h"

struct flow_verdict {
    size_t fault_count;
    struct flow_str faults;  /* a line each; after FLOW_VERDICT_LINES only their number */
    struct flow_str remarks; /* a line each */
};

enum { FLOW_VERDICT_LINES = 100, FLOW_VERDICT_MAX = 256 * 1024 /* bytes */ };

#define FLOW_VERDICT_INIT                                                                          \
    {                                                                                              \
        .fault_count = 0, .faults = FLOW_STR_INIT(FLOW_VERDICT_MAX),                               \
        .remarks = FLOW_STR_INIT(FLOW_VERDICT_MAX)                                                 \
    }

void flow_verdict_fault(struct flow_verdict *verdict, const char *format, ...) FLOW_PRINTF(2, 3);
void flow_verdict_remark(struct flow_verdict *verdict, const char *format, ...) FLOW_PRINTF(2, 3);
void flow_verdict_done(struct flow_verdict *verdict);

/* A fault where all names and values together have more bytes than max; names the largest. */
void flow_verdict_check_total(struct flow_verdict *verdict, const struct flow_view *view,
                              size_t max, const char *service);
size_t flow_view_bytes(const struct flow_view *view);

#endif
