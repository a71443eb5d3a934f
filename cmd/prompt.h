/*
 * Asking the person, and taking a value from wherever the person has it.
 *
 * The terminal is /dev/tty, whatever standard input is. While a secret is
 * typed nothing is echoed; SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGTSTP give the
 * terminal back as it was before they do what they always do (T45), and after
 * SIGCONT the question stands there again.
 */
#ifndef FLOW_CMD_PROMPT_H
#define FLOW_CMD_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/secret.h"

enum { PROMPT_LINE_MAX = 4095 }; /* bytes: of a longer line a terminal silently drops the rest */

/*
 * One line without echo; then says how many bytes came. FLOW_E_LIMIT: as long as
 * a terminal's line can be. FLOW_E_USAGE: nothing typed, or several lines pasted.
 * FLOW_E_REFUSED: no terminal.
 */
enum flow_code prompt_secret(const char *question, struct flow_secret **ret_value,
                             struct flow_err *err);

/*
 * Goes on only if the answer is `expected`. FLOW_E_REFUSED: another answer, or no
 * terminal to ask on; hint then says what to give instead.
 */
enum flow_code prompt_expect(const char *question, const char *expected, const char *hint,
                             struct flow_err *err);

/* A value's source. Zeroed: the prompt, or standard input where that is no terminal. */
struct value_source {
    const char *file; /* --from-file; NULL: none */
    int fd;           /* --fd; below 0: none */
    bool exact;       /* keep the last newline; an empty value is meant */
};
enum { VALUE_BYTES_MAX = 1024 * 1024 };

struct call;
/* Reads it; says on standard error when it took a newline off. FLOW_E_USAGE: empty. */
enum flow_code prompt_value(struct call *call, const struct value_source *source,
                            const char *question, struct flow_secret **ret_value,
                            struct flow_err *err);

#endif
