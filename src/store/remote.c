#include "store/remote.h"

#include "store/ssm.h"

const struct flow_remote flow_remote_module = {.abi = FLOW_REMOTE_ABI,
                                               .open_ssm = flow_ssm_store_open};
