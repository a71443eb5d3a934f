/*
 * A survey: what the files of a directory show of stages, services and
 * targets. `flowenv init` writes its first flowenv.ini from it.
 *
 * Looks at:  the names of files, down to FLOW_SURVEY_DEPTH_MAX directories;
 *            serverless.yml and the workflows of GitHub Actions. No value of
 *            an .env file is read, no link is followed, nothing is changed.
 * Not sure:  what a file says by a variable, other than of the stage, or in a
 *            way that is not plain is left out. A file that can't be read is
 *            passed over and named in problems.
 */
#ifndef FLOW_OPS_SURVEY_H
#define FLOW_OPS_SURVEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { FLOW_SURVEY_DEPTH_MAX = 3, FLOW_SURVEY_ENTRIES_MAX = 5000 };

struct flow_survey_stage {
    char *name;
    char *branch; /* NULL: none was found */
    bool has_dotenv;
};

struct flow_survey_name {
    char *key, *param; /* "COGNITO_POOL", "/flowlogic/{stage}/cognito/user-pool-id" */
};

struct flow_survey {
    char *directory;
    char *serverless; /* NULL, or the path of serverless.yml below directory */
    char *service, *region, *default_stage; /* NULL: not found */
    char *prefix;                           /* NULL, or "/flowlogic/{stage}" */
    char *environment_file; /* NULL, or what serverless.yml reads, "infra/env.{stage}.json" */
    bool has_dotenv;        /* .env or .env.local */
    bool has_example;       /* .env.example */
    bool has_vercel, has_vite, has_next;
    struct flow_survey_stage *stages; /* in the order of the workflows, then by file name */
    size_t stage_count, stage_cap;
    struct flow_survey_name *names; /* variables that serverless.yml takes from a parameter */
    size_t name_count, name_cap;
    char **problems; /* sentences */
    size_t problem_count;
};

/* FLOW_E_IO: the directory itself can't be read. Call done after an error, too. */
enum flow_code flow_survey_take(const char *directory, struct flow_survey *survey,
                                struct flow_err *err);
void flow_survey_done(struct flow_survey *survey);

/* --- for the parts of a survey --- */

/* Adds what serverless.yml, and a workflow, say; text is the file's. */
enum flow_code flow_survey_serverless(struct flow_survey *survey, const char *file,
                                      const char *text, size_t len, struct flow_err *err);
enum flow_code flow_survey_workflow(struct flow_survey *survey, const char *file, const char *text,
                                    size_t len, struct flow_err *err);

/* The stage of that name, made if it is new and a name for a stage; NULL: it is none, or no memory.
 */
struct flow_survey_stage *flow_survey_stage(struct flow_survey *survey, const char *name);

/* Copies text into *field unless something is there already. */
enum flow_code flow_survey_set(char **field, const char *text, struct flow_err *err);

#endif
