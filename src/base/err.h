/*
 * An error: a code for the program, a sentence for the person.
 *
 * Functions that can fail return enum flow_code and take a struct flow_err *
 * as their last parameter, never NULL. The sentence is in lower case, without
 * a full stop, names what failed, on what, and what to do next, and never
 * holds a value. Only cmd/ prints it; only cmd/ turns codes into exit statuses
 * (THREATS, section 1).
 */
#ifndef FLOW_BASE_ERR_H
#define FLOW_BASE_ERR_H

#include <stddef.h>

#include "base/cleanup.h"

enum flow_code {
    FLOW_OK = 0,
    FLOW_E_IO,          /* a file, pipe or terminal failed */
    FLOW_E_NOMEM,       /* no memory left */
    FLOW_E_FORMAT,      /* bytes that are not what they should be; file, line and column are said */
    FLOW_E_LIMIT,       /* larger, longer or deeper than allowed */
    FLOW_E_NOT_FOUND,   /* no such file, parameter, stage, key, record */
    FLOW_E_EXISTS,      /* there already */
    FLOW_E_USAGE,       /* what the user asked for makes no sense */
    FLOW_E_PARTIAL,     /* some items done, some not; each was reported */
    FLOW_E_CONFLICT,    /* somebody else changed it */
    FLOW_E_LOCKED,      /* no key, a wrong key, or a lock that was not to be had */
    FLOW_E_DAMAGED,     /* the vault or its state was damaged or tampered with */
    FLOW_E_ROLLBACK,    /* the vault is older than one seen before */
    FLOW_E_UNTRUSTED,   /* project not allowed */
    FLOW_E_UNREACHABLE, /* the far end did not answer usefully: DNS, connect, time-out, 5xx,
                           throttle */
    FLOW_E_DENIED,      /* the far end refused: credentials or rights */
    FLOW_E_REFUSED,     /* refused by a safety rule of ours */
    FLOW_E_TOO_NEW,     /* written by a newer flowenv */
    FLOW_E_CHECK,       /* `check` found errors */
    FLOW_E_COUNT
};

enum { FLOW_ERR_TEXT_MAX = 2048 }; /* bytes with the NUL; longer text is cut and ends in "..." */

struct flow_err {
    enum flow_code code;
    char text[FLOW_ERR_TEXT_MAX];
};

#define FLOW_ERR_INIT                                                                              \
    (struct flow_err)                                                                              \
    {                                                                                              \
        .code = FLOW_OK                                                                            \
    }

/* Stores code and sentence, replacing what was there, and returns code. */
enum flow_code flow_err_set(struct flow_err *err, enum flow_code code, const char *format, ...)
    FLOW_PRINTF(3, 4);

/* As flow_err_set(), with ": " and the system's words for errno_value behind. */
enum flow_code flow_err_sys(struct flow_err *err, enum flow_code code, int errno_value,
                            const char *format, ...) FLOW_PRINTF(4, 5);

/* Puts "context: " before the sentence; returns the code that is stored. */
enum flow_code flow_err_wrap(struct flow_err *err, const char *format, ...) FLOW_PRINTF(2, 3);

/* Appends "; hint": what to do next. Returns the code that is stored. */
enum flow_code flow_err_hint(struct flow_err *err, const char *format, ...) FLOW_PRINTF(2, 3);

enum flow_code flow_err_nomem(struct flow_err *err);

#endif
