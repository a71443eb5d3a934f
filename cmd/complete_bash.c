#include "cmd/complete.h"
#include "cmd/words.h"

static const char head[] =
    "# bash completion for flowenv, printed by: flowenv completion bash\n"
    "\n"
    "_flowenv_words() {\n"
    "    local IFS=$' \\t\\n'\n"
    "    COMPREPLY=($(compgen -W \"$1\" -- \"$cur\"))\n"
    "}\n"
    "\n"
    "_flowenv_project() {\n"
    "    _flowenv_words \"$(\"${COMP_WORDS[0]}\" completion --words \"$1\" 2>/dev/null)\"\n"
    "}\n"
    "\n"
    "_flowenv_paths() {\n"
    "    local IFS=$'\\n'\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    COMPREPLY=($(compgen \"$1\" -- \"$cur\"))\n"
    "}\n"
    "\n"
    "# Where the program of `flowenv exec` stands on the command line.\n"
    "_flowenv_program_at() {\n"
    "    local i=2\n"
    "    while ((i < COMP_CWORD)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        --) echo $((i + 1)); return ;;\n"
    "        -*)\n"
    "            [[ \" $1 \" == *\" ${COMP_WORDS[i]} \"* ]] && ((i++))\n"
    "            [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;\n"
    "        *) echo \"$i\"; return ;;\n"
    "        esac\n"
    "        ((i++))\n"
    "    done\n"
    "}\n"
    "\n"
    "_flowenv() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at\n"
    "    COMPREPLY=()\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _flowenv_words \"";

static const char middle[] = " --help --version\"\n"
                             "        return\n"
                             "    fi\n"
                             "    # Readline makes three words of --option=VALUE.\n"
                             "    if [[ $cur == = ]]; then\n"
                             "        cur=\n"
                             "    elif [[ $prev == = ]]; then\n"
                             "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
                             "    fi\n"
                             "    case ${COMP_WORDS[1]} in\n";

static const char tail[] = "    esac\n"
                           "}\n"
                           "\n"
                           "complete -F _flowenv flowenv\n";

/* The command that completes a label. */
static void action(struct output *out, const char *label)
{
    switch (words_kind(label)) {
    case WORDS_FIXED:
        out_text(out, "_flowenv_words \"");
        complete_words(out, label);
        out_text(out, "\"");
        break;
    case WORDS_PROJECT:
        outf(out, "_flowenv_project %s", label);
        break;
    case WORDS_FILE:
        out_text(out, "_flowenv_paths -f");
        break;
    case WORDS_DIRECTORY:
        out_text(out, "_flowenv_paths -d");
        break;
    case WORDS_NONE:
    case WORDS_PROGRAM:
        out_text(out, ":");
    }
}

static void option_names(struct output *out, const struct option_spec *spec, const char *between)
{
    if (spec->letter != 0)
        outf(out, "-%c%s", spec->letter, between);
    outf(out, "--%s", spec->name);
}

static void program(struct output *out, const struct option_spec *const *specs, size_t count)
{
    size_t i;

    out_text(out, "        at=$(_flowenv_program_at \"");
    for (i = 0; i < count; i++)
        if (specs[i]->argument != NULL) {
            option_names(out, specs[i], " ");
            out_text(out, " ");
        }
    out_text(out, "\")\n"
                  "        if [[ -n $at ]]; then\n"
                  "            if declare -F _command_offset >/dev/null; then\n"
                  "                _command_offset \"$at\"\n"
                  "            elif ((at == COMP_CWORD)); then\n"
                  "                COMPREPLY=($(compgen -c -- \"$cur\"))\n"
                  "            else\n"
                  "                _flowenv_paths -f\n"
                  "            fi\n"
                  "            return\n"
                  "        fi\n");
}

static void one_command(struct output *out, const struct command *command)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = options_of(command, specs), i;
    const char *operand = complete_operand(command);

    outf(out, "    %s)\n", command->name);
    if (words_kind(operand) == WORDS_PROGRAM)
        program(out, specs, count);
    out_text(out, "        case $prev in\n");
    for (i = 0; i < count; i++) {
        if (specs[i]->argument == NULL)
            continue;
        out_text(out, "        ");
        option_names(out, specs[i], " | ");
        out_text(out, ") ");
        action(out, specs[i]->argument);
        out_text(out, "; return ;;\n");
    }
    out_text(out, "        esac\n        case $cur in\n        -*) _flowenv_words \"");
    for (i = 0; i < count; i++)
        outf(out, "%s--%s", i > 0 ? " " : "", specs[i]->name);
    out_text(out, "\" ;;\n        *) ");
    action(out, operand);
    out_text(out, " ;;\n        esac\n        ;;\n");
}

void complete_bash(struct output *out)
{
    size_t i;

    out_text(out, head);
    complete_words(out, "COMMAND");
    out_text(out, middle);
    for (i = 0; commands[i] != NULL; i++)
        one_command(out, commands[i]);
    out_text(out, tail);
}
