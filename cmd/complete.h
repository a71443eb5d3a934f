/*
 * Completion scripts, printed from the command table. What depends on the
 * project (stages, targets) they ask of `flowenv completion --words LABEL`,
 * which reads flowenv.ini and nothing else.
 */
#ifndef FLOW_CMD_COMPLETE_H
#define FLOW_CMD_COMPLETE_H

#include "cmd/command.h"

void complete_bash(struct output *out);
void complete_zsh(struct output *out);
void complete_fish(struct output *out);

/* The words of a WORDS_FIXED label, a blank between two. */
void complete_words(struct output *out, const char *label);
/* Text inside single quotes: each ' becomes what the shell wants for it. */
void complete_quoted(struct output *out, const char *text, const char *apostrophe);
/* The first operand's label: "NAME [VALUE]" gives "NAME"; "" where there is none. */
const char *complete_operand(const struct command *command);

#endif
