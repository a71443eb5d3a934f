/*
 * The contract that every store which can be written to keeps. A store passes
 * it, or is no store.
 */
#ifndef FLOW_TEST_STORE_CONTRACT_H
#define FLOW_TEST_STORE_CONTRACT_H

#include "store/store.h"

/*
 * Runs the contract on a store that has nothing under the prefix, and leaves
 * nothing there. Failures are those of cmocka.
 */
void store_contract_run(struct flow_store *store, const char *prefix);

#endif
