#include "cmd/words.h"

#include <string.h>

#include "check/check.h"
#include "cmd/command.h"
#include "target/target.h"
#include "text/format.h"

typedef void each_word(void *context, const char *word);

static void each_type(struct flow_session *session, each_word *each, void *context)
{
    (void)session;
    each(context, flow_type_name(FLOW_SECURE_STRING));
    each(context, flow_type_name(FLOW_STRING));
    each(context, flow_type_name(FLOW_STRING_LIST));
}

static void each_store(struct flow_session *session, each_word *each, void *context)
{
    (void)session;
    each(context, flow_source_name(FLOW_SOURCE_SSM));
    each(context, flow_source_name(FLOW_SOURCE_LOCAL));
}

static void each_tier(struct flow_session *session, each_word *each, void *context)
{
    (void)session;
    each(context, "Standard");
    each(context, "Advanced");
    each(context, "Intelligent-Tiering");
}

static void each_format(struct flow_session *session, each_word *each, void *context)
{
    int format;

    (void)session;
    for (format = 0; format < FLOW_FORMAT_COUNT; format++)
        each(context, flow_format_name((enum flow_format)format));
}

static void each_shell(struct flow_session *session, each_word *each, void *context)
{
    (void)session;
    each(context, "bash");
    each(context, "zsh");
    each(context, "fish");
}

static void each_command(struct flow_session *session, each_word *each, void *context)
{
    size_t i;

    (void)session;
    for (i = 0; commands[i] != NULL; i++)
        each(context, commands[i]->name);
}

static void each_rule(struct flow_session *session, each_word *each, void *context)
{
    size_t count, i;
    const struct flow_rule_text *rules = flow_check_rules(&count);

    (void)session;
    for (i = 0; i < count; i++)
        each(context, rules[i].id);
}

static void each_stage(struct flow_session *session, each_word *each, void *context)
{
    const struct flow_project *project = session ? flow_session_project(session) : NULL;
    size_t i;

    for (i = 0; project != NULL && i < project->stage_count; i++)
        each(context, project->stages[i].name);
}

static void each_target(struct flow_session *session, each_word *each, void *context)
{
    const struct flow_project *project = session ? flow_session_project(session) : NULL;
    size_t i;

    for (i = 0; project != NULL && i < project->target_count; i++)
        each(context, project->targets[i].name);
    each(context, flow_target_kind_name(FLOW_TARGET_LAMBDA));
    each(context, flow_target_kind_name(FLOW_TARGET_SERVERLESS));
    each(context, flow_target_kind_name(FLOW_TARGET_VERCEL));
}

static const struct {
    const char *label;
    enum words_kind kind;
    void (*each)(struct flow_session *session, each_word *each, void *context);
} table[] = {
    {"STAGE", WORDS_PROJECT, each_stage}, {"TARGET", WORDS_PROJECT, each_target},
    {"TYPE", WORDS_FIXED, each_type},     {"STORE", WORDS_FIXED, each_store},
    {"TIER", WORDS_FIXED, each_tier},     {"FORMAT", WORDS_FIXED, each_format},
    {"SHELL", WORDS_FIXED, each_shell},   {"COMMAND", WORDS_FIXED, each_command},
    {"RULE", WORDS_FIXED, each_rule},     {"FILE", WORDS_FILE, NULL},
    {"DIR", WORDS_DIRECTORY, NULL},       {"PROGRAM", WORDS_PROGRAM, NULL},
};

/* The label is the first word of an operand list such as "[COMMAND]" or "NAME...". */
static bool is_label(const char *text, const char *label)
{
    size_t len = strlen(label);

    text += *text == '[';
    return strncmp(text, label, len) == 0 && (text[len] < 'A' || text[len] > 'Z');
}

enum words_kind words_kind(const char *label)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(table); i++)
        if (is_label(label, table[i].label))
            return table[i].kind;
    return WORDS_NONE;
}

bool words_each(const char *label, struct flow_session *session, each_word *each, void *context)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(table); i++)
        if (table[i].each != NULL && is_label(label, table[i].label)) {
            table[i].each(session, each, context);
            return true;
        }
    return false;
}
