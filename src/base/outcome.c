#include "base/outcome.h"

static const unsigned char outcomes[FLOW_E_COUNT] = {
    [FLOW_OK] = 0,         [FLOW_E_IO] = 1,        [FLOW_E_NOMEM] = 1,     [FLOW_E_FORMAT] = 1,
    [FLOW_E_LIMIT] = 1,    [FLOW_E_NOT_FOUND] = 1, [FLOW_E_DENIED] = 1,    [FLOW_E_USAGE] = 2,
    [FLOW_E_PARTIAL] = 3,  [FLOW_E_EXISTS] = 4,    [FLOW_E_CONFLICT] = 4,  [FLOW_E_LOCKED] = 5,
    [FLOW_E_DAMAGED] = 6,  [FLOW_E_ROLLBACK] = 7,  [FLOW_E_UNTRUSTED] = 8, [FLOW_E_UNREACHABLE] = 9,
    [FLOW_E_REFUSED] = 10, [FLOW_E_TOO_NEW] = 11,  [FLOW_E_CHECK] = 12,
};

int flow_outcome(enum flow_code code)
{
    return outcomes[code];
}
