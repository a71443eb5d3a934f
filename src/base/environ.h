/*
 * The environment that the program was started with, as a parameter.
 *
 * flow_environ_take() moves the credentials of THREATS A3 (AWS secret key and
 * session token, GitHub, Vercel and OIDC tokens) into locked memory and
 * overwrites them where the kernel put them, so /proc/PID/environ no longer
 * shows them; `exec` hands them on from here. They, and what would weaken our own
 * TLS or load code (T20), also leave envp, so no library finds them with
 * getenv(); the list below still has them for a child.
 *
 * Shape:     what is no "NAME=VALUE" is left out; of two variables of one name
 *            the first counts, as for getenv().
 * Ownership: strings are lent until flow_environ_free(); after take() those
 *            of envp must live as long, as main()'s do.
 */
#ifndef FLOW_BASE_ENVIRON_H
#define FLOW_BASE_ENVIRON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct flow_environ;

/* Reads envp and, in place, overwrites the credentials in it. For main(). */
enum flow_code flow_environ_take(char **envp, struct flow_environ **ret_environ,
                                 struct flow_err *err);
/* The same without touching envp. For tests and for users of the library. */
enum flow_code flow_environ_copy(char *const *envp, struct flow_environ **ret_environ,
                                 struct flow_err *err);
void flow_environ_free(struct flow_environ *env);
void flow_environ_freep(struct flow_environ **env);

/* The value, or NULL where the variable is unset. */
const char *flow_environ_get(const struct flow_environ *env, const char *name);
/* The value, or NULL where the variable is unset or empty. */
const char *flow_environ_text(const struct flow_environ *env, const char *name);

/* All variables as "NAME=VALUE", in the order they came in; NULL-terminated. */
char *const *flow_environ_list(const struct flow_environ *env, size_t *ret_count);

/* True where the name holds a credential that take() overwrites. */
bool flow_environ_is_credential(const char *name);

#endif
