#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/str.h"
#include "ops/survey.h"
#include "text/yaml.h"

enum { NEEDS_MAX = 10, WORD_MAX = 255 };

/* One job, as far as it tells which branch goes to which stage. */
struct job {
    char *id;
    char *stage, *branch, *needs; /* NULL: not said plainly */
};

struct workflow {
    struct flow_survey *survey;
    struct job *jobs;
    size_t job_count, job_cap;
    char *branch; /* the one that starts it, if it is only one */
    size_t branch_count;
    struct flow_err *err;
};

/* The plain word at the start of text, a name of a branch or a job, if it ends there or at a quote.
 */
static void take_word(const char *text, struct flow_str *word)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789._-/");

    if (text[len] == '\0' || text[len] == '\'')
        flow_str_add_bytes(word, text, len);
}

/* The branch of "github.ref == 'refs/heads/main'" or "github.ref_name == 'main'"; else no word. */
static void take_branch(const char *text, struct flow_str *word)
{
    const char *head = strstr(text, "refs/heads/"), *name = strstr(text, "ref_name == '");

    if (strstr(text, "!=") != NULL || strstr(text, "||") != NULL)
        return;
    if (head != NULL)
        take_word(head + strlen("refs/heads/"), word);
    else if (name != NULL)
        take_word(name + strlen("ref_name == '"), word);
}

static struct job *find_job(struct workflow *workflow, const char *id, size_t len)
{
    size_t i;

    for (i = 0; i < workflow->job_count; i++)
        if (strlen(workflow->jobs[i].id) == len && memcmp(workflow->jobs[i].id, id, len) == 0)
            return &workflow->jobs[i];
    return NULL;
}

/* NULL: no memory. */
static struct job *job_of(struct workflow *workflow, const char *id, size_t len)
{
    struct job *job = find_job(workflow, id, len);

    if (job != NULL)
        return job;
    if (FLOW_LIST_GROW(workflow->jobs, workflow->job_count, workflow->job_cap))
        return NULL;
    job = &workflow->jobs[workflow->job_count];
    *job = (struct job){.id = strndup(id, len)};
    if (job->id == NULL)
        return NULL;
    workflow->job_count++;
    return job;
}

static enum flow_code note_job(struct workflow *workflow, const char *path, const char *text)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str word = FLOW_STR_INIT(WORD_MAX);
    size_t len = strcspn(path, ".");
    struct job *job = job_of(workflow, path, len);
    const char *what = path[len] == '.' ? path + len + 1 : "";
    char **field = NULL;

    if (job == NULL)
        return flow_err_nomem(workflow->err);
    if (strcmp(what, "if") == 0) {
        take_branch(text, &word);
        field = &job->branch;
    } else if (strcmp(what, "environment") == 0 || strcmp(what, "environment.name") == 0) {
        take_word(text, &word);
        field = &job->stage;
    } else if (strcmp(what, "needs") == 0 || strcmp(what, "needs[0]") == 0) {
        take_word(text, &word);
        field = &job->needs;
    }
    if (field == NULL || word.len == 0)
        return FLOW_OK;
    return flow_survey_set(field, word.text, workflow->err);
}

static enum flow_code take_value(void *context, const struct flow_yaml_value *value,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str word = FLOW_STR_INIT(WORD_MAX);
    struct workflow *workflow = context;

    if (strstr(value->text, "VERCEL_TOKEN") != NULL)
        workflow->survey->has_vercel = true;
    if (strncmp(value->path, "jobs.", 5) == 0)
        return note_job(workflow, value->path + 5, value->text);
    if (strncmp(value->path, "on.push.branches", strlen("on.push.branches")) != 0)
        return FLOW_OK;
    take_word(value->text, &word);
    workflow->branch_count++;
    if (word.len == 0)
        return FLOW_OK;
    return flow_survey_set(&workflow->branch, word.text, err);
}

/* The job's branch, or that of the job it waits for, or the only one that starts the workflow. */
static const char *branch_of(struct workflow *workflow, const struct job *job)
{
    size_t hops;

    for (hops = 0; job != NULL && hops < NEEDS_MAX; hops++) {
        if (job->branch != NULL)
            return job->branch;
        job = job->needs != NULL ? find_job(workflow, job->needs, strlen(job->needs)) : NULL;
    }
    return workflow->branch_count == 1 ? workflow->branch : NULL;
}

static enum flow_code add_stages(struct workflow *workflow)
{
    struct flow_survey_stage *stage;
    const char *branch;
    size_t i;

    for (i = 0; i < workflow->job_count; i++) {
        if (workflow->jobs[i].stage == NULL)
            continue;
        stage = flow_survey_stage(workflow->survey, workflow->jobs[i].stage);
        branch = branch_of(workflow, &workflow->jobs[i]);
        if (stage != NULL && branch != NULL &&
            flow_survey_set(&stage->branch, branch, workflow->err))
            return workflow->err->code;
    }
    return FLOW_OK;
}

enum flow_code flow_survey_workflow(struct flow_survey *survey, const char *file, const char *text,
                                    size_t len, struct flow_err *err)
{
    struct workflow workflow = {.survey = survey, .err = err};
    enum flow_code code = flow_yaml_each(file, text, len, take_value, &workflow, err);

    if (code == FLOW_OK)
        code = add_stages(&workflow);
    while (workflow.job_count > 0) {
        struct job *job = &workflow.jobs[--workflow.job_count];

        free(job->id);
        free(job->stage);
        free(job->branch);
        free(job->needs);
    }
    free(workflow.jobs);
    free(workflow.branch);
    return code;
}
