/*
 * dotenv files: the syntax of dotenv 17 to the byte, and the expansion of
 * dotenv-expand 12 (CONTRACTS, section 10). Never runs anything.
 *
 * Syntax:  what dotenv 17.4.2 gives for a text, this gives, odd corners
 *          included: "KEY: value", `export`, a comment that cuts "a#b", quotes
 *          ' " ` over several lines, a quote escaped with "\" (the "\" stays),
 *          \n and \r between double quotes only, JavaScript's white space, a
 *          value that stands on the line after its "=", the last line of a
 *          key winning.
 *          A byte order mark, CRLF and CR are fine; CR is LF inside values too.
 * Departs: what dotenv skips or misreads without a word is FLOW_E_FORMAT here:
 *          - a line that is neither blank, comment nor assignment ("FOO",
 *            "export FOO", "a b=1", "KEY:value");
 *          - a value that begins with a quote that is not closed before its
 *            line or its comment ends;
 *          - a NUL byte.
 *          Bytes that are not UTF-8 stay as they are, where dotenv puts U+FFFD;
 *          the key __proto__ is a key.
 * Limits:  FLOW_DOTENV_*; FLOW_E_LIMIT (T19). Time is linear in the text.
 * Errors:  "FILE:LINE:COLUMN: ...", the column in bytes from 1; no sentence
 *          shows text of the file, which may be part of a value.
 * Source:  dotenv lib/main.js, LINE and parse(); dotenv-expand lib/main.js.
 */
#ifndef FLOW_TEXT_DOTENV_H
#define FLOW_TEXT_DOTENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
    FLOW_DOTENV_FILE_MAX = 1024 * 1024,    /* bytes */
    FLOW_DOTENV_LINE_MAX = 128 * 1024,     /* bytes */
    FLOW_DOTENV_NAMES_MAX = 10000,         /* in a set */
    FLOW_DOTENV_DEPTH_MAX = 10,            /* of references in defaults, and across files */
    FLOW_DOTENV_EXPANDED_MAX = 1024 * 1024 /* bytes of all expanded values together */
};

struct flow_dotenv_item {
    const char *key;         /* [A-Za-z0-9_.-]+ */
    struct flow_bytes value; /* a NUL follows that is not counted */
    const char *file;        /* as given to parse; lent from the arena */
    unsigned line;           /* 1-based line of the key */
    char quote;              /* '\'', '"' or '`' that were taken off the value, or 0 */
};

/* A merged set: the first file offered that has a key wins; in one file the last line wins. */
struct flow_dotenv {
    struct flow_arena *arena;       /* lent by the caller at init; must outlive the set */
    struct flow_dotenv_item *items; /* in order of first appearance; heap */
    size_t count, cap;
    uint32_t *by_key; /* places in items, sorted by key; heap */
    size_t by_key_cap;
};

void flow_dotenv_init(struct flow_dotenv *set, struct flow_arena *arena);
void flow_dotenv_done(struct flow_dotenv *set);

/* Adds one file's assignments. After an error the set holds those before it. */
enum flow_code flow_dotenv_parse(struct flow_dotenv *set, const char *file, struct flow_bytes text,
                                 struct flow_err *err);

/* The item of a key of len bytes, or NULL; lent until the next parse. */
struct flow_dotenv_item *flow_dotenv_find(const struct flow_dotenv *set, const char *key,
                                          size_t len);

/*
 * Replaces $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:+word} and
 * ${NAME+word} in place, and then \$ by $. An empty value counts as unset, and
 * so does a name that is set further down in the same file; unset gives
 * nothing. Names of other files in the set are found wherever they stand.
 *
 * lookup (may be NULL) is asked first where the user wants the process
 * environment in it; it gives NULL for what is not there.
 *
 * Departs from dotenv-expand 12.0.3:
 *   - a value between single quotes is literal, "\$" included;
 *   - the environment is not read unless lookup is given, and never takes the
 *     place of a key's own value;
 *   - what was put in is not expanded again, and "$$", "$&" in it mean nothing;
 *   - a reference is replaced where it stands, not where its text stands first;
 *   - names are not built from references: "${${A}}" keeps its outer braces;
 *   - names that lead back to themselves are FLOW_E_FORMAT, which names them;
 *     only ${NAME:-...} in NAME itself is fine and counts as unset.
 * FLOW_E_LIMIT: deeper or longer than FLOW_DOTENV_*. All name FILE:LINE and the key.
 */
enum flow_code flow_dotenv_expand(struct flow_dotenv *set,
                                  const char *(*lookup)(void *context, const char *key),
                                  void *context, struct flow_err *err);

#endif
