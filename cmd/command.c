#include "cmd/command.h"

#include <string.h>

#include "cmd/commands.h"
#include "text/names.h"

const struct command *const commands[] = {
    &command_put,
    &command_get,
    &command_list,
    &command_rm,
    &command_history,
    &command_export,
    &command_exec,
    &command_explain,
    &command_status,
    &command_check,
    &command_render,
    &command_refresh,
    &command_init,
    &command_completion,
    &command_help,
    &command_version,
    NULL,
};

const char *const group_titles[GROUP_COUNT] = {
    [GROUP_PARAMETERS] = "Parameters", [GROUP_VIEW] = "The view of a stage",
    [GROUP_DEPLOY] = "Deploy",         [GROUP_VAULT] = "Vault",
    [GROUP_PROJECT] = "Project",
};

const struct command *command_find(const char *name)
{
    size_t i;

    for (i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

enum flow_code command_unknown(const char *word, struct flow_err *err)
{
    const char *names[FLOW_COUNT(commands)];
    const char *near;
    size_t count = 0;

    for (; commands[count] != NULL; count++)
        names[count] = commands[count]->name;
    if (word[0] == '-')
        return flow_err_set(err, FLOW_E_USAGE,
                            "options come after the command, as in: flowenv list --stage dev");
    near = flow_name_nearest(word, names, count);
    if (near != NULL)
        return flow_err_set(err, FLOW_E_USAGE, "there is no command %s; did you mean %s?", word,
                            near);
    return flow_err_set(err, FLOW_E_USAGE, "there is no such command; flowenv help lists them");
}
