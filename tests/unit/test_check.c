#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "support/test.h"

static const char project_text[] = "[project]\n"
                                   "name = flowlogic\n"
                                   "prefix = /flowlogic/{stage}\n"
                                   "[stage.dev]\n"
                                   "sources = dotenv, ssm\n"
                                   "[stage.local]\n"
                                   "sources = local\n"
                                   "[stage.prod]\n"
                                   "sources = ssm\n"
                                   "[require]\n"
                                   "STRIPE_SECRET_KEY = secret, prefix:sk_\n"
                                   "STRIPE_SECRET_KEY@prod = prefix:sk_live_\n"
                                   "API_TIMEOUT_MS = int, default:3000\n"
                                   "SENTRY_DSN = optional\n"
                                   "SENTRY_DSN@prod =\n"
                                   "DEV_ONLY@dev =\n"
                                   "[names]\n"
                                   "COGNITO_POOL = cognito/user-pool-id\n"
                                   "ELSEWHERE = /shared/elsewhere\n";

/* A project, one of its stages, a view and what the check found in them. */
struct inquiry {
    struct flow_project *project;
    const struct flow_stage *stage;
    struct flow_view view;
    struct flow_check check;
};

static struct inquiry make_inquiry(const char *stage)
{
    struct inquiry inquiry = {0};
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_project_parse("flowenv.ini", "/p", project_text, strlen(project_text), &inquiry.project,
                          &err),
       err);
    OK(flow_project_stage(inquiry.project, stage, &inquiry.stage, &err), err);
    OK(flow_view_init(&inquiry.view, stage, &err), err);
    flow_check_init(&inquiry.check);
    return inquiry;
}

static void inquiry_done(struct inquiry *inquiry)
{
    flow_check_done(&inquiry->check);
    flow_view_done(&inquiry->view);
    flow_project_free(inquiry->project);
}

static void offer(struct inquiry *inquiry, const char *key, const char *value,
                  struct flow_origin origin)
{
    struct flow_bytes bytes = {(const unsigned char *)value, value != NULL ? strlen(value) : 0};
    struct flow_err err = FLOW_ERR_INIT;

    if (origin.source == NULL)
        origin.source = "ssm";
    origin.name = "/flowlogic/x";
    OK(flow_view_offer(&inquiry->view, key, bytes, &origin, &err), err);
}

#define PLAIN  ((struct flow_origin){.kind = FLOW_PLAIN})
#define SECRET ((struct flow_origin){.kind = FLOW_SECRET})

static void ask(struct inquiry *inquiry, const char *example)
{
    struct flow_err err = FLOW_ERR_INIT;

    flow_view_sort(&inquiry->view);
    if (example != NULL)
        OK(flow_check_scan_example(
               &inquiry->check, ".env.example",
               (struct flow_bytes){(const unsigned char *)example, strlen(example)}, &err),
           err);
    else
        OK(flow_check_scan_require(&inquiry->check, inquiry->project, "flowenv.ini",
                                   inquiry->stage->name, &err),
           err);
    OK(flow_check_run(&inquiry->check, inquiry->project, inquiry->stage, &inquiry->view, &err),
       err);
}

/* All findings, a line each: "rule KEY FILE:LINE:COLUMN sentence". */
static const char *found(const struct inquiry *inquiry)
{
    static char text[8192];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < inquiry->check.finding_count; i++) {
        const struct flow_finding *finding = &inquiry->check.findings[i];

        len += (size_t)snprintf(text + len, sizeof text - len, "%s %s %s:%u:%u %s\n", finding->rule,
                                finding->key, finding->file, finding->line, finding->column,
                                finding->sentence);
    }
    return text;
}

TEST("what the example asks for and the stage lacks is missing, with the way to put it")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");

    offer(&inquiry, "HERE", "x", PLAIN);
    ask(&inquiry, "# backend\nHERE=\n\nSTRIPE_SECRET_KEY=\n  export COGNITO_POOL=us-east-1\n"
                  "ELSEWHERE=\r\napiUrl=\n");
    EXPECT_STR(found(&inquiry),
               "missing COGNITO_POOL .env.example:5:10 no source of prod has it (ssm); flowenv put "
               "/flowlogic/prod/cognito/user-pool-id\n"
               "missing ELSEWHERE .env.example:6:1 no source of prod has it (ssm); flowenv put "
               "/shared/elsewhere\n"
               "missing STRIPE_SECRET_KEY .env.example:4:1 no source of prod has it (ssm); flowenv "
               "put /flowlogic/prod/stripe-secret-key\n"
               "missing apiUrl .env.example:7:1 no source of prod has it (ssm)\n");
    EXPECT_INT(flow_check_errors(&inquiry.check), 4);
}

TEST("the way to put it fits the stage's store and a key that is public")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("local");

    ask(&inquiry, "VITE_API_URL=\n");
    EXPECT_STR(
        found(&inquiry),
        "missing VITE_API_URL .env.example:1:1 no source of local has it (local); flowenv put "
        "--store local --type String /flowlogic/local/vite-api-url\n");
}

TEST("a broken example is an error with file, line and column")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_check_scan_example(&inquiry.check, ".env.example",
                                        (struct flow_bytes){(const unsigned char *)"A=\nB", 4},
                                        &err),
                FLOW_E_FORMAT);
    EXPECT_PRESENT(".env.example:2:", err.text);
}

TEST("a stage's own rule decides whether a key may be missing, and a default is enough")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry prod = make_inquiry("prod");
    FLOW_CLEANUP(inquiry_done) struct inquiry dev = make_inquiry("dev");

    offer(&prod, "STRIPE_SECRET_KEY", "sk_live_x", SECRET);
    ask(&prod, NULL);
    EXPECT_STR(found(&prod), "missing SENTRY_DSN flowenv.ini:14:1 no source of prod has it (ssm); "
                             "flowenv put /flowlogic/prod/sentry-dsn\n");
    offer(&dev, "STRIPE_SECRET_KEY", "sk_x", SECRET);
    ask(&dev, NULL);
    EXPECT_STR(found(&dev), "missing DEV_ONLY flowenv.ini:16:1 no source of dev has it (dotenv, "
                            "ssm); flowenv put /flowlogic/dev/dev-only\n");
}

TEST("an optional key of [require] is optional for the example too")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("dev");
    struct flow_err err = FLOW_ERR_INIT;

    offer(&inquiry, "STRIPE_SECRET_KEY", "sk_x", SECRET);
    offer(&inquiry, "DEV_ONLY", "x", PLAIN);
    offer(&inquiry, "SENTRY_DSN", "", PLAIN);
    OK(flow_check_scan_require(&inquiry.check, inquiry.project, "flowenv.ini", "dev", &err), err);
    ask(&inquiry, "SENTRY_DSN=\nAPI_TIMEOUT_MS=3000\n");
    EXPECT_STR(found(&inquiry), "");
    EXPECT_INT(flow_check_errors(&inquiry.check), 0);
}

TEST("a value breaks the rules of [require] one by one, and no finding shows it")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");

    offer(&inquiry, "STRIPE_SECRET_KEY", "sk_test_51", PLAIN);
    offer(&inquiry, "API_TIMEOUT_MS", "3000ms", PLAIN);
    offer(&inquiry, "SENTRY_DSN", "x", PLAIN);
    ask(&inquiry, NULL);
    EXPECT_STR(found(&inquiry),
               "type API_TIMEOUT_MS flowenv.ini:13:1 its value in ssm is no whole number\n"
               "kind STRIPE_SECRET_KEY flowenv.ini:11:1 it is a secret, but ssm keeps /flowlogic/x "
               "as a String, readable for all who may list it; delete it and put it again as a "
               "SecureString\n"
               "prefix STRIPE_SECRET_KEY flowenv.ini:12:1 its value in ssm does not begin with "
               "sk_live_\n");
    EXPECT_ABSENT("sk_test", found(&inquiry));
    EXPECT_ABSENT("3000ms", found(&inquiry));
}

static bool is_whole_number(const char *value)
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("dev");

    offer(&inquiry, "API_TIMEOUT_MS", value, PLAIN);
    offer(&inquiry, "STRIPE_SECRET_KEY", "sk_x", SECRET);
    offer(&inquiry, "DEV_ONLY", "x", PLAIN);
    ask(&inquiry, NULL);
    EXPECT(inquiry.check.finding_count <= 1);
    return inquiry.check.finding_count == 0;
}

TEST("a whole number is digits with one sign at most")
{
    EXPECT(is_whole_number("0") && is_whole_number("-5") && is_whole_number("+0042"));
    EXPECT(!is_whole_number("-") && !is_whole_number("5.") && !is_whole_number("--5"));
    EXPECT(!is_whole_number("1e3") && !is_whole_number("0x1f") && !is_whole_number("5ms"));
}

TEST("an example's lines end in CR, LF or both, and the last assignment's line counts")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");

    ask(&inquiry, "A=1\rB=\r\nC='x\ny'\nexport D=\nA=2");
    EXPECT_INT(inquiry.check.need_count, 4);
    EXPECT_INT(inquiry.check.needs[0].line, 6);
    EXPECT_INT(inquiry.check.needs[1].line, 2);
    EXPECT_INT(inquiry.check.needs[2].line, 3);
    EXPECT_INT(inquiry.check.needs[3].line, 5);
    EXPECT_INT(inquiry.check.needs[3].column, 8);
}

TEST("a secret in a .env file is no String, for that file has no kinds")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("dev");

    offer(&inquiry, "STRIPE_SECRET_KEY", "sk_x", (struct flow_origin){.source = "dotenv"});
    offer(&inquiry, "DEV_ONLY", "x", PLAIN);
    ask(&inquiry, NULL);
    EXPECT_STR(found(&inquiry), "");
}

static const char *rules_for(const char *value, const char *example)
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");
    static char rules[256];
    char text[256];

    rules[0] = '\0';
    (void)snprintf(text, sizeof text, "KEY='%s'\n", example);
    offer(&inquiry, "KEY", value, SECRET);
    ask(&inquiry, text);
    for (size_t i = 0; i < inquiry.check.finding_count; i++) {
        (void)strncat(rules, inquiry.check.findings[i].rule, sizeof rules - strlen(rules) - 1);
        (void)strncat(rules, " ", sizeof rules - strlen(rules) - 1);
    }
    return rules;
}

TEST("placeholders are not taken for values")
{
    static const char *const bad[] = {
        "changeme", "ChangeMe",   "CHANGE_ME", "change me", "xxx",  "XXXXXXXX", "<your token>",
        "your-key", "YOUR_TOKEN", "***",       "...",       "todo", "TBD",      "replace-with-it"};
    static const char *const good[] = {"x",           "us-east-1_XXXXXXXXX",
                                       "changemenot", "todos",
                                       "<",           "a<b>",
                                       "xx",          "youre",
                                       "exxxact",     "change",
                                       "-",           "1.2.3"};

    for (size_t i = 0; i < FLOW_COUNT(bad); i++)
        EXPECT_STR(rules_for(bad[i], ""), "placeholder ");
    for (size_t i = 0; i < FLOW_COUNT(good); i++)
        EXPECT_STR(rules_for(good[i], ""), "");
}

TEST("the example's own value is a placeholder where it has a gap to fill")
{
    EXPECT_STR(rules_for("us-east-1_XXXXXXXXX", "us-east-1_XXXXXXXXX"), "placeholder ");
    EXPECT_STR(rules_for("https://<host>/", "https://<host>/"), "placeholder ");
    EXPECT_STR(rules_for("3000", "3000"), "");
    EXPECT_STR(rules_for("us-east-1_XXXXXXXXX", "us-east-1_XXXX"), "");
}

TEST("an empty value, blanks around it and a newline behind it are found")
{
    EXPECT_STR(rules_for("", ""), "empty ");
    EXPECT_STR(rules_for(" x", ""), "whitespace ");
    EXPECT_STR(rules_for("x\t", ""), "whitespace ");
    EXPECT_STR(rules_for("x\n", ""), "newline ");
    EXPECT_STR(rules_for("\n", ""), "newline ");
    EXPECT_STR(rules_for("-----BEGIN\n  x\n-----END\n", ""), "");
    EXPECT_STR(rules_for("a b", ""), "");
}

TEST("what cannot be read is said to be unreadable, and nothing else")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");

    offer(&inquiry, "STRIPE_SECRET_KEY", NULL,
          (struct flow_origin){.kind = FLOW_SECRET, .unreadable = true, .why = "no kms:Decrypt"});
    offer(&inquiry, "SENTRY_DSN", "x", PLAIN);
    ask(&inquiry, NULL);
    EXPECT_STR(found(&inquiry), "unreadable STRIPE_SECRET_KEY flowenv.ini:11:1 it exists in ssm as "
                                "/flowlogic/x but cannot be read: no kms:Decrypt\n");
}

TEST("errors come before warnings")
{
    FLOW_CLEANUP(inquiry_done) struct inquiry inquiry = make_inquiry("prod");

    offer(&inquiry, "A", " x", PLAIN);
    ask(&inquiry, "A=\nB=\n");
    EXPECT_INT(inquiry.check.finding_count, 2);
    EXPECT_STR(inquiry.check.findings[0].key, "B");
    EXPECT_STR(inquiry.check.findings[1].key, "A");
    EXPECT_INT(flow_check_errors(&inquiry.check), 1);
}

TEST("every rule has an id, an explanation and a remedy")
{
    size_t count;
    const struct flow_rule_text *rules = flow_check_rules(&count);

    EXPECT_INT(count, 9);
    for (size_t i = 0; i < count; i++) {
        EXPECT(rules[i].id[0] != '\0' && rules[i].explanation[0] != '\0');
        EXPECT(rules[i].remedy[0] != '\0');
        for (size_t j = 0; j < i; j++)
            EXPECT(strcmp(rules[i].id, rules[j].id) != 0);
    }
}
