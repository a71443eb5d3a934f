#include "text/names.h"

#include <string.h>

/* CONTRACTS 1.3. AWS counts the ARN's head too, and that of the shortest region's
 * ("arn:aws:ssm:us-east-1:123456789012:parameter/") has 45 of 1011 bytes. */
enum { PARAM_MAX = 1011 - 45, LEVELS_MAX = 15 };

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_key_char(char c)
{
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}

static bool is_dotenv_char(char c)
{
    return is_key_char(c) || c == '.' || c == '-';
}

static char upper(char c)
{
    return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
    return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* The bytes at the start of text that are of the kind. */
static size_t span(const char *text, bool (*is_of_kind)(char c))
{
    size_t len = 0;

    while (is_of_kind(text[len]))
        len++;
    return len;
}

bool flow_name_is_key(const char *name)
{
    return !is_digit(name[0]) && name[0] != '\0' && name[span(name, is_key_char)] == '\0';
}

bool flow_name_is_dotenv_key(const char *name)
{
    return name[0] != '\0' && name[span(name, is_dotenv_char)] == '\0';
}

/* --- from parameter to key and back ------------------------------------------ */

/* What follows "prefix/" in param; a name of one level may lack its slash. NULL: not below it. */
static const char *below(const char *param, const char *prefix)
{
    size_t len = prefix == NULL || strcmp(prefix, "/") == 0 ? 0 : strlen(prefix);

    if (len == 0)
        return param[0] == '/' ? param + 1 : param;
    return strncmp(param, prefix, len) == 0 && param[len] == '/' ? param + len + 1 : NULL;
}

bool flow_name_is_under(const char *name, const char *prefix)
{
    return below(name, prefix) != NULL;
}

enum flow_code flow_name_to_key(const char *param, const char *prefix, struct flow_str *key,
                                struct flow_err *err)
{
    const char *rest = below(param, prefix);

    if (rest == NULL || rest[0] == '\0')
        return flow_err_set(err, FLOW_E_USAGE, "parameter '%s' does not lie below '%s'", param,
                            prefix != NULL ? prefix : "/");
    flow_str_clear(key);
    for (; *rest != '\0'; rest++)
        flow_str_add_char(key, *rest == '/' || *rest == '-' || *rest == '.' ? '_' : upper(*rest));
    if (flow_str_check(key, "the key", err))
        return flow_err_wrap(err, "parameter '%s'", param);
    if (!flow_name_is_dotenv_key(key->text))
        return flow_err_set(err, FLOW_E_FORMAT,
                            "parameter '%s' gives no key: only letters, digits and _ . - / "
                            "can become one",
                            param);
    return FLOW_OK;
}

enum flow_code flow_name_to_param(const char *key, const char *prefix, struct flow_str *param,
                                  struct flow_err *err)
{
    flow_str_clear(param);
    flow_str_add(param, prefix == NULL || strcmp(prefix, "/") == 0 ? "" : prefix);
    flow_str_add_char(param, '/');
    for (const char *at = key; *at != '\0'; at++) {
        /* "apiUrl" would be stored as "apiurl" and come back as "APIURL". */
        if (is_lower(*at) || !is_key_char(*at))
            return flow_err_set(err, FLOW_E_USAGE,
                                "key %s has no parameter of its own: its name would come back as "
                                "another key; give it a name in [names] of flowenv.ini",
                                key);
        flow_str_add_char(param, *at == '_' ? '-' : lower(*at));
    }
    return flow_str_check(param, "the parameter's name", err);
}

/* --- AWS's rules ---------------------------------------------------------------- */

static enum flow_code check_chars(const char *name, struct flow_err *err)
{
    for (size_t i = 0; name[i] != '\0'; i++) {
        unsigned char c = (unsigned char)name[i];

        if (is_dotenv_char(name[i]) || c == '/')
            continue;
        return flow_err_set(err, FLOW_E_USAGE,
                            c > ' ' && c < 0x7f ? "character %zu, '%c', is not allowed; "
                                                  "letters, digits and _ . - / are"
                                                : "character %zu, \\x%02x, is not allowed; "
                                                  "letters, digits and _ . - / are",
                            i + 1, c);
    }
    return FLOW_OK;
}

/* Levels are what lies between slashes; "." and ".." could leave the path of a request (T15). */
static enum flow_code check_levels(const char *name, struct flow_err *err)
{
    const char *at = name + (name[0] == '/');
    size_t levels = 0;

    for (;; at++) {
        size_t len = strcspn(at, "/");

        levels++;
        if (len == 0)
            return flow_err_set(err, FLOW_E_USAGE,
                                *at == '/' ? "level %zu is empty: two slashes in a row"
                                           : "level %zu is empty: a slash at the end",
                                levels);
        if (at[0] == '.' && (len == 1 || (len == 2 && at[1] == '.')))
            return flow_err_set(err, FLOW_E_USAGE, "level %zu is '%.*s', which is no name", levels,
                                (int)len, at);
        at += len;
        if (*at == '\0')
            break;
    }
    if (levels > LEVELS_MAX)
        return flow_err_set(err, FLOW_E_USAGE, "it has %zu levels; AWS takes %d", levels,
                            LEVELS_MAX);
    return FLOW_OK;
}

static bool begins_with_word(const char *text, const char *word)
{
    for (; *word != '\0'; text++, word++)
        if (lower(*text) != *word)
            return false;
    return true;
}

static enum flow_code check_shape(const char *name, struct flow_err *err)
{
    if (name[0] == '\0')
        return flow_err_set(err, FLOW_E_USAGE, "it is empty");
    if (strlen(name) > PARAM_MAX)
        return flow_err_set(err, FLOW_E_USAGE, "it has %zu bytes; AWS takes %d", strlen(name),
                            PARAM_MAX);
    if (check_chars(name, err))
        return err->code;
    if (name[0] != '/' && strchr(name, '/') != NULL)
        return flow_err_set(err, FLOW_E_USAGE, "a name with levels begins with a slash: '/%s'",
                            name);
    return check_levels(name, err);
}

static enum flow_code check_name(const char *name, struct flow_err *err)
{
    const char *first = name + (name[0] == '/');

    if (check_shape(name, err))
        return err->code;
    if (begins_with_word(first, "aws") || begins_with_word(first, "ssm"))
        return flow_err_set(err, FLOW_E_USAGE,
                            "AWS keeps names that begin with '%.3s', in any case, for itself",
                            first);
    return FLOW_OK;
}

enum flow_code flow_name_check_param(const char *name, struct flow_err *err)
{
    return check_name(name, err) ? flow_err_wrap(err, "parameter name '%s'", name) : FLOW_OK;
}

enum flow_code flow_name_check_read(const char *name, struct flow_err *err)
{
    enum flow_code code =
        strncmp(name, "/aws/", 5) == 0 ? check_shape(name, err) : check_name(name, err);

    return code != FLOW_OK ? flow_err_wrap(err, "parameter name '%s'", name) : FLOW_OK;
}

/* AWS's own trees ("/aws/service/...") can be read, so they are right as a prefix. */
static enum flow_code check_prefix(const char *prefix, struct flow_err *err)
{
    if (strcmp(prefix, "/") == 0)
        return FLOW_OK;
    if (prefix[0] != '/')
        return flow_err_set(err, FLOW_E_USAGE, "a prefix begins with a slash");
    return check_chars(prefix, err) || check_levels(prefix, err) ? err->code : FLOW_OK;
}

enum flow_code flow_name_check_prefix(const char *prefix, struct flow_err *err)
{
    return check_prefix(prefix, err) ? flow_err_wrap(err, "prefix '%s'", prefix) : FLOW_OK;
}

bool flow_name_is_region(const char *text)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
    size_t len = strspn(text, lower), words = 0;
    const char *at = text + len;

    if (len < 2 || len > 4)
        return false;
    for (; at[0] == '-' && (len = strspn(at + 1, lower)) > 0; words++)
        at += 1 + len;
    return words > 0 && at[0] == '-' && at[1] >= '0' && at[1] <= '9' && at[2] == '\0';
}

bool flow_name_is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}
