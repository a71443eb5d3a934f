#include "support/vaultbox.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void keep_notice(void *context, const char *sentence)
{
    struct vaultbox *box = context;
    size_t used = strlen(box->notices);

    (void)snprintf(box->notices + used, sizeof box->notices - used, "%s\n", sentence);
}

void vaultbox_init(struct vaultbox *box, const char *name)
{
    const char *top = test_path(name);

    *box = (struct vaultbox){0};
    (void)snprintf(box->path, sizeof box->path, "%s/data/vault", top);
    (void)snprintf(box->key_file, sizeof box->key_file, "%s/config/key", top);
    (void)snprintf(box->state_dir, sizeof box->state_dir, "%s/state", top);
    box->options = (struct flow_vault_options){.path = box->path,
                                               .key_file = box->key_file,
                                               .state_dir = box->state_dir,
                                               .clock = &flow_clock_system,
                                               .create = true,
                                               .notice = keep_notice,
                                               .notice_context = box};
}

struct flow_vault *vaultbox_open(struct vaultbox *box)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_vault *vault = NULL;

    OK(flow_vault_open(&box->options, &vault, &err), err);
    return vault;
}

enum flow_code vaultbox_try(struct vaultbox *box, struct flow_err *err)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;

    return flow_vault_open(&box->options, &vault, err);
}

enum flow_code vaultbox_try_all(struct vaultbox *box, struct flow_err *err)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = NULL;
    const char *const *names;
    enum flow_code code;
    size_t count;

    if (flow_vault_open(&box->options, &vault, err) || flow_vault_names(vault, &names, &count, err))
        return err->code;
    for (size_t i = 0; i < count; i++) {
        struct flow_record record;

        code = flow_vault_load(vault, names[i], &record, err);
        flow_record_done(&record);
        if (code != FLOW_OK)
            return code;
    }
    return FLOW_OK;
}

struct one_value {
    const char *name, *value;
};

static enum flow_code apply_value(void *context, struct flow_record *record, struct flow_err *err)
{
    const struct one_value *one = context;
    const struct flow_param param = {
        .name = one->name, .value = {(const unsigned char *)one->value, strlen(one->value)}};
    struct flow_group *group = NULL;
    struct flow_param *old;

    if (flow_record_group(record, "test", &group, err))
        return err->code;
    flow_params_sort(&group->params);
    old = flow_params_find(&group->params, one->name);
    if (old != NULL)
        flow_params_remove(&group->params, old);
    return flow_params_add(&group->params, &param, NULL, err);
}

enum flow_code vaultbox_put(struct flow_vault *vault, const char *record, const char *name,
                            const char *value, struct flow_err *err)
{
    struct one_value one = {name, value};
    const struct flow_vault_change change = {.name = record, .apply = apply_value, .context = &one};

    return flow_vault_update(vault, &change, 1, err);
}

const char *vaultbox_get(struct flow_vault *vault, const char *record, const char *name)
{
    static char values[8][256];
    static size_t next;
    FLOW_CLEANUP(flow_record_done) struct flow_record loaded;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_param *param = NULL;
    char *value = values[next++ % FLOW_COUNT(values)];

    if (flow_vault_load(vault, record, &loaded, &err) == FLOW_OK)
        param = flow_params_find(&loaded.groups[0].params, name);
    (void)snprintf(value, sizeof values[0], "%s",
                   param != NULL ? (const char *)param->value.at : "(none)");
    return value;
}

unsigned char *vaultbox_read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    unsigned char *bytes;

    if (file == NULL || fstat(fileno(file), &status) != 0)
        abort();
    *ret_len = (size_t)status.st_size;
    bytes = malloc(*ret_len + 1);
    if (bytes == NULL || fread(bytes, 1, *ret_len, file) != *ret_len)
        abort();
    (void)fclose(file);
    return bytes;
}

void vaultbox_write_file(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    if (fd < 0 || pwrite(fd, bytes, len, 0) != (ssize_t)len || ftruncate(fd, (off_t)len) != 0 ||
        close(fd) != 0)
        abort();
}

void vaultbox_forge(struct vaultbox *box,
                    void (*edit)(struct flow_generation *generation, unsigned char *records))
{
    FLOW_CLEANUP(flow_generation_done) struct flow_generation generation = FLOW_GENERATION_INIT;
    FLOW_CLEANUP(flow_freep) unsigned char *file = NULL;
    FLOW_CLEANUP(flow_freep) unsigned char *forged = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t len, old_head, new_head;

    OK(flow_generation_open(box->path, box->key_file, &generation, &err), err);
    file = vaultbox_read_file(box->path, &len);
    old_head = flow_vault_header_len(&generation.image.header);
    edit(&generation, file + old_head);
    new_head = flow_vault_header_len(&generation.image.header);
    forged = malloc(new_head + len - old_head);
    if (forged == NULL)
        abort();
    flow_vault_header_write(&generation.image.header, &generation.keys->mac, forged);
    memcpy(forged + new_head, file + old_head, len - old_head);
    vaultbox_write_file(box->path, forged, new_head + len - old_head);
}

void vaultbox_fill(struct vaultbox *box, const char *name)
{
    vaultbox_init(box, name);
    vaultbox_next(box, "dev", "one");
    vaultbox_next(box, "prod", "two");
}

void vaultbox_next(struct vaultbox *box, const char *record, const char *value)
{
    FLOW_CLEANUP(flow_vault_freep) struct flow_vault *vault = vaultbox_open(box);
    struct flow_err err = FLOW_ERR_INIT;

    OK(vaultbox_put(vault, record, "KEY", value, &err), err);
}

void vaultbox_copy_file(const char *to, const char *from)
{
    FLOW_CLEANUP(flow_freep) unsigned char *bytes = NULL;
    size_t len;

    bytes = vaultbox_read_file(from, &len);
    vaultbox_write_file(to, bytes, len);
}

void vaultbox_expect_refused(struct vaultbox *box, enum flow_code expected, const char *sentence)
{
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(vaultbox_try_all(box, &err), expected);
    EXPECT_PRESENT(sentence, err.text);
    EXPECT_PRESENT(box->path, err.text);
}
