#include <string.h>

#include "check/rule.h"

static bool applies(const struct flow_require *require, const char *stage)
{
    return require->stage == NULL || strcmp(require->stage, stage) == 0;
}

/* The rule that decides whether the key may be missing: that of the stage, else the general one. */
static const struct flow_require *decisive(const struct flow_project *project, const char *stage,
                                           const char *key)
{
    const struct flow_require *found = NULL;

    for (size_t i = 0; i < project->require_count; i++) {
        const struct flow_require *require = &project->requires[i];

        if (strcmp(require->key, key) == 0 && applies(require, stage) &&
            (found == NULL || require->stage != NULL))
            found = require;
    }
    return found;
}

static bool may_be_missing(const struct flow_require *require)
{
    return require->optional || require->default_value != NULL;
}

enum flow_code flow_check_scan_require(struct flow_check *check, const struct flow_project *project,
                                       const char *file, const char *stage, struct flow_err *err)
{
    for (size_t i = 0; i < project->require_count; i++) {
        const struct flow_require *require = &project->requires[i];
        struct flow_need need = {.key = require->key,
                                 .file = file,
                                 .line = require->line,
                                 .column = 1,
                                 .require = require};

        if (!applies(require, stage))
            continue;
        need.optional = may_be_missing(decisive(project, stage, require->key));
        if (flow_check_add_need(check, &need, err))
            return err->code;
    }
    return FLOW_OK;
}
