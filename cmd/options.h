/*
 * Options: GNU style, over the command table.
 *
 *   --name VALUE   --name=VALUE   -n VALUE   -nVALUE   -ab   --   operands anywhere
 *
 * An option that is not made to repeat may be given once: nothing is guessed.
 * No message repeats an operand or an option's value, as either may be a
 * secret that was typed in the wrong place (THREATS T1).
 *
 * Ownership: texts are lent by argv.
 */
#ifndef FLOW_CMD_OPTIONS_H
#define FLOW_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct command;

struct option_spec {
    const char *name;     /* without dashes; NULL ends a list */
    char letter;          /* 0: none */
    const char *argument; /* NULL: a switch; else what the value is called, which also says what
                             completes it (words.h) */
    const char *help;     /* one line, no full stop */
    bool repeats;
};
#define OPTION_END                                                                                 \
    {                                                                                              \
        NULL, 0, NULL, NULL, false                                                                 \
    }

enum shared_options { /* options that mean the same wherever they are */
                      SHARES_STAGE = 1,
                      SHARES_STORE = 2,
                      SHARES_FRESH = 4,
                      SHARES_AWS = 8,
                      SHARES_VAULT = 16,
                      SHARES_JSON = 32,
                      SHARES_PROJECT = 64,
                      SHARES_VIEW = 128,
                      SHARES_ALL = 255,
                      SHARES_READER = SHARES_STAGE | SHARES_PROJECT | SHARES_STORE | SHARES_FRESH |
                                      SHARES_AWS | SHARES_VAULT,
                      SHARES_WRITER =
                          SHARES_STAGE | SHARES_PROJECT | SHARES_STORE | SHARES_AWS | SHARES_VAULT
};

enum { OPTIONS_MAX = 64 };
/* All options of a command, its own first, --help last; returns how many. */
size_t options_of(const struct command *command, const struct option_spec *list[OPTIONS_MAX]);
/* A command's own alone, and those that the bits of shared_options stand for, --help last. */
size_t options_own(const struct command *command, const struct option_spec *list[OPTIONS_MAX]);
size_t options_shared(unsigned bits, const struct option_spec *list[OPTIONS_MAX]);

struct options {
    const struct option_spec **specs; /* what was given; the same option's values stand together */
    const char **values;              /* of the same index; NULL for a switch */
    size_t count, spec_cap, value_cap;
    const char **operands; /* NULL at the end */
    size_t operand_count;
};

/*
 * Parses what follows the command's name; first_number is the place of argv[0]
 * in the command line, for messages. FLOW_E_USAGE for the first mistake; what
 * else could be understood is in *options all the same.
 */
enum flow_code options_parse(const struct command *command, char *const *argv, size_t first_number,
                             struct options *options, struct flow_err *err);
void options_done(struct options *options);

/* Asking for an option that the command does not have is a mistake of ours. */
bool option_on(const struct options *options, const char *name);
/* NULL: not given. */
const char *option_text(const struct options *options, const char *name);
/* All values of one that repeats, in their order; lent. */
const char *const *option_list(const struct options *options, const char *name, size_t *ret_count);
/* A whole number from min to max; fallback where the option is absent. FLOW_E_USAGE. */
enum flow_code option_number(const struct options *options, const char *name, long min, long max,
                             long fallback, long *ret_number, struct flow_err *err);

#endif
