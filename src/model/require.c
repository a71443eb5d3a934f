#include "model/require.h"

#include <stdlib.h>
#include <string.h>

#include "model/field.h"
#include "model/project.h"
#include "text/names.h"

static enum flow_code set_flag(bool *flag, const char *word, struct flow_err *err)
{
    if (*flag)
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is given twice", word);
    *flag = true;
    return FLOW_OK;
}

/* True if word is "name:...", what follows then being in *ret_value. */
static bool has_name(const char *word, const char *name, const char **ret_value)
{
    size_t len = strlen(name);

    *ret_value = word + len;
    return strncmp(word, name, len) == 0;
}

static enum flow_code set_text(char **text, const char *name, const char *value,
                               struct flow_err *err)
{
    if (*text != NULL)
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is given twice", name);
    *text = strdup(value);
    return *text != NULL ? FLOW_OK : flow_err_nomem(err);
}

static enum flow_code add_rule(void *context, const char *word, struct flow_err *err)
{
    static const char *const rules[] = {"secret", "int", "optional", "prefix:", "default:"};
    struct flow_require *require = context;
    const char *value;

    if (strcmp(word, "secret") == 0)
        return set_flag(&require->secret, word, err);
    if (strcmp(word, "int") == 0)
        return set_flag(&require->integer, word, err);
    if (strcmp(word, "optional") == 0)
        return set_flag(&require->optional, word, err);
    if (has_name(word, "prefix:", &value) && value[0] != '\0')
        return set_text(&require->prefix, "prefix:", value, err);
    if (has_name(word, "default:", &value))
        return set_text(&require->default_value, "default:", value, err);
    return flow_field_no_such(err, FLOW_E_FORMAT, "rule", word, rules, FLOW_COUNT(rules));
}

static bool is_integer(const char *text)
{
    if (*text == '-')
        text++;
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static enum flow_code check_rules(const struct flow_require *require, struct flow_err *err)
{
    const char *value = require->default_value;

    if (value == NULL)
        return FLOW_OK;
    if (require->secret)
        return flow_err_set(err, FLOW_E_FORMAT,
                            "a secret can't have its default in a file that is committed");
    if (require->integer && !is_integer(value))
        return flow_err_set(err, FLOW_E_FORMAT, "the default is no int");
    if (require->prefix != NULL && strncmp(value, require->prefix, strlen(require->prefix)) != 0)
        return flow_err_set(err, FLOW_E_FORMAT, "the default does not begin with the prefix");
    return FLOW_OK;
}

static enum flow_code split_key(struct flow_require *require, const char *text,
                                struct flow_err *err)
{
    const char *at = strchr(text, '@');

    require->key = strndup(text, at != NULL ? (size_t)(at - text) : strlen(text));
    if (require->key == NULL)
        return flow_err_nomem(err);
    if (!flow_name_is_dotenv_key(require->key))
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is no key", require->key);
    if (at == NULL)
        return FLOW_OK;
    require->stage = strdup(at + 1);
    return require->stage != NULL ? flow_stage_check_name(require->stage, err)
                                  : flow_err_nomem(err);
}

enum flow_code flow_require_parse(const char *key, const char *rules, struct flow_require *require,
                                  struct flow_err *err)
{
    if (split_key(require, key, err) || flow_field_each(rules, add_rule, require, err))
        return err->code;
    return check_rules(require, err);
}

void flow_require_done(struct flow_require *require)
{
    free(require->key);
    free(require->stage);
    free(require->prefix);
    free(require->default_value);
    *require = (struct flow_require){0};
}
