/*
 * Commands: one table entry each. Help, usage errors, the man page, the
 * completions and the README's list are all printed from the table.
 *
 * An entry stands beside its function in cmd_<name>.c; command.c lists them.
 */
#ifndef FLOW_CMD_COMMAND_H
#define FLOW_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/environ.h"
#include "base/err.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "model/param.h"
#include "model/view.h"
#include "ops/session.h"

enum group { GROUP_PARAMETERS, GROUP_VIEW, GROUP_DEPLOY, GROUP_VAULT, GROUP_PROJECT, GROUP_COUNT };

enum {                    /* what is done for a command before run() is called */
       NEEDS_SESSION = 1, /* flowenv.ini and config.ini are read */
       STOPS_AT_OPERAND =
           2 /* options end at the first operand: the rest is another's command line */
};

struct example {
    const char *line; /* as typed; runs in the example project */
    const char *says; /* what it is for */
};

/* One run of one command. */
struct call {
    const struct command *command;
    const struct flow_environ *env;
    struct options options;
    struct output out;
    struct flow_session *session;                /* NULL unless the command needs one */
    struct flow_session_world world;             /* what the session stands on */
    struct flow_session_options session_options; /* what the user said of it */
    int status; /* exit status where no error code says it; exec only */

    /*
     * Whatever holds values lies here and not on a command's stack: main()
     * takes these values out of every message, and wipes them at the end.
     */
    struct flow_view view;
    struct flow_params params;
    struct flow_secret *value;
    bool told_unlocked;  /* that memory is not locked */
    bool value_is_plain; /* the user said that it is no secret */
};

struct command {
    const char *name;
    const char *operands; /* "NAME [VALUE]"; "" for none */
    enum group group;
    const char *summary;     /* one line, no full stop */
    const char *description; /* paragraphs, divided by an empty line */
    const struct option_spec *options;
    unsigned shared;                /* enum shared_options, or'ed */
    const struct example *examples; /* the last has a NULL line */
    size_t min_operands, max_operands;
    unsigned needs;
    bool changes;       /* its answer tells what is done by then; it has --dry-run */
    int failure_status; /* 0: by the error's code */
    enum flow_code (*run)(struct call *call, struct flow_err *err);
    /* What standard output gets in place of an answer when the command fails; NULL: nothing. */
    const char *(*on_failure)(const struct call *call);
};

enum { OPERANDS_ANY = 4096 };

extern const struct command *const commands[]; /* in the order of help; NULL at the end */
extern const char *const group_titles[GROUP_COUNT];

/* NULL: no such command. */
const struct command *command_find(const char *name);
/* FLOW_E_USAGE that names the nearest command, and the word itself only if there is a near one. */
enum flow_code command_unknown(const char *word, struct flow_err *err);

/* Opens call->session as its options say; done before run() for NEEDS_SESSION. */
enum flow_code call_open_session(struct call *call, struct flow_err *err);
/*
 * Tells the user where the system would not lock memory (T3); FLOW_E_REFUSED
 * if the user's config.ini asks for that. Done before a value is written, and
 * before an answer goes out; said once.
 */
enum flow_code call_check_locked(struct call *call, struct flow_err *err);
#endif
