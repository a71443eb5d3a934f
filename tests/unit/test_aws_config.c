#include "support/test.h"

#include "aws/config.h"

static enum flow_code parse(enum flow_aws_file file, const char *text,
                            struct flow_aws_config **ret_config, struct flow_err *err)
{
    const struct flow_bytes bytes = {(const unsigned char *)text, strlen(text)};

    return flow_aws_config_parse(file, "the-file", bytes, ret_config, err);
}

static struct flow_aws_config *make(enum flow_aws_file file, const char *text)
{
    struct flow_aws_config *config = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    OK(parse(file, text, &config, &err), err);
    return config;
}

static const char *get(const struct flow_aws_config *config, const char *name, const char *key)
{
    const char *value = flow_aws_config_get(config, FLOW_AWS_PROFILE, name, key, NULL);

    return value != NULL ? value : "(not there)";
}

/* The text is refused with exactly this sentence, and no value is in it. */
static void expect_broken(enum flow_aws_file file, const char *text, const char *sentence)
{
    struct flow_aws_config *config = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(parse(file, text, &config, &err), FLOW_E_FORMAT);
    EXPECT_NULL(config);
    EXPECT_STR(err.text, sentence);
    EXPECT_ABSENT("s3cr3t", err.text);
}

TEST("keys are found by section, whatever their case, with = or :, blanks or none")
{
    FLOW_CLEANUP(flow_aws_config_freep)
    struct flow_aws_config *config = make(FLOW_AWS_FILE_CONFIG, "# a comment\n"
                                                                "[default]\n"
                                                                "region=us-east-1\n"
                                                                "; another\n"
                                                                "\n"
                                                                "Output : json \r\n"
                                                                "[profile dev]  # mine\n"
                                                                "  REGION =  eu-west-1\t\n"
                                                                "empty =\n"
                                                                "odd = a = b # c : d");

    EXPECT_STR(get(config, "default", "region"), "us-east-1");
    EXPECT_STR(get(config, "default", "output"), "json");
    EXPECT_STR(get(config, "dev", "region"), "eu-west-1");
    EXPECT_STR(get(config, "dev", "empty"), "");
    EXPECT_STR(get(config, "dev", "odd"), "a = b # c : d");
    EXPECT_STR(get(config, "dev", "output"), "(not there)");
    EXPECT(flow_aws_config_has(config, FLOW_AWS_PROFILE, "dev"));
    EXPECT(!flow_aws_config_has(config, FLOW_AWS_PROFILE, "profile dev"));
}

TEST("in the config file a profile's header has the word and a name quoted as in a shell")
{
    FLOW_CLEANUP(flow_aws_config_freep)
    struct flow_aws_config *config = make(FLOW_AWS_FILE_CONFIG, "[profile \"my dev\"]\na=1\n"
                                                                "[profile 'a \"b\"']\na=2\n"
                                                                "[profile c\\ d]\na=3\n"
                                                                "[ profile\tplain ]\na=4\n"
                                                                "[bare]\na=5\n"
                                                                "[profiles x]\na=6\n"
                                                                "[sso-session corp]\na=7\n"
                                                                "[profile \"q\\\"q\"]\na=8\n");

    EXPECT_STR(get(config, "my dev", "a"), "1");
    EXPECT_STR(get(config, "a \"b\"", "a"), "2");
    EXPECT_STR(get(config, "c d", "a"), "3");
    EXPECT_STR(get(config, "plain", "a"), "4");
    EXPECT_STR(get(config, "bare", "a"), "(not there)");
    EXPECT_STR(get(config, "x", "a"), "(not there)");
    EXPECT_STR(flow_aws_config_get(config, FLOW_AWS_SSO_SESSION, "corp", "a", NULL), "7");
    EXPECT_STR(get(config, "q\"q", "a"), "8");
}

TEST("in the credentials file a header is the profile's name as it stands")
{
    FLOW_CLEANUP(flow_aws_config_freep)
    struct flow_aws_config *config =
        make(FLOW_AWS_FILE_CREDENTIALS, "[my dev]\na=1\n[profile x]\na=2\n");

    EXPECT_STR(get(config, "my dev", "a"), "1");
    EXPECT_STR(get(config, "profile x", "a"), "2");
    EXPECT_STR(get(config, "x", "a"), "(not there)");
}

TEST("indented lines under an empty value are a block, under a value they continue it")
{
    FLOW_CLEANUP(flow_aws_config_freep)
    struct flow_aws_config *config =
        make(FLOW_AWS_FILE_CONFIG, "[services local]\n"
                                   "ssm =\n"
                                   "  endpoint_url = http://127.0.0.1:4566\n"
                                   "\n"
                                   "    # deeper, and a comment between\n"
                                   "     other = x\n"
                                   "s3 =\n"
                                   "  endpoint_url = http://127.0.0.1:9000\n"
                                   "[profile p]\n"
                                   "  long = one\n"
                                   "     two  \n"
                                   "     three\n"
                                   "  next = 1\n");

    EXPECT_STR(flow_aws_config_get(config, FLOW_AWS_SERVICES, "local", "ssm", "endpoint_url"),
               "http://127.0.0.1:4566");
    EXPECT_STR(flow_aws_config_get(config, FLOW_AWS_SERVICES, "local", "ssm", "other"), "x");
    EXPECT_STR(flow_aws_config_get(config, FLOW_AWS_SERVICES, "local", "s3", "endpoint_url"),
               "http://127.0.0.1:9000");
    EXPECT_STR(flow_aws_config_get(config, FLOW_AWS_SERVICES, "local", "ssm", NULL), "");
    EXPECT_STR(get(config, "p", "long"), "one\ntwo\nthree");
    EXPECT_STR(get(config, "p", "next"), "1");
}

TEST("an empty file, and no file at all, hold nothing")
{
    FLOW_CLEANUP(flow_aws_config_freep)
    struct flow_aws_config *config = make(FLOW_AWS_FILE_CONFIG, "");

    EXPECT(!flow_aws_config_has(config, FLOW_AWS_PROFILE, "default"));
    EXPECT(!flow_aws_config_has(NULL, FLOW_AWS_PROFILE, "default"));
    EXPECT_NULL(flow_aws_config_get(NULL, FLOW_AWS_PROFILE, "default", "region", NULL));
}

TEST("a broken line is named by file and number and never quoted")
{
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[default]\ns3cr3t\n",
                  "the-file:2: neither a [section] nor key = value");
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[default]\n=s3cr3t\n",
                  "the-file:2: neither a [section] nor key = value");
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "s3cr3t = s3cr3t\n",
                  "the-file:1: a key before the first [section]");
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[default\n",
                  "the-file:1: a section's header is [NAME]");
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[]\n", "the-file:1: a section's header is [NAME]");
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[a] s3cr3t\n",
                  "the-file:1: a section's header is [NAME]");
    expect_broken(FLOW_AWS_FILE_CONFIG, "[profile \"a]\n",
                  "the-file:1: one name should follow here, in quotes if it has blanks");
    expect_broken(FLOW_AWS_FILE_CONFIG, "[profile a b]\n",
                  "the-file:1: one name should follow here, in quotes if it has blanks");
    expect_broken(FLOW_AWS_FILE_CONFIG, "[profile '']\n",
                  "the-file:1: one name should follow here, in quotes if it has blanks");
    expect_broken(FLOW_AWS_FILE_CONFIG, "[services a]\nssm =\n  s3cr3t\n",
                  "the-file:3: in a block, a line is key = value");
}

TEST("a section or a key that is there twice is refused, not merged")
{
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[a]\nk=s3cr3t\n\nK:s3cr3t\n",
                  "the-file:4: the same key as in line 2; remove one");
    expect_broken(FLOW_AWS_FILE_CREDENTIALS, "[a]\n[b]\n[a]\n",
                  "the-file:3: the same section as in line 1; remove one");
    expect_broken(FLOW_AWS_FILE_CONFIG, "[default]\n[profile default]\n",
                  "the-file:2: the same section as in line 1; remove one");
}

TEST("a NUL byte and a file beyond the limit are refused")
{
    static const unsigned char nul[] = "[default]\nregion = a\0b\n";
    static unsigned char large[FLOW_AWS_CONFIG_MAX + 1];
    struct flow_aws_config *config = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_aws_config_parse(FLOW_AWS_FILE_CONFIG, "f",
                                      (struct flow_bytes){nul, sizeof nul - 1}, &config, &err),
                FLOW_E_FORMAT);
    memset(large, '#', sizeof large);
    EXPECT_CODE(flow_aws_config_parse(FLOW_AWS_FILE_CONFIG, "f",
                                      (struct flow_bytes){large, sizeof large}, &config, &err),
                FLOW_E_LIMIT);
    EXPECT_NULL(config);
}
