/*
 * Lambda: {"Variables": {...}}, as the API, the AWS CLI and SAM take it.
 * Source: CONTRACTS 4.2; AWS Lambda Developer Guide, "Using environment variables".
 */
#include <string.h>

#include "base/cleanup.h"
#include "target/form.h"
#include "text/names.h"

enum { LAMBDA_MAX = 4096 }; /* bytes of all names and values */

static const char *const reserved[] = {"_HANDLER",
                                       "_X_AMZN_TRACE_ID",
                                       "AWS_REGION",
                                       "AWS_DEFAULT_REGION",
                                       "AWS_EXECUTION_ENV",
                                       "AWS_LAMBDA_FUNCTION_NAME",
                                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                       "AWS_LAMBDA_FUNCTION_VERSION",
                                       "AWS_LAMBDA_INITIALIZATION_TYPE",
                                       "AWS_LAMBDA_LOG_GROUP_NAME",
                                       "AWS_LAMBDA_LOG_STREAM_NAME",
                                       "AWS_ACCESS_KEY",
                                       "AWS_ACCESS_KEY_ID",
                                       "AWS_SECRET_ACCESS_KEY",
                                       "AWS_SESSION_TOKEN",
                                       "AWS_LAMBDA_RUNTIME_API",
                                       "LAMBDA_TASK_ROOT",
                                       "LAMBDA_RUNTIME_DIR"};

static void check_key(const char *key, struct flow_verdict *verdict)
{
    if (flow_name_is_among(key, reserved, FLOW_COUNT(reserved)))
        flow_verdict_fault(verdict, "%s: Lambda keeps this name for itself", key);
    else if (!flow_name_is_key(key) || key[0] == '_' || key[1] == '\0')
        flow_verdict_fault(verdict,
                           "%s: Lambda takes names of at least two letters, digits and _ that "
                           "begin with a letter",
                           key);
}

/*
 * The guide says that names and values count. AWS's refusal quotes what it
 * measured, and that is JSON text: {"NAME":"value",...}, so each variable may
 * cost six bytes more, and escapes too.
 */
static void remark_json(const struct flow_view *view, struct flow_verdict *verdict)
{
    size_t least = flow_view_bytes(view) + 6 * view->count + 1;

    if (least > LAMBDA_MAX && flow_view_bytes(view) <= LAMBDA_MAX)
        flow_verdict_remark(
            verdict,
            "names and values have %zu bytes, %d are allowed; as the JSON text that "
            "Lambda is known to measure they have at least %zu, so the deploy may "
            "be refused",
            flow_view_bytes(view), LAMBDA_MAX, least);
}

static void check(const struct flow_view *view, struct flow_verdict *verdict)
{
    for (size_t i = 0; i < view->count; i++)
        check_key(view->entries[i].key, verdict);
    flow_verdict_check_total(verdict, view, LAMBDA_MAX, "Lambda");
    remark_json(view, verdict);
}

static enum flow_code write(const struct flow_pair *pairs, size_t count,
                            struct flow_secret **ret_text, struct flow_err *err)
{
    static const char open[] = "{\"Variables\": ", close[] = "}\n";
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *object = NULL, *text = NULL;
    const unsigned char *bytes;
    size_t len;

    if (flow_format_write(FLOW_FORMAT_JSON, pairs, count, &object, err))
        return err->code;
    bytes = flow_secret_expose(object, &len);
    if (flow_secret_new_room(sizeof open + len + sizeof close, &text, err) ||
        flow_secret_append(text, open, strlen(open), err) ||
        flow_secret_append(text, bytes, len - 1, err) || /* without its newline */
        flow_secret_append(text, close, strlen(close), err))
        return err->code;
    *ret_text = FLOW_TAKE(text);
    return FLOW_OK;
}

const struct flow_form flow_form_lambda = {FLOW_QUOTE_JSON, check, write};
