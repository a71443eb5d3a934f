#include "ops/cache.h"

#include <string.h>

#include "crypto/seal.h"

static const char of_prefix[] = "prefix:"; /* begins the record of a prefix */

/* What is too long for the vault is replaced by its hash; the first `kept` bytes stay. */
static enum flow_code fit_name(struct flow_str *name, size_t kept, struct flow_err *err)
{
    unsigned char hash[FLOW_HASH_LEN];
    struct flow_bytes bytes = {.at = (const unsigned char *)name->text, .len = name->len};
    size_t i;

    if (flow_str_check(name, "the name of a snapshot", err))
        return err->code;
    if (name->len <= FLOW_CACHE_NAME_MAX)
        return FLOW_OK;
    flow_hash(NULL, &bytes, 1, hash);
    flow_str_cut(name, kept);
    flow_str_add(name, "#");
    for (i = 0; i < FLOW_HASH_LEN / 2; i++)
        flow_str_addf(name, "%02x", hash[i]);
    return flow_str_check(name, "the name of a snapshot", err);
}

enum flow_code flow_cache_record(const struct flow_session *session, const struct flow_stage *stage,
                                 const char *prefix, struct flow_str *name, struct flow_err *err)
{
    const struct flow_project *project = flow_session_project(session);

    flow_str_clear(name);
    if (stage != NULL)
        flow_str_addf(name, "%s/%s", project->name, stage->name);
    else
        flow_str_addf(name, "%s%s", of_prefix, prefix);
    return fit_name(name, stage != NULL ? 0 : sizeof of_prefix - 1, err);
}

bool flow_cache_is_prefix(const char *record_name)
{
    return strncmp(record_name, of_prefix, sizeof of_prefix - 1) == 0;
}

enum flow_code flow_cache_source(struct flow_session *session, enum flow_source source,
                                 const struct flow_stage *stage, const char *prefix,
                                 struct flow_str *name, struct flow_err *err)
{
    const struct flow_aws *aws = NULL;

    if (flow_session_aws(session, stage, &aws, err))
        return err->code;
    flow_str_clear(name);
    flow_str_addf(name, "%s %s %s", flow_source_name(source), aws->identity, prefix);
    return flow_str_check(name, "the identity of a snapshot", err);
}

enum flow_code flow_cache_vault(struct flow_session *session, struct flow_vault **ret_vault,
                                struct flow_err *err)
{
    *ret_vault = NULL;
    if (flow_session_options(session)->no_cache)
        return FLOW_OK;
    if (flow_session_vault(session, false, ret_vault, err))
        return err->code == FLOW_E_NOT_FOUND ? FLOW_OK : err->code;
    return FLOW_OK;
}

enum flow_code flow_cache_load(struct flow_vault *vault, const char *name,
                               struct flow_record *record, struct flow_err *err)
{
    flow_record_init(record);
    if (vault == NULL)
        return FLOW_OK;
    if (flow_vault_load(vault, name, record, err) && err->code != FLOW_E_NOT_FOUND)
        return err->code;
    return FLOW_OK;
}
