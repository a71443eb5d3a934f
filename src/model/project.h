/*
 * A project as flowenv.ini describes it (DESIGN, section 3). Plain data: no
 * I/O; flow_project_parse() works on text.
 *
 * Ownership: the project owns every string in it.
 * Defaults:  a stage without `sources` has dotenv, then the project's store:
 *            ssm, or local where [project] says `store = local`.
 * Trust:     whoever wrote the file can choose names, never where requests or
 *            credentials go: endpoints, proxies, key files and the like are an
 *            error that says where they belong, and `file` of a target stays
 *            below the project's root (T17).
 */
#ifndef FLOW_MODEL_PROJECT_H
#define FLOW_MODEL_PROJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "model/require.h"

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

enum { FLOW_STAGE_NAME_MAX = 40 }; /* bytes; [a-z0-9][a-z0-9-]* */

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
/* FLOW_E_USAGE, FLOW_E_LIMIT: no name for a stage or a target. */
enum flow_code flow_stage_check_name(const char *name, struct flow_err *err);
/* Appends pattern with each {stage} replaced: for a target's file. */
void flow_stage_fill(const char *pattern, const char *stage, struct flow_str *out);

enum flow_target_kind {
    FLOW_TARGET_LAMBDA,
    FLOW_TARGET_SERVERLESS,
    FLOW_TARGET_APIGATEWAY,
    FLOW_TARGET_VERCEL,
    FLOW_TARGET_GITHUB,
    FLOW_TARGET_KIND_COUNT
};
const char *flow_target_kind_name(enum flow_target_kind kind);
bool flow_target_kind_parse(const char *text, enum flow_target_kind *ret_kind);

struct flow_target_config {
    char *name;
    enum flow_target_kind kind;
    char **keys; /* patterns, "!" takes away; none: all */
    size_t key_count;
    char *file; /* NULL, or where `render` writes, {stage} replaced by the caller */
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

/*
 * FLOW_E_FORMAT and FLOW_E_LIMIT with "FILE:LINE: ..." and, for an unknown
 * word, the nearest right one. Beside what text/ini.h refuses: an unknown
 * section, key, rule or word, a stage that is named but not there, a {...}
 * other than {stage}, a target without kind, a rule that contradicts itself.
 */
enum flow_code flow_project_parse(const char *file_name, const char *root, const char *text,
                                  size_t len, struct flow_project **ret_project,
                                  struct flow_err *err);
void flow_project_free(struct flow_project *project);
void flow_project_freep(struct flow_project **project);

/* FLOW_E_NOT_FOUND names those there are and the nearest. */
enum flow_code flow_project_stage(const struct flow_project *project, const char *name,
                                  const struct flow_stage **ret_stage, struct flow_err *err);
enum flow_code flow_project_target(const struct flow_project *project, const char *name,
                                   const struct flow_target_config **ret_target,
                                   struct flow_err *err);

#endif
