/*
 * One of AWS's two files, ~/.aws/config or ~/.aws/credentials, in AWS's own
 * dialect of INI.
 *
 * Shape:  [section] lines; "key = value" or "key: value"; whole-line comments
 *         with # or ;. Keys know no case and are given in lower case. A more
 *         indented line continues the value; under a key without a value on
 *         its own line, each such line is "sub = value", a block of one level.
 * Names:  config: [default], [profile NAME], [sso-session NAME],
 *         [services NAME], NAME quoted as in a shell; other sections belong to
 *         other programs and are kept out of the way. credentials: [NAME].
 * Strict: a section or a key that is there twice, a line that is neither, and
 *         a NUL byte are FLOW_E_FORMAT with file and line; the line itself is
 *         never quoted, for it may hold a secret.
 * Memory: every text lies in a flow_secret and is lent until the config is freed.
 * Source: CONTRACTS 3.3, which is botocore's configloader.
 */
#ifndef FLOW_AWS_CONFIG_H
#define FLOW_AWS_CONFIG_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

enum flow_aws_file { FLOW_AWS_FILE_CONFIG, FLOW_AWS_FILE_CREDENTIALS };

enum flow_aws_section {
    FLOW_AWS_PROFILE,
    FLOW_AWS_SSO_SESSION,
    FLOW_AWS_SERVICES,
    FLOW_AWS_OTHER /* some other program's */
};

struct flow_aws_config;
enum { FLOW_AWS_CONFIG_MAX = 1024 * 1024 }; /* bytes of a file */

/* file_name is for messages. The caller keeps, and wipes, its text. */
enum flow_code flow_aws_config_parse(enum flow_aws_file file, const char *file_name,
                                     struct flow_bytes text, struct flow_aws_config **ret_config,
                                     struct flow_err *err);
void flow_aws_config_free(struct flow_aws_config *config);
void flow_aws_config_freep(struct flow_aws_config **config);

bool flow_aws_config_has(const struct flow_aws_config *config, enum flow_aws_section kind,
                         const char *name);

/*
 * The value of a key, or of sub in the block of a key (NULL: the key's own).
 * Parts of a value that had several lines are joined by a newline. NULL: not
 * there. A NULL config holds nothing.
 */
const char *flow_aws_config_get(const struct flow_aws_config *config, enum flow_aws_section kind,
                                const char *name, const char *key, const char *sub);

#endif
