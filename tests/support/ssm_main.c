/*
 * SSM through the store's interface, for tests of the store without the program.
 *
 *     ssm_main get NAME [SELECTOR]
 *     ssm_main fetch PREFIX [known-only] [names] [KNOWN...]
 *     ssm_main put NAME TYPE REPLACES [TIER [KEY_ID [DESCRIPTION]]]    value on standard input
 *     ssm_main puts NAME...                        creates Strings, the value being the name
 *     ssm_main rm NAME...
 *     ssm_main history NAME [names]
 *
 * Prints one JSON object a line; errors as "CODE: sentence" on standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/remote.h"
#include "text/json_writer.h"

extern char **environ;

static enum flow_code print_params(const struct flow_params *params, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *out = NULL;
    size_t i, len;
    const unsigned char *bytes;

    if (flow_secret_new_room(4096, &out, err))
        return err->code;
    for (i = 0; i < params->count; i++) {
        const struct flow_param *param = &params->list[i];
        struct flow_json_writer json = flow_json_write(out, err);

        flow_json_open(&json, NULL, '{');
        flow_json_put_string(&json, "name", param->name);
        flow_json_put_string(&json, "type", flow_type_name(param->type));
        flow_json_put_int64(&json, "version", (int64_t)param->version);
        flow_json_put_bool(&json, "dated", param->modified_s > 1000000000);
        if (param->value.at != NULL)
            flow_json_put_text(&json, "value", param->value);
        if (param->unreadable)
            flow_json_put_string(&json, "why", param->why);
        if (param->who != NULL)
            flow_json_put_string(&json, "who", param->who);
        if (param->key_id != NULL)
            flow_json_put_string(&json, "key_id", param->key_id);
        flow_json_close(&json, '}');
        if (flow_json_end(&json) || flow_secret_append(out, "\n", 1, err))
            return err->code;
    }
    bytes = flow_secret_expose(out, &len);
    return flow_file_write_fd(STDOUT_FILENO, "standard output", bytes, len, err);
}

static enum flow_code run_get(struct flow_store *store, char **args, struct flow_params *params,
                              struct flow_err *err)
{
    return store->class->get(store, args[0], args[1], params, err);
}

static enum flow_code run_fetch(struct flow_store *store, char **args, struct flow_params *params,
                                struct flow_err *err)
{
    struct flow_fetch what = {.prefix = *args++};

    for (; *args != NULL && args[0][0] != '/'; args++) {
        what.known_only = what.known_only || strcmp(*args, "known-only") == 0;
        what.without_values = what.without_values || strcmp(*args, "names") == 0;
    }
    what.known = (const char *const *)args;
    while (args[what.known_count] != NULL)
        what.known_count++;
    return store->class->fetch(store, &what, params, err);
}

static enum flow_code run_put(struct flow_store *store, char **args, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *value = NULL;
    struct flow_put put = {.name = args[0], .replaces = strtoull(args[2], NULL, 10)};
    uint64_t version = 0;

    if (!flow_type_parse(args[1], &put.type))
        return flow_err_set(err, FLOW_E_USAGE, "no such type");
    if (args[3] != NULL) {
        put.tier = args[3][0] != '\0' ? args[3] : NULL;
        put.key_id = args[4] != NULL && args[4][0] != '\0' ? args[4] : NULL;
        put.description = args[4] != NULL ? args[5] : NULL;
    }
    if (flow_file_read_fd(STDIN_FILENO, "standard input", 1 << 20, &value, err))
        return err->code;
    put.value.at = flow_secret_expose(value, &put.value.len);
    if (store->class->put(store, &put, &version, err))
        return err->code;
    (void)printf("{\"version\":%llu}\n", (unsigned long long)version);
    return FLOW_OK;
}

static enum flow_code run_puts(struct flow_store *store, char **args, struct flow_err *err)
{
    for (; *args != NULL; args++) {
        const struct flow_put put = {.name = *args,
                                     .value = {(const unsigned char *)*args, strlen(*args)}};
        uint64_t version;

        if (store->class->put(store, &put, &version, err))
            return err->code;
    }
    return FLOW_OK;
}

static enum flow_code run_rm(struct flow_store *store, char **args, struct flow_err *err)
{
    FLOW_CLEANUP(flow_freep) bool *removed = NULL;
    size_t count = 0, i;
    enum flow_code code;

    while (args[count] != NULL)
        count++;
    removed = calloc(count + 1, sizeof *removed);
    if (removed == NULL)
        return flow_err_nomem(err);
    code = store->class->remove(store, (const char *const *)args, count, removed, err);
    for (i = 0; i < count; i++)
        (void)printf("{\"name\":\"%s\",\"removed\":%s}\n", args[i], removed[i] ? "true" : "false");
    return code;
}

static enum flow_code run(struct flow_store *store, const char *command, char **args,
                          struct flow_err *err)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params = {.arena = NULL};
    enum flow_code code;

    if (strcmp(command, "put") == 0)
        return run_put(store, args, err);
    if (strcmp(command, "puts") == 0)
        return run_puts(store, args, err);
    if (strcmp(command, "rm") == 0)
        return run_rm(store, args, err);
    if (flow_params_init(&params, err))
        return err->code;
    if (strcmp(command, "get") == 0)
        code = run_get(store, args, &params, err);
    else if (strcmp(command, "fetch") == 0)
        code = run_fetch(store, args, &params, err);
    else
        code = store->class->history(store, args[0], args[1] == NULL, &params, err);
    return code != FLOW_OK ? code : print_params(&params, err);
}

int main(int argc, char **argv)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    FLOW_CLEANUP(flow_store_freep) struct flow_store *store = NULL;
    const struct flow_aws_options options = {.profile = NULL};
    struct flow_err err = FLOW_ERR_INIT;

    if (argc < 3)
        return 2;
    if (flow_secret_start(&err) || flow_environ_copy(environ, &env, &err) ||
        flow_aws_resolve(env, &options, &aws, &err) ||
        flow_remote_module.open_ssm(aws, &flow_clock_system, NULL, &store, &err) ||
        run(store, argv[1], argv + 2, &err)) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "%d: %s\n", (int)err.code, err.text);
        return 1;
    }
    return 0;
}
