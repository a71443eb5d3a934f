/*
 * The first flowenv.ini of a project, written from what its directory shows
 * (ops/survey.h). Every line that is not plain has a comment that teaches.
 *
 * The text is one that flow_project_parse() accepts. Stages: those of the
 * workflows and of .env.STAGE files, else dev. Sources: dotenv where the
 * stage is dev or has a file of its own; ssm where there is a serverless.yml;
 * no service is named that nothing points to.
 */
#ifndef FLOW_OPS_INIT_H
#define FLOW_OPS_INIT_H

#include "base/err.h"
#include "base/str.h"

enum { FLOW_INIT_TEXT_MAX = 64 * 1024 }; /* bytes */

/* Appends the text for a directory; nothing is written. */
enum flow_code flow_init_text(const char *directory, struct flow_str *text, struct flow_err *err);

/*
 * Creates flowenv.ini in the directory; text gets what was written.
 * FLOW_E_EXISTS: there is one, which stays as it is.
 */
enum flow_code flow_init(const char *directory, struct flow_str *text, struct flow_err *err);

#endif
