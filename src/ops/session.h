/*
 * A session: what the work of one command stands on. The world comes in here
 * as parameters (environment, clock, network module), so all of src/ops can be
 * run by a test, without a terminal.
 */
#ifndef FLOW_OPS_SESSION_H
#define FLOW_OPS_SESSION_H

#include <stdbool.h>

#include "aws/settings.h"
#include "base/clock.h"
#include "base/environ.h"
#include "model/project.h"
#include "model/settings.h"
#include "store/remote.h"
#include "store/store.h"
#include "vault/vault.h"

enum flow_freshness {
    FLOW_FRESH_DEFAULT, /* DESIGN, section 5 */
    FLOW_FRESH_REFRESH, /* ask the service, whatever the snapshot's age */
    FLOW_FRESH_OFFLINE  /* never wait for anything */
};

/* What the user said on the command line; NULL or zero: not said. */
struct flow_session_options {
    const char
        *directory; /* where the search for flowenv.ini begins; NULL: the working directory */
    const char
        *vault_path; /* --vault, then FLOWENV_VAULT, then config.ini, then the data directory */
    const char *key_file; /* --key-file, then FLOWENV_KEY_FILE, config.ini, the config directory */
    const char *store;    /* --store, then FLOWENV_STORE, then the project's, then ssm */
    const char *profile, *region, *endpoint_url;
    enum flow_freshness freshness;
    bool accept_rollback;
    bool no_cache; /* no snapshots read or written; in CI (CI set) unless FLOWENV_CACHE=1 */
};

/* Everything that reaches out of the process. */
struct flow_session_world {
    const struct flow_environ *env;
    const struct flow_clock *clock;
    /* Loads the network half; called once, when first needed. */
    enum flow_code (*load_remote)(void *context, const struct flow_remote **ret_remote,
                                  struct flow_err *err);
    /* A sentence for stderr; never holds a value. */
    void (*notice)(void *context, const char *sentence);
    void *context;
};

struct flow_session;

/* Reads flowenv.ini if there is one and config.ini if there is one. Opens nothing else yet. */
enum flow_code flow_session_open(const struct flow_session_world *world,
                                 const struct flow_session_options *options,
                                 struct flow_session **ret_session, struct flow_err *err);
void flow_session_free(struct flow_session *session);
void flow_session_freep(struct flow_session **session);

/* Lent. NULL: no project. */
const struct flow_project *flow_session_project(const struct flow_session *session);
const struct flow_settings *flow_session_settings(const struct flow_session *session);
const struct flow_session_world *flow_session_world(const struct flow_session *session);
const struct flow_session_options *flow_session_options(const struct flow_session *session);

/* FLOW_E_USAGE without a project. name NULL: default_stage, if the command only reads. */
enum flow_code flow_session_stage(struct flow_session *session, const char *name, bool writes,
                                  const struct flow_stage **ret_stage, struct flow_err *err);

/* The stage with the longest prefix that a parameter (or path) lies under; NULL: none. */
const struct flow_stage *flow_session_covering(const struct flow_session *session,
                                               const char *name);

/* Opens the vault when first asked; create as in vault.h. FLOW_E_NOT_FOUND: none, and create is
 * false. */
enum flow_code flow_session_vault(struct flow_session *session, bool create,
                                  struct flow_vault **ret_vault, struct flow_err *err);

/* The store that get, put, list, rm and history work on: --store and so on. */
enum flow_code flow_session_default_source(struct flow_session *session,
                                           enum flow_source *ret_source, struct flow_err *err);

/*
 * What a source of a stage is read from: the local store stands in for ssm
 * where it was chosen outright (--store, FLOWENV_STORE, store = local).
 */
enum flow_code flow_session_source(struct flow_session *session, enum flow_source source,
                                   enum flow_source *ret_source, struct flow_err *err);

/*
 * Opens a store for a stage (NULL: none). Lent until the session is freed; the
 * second call with the same arguments gives the same store. ssm: loads the
 * network half and resolves credentials. local: makes the vault where there is
 * none if writes, else FLOW_E_NOT_FOUND. github: inside a workflow only.
 */
enum flow_code flow_session_store(struct flow_session *session, enum flow_source source,
                                  const struct flow_stage *stage, bool writes,
                                  struct flow_store **ret_store, struct flow_err *err);

/* A sentence for the user, through the world. */
void flow_session_notice(const struct flow_session *session, const char *format, ...)
    FLOW_PRINTF(2, 3);

/* True inside a GitHub Actions job. */
bool flow_session_in_workflow(const struct flow_session *session);

/* AWS's settings for a stage (NULL: none), without the network half; lent. */
enum flow_code flow_session_aws(struct flow_session *session, const struct flow_stage *stage,
                                const struct flow_aws **ret_aws, struct flow_err *err);

#endif
