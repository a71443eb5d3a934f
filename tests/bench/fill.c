/*
 * Puts N parameters PREFIX/group-G/key-I into the local store in one commit,
 * where the program itself would need N.
 *
 * usage: fill HOME PREFIX N
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "vault/vault.h"

enum { GROUPS = 100 };

struct wish {
    const char *prefix;
    long count;
};

static enum flow_code add_all(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct wish *wish = context;
    struct flow_group *group = NULL;
    long i;

    if (flow_record_group(record, "local", &group, err))
        return err->code;
    for (i = 0; i < wish->count; i++) {
        char name[256], value[64];
        struct flow_param param = {.name = name, .version = 1, .type = FLOW_STRING};

        (void)snprintf(name, sizeof name, "%s/group-%ld/key-%06ld", wish->prefix, i % GROUPS, i);
        (void)snprintf(value, sizeof value, "the value of key %ld", i);
        param.value = (struct flow_bytes){(const unsigned char *)value, strlen(value)};
        if (flow_params_add(&group->params, &param, NULL, err))
            return err->code;
    }
    return FLOW_OK;
}

int main(int argc, char **argv)
{
    char vault_path[1024], key_file[1024], state_dir[1024];
    struct flow_vault_options options = {.path = vault_path,
                                         .key_file = key_file,
                                         .state_dir = state_dir,
                                         .clock = &flow_clock_system,
                                         .create = true};
    struct wish wish = {.prefix = argc == 4 ? argv[2] : ""};
    struct flow_vault_change change = {"local", add_all, &wish};
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    if (argc != 4) {
        (void)fprintf(stderr, "usage: fill HOME PREFIX N\n");
        return 2;
    }
    wish.count = strtol(argv[3], NULL, 10);
    (void)snprintf(vault_path, sizeof vault_path, "%s/.local/share/flowenv/vault.fenv", argv[1]);
    (void)snprintf(key_file, sizeof key_file, "%s/.config/flowenv/key", argv[1]);
    (void)snprintf(state_dir, sizeof state_dir, "%s/.local/state/flowenv/vaults", argv[1]);
    if (flow_secret_start(&err) || flow_vault_open(&options, &vault, &err) ||
        flow_vault_update(vault, &change, 1, &err)) {
        (void)fprintf(stderr, "fill: %s\n", err.text);
        return 1;
    }
    return 0;
}
