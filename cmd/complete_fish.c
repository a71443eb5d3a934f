#include "cmd/complete.h"
#include "cmd/words.h"

static const char head[] =
    "# fish completion for flowenv, printed by: flowenv completion fish\n"
    "\n"
    "# True while the command itself is still to be typed.\n"
    "function __flowenv_first\n"
    "    test (count (commandline -opc)) -eq 1\n"
    "end\n"
    "\n"
    "# True if the command is the one named.\n"
    "function __flowenv_is\n"
    "    set -l words (commandline -opc)\n"
    "    test (count $words) -gt 1; and test $words[2] = $argv[1]\n"
    "end\n"
    "\n"
    "# Completes the program that stands behind \"--\".\n"
    "function __flowenv_program\n"
    "    set -l words (commandline -opc)\n"
    "    set -l at (contains -i -- -- $words); or return\n"
    "    set -l rest $words[(math $at + 1)..-1] (commandline -ct)\n"
    "    complete -C (string join -- ' ' (string escape -- $rest[1..-2]) $rest[-1])\n"
    "end\n"
    "\n"
    "complete -c flowenv -f\n"
    "complete -c flowenv -n __flowenv_first -s h -l help -d 'Explain flowenv'\n"
    "complete -c flowenv -n __flowenv_first -s V -l version -d 'Print the version'\n";

static void quoted(struct output *out, const char *text)
{
    out_text(out, "'");
    complete_quoted(out, text, "\\'");
    out_text(out, "'");
}

/* " -x -a '...'": what an option's argument or an operand may be. */
static void action(struct output *out, const char *label)
{
    switch (words_kind(label)) {
    case WORDS_FIXED:
        out_text(out, " -x -a '");
        complete_words(out, label);
        out_text(out, "'");
        break;
    case WORDS_PROJECT:
        outf(out, " -x -a '(flowenv completion --words %s 2>/dev/null)'", label);
        break;
    case WORDS_FILE:
        out_text(out, " -r -F");
        break;
    case WORDS_DIRECTORY:
        out_text(out, " -x -a '(__fish_complete_directories)'");
        break;
    case WORDS_PROGRAM:
        out_text(out, " -x -a '(__flowenv_program)'");
        break;
    case WORDS_NONE:
        out_text(out, " -x");
    }
}

static void one_command(struct output *out, const struct command *command)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = options_of(command, specs), i;
    const char *operand = complete_operand(command);

    outf(out, "\ncomplete -c flowenv -n __flowenv_first -a %s -d ", command->name);
    quoted(out, command->summary);
    out_text(out, "\n");
    for (i = 0; i < count; i++) {
        outf(out, "complete -c flowenv -n '__flowenv_is %s' -l %s", command->name, specs[i]->name);
        if (specs[i]->letter != 0)
            outf(out, " -s %c", specs[i]->letter);
        if (specs[i]->argument != NULL)
            action(out, specs[i]->argument);
        out_text(out, " -d ");
        quoted(out, specs[i]->help);
        out_text(out, "\n");
    }
    if (words_kind(operand) == WORDS_NONE)
        return;
    outf(out, "complete -c flowenv -n '__flowenv_is %s'", command->name);
    action(out, operand);
    out_text(out, "\n");
}

void complete_fish(struct output *out)
{
    size_t i;

    out_text(out, head);
    for (i = 0; commands[i] != NULL; i++)
        one_command(out, commands[i]);
}
