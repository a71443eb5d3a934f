/* The entries of the command table, each defined in cmd_<name>.c. */
#ifndef FLOW_CMD_COMMANDS_H
#define FLOW_CMD_COMMANDS_H

#include "cmd/command.h"

extern const struct command command_put, command_get, command_list, command_rm, command_history;
extern const struct command command_export, command_exec, command_explain, command_status;
extern const struct command command_check, command_render;
extern const struct command command_refresh;
extern const struct command command_init, command_completion, command_help, command_version;

#endif
