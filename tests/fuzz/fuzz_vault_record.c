/* Any bytes as the plaintext of a record: what is taken for one is the one encoding of it. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "vault/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

/* The input, padded to whole pages. */
static struct flow_secret *make_plain(const uint8_t *data, size_t size)
{
    size_t padded = (size + FLOW_RECORD_PAD - 1) / FLOW_RECORD_PAD * FLOW_RECORD_PAD;
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_secret *plain = NULL;
    unsigned char *to;

    if (flow_secret_new_room(padded, &plain, &err))
        return NULL;
    to = flow_secret_edit(plain, padded, &err);
    memset(to, 0, padded);
    if (size > 0)
        memcpy(to, data, size);
    flow_secret_set_len(plain, padded);
    return plain;
}

static void check_group(const struct flow_group *group)
{
    for (size_t i = 0; i < group->params.count; i++) {
        const struct flow_param *param = &group->params.list[i];

        assert(param->name[0] != '\0' && strlen(param->name) <= FLOW_RECORD_TEXT_MAX);
        assert(param->value.len <= FLOW_VALUE_MAX && param->type <= FLOW_SECURE_STRING);
        assert(param->value.at == NULL || param->value.at[param->value.len] == '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = make_plain(data, size);
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *again = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record = {0};
    struct flow_err err = FLOW_ERR_INIT;
    const unsigned char *bytes, *again_bytes;
    size_t len, again_len;

    if (plain == NULL || flow_record_decode(plain, &record, &err))
        return 0;
    for (size_t i = 0; i < record.count; i++)
        check_group(&record.groups[i]);
    if (flow_record_encode(&record, &again, &err))
        assert(err.code == FLOW_E_NOMEM);
    else {
        bytes = flow_secret_expose(plain, &len);
        again_bytes = flow_secret_expose(again, &again_len);
        assert(len == again_len && memcmp(bytes, again_bytes, len) == 0);
    }
    return 0;
}
