#include "base/environ.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

struct flow_environ {
    char **list;
    size_t count;
    struct flow_arena *arena; /* NULL until something is copied */
};

static const char *const credentials[] = {
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "VERCEL_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
};

/* What libraries read behind our back (T20). */
static const char *const poisons[] = {
    "SSLKEYLOGFILE",   "OPENSSL_CONF",  "OPENSSL_MODULES",
    "OPENSSL_ENGINES", "SSL_CERT_FILE", "SSL_CERT_DIR",
};

static bool is_one_of(const char *const *names, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], name, len) == 0 && names[i][len] == '\0')
            return true;
    return false;
}

static bool is_credential(const char *name, size_t len)
{
    return is_one_of(credentials, FLOW_COUNT(credentials), name, len);
}

bool flow_environ_is_credential(const char *name)
{
    return is_credential(name, strlen(name));
}

/* Bytes before the "="; 0: no variable at all. */
static size_t name_len(const char *variable)
{
    size_t len = strcspn(variable, "=");

    return variable[len] == '=' ? len : 0;
}

static char *copy_locked(struct flow_environ *env, const char *text, struct flow_err *err)
{
    char *copy = NULL;

    if (env->arena == NULL && flow_arena_new(&env->arena, err))
        return NULL;
    copy = flow_arena_strdup(env->arena, text);
    if (copy == NULL)
        (void)flow_err_nomem(err);
    return copy;
}

/* A list with room for every variable of envp, and none in it. */
static enum flow_code environ_new(char *const *envp, struct flow_environ **ret_environ,
                                  struct flow_err *err)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = calloc(1, sizeof *env);
    size_t count = 0;

    while (envp[count] != NULL)
        count++;
    if (env != NULL)
        env->list = calloc(count + 1, sizeof *env->list);
    if (env == NULL || env->list == NULL)
        return flow_err_nomem(err);
    *ret_environ = FLOW_TAKE(env);
    return FLOW_OK;
}

enum flow_code flow_environ_copy(char *const *envp, struct flow_environ **ret_environ,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;

    if (environ_new(envp, &env, err))
        return err->code;
    for (; *envp != NULL; envp++) {
        if (name_len(*envp) == 0)
            continue;
        env->list[env->count] = copy_locked(env, *envp, err);
        if (env->list[env->count] == NULL)
            return err->code;
        env->count++;
    }
    *ret_environ = FLOW_TAKE(env);
    return FLOW_OK;
}

/*
 * The kernel's strings live as long as the process, so only a credential is
 * copied: where there is none, no locked memory is spent.
 */
enum flow_code flow_environ_take(char **envp, struct flow_environ **ret_environ,
                                 struct flow_err *err)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    char **kept = envp;

    if (environ_new(envp, &env, err))
        return err->code;
    for (char **variable = envp; *variable != NULL; variable++) {
        size_t len = name_len(*variable);
        char *lent = *variable;

        if (len == 0)
            continue;
        if (is_credential(lent, len)) {
            lent = copy_locked(env, *variable, err);
            if (lent == NULL)
                return err->code;
            flow_wipe(*variable + len + 1, strlen(*variable + len + 1));
        } else if (!is_one_of(poisons, FLOW_COUNT(poisons), lent, len)) {
            *kept++ = lent;
        }
        env->list[env->count++] = lent;
    }
    *kept = NULL;
    *ret_environ = FLOW_TAKE(env);
    return FLOW_OK;
}

void flow_environ_free(struct flow_environ *env)
{
    if (env == NULL)
        return;
    flow_arena_free(env->arena);
    free(env->list);
    free(env);
}

void flow_environ_freep(struct flow_environ **env)
{
    flow_environ_free(*env);
    *env = NULL;
}

const char *flow_environ_get(const struct flow_environ *env, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < env->count; i++)
        if (strncmp(env->list[i], name, len) == 0 && env->list[i][len] == '=')
            return env->list[i] + len + 1;
    return NULL;
}

const char *flow_environ_text(const struct flow_environ *env, const char *name)
{
    const char *value = flow_environ_get(env, name);

    return value != NULL && *value != '\0' ? value : NULL;
}

char *const *flow_environ_list(const struct flow_environ *env, size_t *ret_count)
{
    *ret_count = env->count;
    return env->list;
}
