#include "check/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "check/rule.h"
#include "text/names.h"

enum { SENTENCE_MAX = 4096 }; /* bytes; what a provider says beyond that is left out */

void flow_check_init(struct flow_check *check)
{
    *check = (struct flow_check){0};
}

/* Texts are const for readers; the check made them. */
static void free_text(const char *text)
{
    free((char *)text);
}

void flow_check_done(struct flow_check *check)
{
    for (size_t i = 0; i < check->need_count; i++) {
        free_text(check->needs[i].key);
        free_text(check->needs[i].file);
        free_text(check->needs[i].example);
    }
    for (size_t i = 0; i < check->finding_count; i++) {
        free_text(check->findings[i].key);
        free_text(check->findings[i].file);
        free_text(check->findings[i].sentence);
    }
    free(check->needs);
    free(check->findings);
    flow_check_init(check);
}

/* --- what is asked for --------------------------------------------------------- */

static bool copy_text(const char **text)
{
    if (*text != NULL)
        *text = strdup(*text);
    else
        return true;
    return *text != NULL;
}

enum flow_code flow_check_add_need(struct flow_check *check, const struct flow_need *need,
                                   struct flow_err *err)
{
    struct flow_need *own;
    bool copied;

    if (FLOW_LIST_GROW(check->needs, check->need_count, check->need_cap))
        return flow_err_nomem(err);
    own = &check->needs[check->need_count++];
    *own = *need;
    copied = copy_text(&own->key);
    copied = copy_text(&own->file) && copied;
    copied = copy_text(&own->example) && copied;
    return copied ? FLOW_OK : flow_err_nomem(err);
}

struct flow_bytes flow_question_value(const struct flow_question *question)
{
    static const struct flow_bytes none;

    return question->entry != NULL ? question->entry->value : none;
}

/* [names] may give a name below the prefix or a whole one. */
static const char *named_param(const struct flow_project *project, const char *key)
{
    for (size_t i = 0; i < project->name_count; i++)
        if (strcmp(project->names[i].key, key) == 0)
            return project->names[i].param;
    return NULL;
}

bool flow_question_param(const struct flow_question *question, struct flow_str *name)
{
    const char *named = named_param(question->project, question->need->key);
    const char *prefix = question->stage->prefix;
    struct flow_err err;

    if (named != NULL && named[0] == '/')
        flow_str_add(name, named);
    else if (prefix == NULL)
        return false;
    else if (named != NULL)
        flow_str_addf(name, "%s/%s", prefix, named);
    else
        return flow_name_to_param(question->need->key, prefix, name, &err) == FLOW_OK;
    return true;
}

/* --- asking ------------------------------------------------------------------------ */

static enum flow_code add_finding(struct flow_check *check, const struct flow_rule *rule,
                                  const struct flow_need *need, const char *sentence,
                                  struct flow_err *err)
{
    struct flow_finding *own;
    bool copied;

    if (FLOW_LIST_GROW(check->findings, check->finding_count, check->finding_cap))
        return flow_err_nomem(err);
    own = &check->findings[check->finding_count++];
    *own = (struct flow_finding){.rule = rule->text.id,
                                 .severity = rule->text.severity,
                                 .key = need->key,
                                 .file = need->file,
                                 .line = need->line,
                                 .column = need->column,
                                 .sentence = sentence};
    copied = copy_text(&own->key);
    copied = copy_text(&own->file) && copied;
    copied = copy_text(&own->sentence) && copied;
    return copied ? FLOW_OK : flow_err_nomem(err);
}

static enum flow_code ask(struct flow_check *check, const struct flow_question *question,
                          bool first, struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str sentence = FLOW_STR_INIT(SENTENCE_MAX);
    size_t count;
    const struct flow_rule *const *rules = flow_rule_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (rules[i]->per_key && !first)
            continue;
        flow_str_clear(&sentence);
        if (!rules[i]->finds(question, &sentence))
            continue;
        if (sentence.no_memory)
            return flow_err_nomem(err);
        if (add_finding(check, rules[i], question->need, sentence.text, err))
            return err->code;
    }
    return FLOW_OK;
}

/* Needs of one key stand side by side: count of them, from `from` on. */
static size_t needs_of_key(const struct flow_check *check, size_t from)
{
    size_t count = 1;

    while (from + count < check->need_count &&
           strcmp(check->needs[from + count].key, check->needs[from].key) == 0)
        count++;
    return count;
}

static bool none_optional(const struct flow_need *needs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (needs[i].optional)
            return false;
    return true;
}

static int compare_needs(const void *a, const void *b)
{
    const struct flow_need *one = a, *other = b;
    int order = strcmp(one->key, other->key);

    if (order == 0)
        order = strcmp(one->file, other->file);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

static int compare_findings(const void *a, const void *b)
{
    const struct flow_finding *one = a, *other = b;
    int order = (int)other->severity - (int)one->severity;

    if (order == 0)
        order = strcmp(one->key, other->key);
    if (order == 0)
        order = strcmp(one->rule, other->rule);
    return order != 0 ? order : (one->line > other->line) - (one->line < other->line);
}

static void sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(items, count, size, compare);
}

enum flow_code flow_check_run(struct flow_check *check, const struct flow_project *project,
                              const struct flow_stage *stage, const struct flow_view *view,
                              struct flow_err *err)
{
    struct flow_question question = {.project = project, .stage = stage};

    sort(check->needs, check->need_count, sizeof *check->needs, compare_needs);
    for (size_t from = 0, count; from < check->need_count; from += count) {
        count = needs_of_key(check, from);
        question.entry = flow_view_find(view, check->needs[from].key);
        question.required = none_optional(&check->needs[from], count);
        for (size_t i = 0; i < count; i++) {
            question.need = &check->needs[from + i];
            if (ask(check, &question, i == 0, err))
                return err->code;
        }
    }
    sort(check->findings, check->finding_count, sizeof *check->findings, compare_findings);
    return FLOW_OK;
}

size_t flow_check_errors(const struct flow_check *check)
{
    size_t errors = 0;

    for (size_t i = 0; i < check->finding_count; i++)
        errors += check->findings[i].severity == FLOW_ERROR;
    return errors;
}
