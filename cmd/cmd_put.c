#include <string.h>

#include "cmd/commands.h"
#include "cmd/guard.h"
#include "cmd/prompt.h"
#include "ops/param.h"
#include "text/names.h"
#include "text/redact.h"

static const struct option_spec put_options[] = {
    {"type", 't', "TYPE", "SecureString unless said otherwise, or the type it has", false},
    {"from-file", 'F', "FILE", "read the value from FILE", false},
    {"fd", 0, "N", "read the value from descriptor N", false},
    {"exact", 'x', NULL, "keep a newline at the end; an empty value is meant", false},
    {"key-id", 0, "KEY", "KMS key in place of alias/aws/ssm", false},
    {"tier", 0, "TIER", "Standard, Advanced or Intelligent-Tiering", false},
    {"description", 0, "TEXT", "what it is for", false},
    {"overwrite", 0, NULL, "even if somebody changed it since it was last seen", false},
    {"dry-run", 'n', NULL, "say what would be done, do nothing", false},
    {"yes", 'y', NULL, "write to a protected stage without being asked", false},
    OPTION_END};

static const char *const receipt_words[] = {"created", "updated", "unchanged"};
static const char *const dry_words[] = {"would create", "would update", "would leave unchanged"};

static enum flow_code parse_type(struct call *call, struct flow_put_request *request,
                                 struct flow_err *err)
{
    const char *text = option_text(&call->options, "type");

    if (text == NULL)
        return FLOW_OK;
    request->has_type = true;
    if (!flow_type_parse(text, &request->type))
        return flow_err_set(err, FLOW_E_USAGE, "--type takes String, StringList or SecureString");
    call->value_is_plain = request->type != FLOW_SECURE_STRING;
    return FLOW_OK;
}

/* A value on the command line is in the history and in every process list (T1). */
static enum flow_code check_operand(const struct options *given,
                                    const struct flow_put_request *request, struct flow_err *err)
{
    if (given->operand_count < 2)
        return FLOW_OK;
    if (!request->has_type || request->type == FLOW_SECURE_STRING)
        return flow_err_set(err, FLOW_E_USAGE,
                            "a secret does not belong on the command line, where the shell's "
                            "history and every process list keep it; leave it out to be asked, or "
                            "give it on standard input; --type String says that it is no secret");
    if (option_on(given, "from-file") || option_on(given, "fd"))
        return flow_err_set(err, FLOW_E_USAGE, "the value is given twice");
    return FLOW_OK;
}

/* Before anybody types a secret for nothing. */
static enum flow_code check_name(struct call *call, const struct flow_put_request *request,
                                 struct flow_err *err)
{
    const struct flow_stage *stage;

    if (request->name[0] == '/')
        return flow_name_check_param(request->name, err);
    return flow_session_stage(call->session, request->stage, true, &stage, err);
}

static enum flow_code take_value(struct call *call, struct flow_err *err)
{
    const struct options *given = &call->options;
    FLOW_CLEANUP(flow_str_done) struct flow_str question = FLOW_STR_INIT(4096);
    struct value_source source = {.file = option_text(given, "from-file"),
                                  .exact = option_on(given, "exact")};
    long fd;

    if (given->operand_count == 2)
        return flow_secret_new(given->operands[1], strlen(given->operands[1]), &call->value, err);
    if (option_number(given, "fd", 0, 1 << 20, -1, &fd, err))
        return err->code;
    source.fd = (int)fd;
    if (source.file != NULL && fd >= 0)
        return flow_err_set(err, FLOW_E_USAGE, "--from-file and --fd exclude each other");
    flow_str_add(&question, "Value of ");
    flow_visible(given->operands[0], strlen(given->operands[0]), 0, &question);
    flow_str_add(&question, " (not shown): ");
    return prompt_value(call, &source, question.text, &call->value, err);
}

static void print_text(struct output *out, const struct flow_receipt *receipt, bool dry)
{
    const char *word = dry ? dry_words[receipt->outcome] : receipt_words[receipt->outcome];

    outf(out, "%s %s", word, receipt->name);
    if (receipt->outcome == FLOW_PUT_UPDATED && !dry)
        outf(out, " version %llu -> %llu", (unsigned long long)receipt->old_version,
             (unsigned long long)receipt->new_version);
    else if (receipt->outcome == FLOW_PUT_CREATED && !dry)
        outf(out, " version %llu", (unsigned long long)receipt->new_version);
    else if (receipt->old_version != 0)
        outf(out, " version %llu", (unsigned long long)receipt->old_version);
    outf(out, " (%s)\n", flow_type_name(receipt->type));
}

static void print_json(struct output *out, const struct flow_receipt *receipt, bool dry)
{
    struct flow_json_writer json = out_json(out);

    flow_json_open(&json, NULL, '{');
    flow_json_put_string(&json, "name", receipt->name);
    flow_json_put_string(&json, "outcome", receipt_words[receipt->outcome]);
    flow_json_put_bool(&json, "dry_run", dry);
    flow_json_put_string(&json, "type", flow_type_name(receipt->type));
    if (receipt->old_version != 0)
        flow_json_put_int64(&json, "old_version", (int64_t)receipt->old_version);
    if (receipt->new_version != 0)
        flow_json_put_int64(&json, "new_version", (int64_t)receipt->new_version);
    flow_json_close(&json, '}');
    out_text(out, "\n");
}

static enum flow_code run_put(struct call *call, struct flow_err *err)
{
    const struct options *given = &call->options;
    struct flow_put_request request = {.name = given->operands[0],
                                       .stage = option_text(given, "stage"),
                                       .key_id = option_text(given, "key-id"),
                                       .description = option_text(given, "description"),
                                       .tier = option_text(given, "tier"),
                                       .overwrite_unseen = option_on(given, "overwrite"),
                                       .dry_run = option_on(given, "dry-run")};
    struct flow_receipt receipt;

    if (parse_type(call, &request, err) || check_operand(given, &request, err) ||
        check_name(call, &request, err))
        return err->code;
    if (!request.dry_run && guard_write(call, &request.name, 1, option_on(given, "yes"), err))
        return err->code;
    if (take_value(call, err) || call_check_locked(call, err))
        return err->code;
    request.value = call->value;
    if (flow_param_put(call->session, &request, &receipt, err))
        return err->code;
    if (option_on(given, "json"))
        print_json(&call->out, &receipt, request.dry_run);
    else
        print_text(&call->out, &receipt, request.dry_run);
    return FLOW_OK;
}

const struct command command_put = {
    .name = "put",
    .operands = "NAME [VALUE]",
    .group = GROUP_PARAMETERS,
    .summary = "Store one value, read from a prompt, a file or standard input",
    .description =
        "NAME is a parameter's whole name, or, with --stage, what follows the stage's prefix.\n\n"
        "The value is asked for without echo, or read from standard input where that is no "
        "terminal: exact bytes, except that one newline at the end is taken off. VALUE on the "
        "command line is taken only with --type String or StringList.\n\n"
        "A parameter that changed since it was last seen is not overwritten, unless --overwrite; "
        "an equal value is not written again.",
    .options = put_options,
    .shared = SHARES_WRITER | SHARES_JSON,
    .examples =
        (const struct example[]){
            {"flowenv put /flowlogic/dev/stripe/secret-key", "asks for the value"},
            {"flowenv put --type String /flowlogic/dev/cognito/user-pool-id us-east-1_XXXXXXXXX",
             "a value that is no secret"},
            {"flowenv put --stage dev --from-file key.pem signing/private-key",
             "a file's bytes, below the stage's prefix"},
            {NULL, NULL}},
    .min_operands = 1,
    .max_operands = 2,
    .needs = NEEDS_SESSION,
    .changes = true,
    .run = run_put,
};
