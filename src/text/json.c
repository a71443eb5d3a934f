#include "text/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "text/json_scan.h"

/* A struct flow_json is a cJSON under another name: there is no such struct. */
static const cJSON *node_of(const struct flow_json *value)
{
    return (const cJSON *)value;
}

static const struct flow_json *value_of(const cJSON *node)
{
    return (const struct flow_json *)node;
}

/* Looks for two members of one name, escapes resolved, in time n log n. */
static enum flow_code check_names(const cJSON *object, const char *what, struct flow_err *err)
{
    size_t count = 0, i;
    FLOW_CLEANUP(flow_freep) const char **names = NULL;
    const cJSON *member;

    for (member = object->child; member != NULL; member = member->next)
        count++;
    if (count < 2)
        return FLOW_OK;
    names = malloc(count * sizeof *names);
    if (names == NULL)
        return flow_err_nomem(err);
    count = 0;
    for (member = object->child; member != NULL; member = member->next)
        names[count++] = member->string;
    qsort(names, count, sizeof *names, flow_list_compare_texts);
    for (i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return flow_err_set(err, FLOW_E_FORMAT,
                                "%s is not valid JSON: an object has the same name twice", what);
    return FLOW_OK;
}

/* The scan has bounded the depth. */
static enum flow_code check_all_names(const cJSON *node, const char *what, struct flow_err *err)
{
    const cJSON *child;

    if (cJSON_IsObject(node) && check_names(node, what, err))
        return err->code;
    for (child = node->child; child != NULL; child = child->next)
        if (check_all_names(child, what, err))
            return err->code;
    return FLOW_OK;
}

enum flow_code flow_json_parse(struct flow_bytes text, const char *what,
                               struct flow_json **ret_root, struct flow_err *err)
{
    cJSON *root;

    if (flow_json_scan(text, what, err))
        return err->code;
    /* The scan has seen the whole text to be one document, so cJSON can fail for memory only, and
     * needs no NUL behind it. */
    root = cJSON_ParseWithLength((const char *)text.at, text.len);
    if (root == NULL)
        return flow_err_nomem(err);
    if (check_all_names(root, what, err)) {
        cJSON_Delete(root);
        return err->code;
    }
    *ret_root = (struct flow_json *)root;
    return FLOW_OK;
}

void flow_json_free(struct flow_json *root)
{
    cJSON_Delete((cJSON *)root);
}

void flow_json_freep(struct flow_json **root)
{
    flow_json_free(*root);
    *root = NULL;
}

enum flow_json_kind flow_json_kind(const struct flow_json *value)
{
    const cJSON *node = node_of(value);

    return cJSON_IsObject(node)   ? FLOW_JSON_OBJECT
           : cJSON_IsArray(node)  ? FLOW_JSON_LIST
           : cJSON_IsString(node) ? FLOW_JSON_TEXT
           : cJSON_IsNumber(node) ? FLOW_JSON_NUMBER
           : cJSON_IsBool(node)   ? FLOW_JSON_BOOL
                                  : FLOW_JSON_NULL;
}

const struct flow_json *flow_json_member(const struct flow_json *value, const char *name)
{
    if (!cJSON_IsObject(node_of(value)))
        return NULL;
    return value_of(cJSON_GetObjectItemCaseSensitive(node_of(value), name));
}

const char *flow_json_name(const struct flow_json *value)
{
    return value == NULL ? NULL : node_of(value)->string;
}

const struct flow_json *flow_json_first(const struct flow_json *value)
{
    return value == NULL ? NULL : value_of(node_of(value)->child);
}

const struct flow_json *flow_json_next(const struct flow_json *value)
{
    return value == NULL ? NULL : value_of(node_of(value)->next);
}

size_t flow_json_count(const struct flow_json *value)
{
    size_t count = 0;

    for (value = flow_json_first(value); value != NULL; value = flow_json_next(value))
        count++;
    return count;
}

const char *flow_json_text(const struct flow_json *value)
{
    return cJSON_IsString(node_of(value)) ? node_of(value)->valuestring : NULL;
}

const char *flow_json_text_of(const struct flow_json *value, const char *name)
{
    return flow_json_text(flow_json_member(value, name));
}

bool flow_json_double(const struct flow_json *value, double *ret_number)
{
    if (!cJSON_IsNumber(node_of(value)) || !isfinite(node_of(value)->valuedouble))
        return false;
    *ret_number = node_of(value)->valuedouble;
    return true;
}

bool flow_json_int64(const struct flow_json *value, int64_t *ret_number)
{
    const double limit = 9007199254740992.0; /* 2^53: above it a double skips whole numbers */
    double number;

    if (!flow_json_double(value, &number) || number < -limit || number > limit ||
        (double)(int64_t)number != number)
        return false;
    *ret_number = (int64_t)number;
    return true;
}

bool flow_json_is_true(const struct flow_json *value)
{
    return cJSON_IsTrue(node_of(value));
}
