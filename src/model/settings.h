/*
 * The user's own settings: config.ini in the config directory, which has keys
 * and no sections. Plain data: no I/O.
 *
 *   max_age = 15m               age below which a snapshot serves; s, m, h, d
 *   stale_for = 24h             how long one serves while the service is away
 *   allowed_names = A, B        names of T12 that are let through
 *   trusted_dirs = /a, /b       projects there are believed, whoever owns them (T18)
 *   key_file, vault, ca_bundle  absolute paths
 *   endpoint_url_ssm            https://..., or http:// for this machine
 *   require_mlock = yes         memory that can't be locked is an error
 *
 * A project file can set none of these (T17).
 */
#ifndef FLOW_MODEL_SETTINGS_H
#define FLOW_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct flow_settings {
    int64_t max_age_s;   /* 900 */
    int64_t stale_for_s; /* 86400 */
    char **allowed_names;
    size_t allowed_count;
    char **trusted_dirs; /* absolute */
    size_t trusted_count;
    char *key_file;         /* NULL: key in the config directory */
    char *vault;            /* NULL: vault in the data directory */
    char *endpoint_url_ssm; /* NULL: AWS's */
    char *ca_bundle;        /* NULL: the system's */
    bool require_mlock;
};

/* The defaults. */
void flow_settings_init(struct flow_settings *settings);
void flow_settings_done(struct flow_settings *settings);

/*
 * Reads text over what is there. FLOW_E_FORMAT and FLOW_E_LIMIT with
 * "FILE:LINE: ..." and, for an unknown key, the nearest right one.
 */
enum flow_code flow_settings_parse(const char *file_name, const char *text, size_t len,
                                   struct flow_settings *settings, struct flow_err *err);

/* True for a key of config.ini. */
bool flow_settings_has(const char *key);

#endif
