#include "cmd/module.h"

#include <dlfcn.h>
#include <string.h>

#include "cmd/progress.h"

static enum flow_code module_path(struct flow_str *path, struct flow_err *err)
{
    int level;

    if (module_self(path, err))
        return err->code;
    for (level = 0; level < 2; level++) {
        const char *slash = strrchr(path->text, '/');

        flow_str_cut(path, slash == NULL ? 0 : (size_t)(slash - path->text));
    }
    flow_str_add(path, "/lib/flowenv/net.so");
    return flow_str_check(path, "the path of the network half", err);
}

enum flow_code module_load(void *context, const struct flow_remote **ret_remote,
                           struct flow_err *err)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    const struct flow_remote *remote;
    void *module;

    (void)context;
    if (module_path(&path, err))
        return flow_err_wrap(err, "loading the network half");
    module = dlopen(path.text, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        return flow_err_set(err, FLOW_E_IO,
                            "the network half can't be loaded: %s; install flowenv again, or work "
                            "with --store local",
                            dlerror());
    remote = dlsym(module, "flow_remote_module");
    if (remote == NULL || remote->abi != FLOW_REMOTE_ABI)
        return flow_err_set(err, FLOW_E_IO,
                            "'%s' belongs to another version of flowenv; install flowenv again",
                            path.text);
    progress_start("asking the service");
    *ret_remote = remote;
    return FLOW_OK;
}
