/*
 * The vault as a cache of remote stores: which record and which group in it is
 * whose.
 *
 * A record belongs to a stage ("project/stage") or to a prefix
 * ("prefix:/a/b"); a group in it to a store, an identity (endpoint, region,
 * account) and a prefix: "ssm IDENTITY /a/b".
 */
#ifndef FLOW_OPS_CACHE_H
#define FLOW_OPS_CACHE_H

#include "ops/session.h"

enum { FLOW_CACHE_NAME_MAX = 62 }; /* bytes: the vault's limit (THREATS, section 7) */

/* The record's name; what is too long for the vault is replaced by its hash ("prefix:#..."). */
enum flow_code flow_cache_record(const struct flow_session *session, const struct flow_stage *stage,
                                 const char *prefix, struct flow_str *name, struct flow_err *err);

/* True for the record of a prefix, by its name. */
bool flow_cache_is_prefix(const char *record_name);

/* The group's source; with an empty prefix, what all sources of that identity begin with. */
enum flow_code flow_cache_source(struct flow_session *session, enum flow_source source,
                                 const struct flow_stage *stage, const char *prefix,
                                 struct flow_str *name, struct flow_err *err);

/* The vault, or NULL where there is none or no cache is wanted. One that is there but fails is an
 * error. */
enum flow_code flow_cache_vault(struct flow_session *session, struct flow_vault **ret_vault,
                                struct flow_err *err);

/* Loads a record; one that is not there, or a vault that is NULL, gives an empty one. */
enum flow_code flow_cache_load(struct flow_vault *vault, const char *name,
                               struct flow_record *record, struct flow_err *err);

#endif
