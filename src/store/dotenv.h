/*
 * The .env files of a project as a store: FLOW_CAN_FETCH only.
 *
 * Strongest first: .env.STAGE.local, .env.STAGE, .env.local, .env (Vite's
 * order), or .env.STAGE.local, .env.local, .env.STAGE, .env (Next's). A file
 * that is not there is passed over. Parameters are named by their keys and
 * carry "FILE:LINE" as where; the prefix of a fetch is ignored. All are
 * String: a .env file does not say which of its values are secrets.
 * Source: CONTRACTS 10.3.
 */
#ifndef FLOW_STORE_DOTENV_H
#define FLOW_STORE_DOTENV_H

#include "store/store.h"

struct flow_dotenv_options {
    const char *root;  /* the project's root, which no file may leave; NULL: paths as given */
    const char *stage; /* NULL where files are given */
    const char *const
        *files; /* NULL: the stage's; else these, strongest first, and each must be there */
    size_t file_count;
    bool order_next;
    bool no_expand;
};

/* Everything in options is lent until the store is freed. */
enum flow_code flow_dotenv_store_open(const struct flow_dotenv_options *options,
                                      struct flow_store **ret_store, struct flow_err *err);

#endif
