/*
 * Quoting: bytes made into one word of a language, so that the language's own
 * reader gets exactly these bytes and nothing after them changes its meaning.
 *
 * Shape:  any bytes in; where a language cannot hold them, a reason instead.
 *         Nothing is ever altered, dropped or replaced.
 * Source: POSIX.1-2017 XCU 2.2.2; fish "Quotes"; PowerShell about_Quoting_Rules
 *         and its tokenizer's IsSingleQuote(); RFC 8259; YAML 1.1 5.7 and 1.2
 *         5.7; HCL native syntax, "Template Literals"; systemd.exec(5),
 *         EnvironmentFile=; dotenv 17 lib/main.js.
 */
#ifndef FLOW_TEXT_QUOTE_H
#define FLOW_TEXT_QUOTE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

enum flow_quoting {
    FLOW_QUOTE_LINES,      /* as it is, line ends and all; the caller fences it in */
    FLOW_QUOTE_LINE,       /* as it is, so no line end */
    FLOW_QUOTE_POSIX,      /* '...' */
    FLOW_QUOTE_FISH,       /* '...', newlines as \n between two quoted parts */
    FLOW_QUOTE_POWERSHELL, /* '...', or "..." with `n and `r: a pipe would change line ends */
    FLOW_QUOTE_DOTENV,     /* the first of five forms that is exact in dotenv 17 */
    FLOW_QUOTE_JSON,       /* "..." */
    FLOW_QUOTE_YAML,       /* "...", the same in YAML 1.1 and 1.2 */
    FLOW_QUOTE_SYSTEMD,    /* "...", for an EnvironmentFile= */
    FLOW_QUOTE_HCL         /* "...", ${ and %{ made harmless */
};

/* NULL, or why the language cannot hold the bytes: "it holds a NUL byte". */
const char *flow_quote_refusal(enum flow_quoting quoting, struct flow_bytes value);

/* Appends the word. The bytes must be ones that are not refused. */
enum flow_code flow_quote_append(enum flow_quoting quoting, struct flow_bytes value,
                                 struct flow_secret *out, struct flow_err *err);

#endif
