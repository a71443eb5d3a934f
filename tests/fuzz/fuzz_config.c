/* Any bytes as a project file and as the user's settings: accepted whole, or an error that says
 * where. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/project.h"
#include "model/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_project(const struct flow_project *project)
{
    const struct flow_stage *stage = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    for (i = 0; i < project->stage_count; i++) {
        assert(project->stages[i].source_count > 0);
        assert(!flow_stage_check_name(project->stages[i].name, &err));
        assert(!flow_project_stage(project, project->stages[i].name, &stage, &err));
        assert(stage == &project->stages[i]);
        assert(stage->prefix == NULL || strchr(stage->prefix, '{') == NULL);
    }
    for (i = 0; i < project->target_count; i++)
        assert(project->targets[i].file == NULL || project->targets[i].file[0] != '/');
    for (i = 0; i < project->require_count; i++)
        assert(project->requires[i].key != NULL && project->requires[i].line > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *project = NULL;
    FLOW_CLEANUP(flow_settings_done) struct flow_settings settings;
    struct flow_err err = FLOW_ERR_INIT;
    const char *text = (const char *)data;

    flow_settings_init(&settings);
    if (flow_settings_parse("config.ini", text, size, &settings, &err))
        assert(strncmp(err.text, "config.ini", 10) == 0);
    if (!flow_project_parse("flowenv.ini", "/root", text, size, &project, &err))
        check_project(project);
    else
        assert(project == NULL && strncmp(err.text, "flowenv.ini", 11) == 0);
    return 0;
}
