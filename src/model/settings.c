#include "model/settings.h"

#include <stdlib.h>
#include <string.h>

#include "model/field.h"
#include "text/ini.h"
#include "text/names.h"

enum { MAX_AGE_S = 15 * 60, STALE_FOR_S = 24 * 3600 };

static enum flow_code add_allowed(void *context, const char *word, struct flow_err *err)
{
    struct flow_settings *settings = context;

    if (!flow_name_is_key(word))
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is no name of a variable", word);
    return flow_field_add_word(&settings->allowed_names, &settings->allowed_count, word, err);
}

static enum flow_code read_allowed(void *member, const char *value, struct flow_err *err)
{
    return flow_field_each(value, add_allowed, member, err);
}

static enum flow_code add_trusted(void *context, const char *word, struct flow_err *err)
{
    struct flow_settings *settings = context;

    if (word[0] != '/')
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' is no absolute path", word);
    return flow_field_add_word(&settings->trusted_dirs, &settings->trusted_count, word, err);
}

static enum flow_code read_trusted(void *member, const char *value, struct flow_err *err)
{
    return flow_field_each(value, add_trusted, member, err);
}

static enum flow_code read_url(void *member, const char *value, struct flow_err *err)
{
    if (strncmp(value, "https://", 8) != 0 && strncmp(value, "http://", 7) != 0)
        return flow_err_set(err, FLOW_E_FORMAT, "'%s' does not begin with https://", value);
    return flow_field_text(member, value, err);
}

#define AT(member) offsetof(struct flow_settings, member)
static const struct flow_field fields[] = {
    {"max_age", flow_field_seconds, AT(max_age_s)},
    {"stale_for", flow_field_seconds, AT(stale_for_s)},
    {"allowed_names", read_allowed, 0},
    {"trusted_dirs", read_trusted, 0},
    {"key_file", flow_field_path, AT(key_file)},
    {"vault", flow_field_path, AT(vault)},
    {"endpoint_url_ssm", read_url, AT(endpoint_url_ssm)},
    {"ca_bundle", flow_field_path, AT(ca_bundle)},
    {"require_mlock", flow_field_bool, AT(require_mlock)},
};
#undef AT

bool flow_settings_has(const char *key)
{
    return flow_field_find(fields, FLOW_COUNT(fields), key) != NULL;
}

static enum flow_code take_item(void *context, const char *section, const char *key,
                                const char *value, unsigned line, struct flow_err *err)
{
    const struct flow_field *field;

    (void)line;
    if (key == NULL)
        return flow_err_set(err, FLOW_E_FORMAT, "section [%s]; the user's settings have none",
                            section);
    field = flow_field_find(fields, FLOW_COUNT(fields), key);
    if (field == NULL)
        return flow_field_unknown(fields, FLOW_COUNT(fields), key, err);
    if (field->read((char *)context + field->offset, value, err))
        return flow_err_wrap(err, "%s", key);
    return FLOW_OK;
}

enum flow_code flow_settings_parse(const char *file_name, const char *text, size_t len,
                                   struct flow_settings *settings, struct flow_err *err)
{
    return flow_ini_parse(file_name, text, len, take_item, settings, err);
}

void flow_settings_init(struct flow_settings *settings)
{
    *settings = (struct flow_settings){.max_age_s = MAX_AGE_S, .stale_for_s = STALE_FOR_S};
}

void flow_settings_done(struct flow_settings *settings)
{
    flow_field_free_words(settings->allowed_names, settings->allowed_count);
    flow_field_free_words(settings->trusted_dirs, settings->trusted_count);
    free(settings->key_file);
    free(settings->vault);
    free(settings->endpoint_url_ssm);
    free(settings->ca_bundle);
    *settings = (struct flow_settings){0};
}
