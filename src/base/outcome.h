/*
 * What a code means to those outside: the exit status of the program and the
 * result of the library's functions. Source: THREATS, section 1.
 */
#ifndef FLOW_BASE_OUTCOME_H
#define FLOW_BASE_OUTCOME_H

#include "base/err.h"

int flow_outcome(enum flow_code code);

#endif
