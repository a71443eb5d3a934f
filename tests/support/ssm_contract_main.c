/* The contract of every store, kept by SSM at the endpoint that the environment names. */
#include "store/remote.h"
#include "support/store_contract.h"
#include "support/test.h"

extern char **environ;

TEST("SSM keeps the contract of every store")
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = NULL;
    FLOW_CLEANUP(flow_aws_freep) struct flow_aws *aws = NULL;
    FLOW_CLEANUP(flow_store_freep) struct flow_store *store = NULL;
    const struct flow_aws_options options = {.profile = NULL};
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_environ_copy(environ, &env, &err), err);
    OK(flow_aws_resolve(env, &options, &aws, &err), err);
    OK(flow_remote_module.open_ssm(aws, &flow_clock_system, NULL, &store, &err), err);
    store_contract_run(store, "/contract/dev");
}
