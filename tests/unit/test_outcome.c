#include "support/test.h"

#include "base/outcome.h"

TEST("every code has the exit status that the threat model gives it")
{
    static const int statuses[FLOW_E_COUNT] = {
        [FLOW_E_USAGE] = 2,    [FLOW_E_PARTIAL] = 3,   [FLOW_E_EXISTS] = 4,
        [FLOW_E_CONFLICT] = 4, [FLOW_E_LOCKED] = 5,    [FLOW_E_DAMAGED] = 6,
        [FLOW_E_ROLLBACK] = 7, [FLOW_E_UNTRUSTED] = 8, [FLOW_E_UNREACHABLE] = 9,
        [FLOW_E_REFUSED] = 10, [FLOW_E_TOO_NEW] = 11,  [FLOW_E_CHECK] = 12,
    };
    int code;

    EXPECT_INT(flow_outcome(FLOW_OK), 0);
    for (code = FLOW_OK + 1; code < FLOW_E_COUNT; code++)
        EXPECT_INT(flow_outcome((enum flow_code)code), statuses[code] ? statuses[code] : 1);
}
