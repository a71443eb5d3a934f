/* Help and the man page, printed from the command table. */
#ifndef FLOW_CMD_MANUAL_H
#define FLOW_CMD_MANUAL_H

#include "cmd/command.h"

/* Text in lines of at most 78 characters; an empty line divides paragraphs. */
void manual_text(const char *text, struct output *out);
/* All commands, a line each. */
void manual_overview(struct output *out);
/* One command: usage, description, options, examples. */
void manual_command(const struct command *command, struct output *out);
/* flowenv(1) in man(7) macros. */
void manual_page(struct output *out);

#endif
