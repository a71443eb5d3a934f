#include "target/target.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "support/test.h"

static const struct flow_origin plain = {.source = "ssm", .name = "/p/x", .kind = FLOW_PLAIN};
static const struct flow_origin secret = {.source = "ssm", .name = "/p/x", .kind = FLOW_SECRET};

static void offer(struct flow_view *view, const char *key, const char *value,
                  const struct flow_origin *origin)
{
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_view_offer(view, key, (struct flow_bytes){(const unsigned char *)value, strlen(value)},
                       origin, &err),
       err);
}

static struct flow_view make_view(void)
{
    struct flow_view view;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_view_init(&view, "prod", &err), err);
    return view;
}

static struct flow_view view_of(const char *key, const char *value)
{
    struct flow_view view = make_view();

    offer(&view, key, value, &plain);
    flow_view_sort(&view);
    return view;
}

static char rendered[16384];
static char lines[65536];

/* FLOW_OK with the text in rendered, or the code; lines in either case. */
static enum flow_code render(enum flow_target_kind kind, const struct flow_view *view)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    FLOW_CLEANUP(flow_freep) char *told = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    size_t len;

    rendered[0] = '\0';
    if (flow_target_render(kind, view, &text, &told, &err) == FLOW_OK)
        (void)snprintf(rendered, sizeof rendered, "%s",
                       (const char *)flow_secret_expose(text, &len));
    else
        EXPECT_NULL(text);
    (void)snprintf(lines, sizeof lines, "%s", told != NULL ? told : "");
    return err.code;
}

static enum flow_code render_value(enum flow_target_kind kind, const char *key, const char *value)
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = view_of(key, value);

    return render(kind, &view);
}

TEST("Lambda gets its Variables, sorted and as they are")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();

    offer(&view, "KEY_B", "${self:x} \"quoted\"\n", &secret);
    offer(&view, "KEY_A", "", &plain);
    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_LAMBDA, &view), FLOW_OK);
    EXPECT_STR(rendered, "{\"Variables\": {\n  \"KEY_A\": \"\",\n"
                         "  \"KEY_B\": \"${self:x} \\\"quoted\\\"\\n\"\n}}\n");
    EXPECT_STR(lines, "");
}

TEST("an empty view is an empty environment")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();

    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_LAMBDA, &view), FLOW_OK);
    EXPECT_STR(rendered, "{\"Variables\": {}}\n");
    EXPECT_CODE(render(FLOW_TARGET_SERVERLESS, &view), FLOW_OK);
    EXPECT_STR(rendered, "{}\n");
    EXPECT_CODE(render(FLOW_TARGET_VERCEL, &view), FLOW_OK);
    EXPECT_STR(rendered, "# Created by flowenv for Vercel\n");
}

TEST("all faults are told at once, by name and without a value")
{
    static const struct flow_origin denied = {
        .source = "ssm", .name = "/p/d", .unreadable = true, .why = "AccessDeniedException"};
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();
    struct flow_err err = FLOW_ERR_INIT;

    offer(&view, "AWS_REGION", "s3cr3t", &plain);
    offer(&view, "A", "s3cr3t", &plain);
    offer(&view, "_LOW", "s3cr3t", &plain);
    offer(&view, "BYTES", "s3cr3t\xff", &secret);
    offer(&view, "FINE", "s3cr3t", &plain);
    OK(flow_view_offer(&view, "DENIED", (struct flow_bytes){NULL, 0}, &denied, &err), err);
    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_LAMBDA, &view), FLOW_E_REFUSED);
    EXPECT_PRESENT("AWS_REGION: Lambda keeps this name", lines);
    EXPECT_PRESENT("A: Lambda takes names of at least two", lines);
    EXPECT_PRESENT("_LOW: Lambda takes names", lines);
    EXPECT_PRESENT("BYTES: it is not valid UTF-8", lines);
    EXPECT_PRESENT("DENIED: it exists but cannot be read: AccessDeniedException", lines);
    EXPECT_ABSENT("FINE", lines);
    EXPECT_ABSENT("s3cr3t", lines);
}

TEST("the error counts the faults and says that nothing was rendered")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = view_of("A", "");
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    FLOW_CLEANUP(flow_freep) char *told = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_target_render(FLOW_TARGET_LAMBDA, &view, &text, &told, &err), FLOW_E_REFUSED);
    EXPECT_STR(err.text, "1 fault, each on a line of its own, keeps this view from lambda; nothing "
                         "is rendered");
}

/* Key of 5 bytes and a value, together `total` bytes. */
static enum flow_code render_total(enum flow_target_kind kind, size_t total)
{
    static char value[70000];

    memset(value, 'x', sizeof value);
    value[total - 5] = '\0';
    return render_value(kind, "KEY_1", value);
}

TEST("Lambda takes 4,096 bytes of names and values, and not one more")
{
    EXPECT_CODE(render_total(FLOW_TARGET_LAMBDA, 4089), FLOW_OK);
    EXPECT_STR(lines, "");
    EXPECT_CODE(render_total(FLOW_TARGET_LAMBDA, 4090), FLOW_OK);
    EXPECT_PRESENT("JSON text that Lambda is known to measure they have at least 4097", lines);
    EXPECT_CODE(render_total(FLOW_TARGET_SERVERLESS, 4095), FLOW_OK);
    EXPECT_CODE(render_total(FLOW_TARGET_LAMBDA, 4096), FLOW_OK);
    EXPECT_CODE(render_total(FLOW_TARGET_LAMBDA, 4097), FLOW_E_REFUSED);
    EXPECT_STR(lines, "names and values have 4097 bytes in all, 1 more than the 4096 that Lambda "
                      "takes; the largest are KEY_1 (4097)\n");
    EXPECT_CODE(render_total(FLOW_TARGET_SERVERLESS, 4097), FLOW_E_REFUSED);
}

TEST("Vercel takes 65,536 bytes of names and values, and not one more")
{
    EXPECT_CODE(render_total(FLOW_TARGET_VERCEL, 65535), FLOW_OK);
    EXPECT_CODE(render_total(FLOW_TARGET_VERCEL, 65536), FLOW_OK);
    EXPECT_CODE(render_total(FLOW_TARGET_VERCEL, 65537), FLOW_E_REFUSED);
    EXPECT_PRESENT("65537 bytes in all, 1 more than the 65536 that Vercel takes", lines);
}

TEST("the largest three are named, largest first")
{
    static char value[5000];
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();
    static const size_t sizes[] = {700, 1, 2000, 900, 2000, 20};

    for (size_t i = 0; i < FLOW_COUNT(sizes); i++) {
        const char key[] = {'K', (char)('A' + (int)i), '\0'};

        memset(value, 'x', sizes[i]);
        value[sizes[i]] = '\0';
        offer(&view, key, value, &plain);
    }
    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_LAMBDA, &view), FLOW_E_REFUSED);
    EXPECT_PRESENT("the largest are KC (2002), KE (2002), KD (902)\n", lines);
}

TEST("faults without end are counted after the first hundred")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();

    for (int i = 0; i < 150; i++) {
        char key[16];

        (void)snprintf(key, sizeof key, "_K%d", i);
        offer(&view, key, "", &plain);
    }
    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_LAMBDA, &view), FLOW_E_REFUSED);
    EXPECT_PRESENT("and 50 more\n", lines);
}

TEST("serverless reads a value as it is: variables are escaped with all backslashes before them")
{
    EXPECT_CODE(render_value(FLOW_TARGET_SERVERLESS, "KEY", "a${x} \\${y} \\\\${z} \\ $ {"),
                FLOW_OK);
    EXPECT_STR(rendered, "{\n  \"KEY\": \"a\\\\${x} \\\\\\\\\\\\${y} "
                         "\\\\\\\\\\\\\\\\\\\\${z} \\\\ $ {\"\n}\n");
}

TEST("what no escape brings through serverless or CloudFormation is refused")
{
    static const char *const values[] = {"$${x}", "a$\\${x}", "$\\\\${x}", "${a} $${b}"};

    for (size_t i = 0; i < FLOW_COUNT(values); i++) {
        EXPECT_CODE(render_value(FLOW_TARGET_SERVERLESS, "KEY", values[i]), FLOW_E_REFUSED);
        EXPECT_PRESENT("KEY: serverless knows no way", lines);
    }
    EXPECT_CODE(render_value(FLOW_TARGET_SERVERLESS, "KEY", "a{{resolve:ssm:/x}}"), FLOW_E_REFUSED);
    EXPECT_PRESENT("KEY: CloudFormation would replace", lines);
    EXPECT_CODE(render_value(FLOW_TARGET_LAMBDA, "KEY", "$${x} {{resolve:ssm:/x}}"), FLOW_OK);
    EXPECT_CODE(render_value(FLOW_TARGET_SERVERLESS, "KEY", "$$ { $ ${a} {{resolve"), FLOW_OK);
}

TEST("Vercel gets a dotenv file that dotenv reads back")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();

    offer(&view, "VITE_API_URL", "https://api.example.com", &plain);
    offer(&view, "TOKEN", "say \"hi\" $HOME", &secret);
    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_VERCEL, &view), FLOW_OK);
    EXPECT_STR(rendered, "# Created by flowenv for Vercel\nTOKEN='say \"hi\" $HOME'\n"
                         "VITE_API_URL=https://api.example.com\n");
}

TEST("a secret does not go into a browser, and reserved names do not go to Vercel")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = make_view();

    offer(&view, "VITE_STRIPE_KEY", "s3cr3t", &secret);
    offer(&view, "NEXT_PUBLIC_X", "s3cr3t", &secret);
    offer(&view, "TZ", "UTC", &plain);
    offer(&view, "a.b", "x", &plain);
    offer(&view, "QUOTES", "'\"` \\", &plain);
    flow_view_sort(&view);
    EXPECT_CODE(render(FLOW_TARGET_VERCEL, &view), FLOW_E_REFUSED);
    EXPECT_PRESENT("VITE_STRIPE_KEY: it is a secret, and VITE_ makes it part of what every", lines);
    EXPECT_PRESENT("NEXT_PUBLIC_X: it is a secret, and NEXT_PUBLIC_ makes", lines);
    EXPECT_PRESENT("TZ: Vercel keeps this name", lines);
    EXPECT_PRESENT("a.b: Vercel takes names of letters", lines);
    EXPECT_PRESENT("QUOTES: none of dotenv's quotes", lines);
    EXPECT_ABSENT("s3cr3t", lines);
}

TEST("a kind that comes later says so")
{
    FLOW_CLEANUP(flow_view_done) struct flow_view view = view_of("KEY", "x");

    EXPECT_CODE(render(FLOW_TARGET_APIGATEWAY, &view), FLOW_E_USAGE);
    EXPECT_CODE(render(FLOW_TARGET_GITHUB, &view), FLOW_E_USAGE);
}
