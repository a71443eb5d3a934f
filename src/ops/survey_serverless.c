#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "base/list.h"
#include "base/path.h"
#include "model/project.h"
#include "ops/survey.h"
#include "text/names.h"
#include "text/yaml.h"

enum { TEXT_MAX = 1011 }; /* bytes: the longest name of a parameter */

static const char stage_mark[] = "{stage}";
static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/{}";

struct reader {
    struct flow_survey *survey;
    const char *file;
    struct flow_err *err;
};

/* --- variables ${...} -------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The "}" that closes the "${" at text, or NULL. */
static const char *variable_end(const char *text)
{
    size_t depth = 0;

    for (; *text != '\0'; text++) {
        depth += begins(text, "${");
        if (*text == '}' && --depth == 0)
            return text;
    }
    return NULL;
}

/* ${sls:stage}, ${opt:stage, 'dev'}, ${self:provider.stage}, ... */
static bool is_stage(const char *text, const char *end)
{
    const char *word = strstr(text, "stage");

    return word != NULL && word < end;
}

/*
 * Appends text up to one of stops, with {stage} for each variable that is
 * about the stage; returns where it stopped, or NULL: some other variable is
 * in it, or it is too long.
 */
static const char *fill(const char *text, const char *stops, struct flow_str *out)
{
    const char *end;

    for (; *text != '\0' && strchr(stops, *text) == NULL; text++) {
        if (!begins(text, "${")) {
            flow_str_add_char(out, *text);
            continue;
        }
        end = variable_end(text);
        if (end == NULL || !is_stage(text, end))
            return NULL;
        flow_str_add(out, stage_mark);
        text = end;
    }
    return out->failed ? NULL : text;
}

/* "us-east-1", or the last resort of "${opt:region, 'us-east-1'}"; false: neither. */
static bool literal(const char *text, struct flow_str *out)
{
    const char *end = variable_end(text), *quote;

    if (strstr(text, "${") == NULL) {
        flow_str_add(out, text);
        return !out->failed;
    }
    if (!begins(text, "${") || end == NULL || end[1] != '\0' || end[-1] != '\'')
        return false;
    for (quote = end - 2; quote > text && *quote != '\''; quote--)
        ;
    flow_str_add_bytes(out, quote + 1, (size_t)(end - 1 - (quote + 1)));
    return quote > text && !out->failed;
}

/* --- what they tell ------------------------------------------------------------ */

/* "/flowlogic/{stage}" of "/flowlogic/{stage}/stripe/secret-key". */
static enum flow_code note_prefix(struct reader *reader, const char *param)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str prefix = FLOW_STR_INIT(TEXT_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str filled = FLOW_STR_INIT(TEXT_MAX);
    struct flow_err ignored = FLOW_ERR_INIT;
    const char *mark = strstr(param, stage_mark);

    if (mark == NULL || mark == param || mark[-1] != '/')
        return FLOW_OK;
    flow_str_add_bytes(&prefix, param, (size_t)(mark - param) + sizeof stage_mark - 1);
    flow_stage_fill(prefix.text, "stage", &filled);
    if (flow_name_check_prefix(filled.text, &ignored))
        return FLOW_OK;
    return flow_survey_set(&reader->survey->prefix, prefix.text, reader->err);
}

/* A variable of functions that is exactly one parameter. */
static enum flow_code note_name(struct reader *reader, const char *path, const char *param)
{
    struct flow_survey *survey = reader->survey;
    struct flow_survey_name name;
    const char *key = strstr(path, "environment.");

    if (key == NULL || (key > path && key[-1] != '.') ||
        !flow_name_is_key(key + strlen("environment.")))
        return FLOW_OK;
    if (FLOW_LIST_GROW(survey->names, survey->name_count, survey->name_cap))
        return flow_err_nomem(reader->err);
    name.key = strdup(key + strlen("environment."));
    name.param = strdup(param);
    survey->names[survey->name_count++] = name;
    return name.key != NULL && name.param != NULL ? FLOW_OK : flow_err_nomem(reader->err);
}

/* The parameter of "${ssm:/flowlogic/${sls:stage}/stripe/secret-key}" and its kin. */
static bool take_param(const char *text, struct flow_str *param)
{
    const char *address = strpbrk(text, ":}");

    if (address == NULL || *address != ':' || fill(address + 1, ",}~", param) == NULL)
        return false;
    while (param->len > 0 && param->text[param->len - 1] == ' ')
        flow_str_cut(param, param->len - 1);
    return param->text[0] == '/' && param->text[strspn(param->text, plain)] == '\0';
}

static enum flow_code note_params(struct reader *reader, const struct flow_yaml_value *value)
{
    const char *text = value->text, *end;

    while ((text = strstr(text, "${ssm")) != NULL) {
        FLOW_CLEANUP(flow_str_done) struct flow_str param = FLOW_STR_INIT(TEXT_MAX);

        end = variable_end(text);
        if (take_param(text, &param)) {
            if (note_prefix(reader, param.text))
                return reader->err->code;
            if (text == value->text && end != NULL && end[1] == '\0' &&
                note_name(reader, value->path, param.text))
                return reader->err->code;
        }
        text += strlen("${ssm");
    }
    return FLOW_OK;
}

/* "arn:aws:ssm:...:parameter/flowlogic/${sls:stage}/..." */
static enum flow_code note_resource(struct reader *reader, const char *text)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str param = FLOW_STR_INIT(TEXT_MAX);
    const char *at = strstr(text, ":parameter/");

    if (at == NULL || fill(at + strlen(":parameter"), "* \"'", &param) == NULL)
        return FLOW_OK;
    return note_prefix(reader, param.text);
}

/* environment: ${file(./env.${sls:stage}.json)} */
static enum flow_code note_file(struct reader *reader, const char *text)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str file = FLOW_STR_INIT(TEXT_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str folder = FLOW_STR_INIT(TEXT_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(TEXT_MAX);
    const char *name;

    if (!begins(text, "${file(") || fill(text + strlen("${file("), ")", &file) == NULL)
        return FLOW_OK;
    name = begins(file.text, "./") ? file.text + 2 : file.text;
    if (flow_path_parent(reader->file, &folder, reader->err))
        return reader->err->code;
    flow_str_addf(&path, "%s%s%s", strcmp(folder.text, ".") == 0 ? "" : folder.text,
                  strcmp(folder.text, ".") == 0 ? "" : "/", name);
    if (path.failed || name[0] == '/' || strstr(path.text, "..") != NULL ||
        path.text[strspn(path.text, plain)] != '\0')
        return FLOW_OK;
    return flow_survey_set(&reader->survey->environment_file, path.text, reader->err);
}

static enum flow_code note_setting(struct reader *reader, const char *path, const char *text)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str value = FLOW_STR_INIT(TEXT_MAX);
    struct flow_survey *survey = reader->survey;
    struct flow_err ignored = FLOW_ERR_INIT;

    if (!literal(text, &value) || value.len == 0)
        return FLOW_OK;
    if (strcmp(path, "service") == 0 || strcmp(path, "service.name") == 0)
        return flow_survey_set(&survey->service, value.text, reader->err);
    if (strcmp(path, "provider.stage") == 0 && !flow_stage_check_name(value.text, &ignored))
        return flow_survey_set(&survey->default_stage, value.text, reader->err);
    if (strcmp(path, "provider.region") == 0 && !flow_aws_region_check(value.text, path, &ignored))
        return flow_survey_set(&survey->region, value.text, reader->err);
    return FLOW_OK;
}

static enum flow_code take_value(void *context, const struct flow_yaml_value *value,
                                 struct flow_err *err)
{
    struct reader *reader = context;
    const char *path = value->path;
    size_t len = strlen(path), tail = strlen(".environment");

    if (len > tail && strcmp(path + len - tail, ".environment") == 0 &&
        note_file(reader, value->text))
        return err->code;
    if (note_setting(reader, path, value->text) || note_params(reader, value))
        return err->code;
    return note_resource(reader, value->text);
}

enum flow_code flow_survey_serverless(struct flow_survey *survey, const char *file,
                                      const char *text, size_t len, struct flow_err *err)
{
    struct reader reader = {.survey = survey, .file = file, .err = err};

    return flow_yaml_each(file, text, len, take_value, &reader, err);
}
