#include "model/project.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "model/field.h"
#include "model/settings.h"
#include "text/ini.h"
#include "text/names.h"

enum { PREFIX_MAX = 1011 }; /* bytes: the longest name of a parameter */

enum section {
    SECTION_NONE,
    SECTION_PROJECT,
    SECTION_STAGE,
    SECTION_TARGET,
    SECTION_REQUIRE,
    SECTION_NAMES
};

/* One parse. The stage or target at work is the last of its list. */
struct parse {
    struct flow_project *project;
    size_t stage_cap, target_cap, require_cap, name_cap;
    enum section section;
    unsigned default_stage_line;
    unsigned target_line; /* of the last section [target.NAME] */
    bool has_kind;        /* it has said its kind */
};

/* --- words ------------------------------------------------------------------ */

/* {stage} is the only thing in braces. */
static enum flow_code check_braces(const char *text, struct flow_err *err)
{
    static const char mark[] = "{stage}";

    for (; (text = strpbrk(text, "{}")) != NULL; text += sizeof mark - 1)
        if (strncmp(text, mark, sizeof mark - 1) != 0)
            return flow_err_set(err, FLOW_E_FORMAT, "only {stage} may stand in braces");
    return FLOW_OK;
}

static enum flow_code read_region(void *member, const char *value, struct flow_err *err)
{
    if (!flow_name_is_region(value))
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is no region; one looks like us-east-1",
                            value);
    return flow_field_text(member, value, err);
}

static enum flow_code read_prefix(void *member, const char *value, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str filled = FLOW_STR_INIT(PREFIX_MAX);

    flow_stage_fill(value, "stage", &filled);
    if (check_braces(value, err) || flow_str_check(&filled, "the prefix", err) ||
        flow_name_check_prefix(filled.text, err))
        return err->code;
    return flow_field_text(member, value, err);
}

static enum flow_code read_name(void *member, const char *value, struct flow_err *err)
{
    return flow_stage_check_name(value, err) ? err->code : flow_field_text(member, value, err);
}

static enum flow_code find_source(const char *word, enum flow_source *ret_source,
                                  struct flow_err *err)
{
    const char *names[FLOW_SOURCE_COUNT];
    size_t i;

    if (flow_source_parse(word, ret_source))
        return FLOW_OK;
    for (i = 0; i < FLOW_SOURCE_COUNT; i++)
        names[i] = flow_source_name((enum flow_source)i);
    return flow_field_no_such(err, FLOW_E_FORMAT, "source", word, names, FLOW_SOURCE_COUNT);
}

/* --- [project] and [stage.NAME] ------------------------------------------------ */

static enum flow_code read_store(void *member, const char *value, struct flow_err *err)
{
    struct flow_project *project = member;

    if (find_source(value, &project->store, err))
        return err->code;
    if (project->store != FLOW_SOURCE_SSM && project->store != FLOW_SOURCE_LOCAL)
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is no store to put into; write ssm or local",
                            value);
    project->has_store = true;
    return FLOW_OK;
}

static enum flow_code read_order(void *member, const char *value, struct flow_err *err)
{
    static const char *const orders[] = {"vite", "next"};
    bool *is_next = member;

    *is_next = strcmp(value, "next") == 0;
    if (!*is_next && strcmp(value, "vite") != 0)
        return flow_field_no_such(err, FLOW_E_FORMAT, "order", value, orders, FLOW_COUNT(orders));
    return FLOW_OK;
}

static enum flow_code add_source(void *context, const char *word, struct flow_err *err)
{
    struct flow_stage *stage = context;
    enum flow_source source;
    size_t i;

    if (find_source(word, &source, err))
        return err->code;
    for (i = 0; i < stage->source_count; i++)
        if (stage->sources[i] == source)
            return flow_err_set(err, FLOW_E_FORMAT, "'%s' is given twice", word);
    stage->sources[stage->source_count++] = source;
    return FLOW_OK;
}

static enum flow_code read_sources(void *member, const char *value, struct flow_err *err)
{
    struct flow_stage *stage = member;

    if (flow_field_each(value, add_source, stage, err))
        return err->code;
    if (stage->source_count == 0)
        return flow_err_set(err, FLOW_E_FORMAT, "no value after '='");
    return FLOW_OK;
}

#define AT(member) offsetof(struct flow_project, member)
static const struct flow_field project_fields[] = {
    {"name", flow_field_text, AT(name)},
    {"prefix", read_prefix, AT(prefix)},
    {"region", read_region, AT(region)},
    {"default_stage", read_name, AT(default_stage)},
    {"store", read_store, 0},
    {"dotenv_order", read_order, AT(dotenv_order_next)},
};
#undef AT

#define AT(member) offsetof(struct flow_stage, member)
static const struct flow_field stage_fields[] = {
    {"branch", flow_field_text, AT(branch)},
    {"sources", read_sources, 0},
    {"protected", flow_field_bool, AT(is_protected)},
    {"live", flow_field_bool, AT(live)},
    {"region", read_region, AT(region)},
    {"aws_profile", flow_field_text, AT(aws_profile)},
    {"prefix", read_prefix, AT(prefix)},
};
#undef AT

/* --- [target.NAME] --------------------------------------------------------------- */

static enum flow_code read_kind(void *member, const char *value, struct flow_err *err)
{
    enum flow_target_kind *kind = member;
    const char *names[FLOW_TARGET_KIND_COUNT];
    size_t i;

    if (flow_target_kind_parse(value, kind))
        return FLOW_OK;
    for (i = 0; i < FLOW_TARGET_KIND_COUNT; i++)
        names[i] = flow_target_kind_name((enum flow_target_kind)i);
    return flow_field_no_such(err, FLOW_E_FORMAT, "kind", value, names, FLOW_TARGET_KIND_COUNT);
}

static enum flow_code add_pattern(void *context, const char *word, struct flow_err *err)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.-*?";
    struct flow_target_config *target = context;
    const char *pattern = word[0] == '!' ? word + 1 : word;

    if (pattern[0] == '\0' || pattern[strspn(pattern, allowed)] != '\0')
        return flow_err_set(err, FLOW_E_FORMAT,
                            "'%s' is no pattern; write a key, with * and ?, after ! to leave out",
                            word);
    return flow_field_add_word(&target->keys, &target->key_count, word, err);
}

static enum flow_code read_patterns(void *member, const char *value, struct flow_err *err)
{
    return flow_field_each(value, add_pattern, member, err);
}

/* Below the root: whoever wrote the project file may not choose other places (T17). */
static enum flow_code read_file(void *member, const char *value, struct flow_err *err)
{
    const char *at = value;
    size_t len;

    if (value[0] == '/' || value[0] == '~')
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is not below the project's folder", value);
    for (;; at += len + 1) {
        len = strcspn(at, "/");
        if (len == 2 && at[0] == '.' && at[1] == '.')
            return flow_err_set(err, FLOW_E_FORMAT, "'%s' leaves the project's folder", value);
        if (at[len] == '\0')
            break;
    }
    return check_braces(value, err) ? err->code : flow_field_text(member, value, err);
}

#define AT(member) offsetof(struct flow_target_config, member)
static const struct flow_field target_fields[] = {
    {"kind", read_kind, AT(kind)},
    {"keys", read_patterns, 0},
    {"file", read_file, AT(file)},
};
#undef AT

/* --- [require] and [names] --------------------------------------------------------- */

static enum flow_code add_require(struct parse *parse, const char *key, const char *value,
                                  unsigned line, struct flow_err *err)
{
    struct flow_project *project = parse->project;
    struct flow_require *require;

    if (FLOW_LIST_GROW(project->requires, project->require_count, parse->require_cap))
        return flow_err_nomem(err);
    require = &project->requires[project->require_count++];
    *require = (struct flow_require){.line = line};
    return flow_require_parse(key, value, require, err);
}

/* A parameter's name; one that is relative is checked as it would stand under a prefix. */
static enum flow_code check_param(const char *param, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(PREFIX_MAX);

    flow_str_addf(&name, "%s%s", param[0] == '/' ? "" : "/", param);
    return flow_str_check(&name, "the name", err) ? err->code
                                                  : flow_name_check_param(name.text, err);
}

static enum flow_code add_name(struct parse *parse, const char *key, const char *value,
                               struct flow_err *err)
{
    struct flow_project *project = parse->project;
    struct flow_name_rule *rule;
    size_t i;

    for (i = 0; i < project->name_count; i++)
        if (strcmp(project->names[i].param, value) == 0)
            return flow_err_set(err, FLOW_E_FORMAT, "'%s' is the parameter of %s already", value,
                                project->names[i].key);
    if (FLOW_LIST_GROW(project->names, project->name_count, parse->name_cap))
        return flow_err_nomem(err);
    rule = &project->names[project->name_count++];
    *rule = (struct flow_name_rule){0};
    if (flow_field_text(&rule->key, key, err) || flow_field_text(&rule->param, value, err))
        return err->code;
    if (!flow_name_is_dotenv_key(key))
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is no key", key);
    return check_param(value, err);
}

/* --- sections ------------------------------------------------------------------------ */

static enum flow_code add_stage(struct parse *parse, const char *name, struct flow_err *err)
{
    struct flow_project *project = parse->project;
    struct flow_stage *stage;

    if (FLOW_LIST_GROW(project->stages, project->stage_count, parse->stage_cap))
        return flow_err_nomem(err);
    stage = &project->stages[project->stage_count++];
    *stage = (struct flow_stage){0};
    parse->section = SECTION_STAGE;
    return read_name(&stage->name, name, err);
}

/* A target that ends without its kind can't be rendered. */
static enum flow_code end_target(struct parse *parse, struct flow_err *err)
{
    if (parse->section != SECTION_TARGET || parse->has_kind)
        return FLOW_OK;
    return flow_err_set(err, FLOW_E_FORMAT, "[target.%s], which began on line %u, has no kind",
                        parse->project->targets[parse->project->target_count - 1].name,
                        parse->target_line);
}

static enum flow_code add_target(struct parse *parse, const char *name, unsigned line,
                                 struct flow_err *err)
{
    struct flow_project *project = parse->project;
    struct flow_target_config *target;

    if (FLOW_LIST_GROW(project->targets, project->target_count, parse->target_cap))
        return flow_err_nomem(err);
    target = &project->targets[project->target_count++];
    *target = (struct flow_target_config){0};
    parse->section = SECTION_TARGET;
    parse->target_line = line;
    parse->has_kind = false;
    return read_name(&target->name, name, err);
}

static enum flow_code begin_section(struct parse *parse, const char *section, unsigned line,
                                    struct flow_err *err)
{
    static const char *const sections[] = {"project", "stage.NAME", "target.NAME", "require",
                                           "names"};

    if (end_target(parse, err))
        return err->code;
    if (strncmp(section, "stage.", 6) == 0)
        return add_stage(parse, section + 6, err);
    if (strncmp(section, "target.", 7) == 0)
        return add_target(parse, section + 7, line, err);
    if (strcmp(section, "project") == 0)
        parse->section = SECTION_PROJECT;
    else if (strcmp(section, "require") == 0)
        parse->section = SECTION_REQUIRE;
    else if (strcmp(section, "names") == 0)
        parse->section = SECTION_NAMES;
    else
        return flow_field_no_such(err, FLOW_E_FORMAT, "section", section, sections,
                                  FLOW_COUNT(sections));
    return FLOW_OK;
}

/* --- keys ------------------------------------------------------------------------------ */

/* What decides where requests and credentials go is never read from a project (T17). */
static const char *foreign_place(const char *key)
{
    static const struct {
        const char *word, *place;
    } places[] = {
        {"endpoint", "AWS_ENDPOINT_URL or your own config.ini"},
        {"proxy", "https_proxy in your own environment"},
        {"ca_", "your own config.ini"},
        {"credential", "your own ~/.aws/config"},
        {"access_key", "your own ~/.aws/credentials"},
        {"token", "your own environment"},
    };
    size_t i;

    if (flow_settings_has(key))
        return "your own config.ini";
    for (i = 0; i < FLOW_COUNT(places); i++)
        if (strstr(key, places[i].word) != NULL)
            return places[i].place;
    return NULL;
}

static enum flow_code set_field(const struct flow_field *fields, size_t count, void *object,
                                const char *key, const char *value, struct flow_err *err)
{
    const struct flow_field *field = flow_field_find(fields, count, key);
    const char *place = field == NULL ? foreign_place(key) : NULL;

    if (place != NULL)
        return flow_err_set(err, FLOW_E_FORMAT,
                            "'%s' is not for a project file, which others write; it belongs in %s",
                            key, place);
    if (field == NULL)
        return flow_field_unknown(fields, count, key, err);
    if (field->read((char *)object + field->offset, value, err))
        return flow_err_wrap(err, "%s", key);
    return FLOW_OK;
}

static enum flow_code take_key(struct parse *parse, const char *key, const char *value,
                               unsigned line, struct flow_err *err)
{
    struct flow_project *project = parse->project;

    switch (parse->section) {
    case SECTION_PROJECT:
        if (strcmp(key, "default_stage") == 0)
            parse->default_stage_line = line;
        return set_field(project_fields, FLOW_COUNT(project_fields), project, key, value, err);
    case SECTION_STAGE:
        return set_field(stage_fields, FLOW_COUNT(stage_fields),
                         &project->stages[project->stage_count - 1], key, value, err);
    case SECTION_TARGET:
        parse->has_kind = parse->has_kind || strcmp(key, "kind") == 0;
        return set_field(target_fields, FLOW_COUNT(target_fields),
                         &project->targets[project->target_count - 1], key, value, err);
    case SECTION_REQUIRE:
        return add_require(parse, key, value, line, err) ? flow_err_wrap(err, "%s", key) : FLOW_OK;
    case SECTION_NAMES:
        return add_name(parse, key, value, err) ? flow_err_wrap(err, "%s", key) : FLOW_OK;
    case SECTION_NONE:
        break;
    }
    return flow_err_set(err, FLOW_E_FORMAT,
                        "'%s' stands before the first section; begin with "
                        "[project]",
                        key);
}

static enum flow_code take_item(void *context, const char *section, const char *key,
                                const char *value, unsigned line, struct flow_err *err)
{
    struct parse *parse = context;

    return key == NULL ? begin_section(parse, section, line, err)
                       : take_key(parse, key, value, line, err);
}

/* --- what only the whole file can tell --------------------------------------------------- */

static enum flow_code finish_stage(const struct flow_project *project, struct flow_stage *stage,
                                   struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str prefix = FLOW_STR_INIT(PREFIX_MAX);
    const char *pattern = stage->prefix != NULL ? stage->prefix : project->prefix;

    if (stage->source_count == 0) {
        stage->sources[stage->source_count++] = FLOW_SOURCE_DOTENV;
        stage->sources[stage->source_count++] =
            project->has_store ? project->store : FLOW_SOURCE_SSM;
    }
    if (pattern == NULL)
        return FLOW_OK;
    flow_stage_fill(pattern, stage->name, &prefix);
    if (flow_str_check(&prefix, "the prefix", err) || flow_name_check_prefix(prefix.text, err))
        return flow_err_wrap(err, "stage %s", stage->name);
    free(stage->prefix);
    stage->prefix = flow_str_take(&prefix);
    return stage->prefix != NULL ? FLOW_OK : flow_err_nomem(err);
}

/* name, which line of the file gave, is NULL or a stage. */
static enum flow_code need_stage(const struct flow_project *project, const char *name,
                                 const char *file_name, unsigned line, struct flow_err *err)
{
    const struct flow_stage *stage;

    if (name == NULL || flow_project_stage(project, name, &stage, err) == FLOW_OK)
        return FLOW_OK;
    return flow_err_wrap(err, "%s:%u", file_name, line);
}

static enum flow_code finish(struct parse *parse, const char *file_name, struct flow_err *err)
{
    struct flow_project *project = parse->project;
    size_t i;

    if (end_target(parse, err))
        return flow_err_wrap(err, "%s:%u", file_name, parse->target_line);
    if (need_stage(project, project->default_stage, file_name, parse->default_stage_line, err))
        return err->code;
    for (i = 0; i < project->require_count; i++)
        if (need_stage(project, project->requires[i].stage, file_name, project->requires[i].line,
                       err))
            return err->code;
    for (i = 0; i < project->stage_count; i++)
        if (finish_stage(project, &project->stages[i], err))
            return flow_err_wrap(err, "%s", file_name);
    return FLOW_OK;
}

enum flow_code flow_project_parse(const char *file_name, const char *root, const char *text,
                                  size_t len, struct flow_project **ret_project,
                                  struct flow_err *err)
{
    FLOW_CLEANUP(flow_project_freep)
    struct flow_project *project = calloc(1, sizeof *project);
    struct parse parse = {.project = project};

    if (project == NULL || (project->root = strdup(root)) == NULL)
        return flow_err_nomem(err);
    if (flow_ini_parse(file_name, text, len, take_item, &parse, err) ||
        finish(&parse, file_name, err)) {
        /* A bad name is the file's fault here, whatever it is to those who check names. */
        if (err->code == FLOW_E_USAGE || err->code == FLOW_E_NOT_FOUND)
            err->code = FLOW_E_FORMAT;
        return err->code;
    }
    *ret_project = FLOW_TAKE(project);
    return FLOW_OK;
}
