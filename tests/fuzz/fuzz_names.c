/* Any text as a name: the way from parameter to key and back holds, and every check comes to an
 * end. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "text/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_there_and_back(const char *key)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str param = FLOW_STR_INIT(4096);
    FLOW_CLEANUP(flow_str_done) struct flow_str again = FLOW_STR_INIT(4096);
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_name_to_param(key, "/p/dev", &param, &err))
        return;
    assert(key[0] == '\0' || !flow_name_to_key(param.text, "/p/dev", &again, &err));
    assert(strcmp(again.text, key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const words[] = {"export", "STRIPE_SECRET_KEY", "", "a"};
    FLOW_CLEANUP(flow_str_done) struct flow_str key = FLOW_STR_INIT(4096);
    struct flow_err err = FLOW_ERR_INIT;
    char *name = malloc(size + 1);

    if (name == NULL)
        return 0;
    memcpy(name, data, size);
    name[size] = '\0';
    if (!flow_name_to_key(name, "/p", &key, &err) || !flow_name_to_key(name, NULL, &key, &err))
        assert(flow_name_is_dotenv_key(key.text) && strpbrk(key.text, ".-/") == NULL);
    assert(!flow_name_is_key(name) || flow_name_is_dotenv_key(name));
    if (!flow_name_check_param(name, &err))
        assert(strchr(name, '/') == NULL || !flow_name_check_prefix(name, &err));
    (void)flow_name_takes_over(name);
    (void)flow_name_nearest(name, words, FLOW_COUNT(words));
    check_there_and_back(name);
    free(name);
    return 0;
}
