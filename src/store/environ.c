#include "store/environ.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { ENVIRON_NAME_MAX = 512 };

struct environ_store {
    struct flow_store store;
    const struct flow_environ *env;
    char *suffix; /* NULL: none */
};

/* The variable that serves a key: with the suffix, else bare. NULL: neither is set. */
static const char *serving(const struct environ_store *environ, const char *key,
                           struct flow_str *variable)
{
    const char *value;

    if (environ->suffix != NULL) {
        flow_str_clear(variable);
        flow_str_add(variable, key);
        flow_str_add(variable, environ->suffix);
        value = flow_environ_get(environ->env, variable->text);
        if (value != NULL && !variable->failed)
            return value;
    }
    flow_str_clear(variable);
    flow_str_add(variable, key);
    return flow_environ_get(environ->env, key);
}

static enum flow_code environ_fetch(struct flow_store *store, const struct flow_fetch *what,
                                    struct flow_params *params, struct flow_err *err)
{
    struct environ_store *environ = (struct environ_store *)store;
    FLOW_CLEANUP(flow_str_done) struct flow_str variable = FLOW_STR_INIT(ENVIRON_NAME_MAX);
    size_t i;

    for (i = 0; i < what->known_count; i++) {
        const char *value = serving(environ, what->known[i], &variable);
        struct flow_param param = {.name = what->known[i], .where = variable.text};

        if (value == NULL)
            continue;
        param.value.at = (const unsigned char *)value;
        param.value.len = strlen(value);
        if (flow_params_add(params, &param, NULL, err))
            return err->code;
    }
    return FLOW_OK;
}

static void environ_free(struct flow_store *store)
{
    free(((struct environ_store *)store)->suffix);
    free(store);
}

static const struct flow_store_class environ_class = {
    .name = "environ", .can = FLOW_CAN_FETCH, .fetch = environ_fetch, .free = environ_free};

enum flow_code flow_environ_store_open(const struct flow_environ *env, const char *suffix,
                                       struct flow_store **ret_store, struct flow_err *err)
{
    struct environ_store *environ = calloc(1, sizeof *environ);

    if (environ == NULL)
        return flow_err_nomem(err);
    environ->store.class = &environ_class;
    environ->env = env;
    if (suffix != NULL && (environ->suffix = strdup(suffix)) == NULL) {
        free(environ);
        return flow_err_nomem(err);
    }
    *ret_store = &environ->store;
    return FLOW_OK;
}
