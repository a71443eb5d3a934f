/*
 * The network half, loaded when a command first needs it.
 *
 * It lies at ../lib/flowenv/net.so as seen from the program's own directory,
 * in the build tree as after an install; never on a search path.
 */
#ifndef FLOW_CMD_MODULE_H
#define FLOW_CMD_MODULE_H

#include "base/err.h"
#include "base/str.h"
#include "store/remote.h"

/* FLOW_E_IO: not there, not loadable, or of another version of flowenv. */
enum flow_code module_load(void *context, const struct flow_remote **ret_remote,
                           struct flow_err *err);

/* The absolute path of the running program. */
enum flow_code module_self(struct flow_str *path, struct flow_err *err);

#endif
