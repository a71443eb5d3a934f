/*
 * The one place that writes to standard error: values that the process knows
 * are taken out (T5), control characters made visible (T14).
 */
#ifndef FLOW_CMD_REPORT_H
#define FLOW_CMD_REPORT_H

#include "base/err.h"
#include "cmd/command.h"

/* "flowenv: SENTENCE". call may be NULL where none has begun. An empty sentence says nothing. */
void report_error(const struct call *call, const struct flow_err *err);

/* "flowenv: note: SENTENCE": what the user should know and the program goes on. */
void report_note(const struct call *call, const char *format, ...) FLOW_PRINTF(2, 3);

#endif
