/* Both of AWS's files: whatever the bytes, no crash, and an error has a sentence. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "aws/config.h"
#include "base/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct flow_bytes text = {data, size};
    const enum flow_aws_file files[] = {FLOW_AWS_FILE_CONFIG, FLOW_AWS_FILE_CREDENTIALS};
    size_t i;

    for (i = 0; i < FLOW_COUNT(files); i++) {
        FLOW_CLEANUP(flow_aws_config_freep) struct flow_aws_config *config = NULL;
        struct flow_err err = FLOW_ERR_INIT;
        const char *value;

        if (flow_aws_config_parse(files[i], "input", text, &config, &err)) {
            assert(config == NULL && err.text[0] != '\0');
            continue;
        }
        value = flow_aws_config_get(config, FLOW_AWS_PROFILE, "default", "region", NULL);
        assert(value == NULL || strlen(value) <= size);
        value = flow_aws_config_get(config, FLOW_AWS_SERVICES, "s", "ssm", "endpoint_url");
        assert(value == NULL || strlen(value) <= size);
    }
    return 0;
}
