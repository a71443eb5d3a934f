/*
 * SSM Parameter Store: requests in, parameters out.
 *
 * Reading: with decryption. A parameter that is there and can't be decrypted
 *          is unreadable, with AWS's reason; it makes nothing else fail (T40).
 * Writing: nothing of somebody else's is overwritten unseen (T41); an answer
 *          that was lost is looked for before anything is repeated.
 * Limits:  checked before the request, in AWS's own terms (T43).
 * Source:  CONTRACTS, section 1.
 */
#ifndef FLOW_AWS_SSM_H
#define FLOW_AWS_SSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/settings.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/notice.h"
#include "model/param.h"
#include "net/http.h"

struct flow_ssm;

/* All lent until it is freed; notice, which may be NULL, is copied. No request is sent. */
enum flow_code flow_ssm_new(const struct flow_aws *aws, const struct flow_clock *clock,
                            const struct flow_notice *notice, struct flow_http *http,
                            struct flow_ssm **ret_ssm, struct flow_err *err);
void flow_ssm_free(struct flow_ssm *ssm);
void flow_ssm_freep(struct flow_ssm **ssm);

/* Adds one parameter, under the name asked for. selector: NULL, a version, a label.
 * FLOW_E_NOT_FOUND. */
enum flow_code flow_ssm_get(struct flow_ssm *ssm, const char *name, const char *selector,
                            struct flow_params *params, struct flow_err *err);

/* Adds every version kept, oldest first. FLOW_E_NOT_FOUND. */
enum flow_code flow_ssm_history(struct flow_ssm *ssm, const char *name, bool with_values,
                                struct flow_params *params, struct flow_err *err);

/* What to fetch; the same struct as a store's, which is a floor above. */
struct flow_ssm_want {
    const char *prefix;
    const char *const *known;
    size_t known_count;
    bool known_only;
    bool without_values;
};

/*
 * Adds all that lies below the prefix, sorted by name: a walk of its pages. Known
 * names below it come with the walk, at no request of their own; others, and all
 * of them where known_only is set, are read ten a call, all calls in flight
 * together. A known name that is gone is left out. All or nothing: a page or a
 * name that is missing is FLOW_E_FORMAT (T27).
 */
enum flow_code flow_ssm_fetch(struct flow_ssm *ssm, const struct flow_ssm_want *want,
                              struct flow_params *params, struct flow_err *err);

struct flow_ssm_put {
    const char *name;
    struct flow_bytes value;
    enum flow_type type;
    uint64_t replaces;                       /* 0: create; else the version that was read */
    const char *key_id, *description, *tier; /* NULL: the account's default, none, the default */
};

/*
 * A SecureString that is replaced keeps its KMS key where key_id is NULL.
 * FLOW_E_EXISTS: replaces is 0, and there is one. FLOW_E_CONFLICT: another
 * version than `replaces` is there now (nothing changed), or somebody wrote at
 * the same time (both versions are kept); says the versions. FLOW_E_UNREACHABLE
 * says whether it is known that nothing was written.
 */
enum flow_code flow_ssm_put(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                            uint64_t *ret_version, struct flow_err *err);

/*
 * Deletes; removed[i] says whether names[i] was there (after a lost answer: is
 * gone). On an error removed[] says what was done before it.
 */
enum flow_code flow_ssm_remove(struct flow_ssm *ssm, const char *const *names, size_t count,
                               bool *removed, struct flow_err *err);

#endif
