#include "aws/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/str.h"
#include "text/json.h"
#include "text/redact.h"

/* Bytes of a message that are looked at; the shortest piece of a value that counts as one. */
enum { RAW_MAX = 64 * 1024, PIECE_MIN = 8 };

#define CREDENTIALS_ENDED                                                                          \
    "these credentials have expired; get new ones (for single sign-on: aws sso login) and repeat"
#define CLOCK_WRONG "the signature's time is refused; set this machine's clock and repeat"
#define SECRET_WRONG                                                                               \
    "the secret access key does not belong to the access key id; set both again, from one source"
#define RIGHT_MISSING                                                                              \
    "the policy of these credentials does not allow this call on this parameter or on its KMS key"
#define KEY_UNKNOWN                                                                                \
    "AWS does not know the access key id; check that it is active and belongs to this partition"
#define BUSY "wait a little and repeat"

/* Sorted by what they have in common, not by name: the first match counts. */
static const struct {
    const char *error;
    enum flow_code code;
    const char *advice;
} known[] = {
    {"ParameterNotFound", FLOW_E_NOT_FOUND, "list what there is with: flowenv list"},
    {"ParameterVersionNotFound", FLOW_E_NOT_FOUND, "see its versions with: flowenv history"},
    {"ParameterAlreadyExists", FLOW_E_EXISTS, "nothing was changed"},

    {"AccessDeniedException", FLOW_E_DENIED, RIGHT_MISSING},
    {"AccessDenied", FLOW_E_DENIED, RIGHT_MISSING},
    {"ExpiredTokenException", FLOW_E_DENIED, CREDENTIALS_ENDED},
    {"ExpiredToken", FLOW_E_DENIED, CREDENTIALS_ENDED},
    {"UnrecognizedClientException", FLOW_E_DENIED, KEY_UNKNOWN},
    {"InvalidClientTokenId", FLOW_E_DENIED, KEY_UNKNOWN},
    {"InvalidAccessKeyId", FLOW_E_DENIED, KEY_UNKNOWN},
    {"InvalidSignatureException", FLOW_E_DENIED, SECRET_WRONG},
    {"SignatureDoesNotMatch", FLOW_E_DENIED, SECRET_WRONG},
    {"IncompleteSignature", FLOW_E_DENIED, SECRET_WRONG},
    {"MissingAuthenticationToken", FLOW_E_DENIED, SECRET_WRONG},
    {"MissingAuthenticationTokenException", FLOW_E_DENIED, SECRET_WRONG},
    {"RequestExpired", FLOW_E_DENIED, CLOCK_WRONG},
    {"RequestInTheFuture", FLOW_E_DENIED, CLOCK_WRONG},
    {"RequestTimeTooSkewed", FLOW_E_DENIED, CLOCK_WRONG},
    {"OptInRequired", FLOW_E_DENIED, "this account has not switched the region on"},
    {"InvalidKeyId", FLOW_E_DENIED,
     "the KMS key is not there, is switched off, or may not be used; check --key-id and the key"},

    {"ThrottlingException", FLOW_E_UNREACHABLE, BUSY},
    {"Throttling", FLOW_E_UNREACHABLE, BUSY},
    {"TooManyRequestsException", FLOW_E_UNREACHABLE, BUSY},
    {"RequestLimitExceeded", FLOW_E_UNREACHABLE, BUSY},
    {"TooManyUpdates", FLOW_E_UNREACHABLE,
     "somebody else is writing this parameter; wait a little and repeat"},

    {"ParameterLimitExceeded", FLOW_E_LIMIT,
     "the account's parameters of this tier are used up; remove some, or use --tier Advanced"},
    {"ParameterMaxVersionLimitExceeded", FLOW_E_LIMIT,
     "the oldest of its 100 versions carries a label and can't go; move the label"},
    {"HierarchyLevelLimitExceededException", FLOW_E_LIMIT, "a name has at most 15 levels"},
    {"PoliciesLimitExceededException", FLOW_E_LIMIT, NULL},
    {"HierarchyTypeMismatchException", FLOW_E_USAGE,
     "a parameter keeps its type; remove it first, or put it with the type it has"},
    {"UnsupportedParameterType", FLOW_E_USAGE, NULL},
    {"ParameterPatternMismatchException", FLOW_E_USAGE,
     "the value does not match the pattern that this parameter allows"},
    {"ValidationException", FLOW_E_USAGE, NULL},
    {"InvalidNextToken", FLOW_E_UNREACHABLE, "the list changed while it was read; repeat"},
};

static bool is_word(const char *text, size_t len)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return len > 0 && len < FLOW_AWS_ERROR_MAX && strspn(text, characters) >= len;
}

/* "aws.protocoltests#FooError:http://..." is FooError. */
static void take_error(const char *type, struct flow_aws_fault *fault)
{
    const char *hash = type == NULL ? NULL : strchr(type, '#');
    size_t len;

    if (type == NULL)
        return;
    if (hash != NULL)
        type = hash + 1;
    len = strcspn(type, ":");
    if (is_word(type, len))
        (void)snprintf(fault->error, sizeof fault->error, "%.*s", (int)len, type);
}

/* What no message may repeat. */
struct hidden {
    const struct flow_bytes *list;
    size_t count;
};

/* True where a piece of the value stands in the text, as where the service quotes a part of it. */
static bool shares_piece(const char *text, struct flow_bytes value)
{
    size_t len = strlen(text), i, j;

    for (i = 0; i + PIECE_MIN <= len; i++)
        for (j = 0; j + PIECE_MIN <= value.len; j++)
            if (memcmp(text + i, value.at + j, PIECE_MIN) == 0)
                return true;
    return false;
}

static bool shares_any(const char *text, struct hidden hidden)
{
    size_t i;

    for (i = 0; i < hidden.count; i++)
        if (shares_piece(text, hidden.list[i]))
            return true;
    return false;
}

/* What is hidden is cut out before the message is cut to size, or else half of it could stay. */
static void take_message(struct flow_bytes text, struct hidden hidden, struct flow_aws_fault *fault)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *whole = NULL;
    FLOW_CLEANUP(flow_str_done) struct flow_str clean = FLOW_STR_INIT(FLOW_STR_LINE_MAX);
    struct flow_err ignored = FLOW_ERR_INIT;
    size_t len = text.len < RAW_MAX ? text.len : RAW_MAX;

    if (flow_secret_new(text.at, len, &whole, &ignored))
        return;
    flow_redact((const char *)flow_secret_expose(whole, &len), hidden.list, hidden.count, &clean);
    len = clean.len;
    if (len >= sizeof fault->message) {
        len = sizeof fault->message - 1;
        while (len > 0 && ((unsigned char)clean.text[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(fault->message, clean.text, len);
    fault->message[len] = '\0';
    if (clean.failed || shares_any(fault->message, hidden))
        fault->message[0] = '\0';
}

static bool read_json(struct flow_bytes body, struct hidden hidden, struct flow_aws_fault *fault)
{
    FLOW_CLEANUP(flow_json_freep) struct flow_json *root = NULL;
    struct flow_err ignored = FLOW_ERR_INIT;
    const char *message;

    if (flow_json_parse(body, "the error", &root, &ignored))
        return false;
    take_error(flow_json_text_of(root, "__type"), fault);
    message = flow_json_text_of(root, "message");
    if (message == NULL)
        message = flow_json_text_of(root, "Message");
    if (message != NULL)
        take_message((struct flow_bytes){(const unsigned char *)message, strlen(message)}, hidden,
                     fault);
    return true;
}

/* What lies between <tag> and the next "<"; an empty slice: not there. */
static struct flow_bytes between(struct flow_bytes body, const char *tag)
{
    size_t len = strlen(tag), i;

    for (i = 0; i + len < body.len; i++) {
        const unsigned char *text = body.at + i + len, *stop;

        if (memcmp(body.at + i, tag, len) != 0)
            continue;
        stop = memchr(text, '<', body.len - i - len);
        return (struct flow_bytes){text, stop == NULL ? 0 : (size_t)(stop - text)};
    }
    return (struct flow_bytes){body.at, 0};
}

static void read_xml(struct flow_bytes body, struct hidden hidden, struct flow_aws_fault *fault)
{
    struct flow_bytes code = between(body, "<Code>"), message = between(body, "<Message>");

    if (is_word((const char *)code.at, code.len))
        (void)snprintf(fault->error, sizeof fault->error, "%.*s", (int)code.len,
                       (const char *)code.at);
    if (fault->error[0] != '\0')
        take_message(message, hidden, fault);
}

void flow_aws_fault_read(struct flow_bytes body, const char *type_header,
                         const struct flow_bytes *hidden, size_t hidden_count,
                         struct flow_aws_fault *ret_fault)
{
    const struct hidden all = {hidden, hidden_count};

    ret_fault->error[0] = ret_fault->message[0] = '\0';
    if (body.len > 0 && !read_json(body, all, ret_fault))
        read_xml(body, all, ret_fault);
    if (ret_fault->error[0] == '\0')
        take_error(type_header, ret_fault);
}

enum flow_code flow_aws_fault_code(const char *error, unsigned status)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(known); i++)
        if (strcmp(known[i].error, error) == 0)
            return known[i].code;
    if (status == 401 || status == 403)
        return FLOW_E_DENIED;
    return status >= 500 || status == 429 ? FLOW_E_UNREACHABLE : FLOW_E_IO;
}

const char *flow_aws_fault_advice(const char *error, enum flow_code code)
{
    size_t i;

    for (i = 0; i < FLOW_COUNT(known); i++)
        if (strcmp(known[i].error, error) == 0)
            return known[i].advice;
    return code == FLOW_E_UNREACHABLE ? BUSY : NULL;
}

bool flow_aws_fault_may_be_key(const char *error)
{
    return strcmp(error, "AccessDeniedException") == 0 || strcmp(error, "InvalidKeyId") == 0 ||
           strncmp(error, "KMS", 3) == 0;
}
