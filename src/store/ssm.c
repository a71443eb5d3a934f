#include "store/ssm.h"

#include <stdlib.h>

#include "aws/ssm.h"
#include "net/http.h"
#include "text/names.h"

struct ssm_store {
    struct flow_store store;
    struct flow_http *http;
    struct flow_ssm *ssm;
};

static struct flow_ssm *ssm_of(struct flow_store *store)
{
    return ((struct ssm_store *)store)->ssm;
}

static enum flow_code ssm_fetch(struct flow_store *store, const struct flow_fetch *what,
                                struct flow_params *params, struct flow_err *err)
{
    const struct flow_ssm_want want = {.prefix = what->prefix,
                                       .known = what->known,
                                       .known_count = what->known_count,
                                       .known_only = what->known_only,
                                       .without_values = what->without_values};

    if (!what->known_only && flow_name_check_prefix(what->prefix, err))
        return err->code;
    return flow_ssm_fetch(ssm_of(store), &want, params, err);
}

static enum flow_code ssm_get(struct flow_store *store, const char *name, const char *selector,
                              struct flow_params *params, struct flow_err *err)
{
    return flow_ssm_get(ssm_of(store), name, selector, params, err);
}

static enum flow_code ssm_put(struct flow_store *store, const struct flow_put *put,
                              uint64_t *ret_version, struct flow_err *err)
{
    const struct flow_ssm_put request = {.name = put->name,
                                         .value = put->value,
                                         .type = put->type,
                                         .replaces = put->replaces,
                                         .key_id = put->key_id,
                                         .description = put->description,
                                         .tier = put->tier};

    return flow_ssm_put(ssm_of(store), &request, ret_version, err);
}

static enum flow_code ssm_remove(struct flow_store *store, const char *const *names, size_t count,
                                 bool *removed, struct flow_err *err)
{
    return flow_ssm_remove(ssm_of(store), names, count, removed, err);
}

static enum flow_code ssm_history(struct flow_store *store, const char *name, bool with_values,
                                  struct flow_params *params, struct flow_err *err)
{
    return flow_ssm_history(ssm_of(store), name, with_values, params, err);
}

static void ssm_free(struct flow_store *store)
{
    struct ssm_store *ssm = (struct ssm_store *)store;

    flow_ssm_free(ssm->ssm);
    flow_http_free(ssm->http);
    free(ssm);
}

static const struct flow_store_class ssm_class = {
    .name = "ssm",
    .can = FLOW_CAN_FETCH | FLOW_CAN_GET | FLOW_CAN_PUT | FLOW_CAN_REMOVE | FLOW_CAN_HISTORY,
    .fetch = ssm_fetch,
    .get = ssm_get,
    .put = ssm_put,
    .remove = ssm_remove,
    .history = ssm_history,
    .free = ssm_free};

enum flow_code flow_ssm_store_open(const struct flow_aws *aws, const struct flow_clock *clock,
                                   const struct flow_notice *notice, struct flow_store **ret_store,
                                   struct flow_err *err)
{
    const struct flow_http_options options = {
        .ca_bundle = aws->ca_bundle, .https_proxy = aws->https_proxy, .no_proxy = aws->no_proxy};
    struct ssm_store *ssm = calloc(1, sizeof *ssm);

    if (ssm == NULL)
        return flow_err_nomem(err);
    ssm->store.class = &ssm_class;
    if (flow_http_new(&options, &ssm->http, err) ||
        flow_ssm_new(aws, clock, notice, ssm->http, &ssm->ssm, err)) {
        ssm_free(&ssm->store);
        return err->code;
    }
    *ret_store = &ssm->store;
    return FLOW_OK;
}
