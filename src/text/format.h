/*
 * Export formats: one table, one writer each (DESIGN 6, THREATS T11, T13).
 *
 * A writer either gives text from which the format's own reader gets exactly
 * the same bytes, or refuses with the key's name and the reason. All or
 * nothing: on an error *out* holds nothing.
 */
#ifndef FLOW_TEXT_FORMAT_H
#define FLOW_TEXT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"

struct flow_pair {
    const char *key;
    struct flow_bytes value;
    const char *where; /* NULL, or FILE:LINE or parameter name: for messages */
    bool secret;
};

enum flow_format {
    FLOW_FORMAT_SH,
    FLOW_FORMAT_BASH,
    FLOW_FORMAT_ZSH,
    FLOW_FORMAT_FISH,
    FLOW_FORMAT_POWERSHELL,
    FLOW_FORMAT_DOTENV,
    FLOW_FORMAT_JSON,
    FLOW_FORMAT_YAML,
    FLOW_FORMAT_DOCKER,
    FLOW_FORMAT_GITHUB_ENV,
    FLOW_FORMAT_SYSTEMD,
    FLOW_FORMAT_TFVARS,
    FLOW_FORMAT_COUNT
};

const char *flow_format_name(enum flow_format format);
/* FLOW_E_USAGE names the nearest and lists them all. */
enum flow_code flow_format_parse(const char *name, enum flow_format *ret_format,
                                 struct flow_err *err);
/* True for sh, bash, zsh, fish, powershell: text meant for `eval`. */
bool flow_format_is_shell(enum flow_format format);

/* Pairs are sorted by key by the caller. *ret_text is a new secret. */
enum flow_code flow_format_write(enum flow_format format, const struct flow_pair *pairs,
                                 size_t count, struct flow_secret **ret_text, struct flow_err *err);

/* "::add-mask::" lines for the secret pairs, each line of each value (T6). */
enum flow_code flow_format_masks(const struct flow_pair *pairs, size_t count,
                                 struct flow_secret **ret_text, struct flow_err *err);

#endif
