#include "ops/init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "model/project.h"
#include "ops/survey.h"
#include "text/names.h"
#include "text/redact.h"

enum { COMMENT_COLUMN = 34, PROBLEM_MAX = 300, NAME_LEN_MAX = 60, FILE_MODE = 0644 };

static const char file_name[] = "flowenv.ini";

/* A comment in a column of its own behind what the line, or lines, hold so far. */
static void add_comment(struct flow_str *text, const char *line, const char *comment)
{
    const char *last = strrchr(line, '\n');
    size_t len = strlen(last != NULL ? last + 1 : line);

    flow_str_addf(text, "%s%*s ; %s\n", line,
                  len < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - len) : 0, "", comment);
}

static void add_line(struct flow_str *text, const char *key, const char *value, const char *comment)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str line = FLOW_STR_INIT(FLOW_STR_LINE_MAX);

    flow_str_addf(&line, "%s = %s", key, value);
    text->failed = text->failed || line.failed;
    if (comment != NULL)
        add_comment(text, line.text, comment);
    else
        flow_str_addf(text, "%s\n", line.text);
}

/* What can stand in a parameter's name as well: everything else becomes a dash. */
static void add_name(struct flow_str *out, const char *name)
{
    size_t i;

    for (i = 0; name[i] != '\0' && i < NAME_LEN_MAX; i++) {
        char c = name[i];

        flow_str_add_char(out, flow_name_is_dotenv_key((const char[]){c, '\0'}) ? c : '-');
    }
    if (i == 0)
        flow_str_add(out, "app");
}

static bool is_dev(const char *stage)
{
    return strcmp(stage, "dev") == 0 || strcmp(stage, "development") == 0;
}

static bool is_prod(const char *stage)
{
    return strcmp(stage, "prod") == 0 || strcmp(stage, "production") == 0;
}

static const char *default_stage(const struct flow_survey *survey)
{
    size_t i;

    if (survey->default_stage != NULL)
        return survey->default_stage;
    for (i = 0; i < survey->stage_count; i++)
        if (is_dev(survey->stages[i].name))
            return survey->stages[i].name;
    return survey->stage_count > 0 ? survey->stages[0].name : "dev";
}

static void add_project(const struct flow_survey *survey, const char *name, const char *prefix,
                        struct flow_str *text)
{
    flow_str_add(text, "[project]\n");
    add_line(text, "name", name, NULL);
    add_line(text, "prefix", prefix, "where a stage's parameters lie");
    if (survey->region != NULL)
        add_line(text, "region", survey->region, NULL);
    else
        flow_str_add(text, "; region = us-east-1\n");
    add_line(text, "default_stage", default_stage(survey),
             "for reading; a write always names its stage");
    add_line(text, "; store", "local", "parameters in the vault, where there is no AWS account");
    if (survey->has_next)
        add_line(text, "dotenv_order", "next", ".env.local is stronger than .env.STAGE");
    flow_str_add_char(text, '\n');
}

static void add_stage(const struct flow_survey *survey, const struct flow_survey_stage *stage,
                      struct flow_str *text)
{
    bool ssm = survey->serverless != NULL;
    bool dotenv = stage->has_dotenv || is_dev(stage->name) || !ssm;

    flow_str_addf(text, "[stage.%s]\n", stage->name);
    if (stage->branch != NULL)
        add_line(text, "branch", stage->branch, NULL);
    add_line(text, "sources",
             dotenv && ssm ? "dotenv, ssm"
             : ssm         ? "ssm"
                           : "dotenv",
             dotenv && ssm ? "strongest first"
             : ssm         ? NULL
                           : "add ssm, or local, behind it");
    if (is_prod(stage->name))
        add_line(text, "protected", "yes", "writes ask for the stage's name, or --yes");
    flow_str_add_char(text, '\n');
}

static void add_targets(const struct flow_survey *survey, struct flow_str *text)
{
    const char *front = survey->has_vite ? "VITE_*" : survey->has_next ? "NEXT_PUBLIC_*" : NULL;

    if (survey->serverless != NULL) {
        flow_str_addf(text, "[target.backend]\n");
        add_line(text, "kind", "serverless", "`flowenv render serverless --stage STAGE`");
        if (front != NULL)
            flow_str_addf(text, "keys = *, !%s\n", front);
        if (survey->environment_file != NULL)
            add_line(text, "file", survey->environment_file, NULL);
        flow_str_add_char(text, '\n');
    }
    if (survey->has_vercel) {
        flow_str_addf(text, "[target.web]\nkind = vercel\n%s%s%s\n", front != NULL ? "keys = " : "",
                      front != NULL ? front : "", front != NULL ? "\n" : "");
    }
}

static void add_rules(const struct flow_survey *survey, struct flow_str *text)
{
    add_comment(text, "; [require]",
                survey->has_example ? "beside what .env.example asks for"
                                    : "what `flowenv check` asks for");
    flow_str_add(text, "; STRIPE_SECRET_KEY = secret, prefix:sk_\n"
                       "; STRIPE_SECRET_KEY@prod = prefix:sk_live_\n"
                       "; API_TIMEOUT_MS = int, default:3000\n");
}

/* The part of a parameter's name below the prefix, if the key does not follow from it; or NULL. */
static const char *odd_name(const struct flow_survey_name *name, const char *prefix)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str key = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err ignored = FLOW_ERR_INIT;
    size_t len = strlen(prefix);
    const char *below = name->param + len;

    if (strncmp(name->param, prefix, len) != 0 || below[0] != '/' || strchr(below, '{') != NULL ||
        flow_name_check_param(below, &ignored) || flow_name_to_key(below, NULL, &key, &ignored) ||
        strcmp(key.text, name->key) == 0)
        return NULL;
    return below + 1;
}

/* True where an earlier name has the key or the parameter, which may be given once only. */
static bool is_repeated(const struct flow_survey *survey, size_t place)
{
    size_t i;

    for (i = 0; i < place; i++)
        if (strcmp(survey->names[i].key, survey->names[place].key) == 0 ||
            strcmp(survey->names[i].param, survey->names[place].param) == 0)
            return true;
    return false;
}

static void add_names(const struct flow_survey *survey, const char *prefix, struct flow_str *text)
{
    bool begun = false;
    size_t i;

    for (i = 0; i < survey->name_count; i++) {
        const char *below = odd_name(&survey->names[i], prefix);

        if (below == NULL || is_repeated(survey, i))
            continue;
        if (!begun)
            add_comment(text, "\n[names]", "where the key is not the parameter's name");
        begun = true;
        add_line(text, survey->names[i].key, below, NULL);
    }
}

static void add_problems(const struct flow_survey *survey, struct flow_str *text)
{
    size_t i, len;

    for (i = 0; i < survey->problem_count; i++) {
        len = strlen(survey->problems[i]);
        flow_str_add(text, i == 0 ? "\n; Passed over: " : "; Passed over: ");
        flow_visible(survey->problems[i], len < PROBLEM_MAX ? len : PROBLEM_MAX, 0, text);
        flow_str_add_char(text, '\n');
    }
}

/* The service of serverless.yml, or the directory's own name. */
static enum flow_code find_name(const struct flow_survey *survey, struct flow_str *name,
                                struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) char *real = NULL;
    const char *slash;

    if (survey->service != NULL) {
        add_name(name, survey->service);
        return FLOW_OK;
    }
    real = realpath(survey->directory, NULL);
    if (real == NULL)
        return flow_err_sys(err, FLOW_E_IO, errno, "looking at '%s'", survey->directory);
    slash = strrchr(real, '/');
    add_name(name, slash != NULL ? slash + 1 : real);
    return FLOW_OK;
}

static enum flow_code add_all(struct flow_survey *survey, struct flow_str *text,
                              struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_str_done) struct flow_str prefix = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    size_t i;

    if (find_name(survey, &name, err))
        return err->code;
    if (flow_survey_stage(survey, default_stage(survey)) == NULL)
        return flow_err_nomem(err);
    if (survey->prefix != NULL)
        flow_str_add(&prefix, survey->prefix);
    else
        flow_str_addf(&prefix, "/%s/{stage}", name.text);
    flow_str_add(text, "; Which values each stage has, and where they come from. Committed, so it "
                       "holds no secret.\n; All of it: flowenv(1).\n\n");
    add_project(survey, name.text, prefix.text, text);
    for (i = 0; i < survey->stage_count; i++)
        add_stage(survey, &survey->stages[i], text);
    add_targets(survey, text);
    add_rules(survey, text);
    add_names(survey, prefix.text, text);
    add_problems(survey, text);
    return flow_str_check(text, "the project file", err);
}

enum flow_code flow_init_text(const char *directory, struct flow_str *text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *project = NULL;
    FLOW_CLEANUP(flow_survey_done) struct flow_survey survey = {0};

    if (flow_survey_take(directory, &survey, err) || add_all(&survey, text, err))
        return err->code;
    /* What was found is others' text, so the last word is the parser's. */
    if (flow_project_parse(file_name, directory, text->text, text->len, &project, err))
        return flow_err_wrap(err, "what was found in '%s' makes no project file", directory);
    return FLOW_OK;
}

enum flow_code flow_init(const char *directory, struct flow_str *text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

    if (flow_path_join(directory, file_name, &path, err) || flow_init_text(directory, text, err))
        return err->code;
    return flow_file_create(path.text, text->text, text->len, FILE_MODE, err);
}
