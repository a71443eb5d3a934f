/*
 * One parameter written, so that nobody's work is overwritten unseen (T41).
 *
 * SSM has no conditional write. So: create with Overwrite=false; replace only
 * the version that was planned on, read just before; compare the version that
 * comes back. An answer that was lost leaves open whether the write happened;
 * it is looked for before anything is repeated, for a second PutParameter
 * would make a second version.
 */
#include <stdio.h>
#include <string.h>

#include "aws/ssm.h"
#include "aws/ssm_wire.h"
#include "text/names.h"

enum {
    STANDARD_MAX = 4096,
    ADVANCED_MAX = 8192,
    DESCRIPTION_MAX = 1024,
    ATTEMPTS_MAX = 5,
    FIRST_DELAY_MS = 100,
    CALL_MS = 60 * 1000
};

/* --- AWS's limits ---------------------------------------------------------------------- */

static enum flow_code check_size(const struct flow_ssm_put *put, struct flow_err *err)
{
    bool standard = put->tier == NULL || strcmp(put->tier, "Standard") == 0;
    size_t max = standard ? STANDARD_MAX : ADVANCED_MAX;

    if (put->value.len <= max)
        return FLOW_OK;
    (void)flow_err_set(err, FLOW_E_LIMIT,
                       "%s: the value has %zu bytes, and SSM stores %zu in the "
                       "%s tier; nothing was changed",
                       put->name, put->value.len, max, standard ? "Standard" : "Advanced");
    if (put->value.len <= ADVANCED_MAX)
        return flow_err_hint(err, "--tier Advanced takes %d, at a monthly price", ADVANCED_MAX);
    return flow_err_hint(err, "--store local takes more");
}

static bool contains(struct flow_bytes value, const char *two)
{
    size_t i;

    for (i = 0; i + 1 < value.len; i++)
        if (value.at[i] == (unsigned char)two[0] && value.at[i + 1] == (unsigned char)two[1])
            return true;
    return false;
}

/* What SSM would refuse, or worse, not give back as it was. */
static enum flow_code check_value(const struct flow_ssm_put *put, struct flow_err *err)
{
    const char *why = NULL;

    if (put->value.len == 0)
        why = "SSM stores no empty value; remove the parameter, or use --store local";
    else if (memchr(put->value.at, '\0', put->value.len) != NULL)
        why = "the value holds a NUL byte, which SSM can't store; encode it, or use --store local";
    else if (contains(put->value, "{{") && contains(put->value, "}}"))
        why = "the value holds {{...}}, which SSM keeps for its own references";
    if (why != NULL)
        return flow_err_set(err, FLOW_E_USAGE, "%s: %s", put->name, why);
    return check_size(put, err);
}

static enum flow_code check_put(const struct flow_ssm_put *put, struct flow_err *err)
{
    static const char *const tiers[] = {"Standard", "Advanced", "Intelligent-Tiering"};
    size_t i = 0;

    if (flow_name_check_param(put->name, err))
        return err->code;
    while (put->tier != NULL && i < FLOW_COUNT(tiers) && strcmp(tiers[i], put->tier) != 0)
        i++;
    if (i == FLOW_COUNT(tiers))
        return flow_err_set(err, FLOW_E_USAGE,
                            "%s: a tier is Standard, Advanced or Intelligent-Tiering", put->name);
    if (put->key_id != NULL && put->type != FLOW_SECURE_STRING)
        return flow_err_set(err, FLOW_E_USAGE, "%s: only a SecureString takes a KMS key",
                            put->name);
    if (put->description != NULL && strlen(put->description) > DESCRIPTION_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "%s: the description is longer than %d bytes",
                            put->name, DESCRIPTION_MAX);
    return check_value(put, err);
}

/* --- the requests ------------------------------------------------------------------------ */

static void put_optional(struct flow_json_writer *json, const char *name, const char *text)
{
    if (text != NULL)
        flow_json_put_string(json, name, text);
}

static enum flow_code send_put(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                               struct flow_ssm_answer *answer, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_request_donep) struct flow_ssm_request request;
    const struct flow_aws_call call = {
        .operation = "PutParameter", .subject = put->name, .is_write = true, .value = put->value};

    if (flow_ssm_request_open(&request, err))
        return err->code;
    flow_json_put_string(&request.json, "Name", put->name);
    flow_json_put_text(&request.json, "Value", put->value);
    flow_json_put_string(&request.json, "Type", flow_type_name(put->type));
    flow_json_put_bool(&request.json, "Overwrite", put->replaces > 0);
    put_optional(&request.json, "KeyId", put->key_id);
    put_optional(&request.json, "Description", put->description);
    put_optional(&request.json, "Tier", put->tier);
    if (flow_ssm_request_close(&request))
        return flow_err_wrap(err, "%s", put->name);
    return flow_ssm_ask(ssm, &request, call, answer, err);
}

/* What is there now. Adds nothing where there is nothing. */
static enum flow_code look(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                           struct flow_params *found, struct flow_err *err)
{
    enum flow_code code;

    found->count = 0;
    code = flow_ssm_get(ssm, put->name, NULL, found, err);
    return code == FLOW_E_NOT_FOUND ? FLOW_OK : code;
}

/* --- what is there ------------------------------------------------------------------------ */

static bool is_ours(const struct flow_ssm_put *put, const struct flow_param *param)
{
    return !param->unreadable && param->type == put->type && param->value.len == put->value.len &&
           flow_differs(param->value.at, put->value.at, put->value.len) == 0;
}

/* Only the version that was planned on is replaced. */
static enum flow_code check_seen(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {.arena = NULL};
    unsigned long long seen = put->replaces, now;

    if (seen == 0)
        return FLOW_OK;
    if (flow_params_init(&found, err) || look(ssm, put, &found, err))
        return err->code;
    now = found.count > 0 ? found.list[0].version : 0;
    if (now == seen)
        return FLOW_OK;
    if (now == 0)
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "%s: version %llu was seen, and it is gone now; nothing was changed",
                            put->name, seen);
    return flow_err_set(err, FLOW_E_CONFLICT,
                        "%s: version %llu was seen, and version %llu is there now; nothing was "
                        "changed; see both with: flowenv history %s",
                        put->name, seen, now, put->name);
}

/* True where that version is one that we wrote, its answer having been lost. */
static bool wrote_version(struct flow_ssm *ssm, const struct flow_ssm_put *put, uint64_t version)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {.arena = NULL};
    struct flow_err ignored = FLOW_ERR_INIT;
    char selector[24];

    (void)snprintf(selector, sizeof selector, "%llu", (unsigned long long)version);
    return flow_params_init(&found, &ignored) == FLOW_OK &&
           flow_ssm_get(ssm, put->name, selector, &found, &ignored) == FLOW_OK &&
           is_ours(put, &found.list[0]);
}

/*
 * The service's own count says whether somebody wrote between our look and our
 * write. With a lost answer before it, that somebody may have been ourselves.
 */
static enum flow_code check_version(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                                    const struct flow_json *json, bool lost, uint64_t *ret_version,
                                    struct flow_err *err)
{
    unsigned long long expected = put->replaces + 1;
    int64_t version;

    if (!flow_json_int64(flow_json_member(json, "Version"), &version) || version < 1)
        return flow_err_set(err, FLOW_E_FORMAT,
                            "%s: stored, but the answer names no version; look with: flowenv get",
                            put->name);
    if ((uint64_t)version != expected &&
        !(lost && (uint64_t)version == expected + 1 && wrote_version(ssm, put, expected)))
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "%s: stored as version %lld where %llu was to be, so somebody else "
                            "wrote in between; all versions are kept: flowenv history %s",
                            put->name, (long long)version, expected, put->name);
    *ret_version = (uint64_t)version;
    return FLOW_OK;
}

/* --- a lost answer -------------------------------------------------------------------------- */

enum fate { FATE_WRITTEN, FATE_NOT_WRITTEN, FATE_UNKNOWN, FATE_OTHERS };

/* What became of a write whose answer was lost. */
static enum fate find_fate(struct flow_ssm *ssm, const struct flow_ssm_put *put, uint64_t *ret_now)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {.arena = NULL};
    struct flow_err ignored = FLOW_ERR_INIT;

    if (flow_params_init(&found, &ignored) || look(ssm, put, &found, &ignored))
        return FATE_UNKNOWN;
    *ret_now = found.count > 0 ? found.list[0].version : 0;
    if (*ret_now == put->replaces)
        return FATE_NOT_WRITTEN;
    if (*ret_now != put->replaces + 1)
        return FATE_OTHERS;
    if (found.list[0].unreadable)
        return FATE_UNKNOWN;
    return is_ours(put, &found.list[0]) ? FATE_WRITTEN : FATE_OTHERS;
}

static enum flow_code explain_fate(const struct flow_ssm_put *put, enum fate fate, uint64_t now,
                                   const struct flow_ssm_answer *answer, struct flow_err *err)
{
    if (fate == FATE_OTHERS)
        return flow_err_set(err, FLOW_E_CONFLICT,
                            "%s: the answer to the write was lost, and somebody else wrote too: "
                            "version %llu is there now; whether this value lies below it, says: "
                            "flowenv history %s",
                            put->name, (unsigned long long)now, put->name);
    *err = answer->failure;
    if (fate == FATE_NOT_WRITTEN)
        return flow_err_hint(err, "nothing was changed");
    return flow_err_hint(err,
                         "whether it was stored is not known; look with: flowenv history %s before "
                         "you repeat",
                         put->name);
}

static void wait_a_little(const struct flow_ssm *ssm, unsigned attempt)
{
    uint32_t chance;

    flow_random(&chance, sizeof chance);
    flow_clock_sleep_ms(ssm->clock,
                        (int64_t)(((uint64_t)FIRST_DELAY_MS << attempt) * chance >> 32));
}

/* Puts, and after a lost answer looks, and puts again what is not there. */
static enum flow_code put_surely(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                                 uint64_t *ret_version, struct flow_err *err)
{
    FLOW_CLEANUP(flow_ssm_answer_donep) struct flow_ssm_answer answer = {.json = NULL};
    int64_t began_ms = flow_clock_steady_ms(ssm->clock);
    bool lost = false;
    unsigned attempt;

    for (attempt = 0;; attempt++) {
        enum fate fate;
        uint64_t now = 0;

        if (send_put(ssm, put, &answer, err))
            return err->code;
        if (answer.json != NULL)
            return check_version(ssm, put, answer.json, lost, ret_version, err);
        lost = lost || answer.lost;
        if (!lost) {
            *err = answer.failure;
            return err->code;
        }
        fate = find_fate(ssm, put, &now);
        if (fate == FATE_WRITTEN) {
            *ret_version = now;
            return FLOW_OK;
        }
        if (fate != FATE_NOT_WRITTEN || !answer.lost || attempt + 1 == ATTEMPTS_MAX ||
            flow_clock_steady_ms(ssm->clock) - began_ms >= CALL_MS)
            return explain_fate(put, fate, now, &answer, err);
        wait_a_little(ssm, attempt);
    }
}

/* --- its key ---------------------------------------------------------------------------------- */

/*
 * SSM seals a new version with the account's default key unless it is told
 * another, so a key of its own would be gone with the first change. *ret_key is
 * the one that the version to be replaced has, lent by found; NULL: the default.
 */
static enum flow_code find_key(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                               struct flow_params *found, const char **ret_key,
                               struct flow_err *err)
{
    size_t i;

    if (flow_params_init(found, err))
        return err->code;
    if (flow_ssm_history(ssm, put->name, false, found, err)) {
        (void)flow_err_wrap(err, "%s: whether it has a KMS key of its own can't be seen",
                            put->name);
        return flow_err_hint(err, "nothing was changed; say which with --key-id (alias/aws/ssm is "
                                  "the account's default)");
    }
    for (i = 0; i < found->count; i++)
        if (found->list[i].version == put->replaces)
            *ret_key = found->list[i].key_id;
    if (*ret_key != NULL && strcmp(*ret_key, "alias/aws/ssm") == 0)
        *ret_key = NULL;
    return FLOW_OK;
}

enum flow_code flow_ssm_put(struct flow_ssm *ssm, const struct flow_ssm_put *put,
                            uint64_t *ret_version, struct flow_err *err)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params found = {.arena = NULL};
    struct flow_ssm_put kept = *put;

    if (check_put(put, err) || check_seen(ssm, put, err))
        return err->code;
    if (put->type == FLOW_SECURE_STRING && put->replaces > 0 && put->key_id == NULL &&
        find_key(ssm, put, &found, &kept.key_id, err))
        return err->code;
    return put_surely(ssm, &kept, ret_version, err);
}
