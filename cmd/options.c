#include "cmd/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "cmd/command.h"
#include "text/names.h"

static const struct option_spec stage_options[] = {
    {"stage", 's', "STAGE", "the stage; for reading, default_stage of flowenv.ini if left out",
     false},
    OPTION_END};
static const struct option_spec project_options[] = {
    {"project", 0, "DIR", "look for flowenv.ini in DIR and its parents, not here", false},
    OPTION_END};
static const struct option_spec store_options[] = {
    {"store", 0, "STORE", "ssm or local; else FLOWENV_STORE, the project's, ssm", false},
    OPTION_END};
static const struct option_spec view_options[] = {
    {"prefix", 0, "PATH", "instead of a stage: every parameter below PATH in the store", false},
    {"env-file", 0, "FILE", "instead of a stage: .env files; the first that has a key wins", true},
    {"only", 0, "GLOB", "only keys that match; !GLOB takes away", true},
    {"no-expand", 0, NULL, "leave ${NAME} in .env values as it stands", false},
    {"yes", 'y', NULL, "go on though sources of a protected stage disagree", false},
    OPTION_END};
static const struct option_spec fresh_options[] = {
    {"refresh", 0, NULL, "ask the service, however fresh the snapshot is", false},
    {"offline", 0, NULL, "never ask a service; what the vault has must do", false},
    OPTION_END};
static const struct option_spec aws_options[] = {
    {"profile", 0, "PROFILE", "profile of ~/.aws", false},
    {"region", 0, "REGION", "AWS region", false},
    {"endpoint-url", 0, "URL", "SSM endpoint in place of AWS's own", false},
    OPTION_END};
static const struct option_spec vault_options[] = {
    {"vault", 0, "FILE", "vault file; else FLOWENV_VAULT, config.ini, the data directory", false},
    {"key-file", 0, "FILE", "key file; else FLOWENV_KEY_FILE, config.ini, the config directory",
     false},
    {"accept-rollback", 0, NULL, "take a vault older than one seen before as the new base", false},
    OPTION_END};
static const struct option_spec json_options[] = {
    {"json", 0, NULL, "answer in JSON, for programs", false}, OPTION_END};
static const struct option_spec help_options[] = {{"help", 'h', NULL, "explain the command", false},
                                                  OPTION_END};

static const struct {
    enum shared_options bit;
    const struct option_spec *list;
} shared_lists[] = {
    {SHARES_STAGE, stage_options}, {SHARES_VIEW, view_options},       {SHARES_JSON, json_options},
    {SHARES_STORE, store_options}, {SHARES_FRESH, fresh_options},     {SHARES_AWS, aws_options},
    {SHARES_VAULT, vault_options}, {SHARES_PROJECT, project_options},
};

static size_t add_specs(const struct option_spec *from, const struct option_spec **list,
                        size_t count)
{
    for (; from != NULL && from->name != NULL && count < OPTIONS_MAX; from++)
        list[count++] = from;
    return count;
}

static size_t add_shared(unsigned bits, const struct option_spec **list, size_t count)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(shared_lists); i++)
        if (bits & shared_lists[i].bit)
            count = add_specs(shared_lists[i].list, list, count);
    return add_specs(help_options, list, count);
}

size_t options_own(const struct command *command, const struct option_spec *list[OPTIONS_MAX])
{
    return add_specs(command->options, list, 0);
}

size_t options_shared(unsigned bits, const struct option_spec *list[OPTIONS_MAX])
{
    return add_shared(bits, list, 0);
}

size_t options_of(const struct command *command, const struct option_spec *list[OPTIONS_MAX])
{
    return add_shared(command->shared, list, options_own(command, list));
}

/* Where a parse stands. */
struct parse {
    const struct command *command;
    struct options *options;
    const struct option_spec *specs[OPTIONS_MAX];
    size_t spec_count;
    char *const *argv;
    size_t at, first_number;
    struct flow_err *err;
};

/* The first mistake is the one to report. */
FLOW_PRINTF(2, 3) static void mistake(struct parse *parse, const char *format, ...)
{
    char sentence[256];
    va_list args;

    if (parse->err->code)
        return;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    (void)flow_err_set(parse->err, FLOW_E_USAGE, "%s", sentence);
}

static const struct option_spec *spec_by_name(const struct parse *parse, const char *name,
                                              size_t len)
{
    size_t i;

    for (i = 0; i < parse->spec_count; i++)
        if (strncmp(parse->specs[i]->name, name, len) == 0 && parse->specs[i]->name[len] == '\0')
            return parse->specs[i];
    return NULL;
}

static const struct option_spec *spec_by_letter(const struct parse *parse, char letter)
{
    size_t i;

    for (i = 0; i < parse->spec_count; i++)
        if (parse->specs[i]->letter == letter)
            return parse->specs[i];
    return NULL;
}

/* A word is repeated only where it is nearly an option: anything else may be a secret. */
static void unknown_option(struct parse *parse, const char *name, size_t len)
{
    const char *candidates[OPTIONS_MAX], *near = NULL;
    char word[32];
    size_t i;

    for (i = 0; i < parse->spec_count; i++)
        candidates[i] = parse->specs[i]->name;
    if (len < sizeof word) {
        memcpy(word, name, len);
        word[len] = '\0';
        near = flow_name_nearest(word, candidates, parse->spec_count);
    }
    if (near != NULL)
        mistake(parse, "%s has no option --%s; did you mean --%s?", parse->command->name, word,
                near);
    else
        mistake(parse, "argument %zu is no option of %s; see flowenv help %s",
                parse->first_number + parse->at, parse->command->name, parse->command->name);
}

/* Behind the last value of the same option: option_list() lends them as one array. */
static size_t place_for(const struct options *options, const struct option_spec *spec,
                        bool *ret_given)
{
    size_t place = options->count;

    while (place > 0 && options->specs[place - 1] != spec)
        place--;
    *ret_given = place > 0;
    return *ret_given ? place : options->count;
}

static void keep(struct parse *parse, const struct option_spec *spec, const char *value)
{
    struct options *options = parse->options;
    bool given;
    size_t place = place_for(options, spec, &given), behind = options->count - place;

    if (given && !spec->repeats) {
        if (spec->argument != NULL)
            mistake(parse, "--%s is given twice", spec->name);
        return;
    }
    if (FLOW_LIST_GROW(options->specs, options->count, options->spec_cap) ||
        FLOW_LIST_GROW(options->values, options->count, options->value_cap)) {
        (void)flow_err_nomem(parse->err);
        return;
    }
    memmove(options->specs + place + 1, options->specs + place, behind * sizeof *options->specs);
    memmove(options->values + place + 1, options->values + place, behind * sizeof *options->values);
    options->specs[place] = spec;
    options->values[place] = value;
    options->count++;
}

/* An empty value is most often a shell variable that is not set. */
static void keep_value(struct parse *parse, const struct option_spec *spec, const char *value)
{
    if (value == NULL || *value == '\0')
        mistake(parse, "--%s needs its %s", spec->name, spec->argument);
    else
        keep(parse, spec, value);
}

/* The value is the next argument; one that looks like an option was more likely forgotten. */
static void keep_next(struct parse *parse, const struct option_spec *spec)
{
    const char *value = parse->argv[parse->at + 1];

    if (value != NULL && strncmp(value, "--", 2) != 0)
        parse->at++;
    else
        value = NULL;
    keep_value(parse, spec, value);
}

static void parse_long(struct parse *parse, const char *text)
{
    size_t len = strcspn(text, "=");
    const struct option_spec *spec = spec_by_name(parse, text, len);
    const char *value = text[len] == '=' ? text + len + 1 : NULL;

    if (spec == NULL)
        unknown_option(parse, text, len);
    else if (spec->argument == NULL && value != NULL)
        mistake(parse, "--%s takes no value", spec->name);
    else if (spec->argument == NULL)
        keep(parse, spec, NULL);
    else if (value != NULL)
        keep_value(parse, spec, value);
    else
        keep_next(parse, spec);
}

static void parse_letters(struct parse *parse, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const struct option_spec *spec = spec_by_letter(parse, *letters);

        if (spec == NULL) {
            unknown_option(parse, "", 0);
            return;
        }
        if (spec->argument == NULL) {
            keep(parse, spec, NULL);
            continue;
        }
        if (letters[1] != '\0')
            keep(parse, spec, letters + 1);
        else
            keep_next(parse, spec);
        return;
    }
}

static void take_rest(struct parse *parse, size_t from)
{
    struct options *options = parse->options;

    while (parse->argv[from] != NULL)
        options->operands[options->operand_count++] = parse->argv[from++];
}

static void parse_all(struct parse *parse)
{
    struct options *options = parse->options;

    for (; parse->argv[parse->at] != NULL; parse->at++) {
        const char *text = parse->argv[parse->at];

        if (strcmp(text, "--") == 0) {
            take_rest(parse, parse->at + 1);
            return;
        }
        if (text[0] != '-' || text[1] == '\0') {
            if (parse->command->needs & STOPS_AT_OPERAND) {
                take_rest(parse, parse->at);
                return;
            }
            options->operands[options->operand_count++] = text;
        } else if (text[1] == '-')
            parse_long(parse, text + 2);
        else
            parse_letters(parse, text + 1);
    }
}

static void check_operands(struct parse *parse)
{
    const struct command *command = parse->command;
    size_t count = parse->options->operand_count;

    if (count < command->min_operands)
        mistake(parse, "%s needs %s; see flowenv help %s", command->name, command->operands,
                command->name);
    else if (count > command->max_operands && command->max_operands == 0)
        mistake(parse, "%s takes no operand, %zu given", command->name, count);
    else if (count > command->max_operands)
        mistake(parse, "%s takes %s, %zu operands given", command->name, command->operands, count);
}

enum flow_code options_parse(const struct command *command, char *const *argv, size_t first_number,
                             struct options *options, struct flow_err *err)
{
    struct parse parse = {.command = command,
                          .options = options,
                          .argv = argv,
                          .first_number = first_number,
                          .err = err};
    size_t argc = 0;

    while (argv[argc] != NULL)
        argc++;
    options->operands = calloc(argc + 1, sizeof *options->operands);
    if (options->operands == NULL)
        return flow_err_nomem(err);
    parse.spec_count = options_of(command, parse.specs);
    parse_all(&parse);
    check_operands(&parse);
    return err->code;
}

void options_done(struct options *options)
{
    free(options->specs);
    free(options->values);
    free(options->operands);
    *options = (struct options){0};
}

static size_t index_of(const struct options *options, const char *name)
{
    size_t i;

    for (i = 0; i < options->count; i++)
        if (strcmp(options->specs[i]->name, name) == 0)
            break;
    return i;
}

bool option_on(const struct options *options, const char *name)
{
    return index_of(options, name) < options->count;
}

const char *option_text(const struct options *options, const char *name)
{
    size_t i = index_of(options, name);

    return i < options->count ? options->values[i] : NULL;
}

const char *const *option_list(const struct options *options, const char *name, size_t *ret_count)
{
    size_t first = index_of(options, name), end = first;

    while (end < options->count && strcmp(options->specs[end]->name, name) == 0)
        end++;
    *ret_count = end - first;
    return *ret_count > 0 ? options->values + first : NULL;
}

enum flow_code option_number(const struct options *options, const char *name, long min, long max,
                             long fallback, long *ret_number, struct flow_err *err)
{
    const char *text = option_text(options, name);
    char *end;
    long number;

    *ret_number = fallback;
    if (text == NULL)
        return FLOW_OK;
    errno = 0;
    number = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || text[0] < '0' || text[0] > '9' || number < min ||
        number > max)
        return flow_err_set(err, FLOW_E_USAGE, "--%s takes a whole number from %ld to %ld", name,
                            min, max);
    *ret_number = number;
    return FLOW_OK;
}
