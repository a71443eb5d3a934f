/* Any bytes as YAML: values with paths that can be told apart, or an error that says where. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "text/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum flow_code check_value(void *context, const struct flow_yaml_value *value,
                                  struct flow_err *err)
{
    size_t *count = context;

    (void)err;
    assert(++*count <= FLOW_YAML_EVENTS_MAX);
    assert(strlen(value->path) <= FLOW_YAML_PATH_MAX && value->line > 0 && value->column > 0);
    assert(value->alias_of == NULL || value->text[0] == '\0');
    assert(value->tag != NULL);
    return FLOW_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flow_err err = FLOW_ERR_INIT;
    size_t count = 0;

    if (flow_yaml_each("a.yml", (const char *)data, size, check_value, &count, &err))
        assert(strncmp(err.text, "a.yml", 5) == 0);
    return 0;
}
