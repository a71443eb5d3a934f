/*
 * One rule of [require]: what a key must have, in every stage or in one.
 *
 *     STRIPE_SECRET_KEY = secret, prefix:sk_
 *     STRIPE_SECRET_KEY@prod = prefix:sk_live_
 *     API_TIMEOUT_MS = int, default:3000
 *     SENTRY_DSN = optional
 *     DATABASE_URL =
 *
 * Rules stand between commas, so a prefix or default can hold no comma.
 */
#ifndef FLOW_MODEL_REQUIRE_H
#define FLOW_MODEL_REQUIRE_H

#include <stdbool.h>

#include "base/err.h"

struct flow_require {
    char *key;
    char *stage; /* NULL: every stage */
    bool secret; /* must be a secret */
    bool integer;
    bool optional;
    char *prefix;        /* NULL, or what the value must begin with */
    char *default_value; /* NULL, or a value that need not be stored */
    unsigned line;       /* of the project file; the caller's to set */
};

/*
 * Fills a zeroed struct from "KEY" or "KEY@stage" and the rules.
 * FLOW_E_FORMAT: an unknown rule, with the nearest; one given twice; rules
 * that contradict each other. Call done after an error, too.
 */
enum flow_code flow_require_parse(const char *key, const char *rules, struct flow_require *require,
                                  struct flow_err *err);
void flow_require_done(struct flow_require *require);

#endif
