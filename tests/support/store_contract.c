#include "support/store_contract.h"

#include <stdio.h>

#include "support/test.h"

/* The store at work, and names under its prefix. */
struct contract {
    struct flow_store *store;
    const char *prefix;
    uint64_t base; /* the version that first was made with */
    char first[128], second[128], deep[128], beside[128];
};

static struct flow_bytes text_bytes(const char *text)
{
    return (struct flow_bytes){(const unsigned char *)text, strlen(text)};
}

static enum flow_code put(struct contract *contract, const char *name, const char *value,
                          enum flow_type type, uint64_t replaces, uint64_t *ret_version,
                          struct flow_err *err)
{
    const struct flow_put what = {
        .name = name, .value = text_bytes(value), .type = type, .replaces = replaces};

    *ret_version = 0;
    return contract->store->class->put(contract->store, &what, ret_version, err);
}

static void expect_update(struct contract *contract, const char *name, const char *value,
                          enum flow_type type, uint64_t replaces)
{
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t version;

    OK(put(contract, name, value, type, replaces, &version, &err), err);
    EXPECT_INT(version, replaces + 1);
}

/* Where it begins to count is the store's affair: SSM always at 1. */
static uint64_t expect_made(struct contract *contract, const char *name, const char *value,
                            enum flow_type type)
{
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t version;

    OK(put(contract, name, value, type, 0, &version, &err), err);
    EXPECT(version >= 1);
    return version;
}

/* A version as a selector, in a ring of buffers. */
static const char *selector(uint64_t version)
{
    static char texts[4][24];
    static size_t next;
    char *text = texts[next++ % FLOW_COUNT(texts)];

    (void)snprintf(text, sizeof texts[0], "%llu", (unsigned long long)version);
    return text;
}

static enum flow_code get(struct contract *contract, const char *name, const char *selector,
                          struct flow_params *params, struct flow_err *err)
{
    OK(flow_params_init(params, err), *err);
    return contract->store->class->get(contract->store, name, selector, params, err);
}

static void expect_got(struct contract *contract, const char *name, const char *selector,
                       const char *value, uint64_t version)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    struct flow_err err = FLOW_ERR_INIT;

    OK(get(contract, name, selector, &params, &err), err);
    EXPECT_INT(params.count, 1);
    EXPECT_STR(params.list[0].name, name);
    EXPECT_INT(params.list[0].version, version);
    EXPECT_INT(params.list[0].value.len, strlen(value));
    EXPECT_BYTES(params.list[0].value.at, value, strlen(value));
}

static void expect_missing(struct contract *contract, const char *name, const char *selector)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(get(contract, name, selector, &params, &err), FLOW_E_NOT_FOUND);
    EXPECT_PRESENT(name, err.text);
    EXPECT_INT(params.count, 0);
}

static void remove_all(struct contract *contract, const char *const *names, size_t count,
                       bool *removed)
{
    struct flow_err err = FLOW_ERR_INIT;

    OK(contract->store->class->remove(contract->store, names, count, removed, &err), err);
}

static void check_create_and_update(struct contract *contract)
{
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t version;

    expect_missing(contract, contract->first, NULL);
    contract->base = expect_made(contract, contract->first, "one", FLOW_SECURE_STRING);
    expect_got(contract, contract->first, NULL, "one", contract->base);
    EXPECT_CODE(put(contract, contract->first, "secret", FLOW_SECURE_STRING, 0, &version, &err),
                FLOW_E_EXISTS);
    EXPECT_PRESENT(contract->first, err.text);
    EXPECT_ABSENT("secret", err.text);
    expect_update(contract, contract->first, "two", FLOW_SECURE_STRING, contract->base);
    expect_got(contract, contract->first, NULL, "two", contract->base + 1);
}

static void check_conflicts(struct contract *contract)
{
    struct flow_err err = FLOW_ERR_INIT;
    uint64_t version;

    EXPECT_CODE(put(contract, contract->first, "secret", FLOW_SECURE_STRING, contract->base,
                    &version, &err),
                FLOW_E_CONFLICT);
    EXPECT_PRESENT(contract->first, err.text);
    EXPECT_ABSENT("secret", err.text);
    EXPECT_CODE(put(contract, contract->second, "secret", FLOW_STRING, 4, &version, &err),
                FLOW_E_CONFLICT);
    expect_missing(contract, contract->second, NULL);
    expect_got(contract, contract->first, NULL, "two", contract->base + 1);
}

static void check_versions(struct contract *contract)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_param *last;

    expect_got(contract, contract->first, selector(contract->base), "one", contract->base);
    expect_got(contract, contract->first, selector(contract->base + 1), "two", contract->base + 1);
    expect_missing(contract, contract->first, selector(contract->base + 2));
    expect_missing(contract, contract->first, "no-label");
    OK(flow_params_init(&params, &err), err);
    OK(contract->store->class->history(contract->store, contract->first, true, &params, &err), err);
    EXPECT(params.count >= 2);
    last = &params.list[params.count - 1];
    EXPECT_INT(last[-1].version, contract->base);
    EXPECT_BYTES(last[-1].value.at, "one", 3);
    EXPECT_INT(last->version, contract->base + 1);
    EXPECT_BYTES(last->value.at, "two", 3);
    EXPECT_INT(last->type, FLOW_SECURE_STRING);
    EXPECT_CODE(
        contract->store->class->history(contract->store, "/no/such/parameter", true, &params, &err),
        FLOW_E_NOT_FOUND);
}

static const char odd[] = " two  spaces\r\nline\n\t'\"\\$(x) {} \xc3\xa4 \n\n";

/* Values keep their bytes, types their name. */
static void check_bytes(struct contract *contract)
{
    uint64_t version = expect_made(contract, contract->second, odd, FLOW_STRING);

    expect_got(contract, contract->second, NULL, odd, version);
    (void)expect_made(contract, contract->deep, "a,b,c", FLOW_STRING_LIST);
    (void)expect_made(contract, contract->beside, "not below the prefix", FLOW_STRING);
}

static void fetch(struct contract *contract, const struct flow_fetch *what,
                  struct flow_params *params)
{
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_params_init(params, &err), err);
    OK(contract->store->class->fetch(contract->store, what, params, &err), err);
    flow_params_sort(params);
}

static void check_walk(struct contract *contract)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    const struct flow_fetch walk = {.prefix = contract->prefix};

    fetch(contract, &walk, &params);
    EXPECT_INT(params.count, 3);
    EXPECT_BYTES(flow_params_find(&params, contract->first)->value.at, "two", 3);
    EXPECT_INT(flow_params_find(&params, contract->first)->version, contract->base + 1);
    EXPECT_INT(flow_params_find(&params, contract->first)->type, FLOW_SECURE_STRING);
    EXPECT_INT(flow_params_find(&params, contract->second)->type, FLOW_STRING);
    EXPECT_INT(flow_params_find(&params, contract->deep)->type, FLOW_STRING_LIST);
}

static void check_known(struct contract *contract)
{
    const char *const known[] = {contract->deep, "/no/such/parameter", contract->first};
    const struct flow_fetch only = {
        .prefix = contract->prefix, .known = known, .known_count = 3, .known_only = true};
    const struct flow_fetch both = {.prefix = contract->prefix, .known = known, .known_count = 3};
    FLOW_CLEANUP(flow_params_done) struct flow_params named, all;

    fetch(contract, &only, &named);
    EXPECT_INT(named.count, 2);
    EXPECT_BYTES(flow_params_find(&named, contract->deep)->value.at, "a,b,c", 5);
    fetch(contract, &both, &all);
    EXPECT_INT(all.count, 3);
}

static void check_names_alone(struct contract *contract)
{
    FLOW_CLEANUP(flow_params_done) struct flow_params params;
    const struct flow_fetch walk = {.prefix = contract->prefix, .without_values = true};

    fetch(contract, &walk, &params);
    EXPECT_INT(params.count, 3);
    for (size_t i = 0; i < params.count; i++)
        EXPECT_NULL(params.list[i].value.at);
}

static void check_removal(struct contract *contract)
{
    const char *const names[] = {contract->first, "/no/such/parameter", contract->deep};
    const char *const rest[] = {contract->first, contract->second, contract->beside};
    bool removed[3] = {false, true, false};
    uint64_t version;

    remove_all(contract, names, 3, removed);
    EXPECT(removed[0] && !removed[1] && removed[2]);
    expect_missing(contract, contract->first, NULL);
    version = expect_made(contract, contract->first, "anew", FLOW_STRING);
    expect_got(contract, contract->first, NULL, "anew", version);
    remove_all(contract, rest, 3, removed);
    EXPECT(removed[0] && removed[1] && removed[2]);
    remove_all(contract, rest, 3, removed);
    EXPECT(!removed[0] && !removed[1] && !removed[2]);
}

void store_contract_run(struct flow_store *store, const char *prefix)
{
    struct contract contract = {.store = store, .prefix = prefix};

    (void)snprintf(contract.first, sizeof contract.first, "%s/first", prefix);
    (void)snprintf(contract.second, sizeof contract.second, "%s/second-1.x_Y", prefix);
    (void)snprintf(contract.deep, sizeof contract.deep, "%s/a/b/c", prefix);
    (void)snprintf(contract.beside, sizeof contract.beside, "%s-beside/first", prefix);
    check_create_and_update(&contract);
    check_conflicts(&contract);
    check_versions(&contract);
    check_bytes(&contract);
    check_walk(&contract);
    check_known(&contract);
    check_names_alone(&contract);
    check_removal(&contract);
}
