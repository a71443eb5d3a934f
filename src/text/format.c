#include "text/format.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"
#include "text/names.h"
#include "text/quote.h"
#include "text/reserved.h"

/* What stands around keys and values; NULL is nothing. */
struct layout {
    const char *open, *before_key, *before_value, *after_value, *between, *close;
    const char *empty; /* the whole text where there is no pair */
};

/* clang-format off */
static const struct layout
    export_line = {.before_key = "export ", .before_value = "=", .after_value = "\n"},
    fish_line   = {.before_key = "set -gx ", .before_value = " ", .after_value = ";\n"},
    power_line  = {.before_key = "$env:", .before_value = " = ", .after_value = "\n"},
    equals_line = {.before_value = "=", .after_value = "\n"},
    hcl_line    = {.before_value = " = ", .after_value = "\n"},
    yaml_line   = {.before_key = "\"", .before_value = "\": ", .after_value = "\n",
                   .empty = "{}\n"},
    json_object = {.open = "{\n", .before_key = "  \"", .before_value = "\": ", .between = ",\n",
                   .close = "\n}\n", .empty = "{}\n"},
    fenced      = {.before_value = NULL}; /* made anew for each text: see fence_init() */
/* clang-format on */

/* HCL names take a dash as well, but no dot and no digit in front. */
static bool is_hcl_key(const char *key)
{
    return flow_name_is_dotenv_key(key) && strchr("-.0123456789", key[0]) == NULL &&
           strchr(key, '.') == NULL;
}

struct format {
    const char *name;
    bool shell;
    bool (*takes_key)(const char *key);
    enum flow_quoting quoting;
    const struct layout *layout;
    size_t line_max; /* 0: none; else bytes of a line, its end included */
};

enum {
    KEY_MAX = 1000,             /* bytes; YAML takes a longer one only if it is marked as a key */
    DOCKER_LINE_MAX = 64 * 1024 /* bytes; Go's bufio.Scanner takes no longer ones */
};

/* clang-format off */
static const struct format formats[FLOW_FORMAT_COUNT] = {
    [FLOW_FORMAT_SH]         = {"sh", true, flow_name_is_key, FLOW_QUOTE_POSIX, &export_line, 0},
    [FLOW_FORMAT_BASH]       = {"bash", true, flow_name_is_key, FLOW_QUOTE_POSIX, &export_line, 0},
    [FLOW_FORMAT_ZSH]        = {"zsh", true, flow_name_is_key, FLOW_QUOTE_POSIX, &export_line, 0},
    [FLOW_FORMAT_FISH]       = {"fish", true, flow_name_is_key, FLOW_QUOTE_FISH, &fish_line, 0},
    [FLOW_FORMAT_POWERSHELL] = {"powershell", true, flow_name_is_key, FLOW_QUOTE_POWERSHELL,
                                &power_line, 0},
    [FLOW_FORMAT_DOTENV]     = {"dotenv", false, flow_name_is_dotenv_key, FLOW_QUOTE_DOTENV,
                                &equals_line, 0},
    [FLOW_FORMAT_JSON]       = {"json", false, flow_name_is_dotenv_key, FLOW_QUOTE_JSON,
                                &json_object, 0},
    [FLOW_FORMAT_YAML]       = {"yaml", false, flow_name_is_dotenv_key, FLOW_QUOTE_YAML,
                                &yaml_line, 0},
    [FLOW_FORMAT_DOCKER]     = {"docker", false, flow_name_is_dotenv_key, FLOW_QUOTE_LINE,
                                &equals_line, DOCKER_LINE_MAX},
    [FLOW_FORMAT_GITHUB_ENV] = {"github-env", false, flow_name_is_key, FLOW_QUOTE_LINES,
                                &fenced, 0},
    [FLOW_FORMAT_SYSTEMD]    = {"systemd", false, flow_name_is_key, FLOW_QUOTE_SYSTEMD,
                                &equals_line, 0},
    [FLOW_FORMAT_TFVARS]     = {"tfvars", false, is_hcl_key, FLOW_QUOTE_HCL, &hcl_line, 0},
};
/* clang-format on */

const char *flow_format_name(enum flow_format format)
{
    return formats[format].name;
}

bool flow_format_is_shell(enum flow_format format)
{
    return formats[format].shell;
}

enum flow_code flow_format_parse(const char *name, enum flow_format *ret_format,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str all = FLOW_STR_INIT(512);
    const char *names[FLOW_FORMAT_COUNT], *nearest;

    for (size_t i = 0; i < FLOW_FORMAT_COUNT; i++) {
        names[i] = formats[i].name;
        flow_str_addf(&all, "%s%s", i > 0 ? ", " : "", names[i]);
        if (strcmp(name, names[i]) == 0) {
            *ret_format = (enum flow_format)i;
            return FLOW_OK;
        }
    }
    nearest = flow_name_nearest(name, names, FLOW_FORMAT_COUNT);
    if (nearest == NULL) /* what resembles no format may be a secret in the wrong place */
        return flow_err_set(err, FLOW_E_USAGE, "there is no such format; there are: %s", all.text);
    return flow_err_set(err, FLOW_E_USAGE, "no format '%s', did you mean '%s'; there are: %s", name,
                        nearest, all.text);
}

/* --- what is refused ----------------------------------------------------------- */

static const char *refusal(enum flow_format which, const struct flow_pair *pair)
{
    const struct format *format = &formats[which];

    if (!format->takes_key(pair->key))
        return "it takes no such name; json, yaml, dotenv, docker and exec do";
    if (strlen(pair->key) > KEY_MAX)
        return "its name is longer than 1,000 bytes";
    if (flow_key_is_reserved(which, pair->key))
        return "its reader keeps this name for itself";
    if (format->line_max > 0 && strlen(pair->key) + pair->value.len + 2 > format->line_max)
        return "its line is longer than the format's reader takes";
    return flow_quote_refusal(format->quoting, pair->value);
}

static enum flow_code check_pairs(enum flow_format format, const struct flow_pair *pairs,
                                  size_t count, struct flow_err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct flow_pair *pair = &pairs[i];
        const char *reason = refusal(format, pair);

        if (reason != NULL)
            return flow_err_set(err, FLOW_E_REFUSED, "key %s%s%s%s cannot be written as %s: %s",
                                pair->key, pair->where != NULL ? " (" : "",
                                pair->where != NULL ? pair->where : "",
                                pair->where != NULL ? ")" : "", formats[format].name, reason);
    }
    return FLOW_OK;
}

/* --- GITHUB_ENV: a value lies between lines that nobody could write into it (T13) --- */

enum { FENCE_RANDOM = 16, FENCE_WORD_MAX = 48, FENCE_MAX = FENCE_WORD_MAX + 4 }; /* bytes */

struct fence {
    char before_value[FENCE_MAX], after_value[FENCE_MAX];
};

static bool holds(const void *bytes, size_t len, const char *word)
{
    const char *at = bytes, *end = at + len;
    size_t word_len = strlen(word);

    while ((size_t)(end - at) >= word_len) {
        at = memchr(at, word[0], (size_t)(end - at) - word_len + 1);
        if (at == NULL)
            return false;
        if (memcmp(at, word, word_len) == 0)
            return true;
        at++;
    }
    return false;
}

static enum flow_code fence_init(struct fence *fence, const struct flow_pair *pairs, size_t count,
                                 struct flow_err *err)
{
    unsigned char random[FENCE_RANDOM];
    char word[FENCE_WORD_MAX] = "ghadelimiter_";
    size_t len = strlen(word);

    flow_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        len += (size_t)snprintf(word + len, sizeof word - len, "%02x", random[i]);
    for (size_t i = 0; i < count; i++)
        if (holds(pairs[i].value.at, pairs[i].value.len, word) ||
            holds(pairs[i].key, strlen(pairs[i].key), word))
            return flow_err_set(err, FLOW_E_REFUSED,
                                "key %s holds the random delimiter of this very text: the "
                                "system's random numbers cannot be trusted",
                                pairs[i].key);
    (void)snprintf(fence->before_value, sizeof fence->before_value, "<<%s\n", word);
    (void)snprintf(fence->after_value, sizeof fence->after_value, "\n%s\n", word);
    return FLOW_OK;
}

/* --- writing ------------------------------------------------------------------- */

static enum flow_code append(struct flow_secret *out, const char *text, struct flow_err *err)
{
    return text != NULL ? flow_secret_append(out, text, strlen(text), err) : FLOW_OK;
}

static enum flow_code append_pair(const struct layout *layout, enum flow_quoting quoting,
                                  const struct flow_pair *pair, struct flow_secret *out,
                                  struct flow_err *err)
{
    if (append(out, layout->before_key, err) || append(out, pair->key, err) ||
        append(out, layout->before_value, err) ||
        flow_quote_append(quoting, pair->value, out, err) || append(out, layout->after_value, err))
        return err->code;
    return FLOW_OK;
}

static enum flow_code append_all(const struct layout *layout, enum flow_quoting quoting,
                                 const struct flow_pair *pairs, size_t count,
                                 struct flow_secret *out, struct flow_err *err)
{
    if (count == 0)
        return append(out, layout->empty, err);
    if (append(out, layout->open, err))
        return err->code;
    for (size_t i = 0; i < count; i++)
        if ((i > 0 && append(out, layout->between, err)) ||
            append_pair(layout, quoting, &pairs[i], out, err))
            return err->code;
    return append(out, layout->close, err);
}

static size_t length(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

/* Room for all of it where little is escaped, so that the text rarely has to move. */
static size_t room_for(const struct layout *layout, const struct flow_pair *pairs, size_t count)
{
    enum { ESCAPES = 8, ROOM_MAX = FLOW_SECRET_MAX / 2 };
    size_t around = ESCAPES + length(layout->before_key) + length(layout->before_value) +
                    length(layout->after_value) + length(layout->between);
    size_t room = length(layout->open) + length(layout->close);

    for (size_t i = 0; i < count && room < ROOM_MAX; i++)
        room += strlen(pairs[i].key) + pairs[i].value.len + around;
    return room < ROOM_MAX ? room : ROOM_MAX;
}

enum flow_code flow_format_write(enum flow_format format, const struct flow_pair *pairs,
                                 size_t count, struct flow_secret **ret_text, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct layout layout = *formats[format].layout;
    struct fence fence;

    if (check_pairs(format, pairs, count, err))
        return err->code;
    if (format == FLOW_FORMAT_GITHUB_ENV) {
        if (fence_init(&fence, pairs, count, err))
            return err->code;
        layout.before_value = fence.before_value;
        layout.after_value = fence.after_value;
    }
    if (flow_secret_new_room(room_for(&layout, pairs, count), &text, err) ||
        append_all(&layout, formats[format].quoting, pairs, count, text, err))
        return err->code;
    *ret_text = FLOW_TAKE(text);
    return FLOW_OK;
}
