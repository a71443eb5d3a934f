#include "cmd/manual.h"

#include <stdio.h>
#include <string.h>

#include "cmd/table.h"

enum { LINE_WIDTH = 78, OPTION_TEXT_MAX = 64 };

void manual_text(const char *text, struct output *out)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, " \n");

        if (column > 0 && column + 1 + len > LINE_WIDTH) {
            out_text(out, "\n");
            column = 0;
        }
        if (len > 0 && column > 0) {
            out_text(out, " ");
            column++;
        }
        out_bytes(out, text, len);
        column += len;
        text += len;
        if (*text == '\n' && text[1] == '\n') {
            out_text(out, "\n\n");
            column = 0;
            text++;
        }
        text += *text != '\0';
    }
    out_text(out, "\n");
}

/* "-s, --stage STAGE" */
static void option_head(const struct option_spec *spec, char head[OPTION_TEXT_MAX])
{
    char letter[8] = "    ";

    if (spec->letter != 0)
        (void)snprintf(letter, sizeof letter, "-%c, ", spec->letter);
    (void)snprintf(head, OPTION_TEXT_MAX, "%s--%s%s%s%s", letter, spec->name,
                   spec->argument ? " " : "", spec->argument ? spec->argument : "",
                   spec->repeats ? "..." : "");
}

static void print_options(const char *title, const struct option_spec *const *specs, size_t count,
                          struct output *out)
{
    struct table table;
    size_t i;

    if (count == 0)
        return;
    table_init(&table, 2, NULL);
    for (i = 0; i < count; i++) {
        char head[OPTION_TEXT_MAX];

        option_head(specs[i], head);
        table_add(&table, head, STYLE_NONE);
        table_add(&table, specs[i]->help, STYLE_NONE);
    }
    out_text(out, "\n");
    out_styled(out, STYLE_BOLD, title);
    out_text(out, "\n");
    table_print(&table, 2, out);
    table_done(&table);
}

static void print_examples(const struct command *command, struct output *out)
{
    const struct example *example = command->examples;

    if (example == NULL)
        return;
    out_text(out, "\n");
    out_styled(out, STYLE_BOLD, "Examples");
    out_text(out, "\n");
    for (; example->line != NULL; example++) {
        outf(out, "  # %s\n  %s\n", example->says, example->line);
    }
}

static void usage_line(const struct command *command, struct output *out)
{
    outf(out, "flowenv %s [OPTIONS]%s%s", command->name, command->operands[0] ? " " : "",
         command->operands);
}

void manual_command(const struct command *command, struct output *out)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count;

    out_styled(out, STYLE_BOLD, "Usage");
    out_text(out, "\n  ");
    usage_line(command, out);
    outf(out, "\n\n%s.\n", command->summary);
    if (command->description != NULL) {
        out_text(out, "\n");
        manual_text(command->description, out);
    }
    count = options_own(command, specs);
    print_options("Options", specs, count, out);
    count = options_shared(command->shared, specs);
    print_options("Common options", specs, count, out);
    print_examples(command, out);
}

void manual_overview(struct output *out)
{
    int group;
    size_t i;

    out_text(out, "flowenv makes one view per stage out of .env files, SSM and a local vault.\n");
    for (group = 0; group < GROUP_COUNT; group++) {
        out_text(out, "\n");
        out_styled(out, STYLE_BOLD, group_titles[group]);
        out_text(out, "\n");
        for (i = 0; commands[i] != NULL; i++)
            if (commands[i]->group == (enum group)group)
                outf(out, "  %-11s %s\n", commands[i]->name, commands[i]->summary);
    }
    out_text(out, "\nflowenv help COMMAND explains one. The manual: man flowenv\n");
}

/* --- the man page ------------------------------------------------------------- */

/* Text in roff: what would be an escape or a request is not; a "-" is one that can be copied. */
static void roff(struct output *out, const char *text)
{
    bool line_start = true;

    for (; *text != '\0'; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            out_text(out, "\\&");
        line_start = *text == '\n';
        if (*text == '\\')
            out_text(out, "\\e");
        else if (*text == '-')
            out_text(out, "\\-");
        else if (*text == '\'')
            out_text(out, "\\(aq");
        else if (*text == '^')
            out_text(out, "\\(ha");
        else if (*text == '~')
            out_text(out, "\\(ti");
        else if (*text == '`')
            out_text(out, "\\(ga");
        else
            out_bytes(out, text, 1);
    }
}

static void roff_line(struct output *out, const char *before, const char *text)
{
    out_text(out, before);
    roff(out, text);
    out_text(out, "\n");
}

static void roff_paragraphs(struct output *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
        char paragraph[4096];

        (void)snprintf(paragraph, sizeof paragraph, "%.*s", (int)len, text);
        roff_line(out, ".PP\n", paragraph);
        text += len;
        text += strspn(text, "\n");
    }
}

static void roff_option(struct output *out, const struct option_spec *spec)
{
    out_text(out, ".TP\n");
    if (spec->letter != 0)
        outf(out, "\\fB\\-%c\\fR, ", spec->letter);
    out_text(out, "\\fB\\-\\-");
    roff(out, spec->name);
    out_text(out, "\\fR");
    if (spec->argument != NULL)
        outf(out, " \\fI%s\\fR", spec->argument);
    out_text(out, "\n");
    roff(out, spec->help);
    out_text(out, spec->repeats ? "; may be repeated\n" : "\n");
}

/* Which of the common options a command has, in one line. */
static void roff_common(struct output *out, const struct command *command)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = options_shared(command->shared, specs), i;

    out_text(out, ".PP\nCommon options:\n");
    for (i = 0; i < count; i++) {
        out_text(out, "\\fB\\-\\-");
        roff(out, specs[i]->name);
        outf(out, "\\fR%s\n", i + 1 < count ? "," : "");
    }
}

static void roff_examples(struct output *out, const struct example *example)
{
    for (; example != NULL && example->line != NULL; example++) {
        roff_line(out, ".PP\n", example->says);
        roff_line(out, ".PP\n.RS 4\n.EX\n", example->line);
        out_text(out, ".EE\n.RE\n");
    }
}

static void roff_command(struct output *out, const struct command *command)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = options_own(command, specs), i;

    outf(out, ".SS %s\n.PP\n\\fBflowenv %s\\fR [\\fIOPTIONS\\fR] ", command->name, command->name);
    roff(out, command->operands);
    roff_line(out, "\n.PP\n", command->summary);
    if (command->description != NULL)
        roff_paragraphs(out, command->description);
    for (i = 0; i < count; i++)
        roff_option(out, specs[i]);
    roff_common(out, command);
    roff_examples(out, command->examples);
}

static void roff_common_options(struct output *out)
{
    const struct option_spec *specs[OPTIONS_MAX];
    size_t count = options_shared(SHARES_ALL, specs), i;

    out_text(out, ".SH COMMON OPTIONS\nThese mean the same in every command that has them.\n");
    for (i = 0; i < count; i++)
        roff_option(out, specs[i]);
}

static const struct {
    const char *title, *text;
} manual_ends[] = {
    {"EXIT STATUS",
     "0 done; 1 another failure; 2 wrong usage; 3 partly done; 4 conflict, somebody else changed "
     "it; 5 locked or a wrong key; 6 the vault is damaged; 7 the vault is older than one seen "
     "before; 8 the project is not believed; 9 a service can\'t be reached; 10 refused by a safety "
     "rule; 11 written by a newer flowenv; 12 check found errors.\n\n"
     "exec passes the status of its program on; its own failures are 125, a program that can\'t be "
     "executed 126, one that is not found 127."},
    {"ENVIRONMENT",
     "FLOWENV_STORE: the store, ssm or local. FLOWENV_VAULT, FLOWENV_KEY_FILE: the vault and its "
     "key. "
     "FLOWENV_CACHE=1: keep snapshots in CI too. None of them reaches a program started by "
     "exec.\n\n"
     "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_REGION, "
     "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SSM, AWS_CA_BUNDLE, AWS_MAX_ATTEMPTS, https_proxy, "
     "no_proxy: as in the AWS tools. AWS_RETRY_MODE: one of theirs, each of which means standard "
     "here. NO_COLOR: no colour. XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME: where the files "
     "below lie."},
    {"FILES",
     "flowenv.ini: the project; committed, holds no secret.\n\n"
     "~/.config/flowenv/config.ini: the user\'s own settings. ~/.config/flowenv/key: the key of "
     "the "
     "vault. ~/.local/share/flowenv/vault.fenv: the vault. ~/.local/state/flowenv: what was seen "
     "of it "
     "last."},
};

void manual_page(struct output *out)
{
    int group;
    size_t i;

    out_text(out, ".TH FLOWENV 1 \"\" \"flowenv " FLOWENV_VERSION "\" \"User Commands\"\n"
                  ".SH NAME\nflowenv \\- one view per stage out of .env files, SSM and a local "
                  "vault\n.SH SYNOPSIS\n.B flowenv\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] "
                  "[\\fIOPERANDS\\fR]\n.SH DESCRIPTION\n");
    roff(out, "A stage (dev, staging, prod) is a complete set of values for one deployment. Its "
              "sources are ordered, and the first that has a key wins. flowenv merges them into "
              "one view, keeps it encrypted on disk, exports it to shells and programs, renders "
              "it for deploy targets, and says before a deploy what is missing.\n");
    out_text(out, ".SH COMMANDS\n");
    for (group = 0; group < GROUP_COUNT; group++)
        for (i = 0; commands[i] != NULL; i++)
            if (commands[i]->group == (enum group)group)
                roff_command(out, commands[i]);
    roff_common_options(out);
    for (i = 0; i < FLOW_COUNT(manual_ends); i++) {
        outf(out, ".SH %s\n", manual_ends[i].title);
        roff_paragraphs(out, manual_ends[i].text);
    }
}
