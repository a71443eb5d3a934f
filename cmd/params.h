/* Parameters as a table or as JSON; for list and history. */
#ifndef FLOW_CMD_PARAMS_H
#define FLOW_CMD_PARAMS_H

#include "cmd/command.h"

enum params_columns { PARAMS_WITH_VALUES = 1, PARAMS_WITH_AUTHOR = 2, PARAMS_MASKED = 4 };

void params_print_table(struct call *call, unsigned columns);
void params_print_json(struct call *call, unsigned columns);

/* The columns that --values, --reveal and the terminal ask for; notes what is hidden. */
unsigned params_columns(struct call *call);
/* The member "value"; where JSON can't hold it, the error says whose it is. */
void params_put_json_value(struct flow_json_writer *json, const struct flow_param *param);

#endif
