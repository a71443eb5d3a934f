#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/project.h"
#include "ops/init.h"

/* A fresh folder below the test's; lent. */
static const char *make_folder(void)
{
    static unsigned count;
    const char *path;
    char name[32];

    (void)snprintf(name, sizeof name, "p%u", count++);
    path = test_path(name);
    EXPECT(mkdir(path, 0700) == 0);
    return path;
}

/* Writes a file below folder, making the folders of its name. */
static void write_file(const char *folder, const char *name, const char *text)
{
    char path[2048], *slash;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    for (slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    test_write_file(path, text, strlen(text));
}

static void expect_text(const char *folder, const char *text)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str found = FLOW_STR_INIT(FLOW_INIT_TEXT_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_init_text(folder, &found, &err), err);
    EXPECT_STR(found.text, text);
}

/* That line is, or is not, in the text for the folder. */
static void expect_line(const char *folder, const char *line, int present)
{
    FLOW_CLEANUP(flow_str_done) struct flow_str found = FLOW_STR_INIT(FLOW_INIT_TEXT_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_init_text(folder, &found, &err), err);
    test_expect_text(line, found.text, present, __FILE__, __LINE__);
}

TEST("the project of the design is found whole")
{
    const char *folder = make_folder();

    write_file(folder, "infra/serverless/serverless.yml",
               "service: flowlogic\n"
               "provider:\n"
               "  name: aws\n"
               "  stage: ${opt:stage, 'dev'}\n"
               "  region: us-east-1\n"
               "  environment: ${file(./env.${sls:stage}.json)}\n"
               "functions:\n"
               "  pay:\n"
               "    environment:\n"
               "      STRIPE_SECRET_KEY: ${ssm:/flowlogic/${sls:stage}/stripe/secret-key}\n"
               "      COGNITO_POOL: ${ssm(us-east-1):/flowlogic/${self:provider.stage}"
               "/cognito/user-pool-id, ''}\n");
    write_file(folder, ".github/workflows/deploy.yml",
               "on: {push: {branches: [develop, main]}}\n"
               "env: {T: '${{ secrets.VERCEL_TOKEN }}'}\n"
               "jobs:\n"
               "  a: {if: \"github.ref == 'refs/heads/develop'\", environment: dev}\n"
               "  b: {if: \"github.ref_name == 'main'\", environment: {name: staging}}\n"
               "  c: {needs: [b], environment: prod}\n");
    write_file(folder, "web/vite.config.js", "");
    write_file(folder, ".env.example", "A=\n");
    write_file(folder, "node_modules/x/serverless.yml", "service: wrong\n");
    expect_text(folder,
                "; Which values each stage has, and where they come from. Committed, so it holds "
                "no secret.\n"
                "; All of it: flowenv(1).\n"
                "\n"
                "[project]\n"
                "name = flowlogic\n"
                "prefix = /flowlogic/{stage}        ; where a stage's parameters lie\n"
                "region = us-east-1\n"
                "default_stage = dev                ; for reading; a write always names its stage\n"
                "; store = local                    ; parameters in the vault, where there is no "
                "AWS account\n"
                "\n"
                "[stage.dev]\n"
                "branch = develop\n"
                "sources = dotenv, ssm              ; strongest first\n"
                "\n"
                "[stage.staging]\n"
                "branch = main\n"
                "sources = ssm\n"
                "\n"
                "[stage.prod]\n"
                "branch = main\n"
                "sources = ssm\n"
                "protected = yes                    ; writes ask for the stage's name, or --yes\n"
                "\n"
                "[target.backend]\n"
                "kind = serverless                  ; `flowenv render serverless --stage STAGE`\n"
                "keys = *, !VITE_*\n"
                "file = infra/serverless/env.{stage}.json\n"
                "\n"
                "[target.web]\n"
                "kind = vercel\n"
                "keys = VITE_*\n"
                "\n"
                "; [require]                        ; beside what .env.example asks for\n"
                "; STRIPE_SECRET_KEY = secret, prefix:sk_\n"
                "; STRIPE_SECRET_KEY@prod = prefix:sk_live_\n"
                "; API_TIMEOUT_MS = int, default:3000\n"
                "\n"
                "[names]                            ; where the key is not the parameter's name\n"
                "COGNITO_POOL = cognito/user-pool-id\n");
}

TEST("a folder that shows nothing gets a stage to begin with, and no service")
{
    const char *folder = make_folder();

    expect_line(folder, "\n[stage.dev]\nsources = dotenv", 1);
    expect_line(folder, "ssm\n", 0);
    expect_line(folder, "[target.", 0);
    expect_line(folder, "\nprefix = /p1/{stage}", 1);
}

TEST("stages come from the names of .env files, never from their values")
{
    const char *folder = make_folder();

    write_file(folder, ".env", "SECRET=hunter2\n");
    write_file(folder, ".env.qa", "SECRET=hunter2\n");
    write_file(folder, ".env.prod.local", "SECRET=hunter2\n");
    write_file(folder, ".env.example", "SECRET=\n");
    write_file(folder, ".env.Upper", "A=1\n");
    write_file(folder, ".env.test", "A=1\n");
    expect_line(folder, "[stage.qa]\nsources = dotenv", 1);
    expect_line(folder, "[stage.prod]\nsources = dotenv", 1);
    expect_line(folder, "default_stage = prod ", 1);
    expect_line(folder, "hunter2", 0);
    expect_line(folder, "example]", 0);
    expect_line(folder, "[stage.test]", 0);
    expect_line(folder, "Upper", 0);
}

TEST("text of others can't add lines, and what can't be read is passed over and named")
{
    const char *folder = make_folder();

    write_file(folder, "serverless.yml",
               "service: \"a\\n[stage.evil]\"\nprovider: {region: 'us-east-1 ; x', stage: 'A B'}\n"
               "x: ${file(../../etc/passwd)}\nenvironment: ${file(../../../x)}\n"
               "custom: {environment: {A: '${ssm:/x ; y/${sls:stage}/z}'}}\n");
    write_file(folder, ".github/workflows/a.yml", "jobs: [\n");
    write_file(folder, ".github/workflows/b.yml",
               "jobs: {a: {environment: \"x\\n[y]\", if: \"ref == 'refs/heads/a;b\\nc'\"}}\n");
    expect_line(folder, "\n[stage.evil]", 0);
    expect_line(folder, "name = a--stage.evil-\n", 1);
    expect_line(folder, "; region = us-east-1\n", 1);
    expect_line(folder, "file = ", 0);
    expect_line(folder, "branch", 0);
    expect_line(folder, "; Passed over: .github/workflows/a.yml:2:1: ", 1);
}

TEST("a link is not followed")
{
    const char *folder = make_folder(), *other = make_folder();
    char link[1024];

    write_file(other, "serverless.yml", "service: elsewhere\n");
    (void)snprintf(link, sizeof link, "%s/sub", folder);
    EXPECT(symlink(other, link) == 0);
    expect_line(folder, "elsewhere", 0);
}

TEST("a project file that is there stays as it is")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INIT_TEXT_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    const char *folder = make_folder();
    char path[1024], head[8] = "";
    FILE *file;

    OK(flow_init(folder, &text, &err), err);
    (void)snprintf(path, sizeof path, "%s/flowenv.ini", folder);
    test_write_file(path, "; mine\n", 7);
    flow_str_clear(&text);
    EXPECT_CODE(flow_init(folder, &text, &err), FLOW_E_EXISTS);
    EXPECT_PRESENT("flowenv.ini", err.text);
    file = fopen(path, "r");
    EXPECT(file != NULL && fgets(head, sizeof head, file) != NULL);
    EXPECT_STR(head, "; mine\n");
    (void)fclose(file);
}

TEST("a directory that is not there is an error that names it")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str text = FLOW_STR_INIT(FLOW_INIT_TEXT_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_init(test_path("none"), &text, &err), FLOW_E_IO);
    EXPECT_PRESENT("none", err.text);
}
