/*
 * A project as flowenv.ini describes it (DESIGN, section 3), and the user's
 * own settings. Plain data: no I/O; flow_project_parse() works on text.
 *
 * Ownership: the project owns every string in it.
 */
#ifndef FLOW_MODEL_PROJECT_H
#define FLOW_MODEL_PROJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum flow_source { /* what a stage's sources and a --store may name */
                   FLOW_SOURCE_DOTENV,
                   FLOW_SOURCE_SSM,
                   FLOW_SOURCE_LOCAL,
                   FLOW_SOURCE_ENVIRON,
                   FLOW_SOURCE_GITHUB, /* inside Actions read from the environment; elsewhere not in
                                          the view yet */
                   FLOW_SOURCE_VERCEL,
                   FLOW_SOURCE_CLOUDFORMATION,
                   FLOW_SOURCE_COUNT
};
const char *flow_source_name(enum flow_source source);
bool flow_source_parse(const char *text, enum flow_source *ret_source);

struct flow_stage {
    char *name;
    char *branch; /* NULL: none */
    char *prefix; /* where its parameters lie, {stage} replaced, no slash at the end; NULL: none */
    char *region; /* NULL: the project's, then AWS's own rules */
    char *aws_profile; /* NULL: AWS's own rules */
    enum flow_source sources[FLOW_SOURCE_COUNT];
    size_t source_count;
    bool is_protected;
    bool live; /* never served from a snapshot while the service can be reached */
};

enum flow_target_kind {
    FLOW_TARGET_LAMBDA,
    FLOW_TARGET_SERVERLESS,
    FLOW_TARGET_APIGATEWAY,
    FLOW_TARGET_VERCEL,
    FLOW_TARGET_GITHUB
};

struct flow_target_config {
    char *name;
    enum flow_target_kind kind;
    char **keys; /* patterns, "!" takes away; none: all */
    size_t key_count;
    char *file; /* NULL, or where `render` writes, {stage} replaced by the caller */
};

/* One rule of [require]: KEY or KEY@stage = rules. */
struct flow_require {
    char *key;
    char *stage; /* NULL: every stage */
    bool secret; /* must be a secret */
    bool integer;
    bool optional;
    char *prefix;        /* NULL, or what the value must begin with */
    char *default_value; /* NULL, or a value that need not be stored */
    unsigned line;
};

struct flow_name_rule { /* [names] KEY = parameter, relative to the prefix or absolute */
    char *key;
    char *param;
};

struct flow_project {
    char *root; /* directory of flowenv.ini, absolute */
    char *name;
    char *prefix; /* with {stage} in it; NULL: none */
    char *region;
    char *default_stage;
    bool has_store; /* store = ... was given */
    enum flow_source store;
    bool dotenv_order_next; /* dotenv_order = next */
    struct flow_stage *stages;
    size_t stage_count;
    struct flow_target_config *targets;
    size_t target_count;
    struct flow_require *requires;
    size_t require_count;
    struct flow_name_rule *names;
    size_t name_count;
};

/* FLOW_E_FORMAT with "FILE:LINE: ..." and, for an unknown word, the nearest right one. */
enum flow_code flow_project_parse(const char *file_name, const char *root, const char *text,
                                  size_t len, struct flow_project **ret_project,
                                  struct flow_err *err);
void flow_project_free(struct flow_project *project);
void flow_project_freep(struct flow_project **project);

/* FLOW_E_NOT_FOUND names the stages there are and the nearest. */
enum flow_code flow_project_stage(const struct flow_project *project, const char *name,
                                  const struct flow_stage **ret_stage, struct flow_err *err);
enum flow_code flow_project_target(const struct flow_project *project, const char *name,
                                   const struct flow_target_config **ret_target,
                                   struct flow_err *err);

/* The user's own settings, from config.ini in the config directory. */
struct flow_settings {
    int64_t max_age_s;    /* 900 */
    int64_t stale_for_s;  /* 86400 */
    char **allowed_names; /* names of T12 that the user lets through */
    size_t allowed_count;
    char *key_file;         /* NULL: key in the config directory */
    char *vault;            /* NULL: vault in the data directory */
    char *endpoint_url_ssm; /* NULL: AWS's */
    char *ca_bundle;        /* NULL: the system's */
    bool require_mlock;
};
void flow_settings_init(struct flow_settings *settings);
enum flow_code flow_settings_parse(const char *file_name, const char *text, size_t len,
                                   struct flow_settings *settings, struct flow_err *err);
void flow_settings_done(struct flow_settings *settings);

#endif
