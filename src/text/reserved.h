/*
 * Keys that a format's reader keeps for itself: assigning them fails, gives
 * another value, or, worse, has the value evaluated (an integer variable of
 * bash or zsh takes "a[$(command)]" as arithmetic and runs the command).
 *
 * Source: bash(1) "Shell Variables", zshparam(1) and the modules that prompts
 *         load, dash(1), fish "Special variables"; each found by assigning it in
 *         dash 0.5.12, bash 5.2, zsh 5.9 and fish 3.6, and looking. GitHub's
 *         runner: CONTRACTS 6.2.
 */
#ifndef FLOW_TEXT_RESERVED_H
#define FLOW_TEXT_RESERVED_H

#include <stdbool.h>

#include "text/format.h"

/* FLOW_FORMAT_SH stands for any of sh, dash, bash and zsh, so all of theirs. */
bool flow_key_is_reserved(enum flow_format format, const char *key);

#endif
