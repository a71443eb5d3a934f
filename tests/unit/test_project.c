#include "support/test.h"

#include "model/project.h"

static const char example[] =
    "[project]\n"
    "name = flowlogic\n"
    "prefix = /flowlogic/{stage}        ; where a stage's parameters lie\n"
    "region = us-east-1\n"
    "default_stage = dev                ; for reading\n"
    "\n"
    "[stage.dev]\n"
    "branch = develop\n"
    "sources = dotenv, ssm              ; strongest first\n"
    "\n"
    "[stage.staging]\n"
    "branch = main\n"
    "\n"
    "[stage.prod]\n"
    "branch = main\n"
    "sources = ssm, github\n"
    "protected = yes\n"
    "live = true\n"
    "region = eu-central-1\n"
    "aws_profile = production\n"
    "prefix = /live/{stage}/{stage}\n"
    "\n"
    "[target.backend]\n"
    "kind = serverless\n"
    "keys = *, !VITE_*\n"
    "file = infra/serverless/env.{stage}.json\n"
    "\n"
    "[target.web]\n"
    "kind = vercel\n"
    "keys = VITE_*\n"
    "\n"
    "[require]\n"
    "STRIPE_SECRET_KEY = secret, prefix:sk_\n"
    "STRIPE_SECRET_KEY@prod = prefix:sk_live_\n"
    "API_TIMEOUT_MS = int, default:3000\n"
    "SENTRY_DSN = optional\n"
    "DATABASE_URL =\n"
    "\n"
    "[names]\n"
    "COGNITO_POOL = cognito/user-pool-id\n";

static struct flow_project *parse(const char *text)
{
    struct flow_project *project = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_project_parse("flowenv.ini", "/srv/app", text, strlen(text), &project, &err), err);
    return project;
}

static void expect_error(const char *text, const char *sentence)
{
    struct flow_project *project = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_project_parse("flowenv.ini", "/srv/app", text, strlen(text), &project, &err),
                FLOW_E_FORMAT);
    EXPECT_STR(err.text, sentence);
    EXPECT_NULL(project);
}

TEST("the example of the design fills every field")
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *project = parse(example);
    const struct flow_stage *dev = &project->stages[0], *prod = &project->stages[2];
    const struct flow_target_config *backend = &project->targets[0];

    EXPECT_STR(project->root, "/srv/app");
    EXPECT_STR(project->name, "flowlogic");
    EXPECT_STR(project->region, "us-east-1");
    EXPECT_STR(project->default_stage, "dev");
    EXPECT(!project->has_store && !project->dotenv_order_next);
    EXPECT_INT(project->stage_count, 3);
    EXPECT_STR(dev->branch, "develop");
    EXPECT_STR(dev->prefix, "/flowlogic/dev");
    EXPECT(dev->source_count == 2 && !dev->is_protected && !dev->live && dev->region == NULL);
    EXPECT_STR(prod->prefix, "/live/prod/prod");
    EXPECT_STR(prod->region, "eu-central-1");
    EXPECT_STR(prod->aws_profile, "production");
    EXPECT(prod->is_protected && prod->live);
    EXPECT(prod->sources[0] == FLOW_SOURCE_SSM && prod->sources[1] == FLOW_SOURCE_GITHUB);
    EXPECT_INT(project->target_count, 2);
    EXPECT_INT(backend->kind, FLOW_TARGET_SERVERLESS);
    EXPECT_INT(backend->key_count, 2);
    EXPECT_STR(backend->keys[1], "!VITE_*");
    EXPECT_STR(backend->file, "infra/serverless/env.{stage}.json");
    EXPECT_STR(project->names[0].param, "cognito/user-pool-id");
}

TEST("rules of [require] are kept with their line, stage and words")
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *project = parse(example);
    const struct flow_require *rules = project->requires;

    EXPECT_INT(project->require_count, 5);
    EXPECT(rules[0].secret && rules[0].stage == NULL && rules[0].line == 33);
    EXPECT_STR(rules[0].prefix, "sk_");
    EXPECT_STR(rules[1].key, "STRIPE_SECRET_KEY");
    EXPECT_STR(rules[1].stage, "prod");
    EXPECT(rules[2].integer && !rules[2].secret);
    EXPECT_STR(rules[2].default_value, "3000");
    EXPECT(rules[3].optional && !rules[4].optional);
}

TEST("a stage without sources has dotenv, then the project's store")
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *ssm = parse("[stage.dev]\n");
    FLOW_CLEANUP(flow_project_freep)
    struct flow_project *local = parse("[stage.dev]\n[project]\nstore = local\n");

    EXPECT(ssm->stages[0].source_count == 2 && ssm->stages[0].prefix == NULL);
    EXPECT(ssm->stages[0].sources[0] == FLOW_SOURCE_DOTENV);
    EXPECT(ssm->stages[0].sources[1] == FLOW_SOURCE_SSM);
    EXPECT(local->stages[0].sources[1] == FLOW_SOURCE_LOCAL);
}

TEST("an unknown stage or target is named, with the nearest or all there are")
{
    FLOW_CLEANUP(flow_project_freep) struct flow_project *project = parse(example);
    const struct flow_target_config *target = NULL;
    const struct flow_stage *stage = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_project_stage(project, "prod", &stage, &err), err);
    EXPECT_STR(stage->name, "prod");
    EXPECT_CODE(flow_project_stage(project, "stagin", &stage, &err), FLOW_E_NOT_FOUND);
    EXPECT_STR(err.text, "unknown stage 'stagin'; the nearest is 'staging'");
    EXPECT_CODE(flow_project_target(project, "lambda", &target, &err), FLOW_E_NOT_FOUND);
    EXPECT_STR(err.text, "unknown target 'lambda'; there are backend, web");
}

TEST("a broken project file says where, what, and the nearest right word")
{
    static const struct {
        const char *text, *sentence;
    } broken[] = {
        {"name = x\n",
         "flowenv.ini:1: 'name' stands before the first section; begin with [project]"},
        {"[project]\nnmae = x\n", "flowenv.ini:2: unknown key 'nmae'; the nearest is 'name'"},
        {"[project]\nname =\n", "flowenv.ini:2: name: no value after '='"},
        {"[project]\nname = a\nname = b\n",
         "flowenv.ini:3: 'name' is given twice, first on line 2"},
        {"[porject]\n", "flowenv.ini:1: unknown section 'porject'; the nearest is 'project'"},
        {"[other]\n", "flowenv.ini:1: unknown section 'other'; there are project, stage.NAME, "
                      "target.NAME, require, names"},
        {"[stage.dev]\n[stage.dev]\n",
         "flowenv.ini:2: 'stage.dev' is given twice, first on line 1"},
        {"[stage.Dev]\n",
         "flowenv.ini:1: 'Dev' is no name; write lower-case letters, digits and dashes"},
        {"[stage.]\n", "flowenv.ini:1: '' is no name; write lower-case letters, digits and dashes"},
        {"[stage.dev]\nsources = dotenv, smm\n",
         "flowenv.ini:2: sources: unknown source 'smm'; the nearest is 'ssm'"},
        {"[stage.dev]\nsources = ssm, ssm\n", "flowenv.ini:2: sources: 'ssm' is given twice"},
        {"[stage.dev]\nsources = ssm,,local\n",
         "flowenv.ini:2: sources: an empty word between commas"},
        {"[stage.dev]\nprotected = maybe\n",
         "flowenv.ini:2: protected: 'maybe' is neither yes nor no"},
        {"[stage.dev]\nregion = us-east-1.evil.example\n",
         "flowenv.ini:2: region: 'us-east-1.evil.example' is no region; one looks like us-east-1"},
        {"[stage.dev]\nprefix = /x/{stagee}\n",
         "flowenv.ini:2: prefix: only {stage} may stand in braces"},
        {"[project]\nstore = github\n",
         "flowenv.ini:2: store: 'github' is no store to put into; write ssm or local"},
        {"[project]\ndotenv_order = nxt\n",
         "flowenv.ini:2: dotenv_order: unknown order 'nxt'; the nearest is 'next'"},
        {"[project]\ndefault_stage = prd\n[stage.prod]\n",
         "flowenv.ini:2: unknown stage 'prd'; the nearest is 'prod'"},
        {"[target.web]\nkind = vercle\n",
         "flowenv.ini:2: kind: unknown kind 'vercle'; the nearest is 'vercel'"},
        {"\n[target.web]\nkeys = A\n\n[require]\n",
         "flowenv.ini:5: [target.web], which began on line 2, has no kind"},
        {"\n[target.web]\nkeys = A\n",
         "flowenv.ini:2: [target.web], which began on line 2, has no kind"},
        {"[target.web]\nkeys = A B\n",
         "flowenv.ini:2: keys: 'A B' is no pattern; write a key, with * and ?, after ! to leave "
         "out"},
        {"[target.web]\nfile = /etc/passwd\n",
         "flowenv.ini:2: file: '/etc/passwd' is not below the project's folder"},
        {"[target.web]\nfile = a/../../b\n",
         "flowenv.ini:2: file: 'a/../../b' leaves the project's folder"},
        {"[require]\nA = sceret\n",
         "flowenv.ini:2: A: unknown rule 'sceret'; the nearest is 'secret'"},
        {"[require]\nA = int, default:x\n", "flowenv.ini:2: A: the default is no int"},
        {"[require]\nA = prefix:sk_, default:pk_1\n",
         "flowenv.ini:2: A: the default does not begin with the prefix"},
        {"[require]\nA = secret, default:x\n",
         "flowenv.ini:2: A: a secret can't have its default in a file that is committed"},
        {"[require]\nA = int, int\n", "flowenv.ini:2: A: 'int' is given twice"},
        {"[require]\nA B = int\n", "flowenv.ini:2: A B: 'A B' is no key"},
        {"[stage.prod]\n[require]\nA@prd = int\n",
         "flowenv.ini:3: unknown stage 'prd'; the nearest is 'prod'"},
        {"[names]\nA = x/y\nB = x/y\n", "flowenv.ini:3: B: 'x/y' is the parameter of A already"},
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(broken); i++)
        expect_error(broken[i].text, broken[i].sentence);
}

TEST("a project file can't choose where requests or credentials go")
{
    expect_error("[project]\nendpoint_url_ssm = https://evil.example\n",
                 "flowenv.ini:2: 'endpoint_url_ssm' is not for a project file, which others write; "
                 "it belongs in your own config.ini");
    expect_error("[stage.dev]\nhttps_proxy = http://evil.example\n",
                 "flowenv.ini:2: 'https_proxy' is not for a project file, which others write; it "
                 "belongs in https_proxy in your own environment");
    expect_error("[stage.dev]\ncredential_process = rm -rf\n",
                 "flowenv.ini:2: 'credential_process' is not for a project file, which others "
                 "write; it belongs in your own ~/.aws/config");
    expect_error("[project]\nvault = /tmp/v\n",
                 "flowenv.ini:2: 'vault' is not for a project file, which others write; it belongs "
                 "in your own config.ini");
}

TEST("names and prefixes that AWS refuses are refused with the line")
{
    struct flow_project *project = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    static const char *const broken[] = {"[project]\nprefix = flowlogic\n",
                                         "[project]\nprefix = /flow logic\n", "[names]\nA = a//b\n",
                                         "[names]\nA = a b\n", "[names]\nA = /aws/x\n"};
    size_t i;

    for (i = 0; i < FLOW_COUNT(broken); i++) {
        EXPECT_CODE(
            flow_project_parse("flowenv.ini", "/", broken[i], strlen(broken[i]), &project, &err),
            FLOW_E_FORMAT);
        EXPECT_PRESENT("flowenv.ini:2: ", err.text);
    }
}

TEST("a stage fills every {stage}")
{
    FLOW_CLEANUP(flow_str_done) struct flow_str out = FLOW_STR_INIT(100);

    flow_stage_fill("{stage}/a-{stage}.json", "dev", &out);
    EXPECT_STR(out.text, "dev/a-dev.json");
}
