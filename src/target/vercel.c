/*
 * Vercel: the .env file that `vercel env pull` writes, but with quotes that
 * bring every value back. Its first line is not that of the Vercel CLI, so the
 * CLI asks before it overwrites the file.
 * Source: CONTRACTS 7; vercel.com/docs/environment-variables and its page
 *         "Reserved environment variables".
 */
#include <string.h>

#include "base/cleanup.h"
#include "target/form.h"
#include "text/names.h"

enum { VERCEL_MAX = 64 * 1024 }; /* bytes of all names and values */

static const char *const reserved[] = {"AWS_SECRET_KEY",
                                       "AWS_EXECUTION_ENV",
                                       "AWS_LAMBDA_LOG_GROUP_NAME",
                                       "AWS_LAMBDA_LOG_STREAM_NAME",
                                       "AWS_LAMBDA_FUNCTION_NAME",
                                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                       "AWS_LAMBDA_FUNCTION_VERSION",
                                       "NOW_REGION",
                                       "TZ",
                                       "LAMBDA_TASK_ROOT",
                                       "LAMBDA_RUNTIME_DIR"};

static void check_entry(const struct flow_entry *entry, struct flow_verdict *verdict)
{
    const char *prefix = flow_name_public_prefix(entry->key);

    if (flow_name_is_among(entry->key, reserved, FLOW_COUNT(reserved)))
        flow_verdict_fault(verdict, "%s: Vercel keeps this name for itself", entry->key);
    else if (!flow_name_is_key(entry->key))
        flow_verdict_fault(verdict,
                           "%s: Vercel takes names of letters, digits and _ that do not begin "
                           "with a digit",
                           entry->key);
    if (prefix != NULL && entry->origin.kind == FLOW_SECRET)
        flow_verdict_fault(verdict,
                           "%s: it is a secret, and %s makes it part of what every visitor's "
                           "browser loads; store it as a String if it may be seen, else take the "
                           "prefix away",
                           entry->key, prefix);
}

static void check(const struct flow_view *view, struct flow_verdict *verdict)
{
    for (size_t i = 0; i < view->count; i++)
        check_entry(&view->entries[i], verdict);
    flow_verdict_check_total(verdict, view, VERCEL_MAX, "Vercel");
}

static enum flow_code write(const struct flow_pair *pairs, size_t count,
                            struct flow_secret **ret_text, struct flow_err *err)
{
    static const char head[] = "# Created by flowenv for Vercel\n";
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *lines = NULL, *text = NULL;
    const unsigned char *bytes;
    size_t len;

    if (flow_format_write(FLOW_FORMAT_DOTENV, pairs, count, &lines, err))
        return err->code;
    bytes = flow_secret_expose(lines, &len);
    if (flow_secret_new(head, strlen(head), &text, err) ||
        flow_secret_append(text, bytes, len, err))
        return err->code;
    *ret_text = FLOW_TAKE(text);
    return FLOW_OK;
}

const struct flow_form flow_form_vercel = {FLOW_QUOTE_DOTENV, check, write};
