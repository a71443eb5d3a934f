#include <string.h>

#include "cmd/complete.h"
#include "cmd/words.h"

static const char head[] =
    "#compdef flowenv\n"
    "# zsh completion for flowenv, printed by: flowenv completion zsh\n"
    "\n"
    "_flowenv_project() {\n"
    "    local -a found expl\n"
    "    found=(${(f)\"$(_call_program words flowenv completion --words $1 2>/dev/null)\"})\n"
    "    _wanted words expl \"$1\" compadd -a found\n"
    "}\n"
    "\n"
    "_flowenv() {\n"
    "    local -a commands\n"
    "    commands=(\n";

static const char middle[] = "    )\n"
                             "    if ((CURRENT == 2)); then\n"
                             "        _describe -t commands command commands\n"
                             "        return\n"
                             "    fi\n"
                             "    shift words\n"
                             "    ((CURRENT--))\n"
                             "    case $words[1] in\n";

static const char tail[] = "    esac\n"
                           "}\n"
                           "\n"
                           "if [[ $funcstack[1] == _flowenv ]]; then\n"
                           "    _flowenv \"$@\"\n"
                           "else\n"
                           "    compdef _flowenv flowenv\n"
                           "fi\n";

/* ":LABEL:ACTION", the end of a specification of _arguments. */
static void action(struct output *out, const char *label)
{
    int len = (int)strcspn(label, " .]");

    if (*label == '[')
        label++, len--;
    outf(out, ":%.*s:", len, label);
    switch (words_kind(label)) {
    case WORDS_FIXED:
        out_text(out, "(");
        complete_words(out, label);
        out_text(out, ")");
        break;
    case WORDS_PROJECT:
        outf(out, " _flowenv_project %.*s", len, label);
        break;
    case WORDS_FILE:
        out_text(out, "_files");
        break;
    case WORDS_DIRECTORY:
        out_text(out, "_files -/");
        break;
    case WORDS_NONE:
    case WORDS_PROGRAM:
        out_text(out, " ");
    }
}

/* A help text between brackets in a specification. */
static void help_text(struct output *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            out_text(out, "'\\''");
        else {
            if (strchr("[]:\\", *text) != NULL)
                out_text(out, "\\");
            out_bytes(out, text, 1);
        }
}

static void one_option(struct output *out, const struct option_spec *spec)
{
    const char *equals = spec->argument != NULL ? "=" : "";

    out_text(out, " \\\n            ");
    if (spec->letter != 0 && spec->repeats)
        outf(out, "'*'{-%c%s,--%s%s}", spec->letter, spec->argument ? "+" : "", spec->name, equals);
    else if (spec->letter != 0)
        outf(out, "'(-%c --%s)'{-%c%s,--%s%s}", spec->letter, spec->name, spec->letter,
             spec->argument ? "+" : "", spec->name, equals);
    else
        outf(out, "'%s--%s%s", spec->repeats ? "*" : "", spec->name, equals);
    out_text(out, spec->letter != 0 ? "'[" : "[");
    help_text(out, spec->help);
    out_text(out, "]");
    if (spec->argument != NULL)
        action(out, spec->argument);
    out_text(out, "'");
}

static void one_command(struct output *out, const struct command *command)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = options_of(command, specs), i;
    const char *operand = complete_operand(command);

    outf(out, "    %s)\n        _arguments -s -S%s", command->name,
         words_kind(operand) == WORDS_PROGRAM ? " -A '-*'" : "");
    for (i = 0; i < count; i++)
        one_option(out, specs[i]);
    if (words_kind(operand) == WORDS_PROGRAM) {
        out_text(out, " \\\n            '(-):program: _command_names -e' "
                      "'*::arguments: _normal'");
    } else if (*operand != '\0') {
        out_text(out, " \\\n            '*");
        action(out, operand);
        out_text(out, "'");
    }
    out_text(out, "\n        ;;\n");
}

void complete_zsh(struct output *out)
{
    size_t i;

    out_text(out, head);
    for (i = 0; commands[i] != NULL; i++) {
        outf(out, "        '%s:", commands[i]->name);
        complete_quoted(out, commands[i]->summary, "'\\''");
        out_text(out, "'\n");
    }
    out_text(out, middle);
    for (i = 0; commands[i] != NULL; i++)
        one_command(out, commands[i]);
    out_text(out, tail);
}
