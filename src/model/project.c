#include "model/project.h"

#include <stdlib.h>
#include <string.h>

#include "model/field.h"

static const char stage_mark[] = "{stage}";

static const char *const source_names[FLOW_SOURCE_COUNT] = {
    [FLOW_SOURCE_DOTENV] = "dotenv",
    [FLOW_SOURCE_SSM] = "ssm",
    [FLOW_SOURCE_LOCAL] = "local",
    [FLOW_SOURCE_ENVIRON] = "environ",
    [FLOW_SOURCE_GITHUB] = "github",
    [FLOW_SOURCE_VERCEL] = "vercel",
    [FLOW_SOURCE_CLOUDFORMATION] = "cloudformation",
};

static const char *const target_kind_names[FLOW_TARGET_KIND_COUNT] = {
    [FLOW_TARGET_LAMBDA] = "lambda",         [FLOW_TARGET_SERVERLESS] = "serverless",
    [FLOW_TARGET_APIGATEWAY] = "apigateway", [FLOW_TARGET_VERCEL] = "vercel",
    [FLOW_TARGET_GITHUB] = "github",
};

/* The place of text among names, or count. */
static size_t place(const char *const *names, size_t count, const char *text)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            break;
    return i;
}

const char *flow_source_name(enum flow_source source)
{
    return source_names[source];
}

bool flow_source_parse(const char *text, enum flow_source *ret_source)
{
    size_t found = place(source_names, FLOW_SOURCE_COUNT, text);

    if (found == FLOW_SOURCE_COUNT)
        return false;
    *ret_source = (enum flow_source)found;
    return true;
}

const char *flow_target_kind_name(enum flow_target_kind kind)
{
    return target_kind_names[kind];
}

bool flow_target_kind_parse(const char *text, enum flow_target_kind *ret_kind)
{
    size_t found = place(target_kind_names, FLOW_TARGET_KIND_COUNT, text);

    if (found == FLOW_TARGET_KIND_COUNT)
        return false;
    *ret_kind = (enum flow_target_kind)found;
    return true;
}

enum flow_code flow_stage_check_name(const char *name, struct flow_err *err)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (len == 0 || name[0] == '-' || name[len] != '\0')
        return flow_err_set(err, FLOW_E_USAGE,
                            "'%s' is no name; write lower-case letters, digits and dashes", name);
    if (len > FLOW_STAGE_NAME_MAX)
        return flow_err_set(err, FLOW_E_LIMIT, "the name '%s' is longer than %d bytes", name,
                            FLOW_STAGE_NAME_MAX);
    return FLOW_OK;
}

void flow_stage_fill(const char *pattern, const char *stage, struct flow_str *out)
{
    const char *mark;

    while ((mark = strstr(pattern, stage_mark)) != NULL) {
        flow_str_add_bytes(out, pattern, (size_t)(mark - pattern));
        flow_str_add(out, stage);
        pattern = mark + sizeof stage_mark - 1;
    }
    flow_str_add(out, pattern);
}

/* Names of count structs of item_size bytes that begin with their name. */
static enum flow_code no_such(const char *kind, const char *word, const void *items, size_t count,
                              size_t item_size, struct flow_err *err)
{
    const char **names = calloc(count + 1, sizeof *names);
    enum flow_code code;
    size_t i;

    if (names == NULL)
        return flow_err_nomem(err);
    for (i = 0; i < count; i++)
        memcpy(&names[i], (const char *)items + i * item_size, sizeof names[i]);
    code = flow_field_no_such(err, FLOW_E_NOT_FOUND, kind, word, names, count);
    free(names);
    return code;
}

enum flow_code flow_project_stage(const struct flow_project *project, const char *name,
                                  const struct flow_stage **ret_stage, struct flow_err *err)
{
    size_t i;

    for (i = 0; i < project->stage_count; i++) {
        if (strcmp(project->stages[i].name, name) != 0)
            continue;
        *ret_stage = &project->stages[i];
        return FLOW_OK;
    }
    return no_such("stage", name, project->stages, project->stage_count, sizeof *project->stages,
                   err);
}

enum flow_code flow_project_target(const struct flow_project *project, const char *name,
                                   const struct flow_target_config **ret_target,
                                   struct flow_err *err)
{
    size_t i;

    for (i = 0; i < project->target_count; i++) {
        if (strcmp(project->targets[i].name, name) != 0)
            continue;
        *ret_target = &project->targets[i];
        return FLOW_OK;
    }
    return no_such("target", name, project->targets, project->target_count,
                   sizeof *project->targets, err);
}

static void free_stage(struct flow_stage *stage)
{
    free(stage->name);
    free(stage->branch);
    free(stage->prefix);
    free(stage->region);
    free(stage->aws_profile);
}

static void free_target(struct flow_target_config *target)
{
    free(target->name);
    flow_field_free_words(target->keys, target->key_count);
    free(target->file);
}

void flow_project_free(struct flow_project *project)
{
    size_t i;

    if (project == NULL)
        return;
    for (i = 0; i < project->stage_count; i++)
        free_stage(&project->stages[i]);
    for (i = 0; i < project->target_count; i++)
        free_target(&project->targets[i]);
    for (i = 0; i < project->require_count; i++)
        flow_require_done(&project->requires[i]);
    for (i = 0; i < project->name_count; i++) {
        free(project->names[i].key);
        free(project->names[i].param);
    }
    free(project->stages);
    free(project->targets);
    free(project->requires);
    free(project->names);
    free(project->root);
    free(project->name);
    free(project->prefix);
    free(project->region);
    free(project->default_stage);
    free(project);
}

void flow_project_freep(struct flow_project **project)
{
    flow_project_free(*project);
    *project = NULL;
}
