#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/str.h"
#include "text/dotenv.h"

enum { SCRATCH_FIRST = 4096, CYCLE_TEXT_MAX = 1024 };

/* STATE_RAW is what calloc() gives. */
enum state { STATE_RAW, STATE_AT_WORK, STATE_DONE };

struct span {
    const char *at, *end;
};

/* $name, ${name}, ${name-word}, ${name+word}. */
struct reference {
    struct span name, word;
    char op; /* '-', '+' or 0 */
    const char *end;
};

/* One expansion of a set. */
struct expander {
    struct flow_dotenv *set;
    const char *(*lookup)(void *context, const char *key);
    void *context;
    unsigned char *states;                   /* enum state, one an item */
    size_t trail[FLOW_DOTENV_DEPTH_MAX + 2]; /* places of the items at work, outermost first */
    size_t trail_len;
    size_t word_depth;           /* words within words at work, of all items on the trail */
    struct flow_secret *scratch; /* values grow here, inner ones behind outer ones */
    size_t total;
    struct flow_err *err;
};

static enum flow_code resolve(struct expander *expander, size_t place);

static size_t length(struct span span)
{
    return (size_t)(span.end - span.at);
}

static struct flow_dotenv_item *item_at_work(const struct expander *expander)
{
    return &expander->set->items[expander->trail[expander->trail_len - 1]];
}

static enum flow_code fail_limit(struct expander *expander, const char *what)
{
    const struct flow_dotenv_item *item = item_at_work(expander);

    return flow_err_set(expander->err, FLOW_E_LIMIT, "%s:%u: %s: %s", item->file, item->line,
                        item->key, what);
}

static enum flow_code check_depth(struct expander *expander)
{
    if (expander->trail_len - 1 + expander->word_depth > FLOW_DOTENV_DEPTH_MAX)
        return fail_limit(expander, "references go deeper than 10");
    return FLOW_OK;
}

static enum flow_code put(struct expander *expander, const void *bytes, size_t len)
{
    expander->total += len;
    if (expander->total > FLOW_DOTENV_EXPANDED_MAX)
        return fail_limit(expander, "the expanded values grow beyond 1 MiB");
    return flow_secret_append(expander->scratch, bytes, len, expander->err);
}

/* --- what a reference looks like ----------------------------------------------- */

static size_t name_len(struct span text)
{
    static const char begin[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    const char *at = text.at;

    while (at < text.end && *at != '\0' &&
           (strchr(begin, *at) != NULL || (at > text.at && *at >= '0' && *at <= '9')))
        at++;
    return (size_t)(at - text.at);
}

/*
 * The "}" that closes the "${" before text; *ret_close is NULL if there is
 * none, or a brace inside that belongs to no reference.
 */
static enum flow_code find_close(struct expander *expander, struct span text,
                                 const char **ret_close)
{
    size_t depth = 1;
    const char *at;

    *ret_close = NULL;
    for (at = text.at; at < text.end; at++) {
        if (*at == '}' && --depth == 0) {
            *ret_close = at > text.at ? at : NULL;
            break;
        }
        if (*at != '{')
            continue;
        if (at == text.at || at[-1] != '$' || (at - text.at > 1 && at[-2] == '\\'))
            break;
        /* Also what keeps the search for closing braces linear. */
        if (++depth > FLOW_DOTENV_DEPTH_MAX)
            return fail_limit(expander, "references go deeper than 10");
    }
    return FLOW_OK;
}

/* Splits "name:-word" at the first "+" or "-"; false: the name holds a reference itself. */
static bool split(struct span text, struct reference *reference)
{
    const char *at = text.at;

    while (at < text.end && *at != '-' && *at != '+' && *at != '{')
        at++;
    if (at < text.end && *at == '{')
        return false;
    reference->name = (struct span){text.at, at};
    reference->word = (struct span){text.end, text.end};
    reference->op = '\0';
    if (at == text.end)
        return true;
    if (at > text.at && at[-1] == ':')
        reference->name.end--;
    reference->op = *at;
    reference->word.at = at + 1;
    return true;
}

/* The reference that text, which begins with "$", begins with; *ret_is false: none. */
static enum flow_code take_reference(struct expander *expander, struct span text,
                                     struct reference *reference, bool *ret_is)
{
    struct span rest = {text.at + 1, text.end};
    const char *close;

    *ret_is = false;
    if (rest.at < rest.end && *rest.at == '{') {
        rest.at++;
        if (find_close(expander, rest, &close))
            return expander->err->code;
        *ret_is = close != NULL && split((struct span){rest.at, close}, reference);
        if (*ret_is)
            reference->end = close + 1;
        return FLOW_OK;
    }
    rest.end = rest.at + name_len(rest);
    *reference = (struct reference){.name = rest, .word = {rest.end, rest.end}, .end = rest.end};
    *ret_is = length(rest) > 0;
    return FLOW_OK;
}

/* --- what it stands for ------------------------------------------------------------ */

static enum flow_code ask_lookup(struct expander *expander, struct span name,
                                 const char **ret_value)
{
    const char *key = flow_arena_copy(expander->set->arena, name.at, length(name));

    if (key == NULL)
        return flow_err_nomem(expander->err);
    *ret_value = expander->lookup(expander->context, key);
    return FLOW_OK;
}

/* The reference's value; no length: unset. */
static enum flow_code find_value(struct expander *expander, const struct reference *reference,
                                 struct flow_bytes *ret_value)
{
    const struct flow_dotenv_item *self = item_at_work(expander), *item;
    const char *outer = NULL;

    if (expander->lookup != NULL && ask_lookup(expander, reference->name, &outer))
        return expander->err->code;
    if (outer != NULL) {
        *ret_value = (struct flow_bytes){(const unsigned char *)outer, strlen(outer)};
        return FLOW_OK;
    }
    *ret_value = (struct flow_bytes){(const unsigned char *)"", 0};
    item = flow_dotenv_find(expander->set, reference->name.at, length(reference->name));
    if (item == NULL)
        return FLOW_OK;
    if (item->file != self->file || item < self) {
        if (resolve(expander, (size_t)(item - expander->set->items)))
            return expander->err->code;
        *ret_value = item->value;
        return FLOW_OK;
    }
    /* Further down, so unset; where nothing was said for that case, it may be half of a cycle. */
    if (reference->op == '\0')
        return resolve(expander, (size_t)(item - expander->set->items));
    return FLOW_OK;
}

static enum flow_code expand_text(struct expander *expander, struct span text);

static enum flow_code expand_word(struct expander *expander, struct span word)
{
    enum flow_code code;

    expander->word_depth++;
    code = check_depth(expander) ? expander->err->code : expand_text(expander, word);
    expander->word_depth--;
    return code;
}

static enum flow_code replace(struct expander *expander, const struct reference *reference)
{
    struct flow_bytes value;

    if (find_value(expander, reference, &value))
        return expander->err->code;
    if (reference->op == '+')
        return value.len > 0 ? expand_word(expander, reference->word) : FLOW_OK;
    return value.len > 0 ? put(expander, value.at, value.len)
                         : expand_word(expander, reference->word);
}

static enum flow_code expand_text(struct expander *expander, struct span text)
{
    struct reference reference;
    const char *at = text.at, *done = text.at;
    bool is_reference;

    while (at < text.end) {
        if (*at == '\\' && at + 1 < text.end && at[1] == '$') {
            if (put(expander, done, (size_t)(at - done)))
                return expander->err->code;
            done = at + 1;
            at += 2;
            continue;
        }
        is_reference = false;
        if (*at == '$' &&
            take_reference(expander, (struct span){at, text.end}, &reference, &is_reference))
            return expander->err->code;
        if (!is_reference) {
            at++;
            continue;
        }
        if (put(expander, done, (size_t)(at - done)) || replace(expander, &reference))
            return expander->err->code;
        done = at = reference.end;
    }
    return put(expander, done, (size_t)(text.end - done));
}

/* --- items ------------------------------------------------------------------------------ */

static enum flow_code fail_cycle(struct expander *expander, size_t place)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str names = FLOW_STR_INIT(CYCLE_TEXT_MAX);
    const struct flow_dotenv_item *items = expander->set->items;
    size_t i;

    for (i = 0; expander->trail[i] != place; i++)
        ;
    for (; i < expander->trail_len; i++)
        flow_str_addf(&names, "%s -> ", items[expander->trail[i]].key);
    return flow_err_set(expander->err, FLOW_E_FORMAT, "%s:%u: %s refers to itself: %s%s",
                        items[place].file, items[place].line, items[place].key, names.text,
                        items[place].key);
}

/* Expands the value of the innermost item at work. */
static enum flow_code expand_item(struct expander *expander)
{
    struct flow_dotenv_item *item = item_at_work(expander);
    struct span text = {(const char *)item->value.at, (const char *)item->value.at};
    size_t start = flow_secret_len(expander->scratch), len;
    const unsigned char *grown;
    char *value;

    text.end += item->value.len;
    if (item->quote == '\'' || memchr(text.at, '$', item->value.len) == NULL)
        return FLOW_OK;
    if (expand_text(expander, text))
        return expander->err->code;
    grown = flow_secret_expose(expander->scratch, &len);
    value = flow_arena_copy(expander->set->arena, grown + start, len - start);
    if (value == NULL)
        return flow_err_nomem(expander->err);
    item->value = (struct flow_bytes){(const unsigned char *)value, len - start};
    flow_secret_set_len(expander->scratch, start);
    return FLOW_OK;
}

static enum flow_code resolve(struct expander *expander, size_t place)
{
    enum flow_code code;

    if (expander->states[place] == STATE_DONE)
        return FLOW_OK;
    if (expander->states[place] == STATE_AT_WORK)
        return fail_cycle(expander, place);
    expander->states[place] = STATE_AT_WORK;
    expander->trail[expander->trail_len++] = place;
    code = check_depth(expander) ? expander->err->code : expand_item(expander);
    expander->trail_len--;
    expander->states[place] = STATE_DONE;
    return code;
}

enum flow_code flow_dotenv_expand(struct flow_dotenv *set,
                                  const char *(*lookup)(void *context, const char *key),
                                  void *context, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *scratch = NULL;
    FLOW_CLEANUP(flow_freep) unsigned char *states = calloc(set->count + 1, sizeof *states);
    struct expander expander = {
        .set = set, .lookup = lookup, .context = context, .states = states, .err = err};
    size_t i;

    if (states == NULL)
        return flow_err_nomem(err);
    if (flow_secret_new_room(SCRATCH_FIRST, &scratch, err))
        return err->code;
    expander.scratch = scratch;
    for (i = 0; i < set->count; i++)
        if (resolve(&expander, i))
            return err->code;
    return FLOW_OK;
}
