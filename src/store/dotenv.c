#include "store/dotenv.h"

#include <stdlib.h>

#include "base/file.h"
#include "text/dotenv.h"

struct dotenv_store {
    struct flow_store store;
    struct flow_dotenv_options options;
};

/* The names of a stage's files, strongest first; "%s" is the stage. */
static const char *const vite_order[] = {".env.%s.local", ".env.%s", ".env.local", ".env"};
static const char *const next_order[] = {".env.%s.local", ".env.local", ".env.%s", ".env"};

static enum flow_code read_file(const struct flow_dotenv_options *options, const char *path,
                                struct flow_dotenv *set, struct flow_err *err)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct flow_file_want want = {.path = path, .root = options->root, .max = FLOW_DOTENV_FILE_MAX};
    struct flow_bytes bytes;

    if (flow_file_read_secret(&want, &text, err))
        return err->code;
    bytes.at = flow_secret_expose(text, &bytes.len);
    return flow_dotenv_parse(set, path, bytes, err);
}

static enum flow_code stage_file_name(const char *pattern, const char *stage, struct flow_str *name,
                                      struct flow_err *err)
{
    const char *p;

    flow_str_clear(name);
    for (p = pattern; *p != '\0'; p++)
        if (p[0] == '%' && p[1] == 's') {
            flow_str_add(name, stage);
            p++;
        } else
            flow_str_add_char(name, *p);
    return flow_str_check(name, "the name of a .env file", err);
}

static enum flow_code read_stage_files(const struct flow_dotenv_options *options,
                                       struct flow_dotenv *set, struct flow_err *err)
{
    const char *const *order = options->order_next ? next_order : vite_order;
    FLOW_CLEANUP(flow_str_done) struct flow_str name = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    size_t i;

    for (i = 0; i < FLOW_COUNT(vite_order); i++) {
        if (stage_file_name(order[i], options->stage, &name, err))
            return err->code;
        if (read_file(options, name.text, set, err) && err->code != FLOW_E_NOT_FOUND)
            return err->code;
    }
    return FLOW_OK;
}

static enum flow_code read_given_files(const struct flow_dotenv_options *options,
                                       struct flow_dotenv *set, struct flow_err *err)
{
    size_t i;

    for (i = 0; i < options->file_count; i++)
        if (read_file(options, options->files[i], set, err))
            return err->code;
    return FLOW_OK;
}

static enum flow_code add_item(const struct flow_dotenv_item *item, struct flow_params *params,
                               struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str where = FLOW_STR_INIT(FLOW_STR_PATH_MAX + 16);
    struct flow_param param = {.name = item->key, .value = item->value, .type = FLOW_STRING};

    flow_str_addf(&where, "%s:%u", item->file, item->line);
    if (flow_str_check(&where, "the place of a key", err))
        return err->code;
    param.where = where.text;
    return flow_params_add(params, &param, NULL, err);
}

static enum flow_code dotenv_fetch(struct flow_store *store, const struct flow_fetch *what,
                                   struct flow_params *params, struct flow_err *err)
{
    const struct flow_dotenv_options *options = &((struct dotenv_store *)store)->options;
    FLOW_CLEANUP(flow_arena_freep) struct flow_arena *arena = NULL;
    FLOW_CLEANUP(flow_dotenv_done) struct flow_dotenv set = {0};
    size_t i;

    (void)what;
    if (flow_arena_new(&arena, err))
        return err->code;
    flow_dotenv_init(&set, arena);
    if (options->files != NULL ? read_given_files(options, &set, err)
                               : read_stage_files(options, &set, err))
        return err->code;
    if (!options->no_expand && flow_dotenv_expand(&set, NULL, NULL, err))
        return err->code;
    for (i = 0; i < set.count; i++)
        if (add_item(&set.items[i], params, err))
            return err->code;
    return FLOW_OK;
}

static void dotenv_free(struct flow_store *store)
{
    free(store);
}

static const struct flow_store_class dotenv_class = {
    .name = "dotenv", .can = FLOW_CAN_FETCH, .fetch = dotenv_fetch, .free = dotenv_free};

enum flow_code flow_dotenv_store_open(const struct flow_dotenv_options *options,
                                      struct flow_store **ret_store, struct flow_err *err)
{
    struct dotenv_store *dotenv = calloc(1, sizeof *dotenv);

    if (dotenv == NULL)
        return flow_err_nomem(err);
    dotenv->store.class = &dotenv_class;
    dotenv->options = *options;
    *ret_store = &dotenv->store;
    return FLOW_OK;
}
