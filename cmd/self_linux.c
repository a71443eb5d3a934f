#include <errno.h>
#include <unistd.h>

#include "cmd/module.h"

enum flow_code module_self(struct flow_str *path, struct flow_err *err)
{
    char target[FLOW_STR_PATH_MAX + 1];
    ssize_t len = readlink("/proc/self/exe", target, sizeof target);

    if (len < 0)
        return flow_err_sys(err, FLOW_E_IO, errno, "reading /proc/self/exe");
    flow_str_clear(path);
    flow_str_add_bytes(path, target, (size_t)len);
    return flow_str_check(path, "the program's path", err);
}
