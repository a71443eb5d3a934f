/*
 * What can stand where an operand or an option's argument is called STAGE,
 * FORMAT, FILE and so on: one table, for completions and for messages.
 */
#ifndef FLOW_CMD_WORDS_H
#define FLOW_CMD_WORDS_H

#include "base/err.h"
#include "ops/session.h"

enum words_kind {
    WORDS_NONE,      /* nobody can know */
    WORDS_FIXED,     /* a list that never changes */
    WORDS_PROJECT,   /* out of flowenv.ini: `flowenv completion --words LABEL` prints it */
    WORDS_FILE,      /* a file's path */
    WORDS_DIRECTORY, /* a directory's path */
    WORDS_PROGRAM    /* a program and its arguments */
};

enum words_kind words_kind(const char *label);

/*
 * Calls each() with the words of a label in their order. session NULL: those of
 * a WORDS_PROJECT label are none. Returns false for a label that has no words.
 */
bool words_each(const char *label, struct flow_session *session,
                void (*each)(void *context, const char *word), void *context);

#endif
