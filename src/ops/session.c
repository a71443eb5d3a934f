#include "ops/session.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/list.h"
#include "base/path.h"
#include "store/environ.h"
#include "store/local.h"
#include "text/ini.h"
#include "text/names.h"

static const char project_file[] = "flowenv.ini", settings_file[] = "config.ini";

struct opened_store {
    enum flow_source source;
    const struct flow_stage *stage;
    struct flow_store *store;
};

struct opened_aws {
    const struct flow_stage *stage;
    struct flow_aws *aws;
};

struct flow_session {
    struct flow_session_world world;
    struct flow_session_options options;
    struct flow_project *project; /* NULL: none */
    struct flow_settings settings;
    const struct flow_remote *remote; /* NULL: not loaded yet */
    struct flow_vault *vault;         /* NULL: not opened yet */
    struct opened_store *stores;
    size_t store_count, store_cap;
    struct opened_aws *aws;
    size_t aws_count, aws_cap;
    const char *told_endpoint; /* lent by aws; NULL: none yet */
};

void flow_session_notice(const struct flow_session *session, const char *format, ...)
{
    char sentence[FLOW_ERR_TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    session->world.notice(session->world.context, sentence);
}

/* --- what lies on disk: flowenv.ini, config.ini -------------------------------- */

static enum flow_code read_project(struct flow_session *session, struct flow_err *err)
{
    const char *start = session->options.directory;
    FLOW_CLEANUP(flow_str_done) struct flow_str root = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INI_FILE_MAX);
    struct flow_file_want want = {.path = project_file, .max = FLOW_INI_FILE_MAX};

    if (flow_path_find_up(session->world.env, start != NULL ? start : ".", project_file,
                          session->settings.trusted_dirs, session->settings.trusted_count, &root,
                          err)) {
        if (err->code != FLOW_E_NOT_FOUND || start != NULL)
            return err->code;
        return FLOW_OK; /* much works without a project */
    }
    want.root = root.text;
    if (flow_file_read(&want, &text, err))
        return err->code;
    return flow_project_parse(project_file, root.text, text.text, text.len, &session->project, err);
}

static enum flow_code read_settings(struct flow_session *session, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INI_FILE_MAX);
    struct flow_file_want want = {.max = FLOW_INI_FILE_MAX};

    if (flow_path_user(session->world.env, FLOW_DIR_CONFIG, NULL, &path, err))
        return err->code == FLOW_E_NOT_FOUND ? FLOW_OK : err->code;
    if (flow_path_check_believed(path.text, settings_file, err))
        return err->code;
    flow_str_addf(&path, "/%s", settings_file);
    if (flow_str_check(&path, "a path", err))
        return err->code;
    want.path = path.text;
    if (flow_file_read(&want, &text, err))
        return err->code == FLOW_E_NOT_FOUND ? FLOW_OK : err->code;
    return flow_settings_parse(path.text, text.text, text.len, &session->settings, err);
}

/* In CI nothing is kept on disk unless that was asked for. */
static bool caching_is_off(const struct flow_environ *env)
{
    const char *wanted = flow_environ_text(env, "FLOWENV_CACHE");

    if (wanted != NULL)
        return strcmp(wanted, "1") != 0;
    return flow_environ_text(env, "CI") != NULL;
}

enum flow_code flow_session_open(const struct flow_session_world *world,
                                 const struct flow_session_options *options,
                                 struct flow_session **ret_session, struct flow_err *err)
{
    FLOW_CLEANUP(flow_session_freep) struct flow_session *session = calloc(1, sizeof *session);

    if (session == NULL)
        return flow_err_nomem(err);
    session->world = *world;
    session->options = *options;
    flow_settings_init(&session->settings);
    if (caching_is_off(world->env))
        session->options.no_cache = true;
    if (read_settings(session, err) || read_project(session, err))
        return err->code;
    *ret_session = FLOW_TAKE(session);
    return FLOW_OK;
}

void flow_session_free(struct flow_session *session)
{
    size_t i;

    if (session == NULL)
        return;
    for (i = 0; i < session->store_count; i++)
        flow_store_free(session->stores[i].store);
    for (i = 0; i < session->aws_count; i++)
        flow_aws_free(session->aws[i].aws);
    free(session->stores);
    free(session->aws);
    flow_vault_free(session->vault);
    flow_settings_done(&session->settings);
    flow_project_free(session->project);
    free(session);
}

void flow_session_freep(struct flow_session **session)
{
    flow_session_free(*session);
    *session = NULL;
}

const struct flow_project *flow_session_project(const struct flow_session *session)
{
    return session->project;
}

const struct flow_settings *flow_session_settings(const struct flow_session *session)
{
    return &session->settings;
}

const struct flow_session_world *flow_session_world(const struct flow_session *session)
{
    return &session->world;
}

const struct flow_session_options *flow_session_options(const struct flow_session *session)
{
    return &session->options;
}

bool flow_session_in_workflow(const struct flow_session *session)
{
    return flow_environ_text(session->world.env, "GITHUB_ACTIONS") != NULL;
}

enum flow_code flow_session_stage(struct flow_session *session, const char *name, bool writes,
                                  const struct flow_stage **ret_stage, struct flow_err *err)
{
    if (session->project == NULL)
        return flow_err_set(err, FLOW_E_USAGE,
                            "no %s here or in a parent directory; run `flowenv init`, or name a "
                            "--prefix or an --env-file",
                            project_file);
    if (name == NULL && writes)
        return flow_err_set(err, FLOW_E_USAGE, "a write names its stage; say --stage NAME");
    if (name == NULL)
        name = session->project->default_stage;
    if (name == NULL)
        return flow_err_set(err, FLOW_E_USAGE,
                            "which stage? say --stage NAME, or set default_stage in %s",
                            project_file);
    return flow_project_stage(session->project, name, ret_stage, err);
}

const struct flow_stage *flow_session_covering(const struct flow_session *session, const char *name)
{
    size_t i, longest = 0, stages = session->project != NULL ? session->project->stage_count : 0;
    const struct flow_stage *covering = NULL;

    for (i = 0; i < stages; i++) {
        const struct flow_stage *stage = &session->project->stages[i];
        size_t len = stage->prefix != NULL ? strlen(stage->prefix) : 0;

        if (len > longest &&
            (strcmp(name, stage->prefix) == 0 || flow_name_is_under(name, stage->prefix))) {
            covering = stage;
            longest = len;
        }
    }
    return covering;
}

/* --- the vault ------------------------------------------------------------------- */

/* The first of: the option, the variable, the setting, NAME in the user's directory. */
static enum flow_code choose_path(const struct flow_session *session, const char *option,
                                  const char *variable, const char *setting, enum flow_dir dir,
                                  const char *name, struct flow_str *path, struct flow_err *err)
{
    const char *chosen = option != NULL ? option : flow_environ_text(session->world.env, variable);

    if (chosen == NULL)
        chosen = setting;
    if (chosen == NULL)
        return flow_path_user(session->world.env, dir, name, path, err);
    flow_str_clear(path);
    flow_str_add(path, chosen);
    return flow_str_check(path, "a path", err);
}

/* Where the home directory is a project, the usual place of the key lies in it: that is no fault.
 */
static bool is_usual_key(const struct flow_session *session, const char *path)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str usual = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_err ignored = FLOW_ERR_INIT;

    return flow_path_user(session->world.env, FLOW_DIR_CONFIG, "key", &usual, &ignored) ==
               FLOW_OK &&
           strcmp(usual.text, path) == 0;
}

static void pass_notice(void *context, const char *sentence)
{
    const struct flow_session *session = context;

    session->world.notice(session->world.context, sentence);
}

enum flow_code flow_session_vault(struct flow_session *session, bool create,
                                  struct flow_vault **ret_vault, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str key = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str state = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_vault_options options = {.clock = session->world.clock,
                                         .create = create,
                                         .accept_rollback = session->options.accept_rollback,
                                         .notice = pass_notice,
                                         .notice_context = session};

    if (session->vault == NULL) {
        if (choose_path(session, session->options.vault_path, "FLOWENV_VAULT",
                        session->settings.vault, FLOW_DIR_DATA, "vault.fenv", &path, err) ||
            choose_path(session, session->options.key_file, "FLOWENV_KEY_FILE",
                        session->settings.key_file, FLOW_DIR_CONFIG, "key", &key, err) ||
            flow_path_user(session->world.env, FLOW_DIR_STATE, "vaults", &state, err))
            return err->code;
        options.path = path.text;
        options.key_file = key.text;
        if (session->project != NULL && !is_usual_key(session, key.text))
            options.key_not_in = session->project->root;
        options.state_dir = state.text;
        if (flow_vault_open(&options, &session->vault, err))
            return err->code;
    }
    *ret_vault = session->vault;
    return FLOW_OK;
}

/* --- stores ------------------------------------------------------------------------ */

enum flow_code flow_session_default_source(struct flow_session *session,
                                           enum flow_source *ret_source, struct flow_err *err)
{
    const char *name = session->options.store;

    if (name == NULL)
        name = flow_environ_text(session->world.env, "FLOWENV_STORE");
    if (name == NULL) {
        bool chosen = session->project != NULL && session->project->has_store;

        *ret_source = chosen ? session->project->store : FLOW_SOURCE_SSM;
        return FLOW_OK;
    }
    if (!flow_source_parse(name, ret_source) ||
        (*ret_source != FLOW_SOURCE_SSM && *ret_source != FLOW_SOURCE_LOCAL))
        return flow_err_set(err, FLOW_E_USAGE, "no store '%s'; parameters lie in ssm or local",
                            name);
    return FLOW_OK;
}

enum flow_code flow_session_source(struct flow_session *session, enum flow_source source,
                                   enum flow_source *ret_source, struct flow_err *err)
{
    *ret_source = source;
    return source == FLOW_SOURCE_SSM ? flow_session_default_source(session, ret_source, err)
                                     : FLOW_OK;
}

enum flow_code flow_session_aws(struct flow_session *session, const struct flow_stage *stage,
                                const struct flow_aws **ret_aws, struct flow_err *err)
{
    const struct flow_session_options *said = &session->options;
    struct flow_aws_options options = {.profile = said->profile,
                                       .region = said->region,
                                       .endpoint_url = said->endpoint_url,
                                       .ca_bundle = session->settings.ca_bundle};
    struct flow_aws *aws = NULL;
    size_t i;

    for (i = 0; i < session->aws_count; i++)
        if (session->aws[i].stage == stage) {
            *ret_aws = session->aws[i].aws;
            return FLOW_OK;
        }
    if (session->project != NULL)
        options.fallback_region = session->project->region;
    if (stage != NULL && stage->region != NULL && options.region == NULL)
        options.region = stage->region;
    if (stage != NULL && stage->aws_profile != NULL && options.profile == NULL)
        options.profile = stage->aws_profile;
    if (options.endpoint_url == NULL &&
        flow_environ_text(session->world.env, "AWS_ENDPOINT_URL_SSM") == NULL &&
        flow_environ_text(session->world.env, "AWS_ENDPOINT_URL") == NULL)
        options.endpoint_url = session->settings.endpoint_url_ssm;
    if (FLOW_LIST_GROW(session->aws, session->aws_count, session->aws_cap))
        return flow_err_nomem(err);
    if (flow_aws_resolve(session->world.env, &options, &aws, err))
        return err->code;
    session->aws[session->aws_count++] = (struct opened_aws){stage, aws};
    *ret_aws = aws;
    return FLOW_OK;
}

/* T22: where credentials go if not to AWS, told once. */
static void say_endpoint(struct flow_session *session, const struct flow_aws *aws)
{
    if (!aws->endpoint_is_chosen ||
        (session->told_endpoint != NULL && strcmp(session->told_endpoint, aws->endpoint_url) == 0))
        return;
    session->told_endpoint = aws->endpoint_url;
    flow_session_notice(session, "asking %s in place of AWS's own endpoint", aws->endpoint_url);
}

static enum flow_code open_ssm(struct flow_session *session, const struct flow_stage *stage,
                               struct flow_store **ret_store, struct flow_err *err)
{
    const struct flow_notice notice = {session->world.notice, session->world.context};
    const struct flow_aws *aws = NULL;

    if (flow_session_aws(session, stage, &aws, err))
        return err->code;
    if (session->remote == NULL &&
        session->world.load_remote(session->world.context, &session->remote, err))
        return err->code;
    say_endpoint(session, aws);
    return session->remote->open_ssm(aws, session->world.clock, &notice, ret_store, err);
}

static enum flow_code open_local(struct flow_session *session, bool writes,
                                 struct flow_store **ret_store, struct flow_err *err)
{
    struct flow_vault *vault = NULL;

    if (flow_session_vault(session, writes, &vault, err)) {
        if (err->code == FLOW_E_NOT_FOUND && !writes)
            return flow_err_wrap(err, "the local store is empty");
        return err->code;
    }
    return flow_local_open(vault, session->world.clock, ret_store, err);
}

/* Inside a workflow GitHub's secrets are variables, those of a stage with its suffix. */
static enum flow_code open_github(struct flow_session *session, const struct flow_stage *stage,
                                  struct flow_store **ret_store, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str suffix = FLOW_STR_INIT(256);
    const char *p;

    flow_str_add(&suffix, "_");
    for (p = stage->name; *p != '\0'; p++)
        flow_str_add_char(&suffix,
                          isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_');
    if (flow_str_check(&suffix, "the stage's suffix", err))
        return err->code;
    return flow_environ_store_open(session->world.env, suffix.text, ret_store, err);
}

static enum flow_code open_store(struct flow_session *session, enum flow_source source,
                                 const struct flow_stage *stage, bool writes,
                                 struct flow_store **ret_store, struct flow_err *err)
{
    switch (source) {
    case FLOW_SOURCE_SSM:
        return open_ssm(session, stage, ret_store, err);
    case FLOW_SOURCE_LOCAL:
        return open_local(session, writes, ret_store, err);
    case FLOW_SOURCE_ENVIRON:
        return flow_environ_store_open(session->world.env, NULL, ret_store, err);
    case FLOW_SOURCE_GITHUB:
        return open_github(session, stage, ret_store, err);
    default:
        return flow_err_set(err, FLOW_E_USAGE,
                            "this version cannot read from %s; take it out of the stage's sources",
                            flow_source_name(source));
    }
}

enum flow_code flow_session_store(struct flow_session *session, enum flow_source source,
                                  const struct flow_stage *stage, bool writes,
                                  struct flow_store **ret_store, struct flow_err *err)
{
    struct flow_store *store = NULL;
    size_t i;

    if (source == FLOW_SOURCE_LOCAL)
        stage = NULL; /* one store for all stages */
    for (i = 0; i < session->store_count; i++)
        if (session->stores[i].source == source && session->stores[i].stage == stage) {
            *ret_store = session->stores[i].store;
            return FLOW_OK;
        }
    if (FLOW_LIST_GROW(session->stores, session->store_count, session->store_cap))
        return flow_err_nomem(err);
    if (open_store(session, source, stage, writes, &store, err))
        return err->code;
    session->stores[session->store_count++] = (struct opened_store){source, stage, store};
    *ret_store = store;
    return FLOW_OK;
}
