#include "text/reserved.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum reader { BASH = 1, ZSH = 2, FISH = 4, RUNNER = 8 };

struct reserved {
    const char *key;
    unsigned readers;
};

/* clang-format off */
static const struct reserved reserved[] = { /* sorted by key */
    {"ARGC", ZSH},
    {"ARGV0", ZSH},
    {"BASHOPTS", BASH},
    {"BASHPID", BASH},
    {"BASH_ALIASES", BASH},
    {"BASH_ARGC", BASH},
    {"BASH_ARGV", BASH},
    {"BASH_CMDS", BASH},
    {"BASH_COMMAND", BASH},
    {"BASH_LINENO", BASH},
    {"BASH_SOURCE", BASH},
    {"BASH_SUBSHELL", BASH},
    {"BASH_VERSINFO", BASH},
    {"CDPATH", FISH},
    {"COLUMNS", ZSH},
    {"DIRSTACK", BASH},
    {"EGID", ZSH},
    {"EPOCHREALTIME", BASH | ZSH},
    {"EPOCHSECONDS", BASH | ZSH},
    {"ERRNO", ZSH},
    {"EUID", BASH | ZSH},
    {"FISH_VERSION", FISH},
    {"FUNCNAME", BASH},
    {"FUNCNEST", ZSH},
    {"GID", ZSH},
    {"GROUPS", BASH},
    {"HISTCHARS", ZSH},
    {"HISTCMD", BASH | ZSH},
    {"HISTSIZE", ZSH},
    {"KEYBOARD_HACK", ZSH},
    {"KEYTIMEOUT", ZSH},
    {"LINENO", BASH | ZSH},
    {"LINES", ZSH},
    {"LISTMAX", ZSH},
    {"LOGCHECK", ZSH},
    {"MAILCHECK", ZSH},
    {"NODE_OPTIONS", RUNNER},
    {"OPTIND", BASH | ZSH},
    {"PATH", FISH},
    {"PPID", BASH | ZSH},
    {"PWD", FISH},
    {"RANDOM", BASH | ZSH},
    {"SAVEHIST", ZSH},
    {"SECONDS", BASH | ZSH},
    {"SHELLOPTS", BASH},
    {"SHLVL", BASH | ZSH | FISH},
    {"SRANDOM", BASH},
    {"TRY_BLOCK_ERROR", ZSH},
    {"TRY_BLOCK_INTERRUPT", ZSH},
    {"TTYIDLE", ZSH},
    {"UID", BASH | ZSH},
    {"USERNAME", ZSH},
    {"WATCH", ZSH},
    {"ZSH_EVAL_CONTEXT", ZSH},
    {"ZSH_SUBSHELL", ZSH},
    {"_", BASH | ZSH | FISH},
    {"aliases", ZSH},
    {"argv", ZSH},
    {"builtins", ZSH},
    {"cdpath", ZSH},
    {"commands", ZSH},
    {"dirstack", ZSH},
    {"dis_aliases", ZSH},
    {"dis_builtins", ZSH},
    {"dis_functions", ZSH},
    {"dis_functions_source", ZSH},
    {"dis_galiases", ZSH},
    {"dis_patchars", ZSH},
    {"dis_reswords", ZSH},
    {"dis_saliases", ZSH},
    {"epochtime", ZSH},
    {"errnos", ZSH},
    {"fignore", ZSH},
    {"fish_kill_signal", FISH},
    {"fish_killring", FISH},
    {"fish_pid", FISH},
    {"fpath", ZSH},
    {"funcfiletrace", ZSH},
    {"funcsourcetrace", ZSH},
    {"funcstack", ZSH},
    {"functions", ZSH},
    {"functions_source", ZSH},
    {"functrace", ZSH},
    {"galiases", ZSH},
    {"histchars", ZSH},
    {"history", ZSH | FISH},
    {"historywords", ZSH},
    {"hostname", FISH},
    {"jobdirs", ZSH},
    {"jobstates", ZSH},
    {"jobtexts", ZSH},
    {"keymaps", ZSH},
    {"langinfo", ZSH},
    {"mailpath", ZSH},
    {"manpath", ZSH},
    {"mapfile", ZSH},
    {"module_path", ZSH},
    {"modules", ZSH},
    {"nameddirs", ZSH},
    {"options", ZSH},
    {"parameters", ZSH},
    {"patchars", ZSH},
    {"path", ZSH},
    {"pipestatus", ZSH | FISH},
    {"psvar", ZSH},
    {"reswords", ZSH},
    {"saliases", ZSH},
    {"signals", ZSH},
    {"status", ZSH | FISH},
    {"status_generation", FISH},
    {"sysparams", ZSH},
    {"termcap", ZSH},
    {"terminfo", ZSH},
    {"umask", FISH},
    {"userdirs", ZSH},
    {"usergroups", ZSH},
    {"version", FISH},
    {"watch", ZSH},
    {"widgets", ZSH},
    {"zle_bracketed_paste", ZSH},
    {"zsh_eval_context", ZSH},
    {"zsh_scheduled_events", ZSH}
};
/* clang-format on */

static unsigned readers_of(enum flow_format format)
{
    switch (format) {
    case FLOW_FORMAT_SH:
        return BASH | ZSH;
    case FLOW_FORMAT_BASH:
        return BASH;
    case FLOW_FORMAT_ZSH:
        return ZSH;
    case FLOW_FORMAT_FISH:
        return FISH;
    case FLOW_FORMAT_GITHUB_ENV:
        return RUNNER;
    default:
        return 0;
    }
}

static int compare(const void *key, const void *entry)
{
    const unsigned char *a = key;
    const unsigned char *b = (const unsigned char *)((const struct reserved *)entry)->key;

    return *a != *b ? *a - *b : strcmp(key, (const char *)b);
}

static bool is_runners_own(const char *key)
{
    return strncmp(key, "GITHUB_", 7) == 0 || strncmp(key, "RUNNER_", 7) == 0;
}

bool flow_key_is_reserved(enum flow_format format, const char *key)
{
    unsigned readers = readers_of(format);
    const struct reserved *found;

    if (readers == 0)
        return false;
    if (readers == RUNNER && is_runners_own(key))
        return true;
    found = bsearch(key, reserved, FLOW_COUNT(reserved), sizeof reserved[0], compare);
    return found != NULL && (found->readers & readers) != 0;
}
