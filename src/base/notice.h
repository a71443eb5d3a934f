/*
 * A way to tell the person something that is no error: one sentence, in the
 * style of base/err.h, that never holds a value. Who calls into a lower floor
 * passes one down; NULL where nobody listens.
 */
#ifndef FLOW_BASE_NOTICE_H
#define FLOW_BASE_NOTICE_H

struct flow_notice {
    void (*say)(void *context, const char *sentence);
    void *context;
};

#endif
