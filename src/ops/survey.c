#include "ops/survey.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/list.h"
#include "base/str.h"
#include "model/field.h"
#include "model/project.h"
#include "text/names.h"
#include "text/yaml.h"

/* One walk through the directories, nearest first. */
struct walk {
    struct flow_survey *survey;
    char **queue; /* paths below the survey's directory; "" is that itself */
    size_t queue_count, next, entries;
    struct flow_err *err;
};

typedef enum flow_code read_part(struct flow_survey *survey, const char *file, const char *text,
                                 size_t len, struct flow_err *err);

enum flow_code flow_survey_set(char **field, const char *text, struct flow_err *err)
{
    if (*field != NULL)
        return FLOW_OK;
    *field = strdup(text);
    return *field != NULL ? FLOW_OK : flow_err_nomem(err);
}

struct flow_survey_stage *flow_survey_stage(struct flow_survey *survey, const char *name)
{
    struct flow_survey_stage stage = {0};
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < survey->stage_count; i++)
        if (strcmp(survey->stages[i].name, name) == 0)
            return &survey->stages[i];
    if (flow_stage_check_name(name, &err) ||
        FLOW_LIST_GROW(survey->stages, survey->stage_count, survey->stage_cap))
        return NULL;
    stage.name = strdup(name);
    if (stage.name == NULL)
        return NULL;
    survey->stages[survey->stage_count++] = stage;
    return &survey->stages[survey->stage_count - 1];
}

/* --- files --------------------------------------------------------------------- */

/* Hands a file's text to a part of the survey; what is wrong with the file is kept as a problem. */
static enum flow_code read_file(struct walk *walk, const char *path, read_part *part)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_YAML_FILE_MAX);
    struct flow_file_want want = {
        .path = path, .root = walk->survey->directory, .max = FLOW_YAML_FILE_MAX};
    struct flow_survey *survey = walk->survey;
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_file_read(&want, &text, &err) == FLOW_OK &&
        part(survey, path, text.text, text.len, &err) == FLOW_OK)
        return FLOW_OK;
    if (err.code == FLOW_E_NOMEM)
        return flow_err_nomem(walk->err);
    return flow_field_add_word(&survey->problems, &survey->problem_count, err.text, walk->err);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ".env.dev" and ".env.dev.local" show the stage dev. */
static void note_dotenv(struct flow_survey *survey, const char *name)
{
    static const char *const others[] = {"example", "sample", "template", "dist", "defaults",
                                         "test",    "local",  "vault",    "keys"};
    FLOW_CLEANUP(flow_str_done) struct flow_str stage = FLOW_STR_INIT(FLOW_STAGE_NAME_MAX);
    struct flow_survey_stage *found;
    size_t len;

    survey->has_example = survey->has_example || strcmp(name, ".env.example") == 0;
    survey->has_dotenv =
        survey->has_dotenv || strcmp(name, ".env") == 0 || strcmp(name, ".env.local") == 0;
    if (!begins(name, ".env."))
        return;
    name += strlen(".env.");
    len = strcspn(name, ".");
    flow_str_add_bytes(&stage, name, len);
    if (stage.failed || flow_name_is_among(stage.text, others, FLOW_COUNT(others)) ||
        (name[len] != '\0' && strcmp(name + len, ".local") != 0))
        return;
    found = flow_survey_stage(survey, stage.text);
    if (found != NULL)
        found->has_dotenv = true;
}

static enum flow_code note_file(struct walk *walk, const char *path, const char *name, bool at_top)
{
    struct flow_survey *survey = walk->survey;

    if (at_top && begins(name, ".env"))
        note_dotenv(survey, name);
    survey->has_vite = survey->has_vite || begins(name, "vite.config.");
    survey->has_next = survey->has_next || begins(name, "next.config.");
    survey->has_vercel = survey->has_vercel || strcmp(name, "vercel.json") == 0;
    if (survey->serverless != NULL ||
        (strcmp(name, "serverless.yml") != 0 && strcmp(name, "serverless.yaml") != 0))
        return FLOW_OK;
    if (flow_survey_set(&survey->serverless, path, walk->err))
        return walk->err->code;
    return read_file(walk, path, flow_survey_serverless);
}

/* --- directories ------------------------------------------------------------------ */

static bool is_worth_a_look(const char *name)
{
    static const char *const others[] = {"node_modules", "build",  "dist",  "out",
                                         "coverage",     "vendor", "target"};

    return name[0] != '.' && !flow_name_is_among(name, others, FLOW_COUNT(others));
}

static size_t depth_of(const char *path)
{
    size_t depth = path[0] != '\0';

    for (; *path != '\0'; path++)
        depth += *path == '/';
    return depth;
}

/* path is below the directory; a link is neither. */
static enum flow_code note_entry(struct walk *walk, const char *path, const char *name)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str full = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct stat status;

    flow_str_addf(&full, "%s/%s", walk->survey->directory, path);
    if (full.failed || lstat(full.text, &status) != 0)
        return FLOW_OK;
    if (S_ISREG(status.st_mode))
        return note_file(walk, path, name, path == name);
    if (!S_ISDIR(status.st_mode) || depth_of(path) > FLOW_SURVEY_DEPTH_MAX ||
        !is_worth_a_look(name))
        return FLOW_OK;
    return flow_field_add_word(&walk->queue, &walk->queue_count, path, walk->err);
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* The entries of a directory, by name; none where there is no such directory. One that can't be
 * read is kept as a problem. */
static enum flow_code list(struct walk *walk, const char *path, struct dirent ***ret_entries,
                           int *ret_count)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str full = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_survey *survey = walk->survey;
    struct flow_err err = FLOW_ERR_INIT;
    int count, why;

    *ret_count = 0;
    flow_str_addf(&full, "%s/%s", survey->directory, path);
    if (flow_str_check(&full, "a path", walk->err))
        return walk->err->code;
    count = scandir(full.text, ret_entries, NULL, compare_entries);
    why = errno;
    if (count >= 0) {
        *ret_count = count;
        return FLOW_OK;
    }
    if (why == ENOENT || why == ENOTDIR)
        return FLOW_OK;
    if (why == ENOMEM)
        return flow_err_nomem(walk->err);
    (void)flow_err_sys(&err, FLOW_E_IO, why, "cannot look into '%s'", path[0] != '\0' ? path : ".");
    return flow_field_add_word(&survey->problems, &survey->problem_count, err.text, walk->err);
}

static enum flow_code walk_directory(struct walk *walk, const char *path)
{
    struct dirent **entries = NULL;
    int count, i;
    enum flow_code code = list(walk, path, &entries, &count);

    for (i = 0; i < count; i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str below = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
        const char *name = entries[i]->d_name;

        flow_str_addf(&below, "%s%s%s", path, path[0] != '\0' ? "/" : "", name);
        if (code == FLOW_OK && walk->entries++ < FLOW_SURVEY_ENTRIES_MAX &&
            strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            code = note_entry(walk, path[0] != '\0' ? below.text : name, name);
        free(entries[i]);
    }
    free(entries);
    return code;
}

static enum flow_code walk_all(struct walk *walk)
{
    if (flow_field_add_word(&walk->queue, &walk->queue_count, "", walk->err))
        return walk->err->code;
    for (; walk->next < walk->queue_count; walk->next++)
        if (walk_directory(walk, walk->queue[walk->next]))
            return walk->err->code;
    return FLOW_OK;
}

static bool ends(const char *text, const char *with)
{
    size_t len = strlen(text), tail = strlen(with);

    return len >= tail && strcmp(text + len - tail, with) == 0;
}

static enum flow_code read_workflows(struct walk *walk)
{
    static const char folder[] = ".github/workflows";
    struct dirent **entries = NULL;
    int count, i;
    enum flow_code code = list(walk, folder, &entries, &count);

    for (i = 0; i < count; i++) {
        FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);

        flow_str_addf(&path, "%s/%s", folder, entries[i]->d_name);
        if (code == FLOW_OK && walk->entries++ < FLOW_SURVEY_ENTRIES_MAX &&
            (ends(path.text, ".yml") || ends(path.text, ".yaml")))
            code = read_file(walk, path.text, flow_survey_workflow);
        free(entries[i]);
    }
    free(entries);
    return code;
}

/* .vercel/project.json is what `vercel link` leaves. */
static bool is_linked(const struct flow_survey *survey)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct stat status;

    flow_str_addf(&path, "%s/.vercel/project.json", survey->directory);
    return lstat(path.text, &status) == 0 && S_ISREG(status.st_mode);
}

enum flow_code flow_survey_take(const char *directory, struct flow_survey *survey,
                                struct flow_err *err)
{
    struct walk walk = {.survey = survey, .err = err};
    struct stat status;
    enum flow_code code;

    *survey = (struct flow_survey){0};
    if (stat(directory, &status) != 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "looking at '%s'", directory);
    if (!S_ISDIR(status.st_mode))
        return flow_err_set(err, FLOW_E_IO, "'%s' is no directory", directory);
    if (flow_survey_set(&survey->directory, directory, err))
        return err->code;
    code = read_workflows(&walk);
    if (code == FLOW_OK)
        code = walk_all(&walk);
    survey->has_vercel = survey->has_vercel || is_linked(survey);
    flow_field_free_words(walk.queue, walk.queue_count);
    return code;
}

void flow_survey_done(struct flow_survey *survey)
{
    size_t i;

    for (i = 0; i < survey->stage_count; i++) {
        free(survey->stages[i].name);
        free(survey->stages[i].branch);
    }
    for (i = 0; i < survey->name_count; i++) {
        free(survey->names[i].key);
        free(survey->names[i].param);
    }
    flow_field_free_words(survey->problems, survey->problem_count);
    free(survey->stages);
    free(survey->names);
    free(survey->directory);
    free(survey->serverless);
    free(survey->service);
    free(survey->region);
    free(survey->default_stage);
    free(survey->prefix);
    free(survey->environment_file);
    *survey = (struct flow_survey){0};
}
