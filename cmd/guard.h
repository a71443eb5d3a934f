/* What stands between a typing mistake and a protected stage, or a deletion. */
#ifndef FLOW_CMD_GUARD_H
#define FLOW_CMD_GUARD_H

#include "cmd/command.h"

/*
 * The stage that a write touches is the one whose prefix covers the name, else
 * the one that --stage names. Each protected one has its name asked for on the
 * terminal, once, unless yes. FLOW_E_REFUSED: another answer, or nobody to ask.
 */
enum flow_code guard_write(struct call *call, const char *const *names, size_t count, bool yes,
                           struct flow_err *err);

/* A deletion asks for the count, unless --yes says the same number (T44). */
enum flow_code guard_removal(struct call *call, size_t count, struct flow_err *err);

#endif
