#include "base/secret.h"
#include "cmd/commands.h"
#include "cmd/module.h"

static enum flow_code run_version(struct call *call, struct flow_err *err)
{
    struct output *out = &call->out;
    struct flow_json_writer json;

    (void)err;
    if (!option_on(&call->options, "json")) {
        outf(out, "flowenv %s (libsodium %s, vault format 1, network module ABI %d)\n",
             FLOWENV_VERSION, flow_secret_library(), FLOW_REMOTE_ABI);
        return FLOW_OK;
    }
    json = out_json(out);
    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "version", FLOWENV_VERSION);
    flow_json_put_string(&json, "libsodium", flow_secret_library());
    flow_json_put_int64(&json, "vault_format", 1);
    flow_json_put_int64(&json, "module_abi", FLOW_REMOTE_ABI);
    flow_json_close(&json, '}');
    out_text(out, "\n");
    return FLOW_OK;
}

const struct command command_version = {
    .name = "version",
    .operands = "",
    .group = GROUP_PROJECT,
    .summary = "Print the versions of flowenv and of what it stands on",
    .shared = SHARES_JSON,
    .examples = (const struct example[]){{"flowenv version", "for a bug report"}, {NULL, NULL}},
    .run = run_version,
};
