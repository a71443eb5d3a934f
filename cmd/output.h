/*
 * What a command answers on standard output.
 *
 * Collected in locked memory, since it may hold values, and written at the
 * end: whole, or not at all. Appending never fails visibly; the first failure
 * sticks and output_flush() reports it.
 *
 * Colour: only on a terminal, not with NO_COLOR set or TERM=dumb.
 */
#ifndef FLOW_CMD_OUTPUT_H
#define FLOW_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/environ.h"
#include "base/err.h"
#include "base/secret.h"
#include "text/json_writer.h"

enum style { STYLE_NONE, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };

struct output {
    struct flow_secret *text; /* NULL: nothing yet */
    bool terminal;            /* standard output is one */
    bool colour;
    struct flow_err err;
};

void output_init(struct output *out, const struct flow_environ *env);
void output_done(struct output *out);
/* Forgets what was collected. */
void output_drop(struct output *out);

void out_text(struct output *out, const char *text);
void out_bytes(struct output *out, const void *bytes, size_t len);
/* For names and numbers; a value has no business in a format string. */
void outf(struct output *out, const char *format, ...) FLOW_PRINTF(2, 3);
void out_styled(struct output *out, enum style style, const char *text);
/* On a terminal control characters become visible (T14); elsewhere the bytes as they are. */
void out_shown(struct output *out, struct flow_bytes bytes, bool keep_lines);
/* Hands a whole text over; it is shown as by out_shown() with keep_lines. */
void out_secret(struct output *out, struct flow_secret *text);

/*
 * The answer as JSON: a writer onto it, whose failure sticks here as any other.
 * What is not known is left out: a time of 0, a text that is NULL.
 */
struct flow_json_writer out_json(struct output *out);
void out_json_time(struct flow_json_writer *json, const char *name, int64_t when_s);
void out_json_string(struct flow_json_writer *json, const char *name, const char *text);

/*
 * Writes it all, unbuffered. FLOW_E_IO; where the reader has gone (EPIPE) the
 * error has no sentence: it is no news to anybody.
 */
enum flow_code output_flush(struct output *out, struct flow_err *err);

#endif
