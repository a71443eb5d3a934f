#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "vault/record.h"

static struct flow_bytes text_bytes(const char *text)
{
    return (struct flow_bytes){(const unsigned char *)text, strlen(text)};
}

/* Adds one parameter to the group of that source. */
static void add(struct flow_record *record, const char *source, const struct flow_param *param)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_group *group = NULL;

    OK(flow_record_group(record, source, &group, &err), err);
    OK(flow_params_add(&group->params, param, NULL, &err), err);
}

/* A plaintext of the given bytes, padded to whole pages with zeros. */
static struct flow_secret *make_plain(const void *bytes, size_t len)
{
    struct flow_err err = FLOW_ERR_INIT;
    struct flow_secret *plain = NULL;
    size_t padded = (len + FLOW_RECORD_PAD - 1) / FLOW_RECORD_PAD * FLOW_RECORD_PAD;
    unsigned char *to;

    OK(flow_secret_new_room(padded, &plain, &err), err);
    to = flow_secret_edit(plain, padded, &err);
    memset(to, 0, padded);
    memcpy(to, bytes, len);
    flow_secret_set_len(plain, padded);
    return plain;
}

static void expect_same(const struct flow_secret *a, const struct flow_secret *b)
{
    size_t a_len, b_len;
    const unsigned char *a_bytes = flow_secret_expose(a, &a_len);
    const unsigned char *b_bytes = flow_secret_expose(b, &b_len);

    EXPECT_INT(a_len, b_len);
    EXPECT_BYTES(a_bytes, b_bytes, a_len);
}

/* Whatever is taken for a record is the one encoding of it. */
static enum flow_code decode_and_compare(const struct flow_secret *plain)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *again = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    struct flow_err err = FLOW_ERR_INIT;

    if (flow_record_decode(plain, &record, &err) == FLOW_OK) {
        OK(flow_record_encode(&record, &again, &err), err);
        expect_same(plain, again);
    }
    return err.code;
}

static enum flow_code decode_bytes(const void *bytes, size_t len)
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = make_plain(bytes, len);

    return decode_and_compare(plain);
}

static const struct flow_param full = {
    .name = "/flowlogic/dev/stripe/secret-key",
    .value = {(const unsigned char *)"sk\0live", 7},
    .type = FLOW_SECURE_STRING,
    .who = "arn:aws:iam::1:user/ann",
    .key_id = "alias/aws/ssm",
    .version = 300,
    .modified_s = 1700000000,
};

TEST("every field of a record comes back, in order, whatever order it was put in")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record, back;
    struct flow_param denied = {.name = "/b", .unreadable = true, .why = "no kms:Decrypt"};
    struct flow_param empty = {.name = "/a", .value = text_bytes(""), .version = 1};
    struct flow_param older = full;
    struct flow_err err = FLOW_ERR_INIT;
    const struct flow_param *got;
    struct flow_group *group;

    older.version = 299;
    flow_record_init(&record);
    add(&record, "ssm eu-west-1", &full);
    add(&record, "ssm eu-west-1", &denied);
    add(&record, "ssm eu-west-1", &older);
    add(&record, "ssm eu-west-1", &empty);
    add(&record, "local", &empty);
    group = flow_record_find(&record, "ssm eu-west-1");
    group->fetched_s = 1700000001;
    group->walked_s = -1;
    OK(flow_record_encode(&record, &plain, &err), err);
    EXPECT_INT(flow_secret_len(plain), FLOW_RECORD_PAD);
    OK(flow_record_decode(plain, &back, &err), err);

    EXPECT_INT(back.count, 2);
    EXPECT_STR(back.groups[0].source, "local");
    group = flow_record_find(&back, "ssm eu-west-1");
    EXPECT_INT(group->fetched_s, 1700000001);
    EXPECT_INT(group->walked_s, -1);
    EXPECT_INT(group->params.count, 4);
    got = group->params.list;
    EXPECT_STR(got[0].name, "/a");
    EXPECT(got[0].value.at != NULL && got[0].value.len == 0);
    EXPECT(got[1].value.at == NULL && got[1].unreadable);
    EXPECT_STR(got[1].why, "no kms:Decrypt");
    EXPECT_INT(got[2].version, 299);
    EXPECT_STR(got[3].name, full.name);
    EXPECT_BYTES(got[3].value.at, "sk\0live", 8);
    EXPECT_INT(got[3].type, FLOW_SECURE_STRING);
    EXPECT_INT(got[3].version, 300);
    EXPECT_INT(got[3].modified_s, 1700000000);
    EXPECT_STR(got[3].who, full.who);
    EXPECT_STR(got[3].key_id, full.key_id);
    EXPECT_NULL(got[3].why);
}

TEST("the encoding is the documented one, to the byte")
{
    static const unsigned char expected[] = "\x10\x1a"         /* group, 26 bytes */
                                            "\x11\x05local"    /* source */
                                            "\x12\x02\x01\x02" /* fetched 513 */
                                            "\x15\x0d"         /* entry, 13 bytes */
                                            "\x21\x02/a"       /* name */
                                            "\x22\x01v"        /* value */
                                            "\x23\x01\x0a"     /* SecureString, value present */
                                            "\x24\x01\x07";    /* version 7 */
    struct flow_param param = {
        .name = "/a", .value = text_bytes("v"), .type = FLOW_SECURE_STRING, .version = 7};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL, *wanted = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    struct flow_err err = FLOW_ERR_INIT;

    flow_record_init(&record);
    add(&record, "local", &param);
    record.groups[0].fetched_s = 513;
    OK(flow_record_encode(&record, &plain, &err), err);
    wanted = make_plain(expected, sizeof expected - 1);
    expect_same(plain, wanted);
}

TEST("fields of a later version are kept in entries, groups and the record")
{
    static const char later[] = "\x10\x16"
                                "\x11\x01s"
                                "\x15\x0c"
                                "\x21\x01n"
                                "\x29\x02!!\x29\x00\x80\x01?" /* in an entry, one tag twice */
                                "\x16\x01g"                   /* in a group */
                                "\x17\x00"
                                "\x11\x01r\xff\x01z"; /* in the record */
    static const char name[] = "m";
    struct flow_param param = {.name = name};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = make_plain(later, sizeof later - 1);
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *changed = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record, back;
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(decode_and_compare(plain), FLOW_OK);
    OK(flow_record_decode(plain, &record, &err), err);
    add(&record, "s", &param);
    OK(flow_record_encode(&record, &changed, &err), err);
    OK(flow_record_decode(changed, &back, &err), err);
    EXPECT_INT(back.groups[0].params.list[1].extra.len, 9);
    EXPECT_INT(back.groups[0].extra.len, 5);
    EXPECT_INT(flow_secret_len(back.extra), 6);
}

#define REFUSED(bytes)                                                                             \
    {                                                                                              \
        bytes, sizeof(bytes) - 1                                                                   \
    }
TEST("what no encoder writes is refused: order, repeats, wasted bytes, wrong contents")
{
    static const struct {
        const char *bytes;
        size_t len;
    } refused[] = {
        REFUSED("\x01\x01x"),                         /* a tag that is nobody's */
        REFUSED("\x0f\x00"),                          /* the same */
        REFUSED("\x10"),                              /* no length */
        REFUSED("\x10\x00"),                          /* a group without a source */
        REFUSED("\x10\x02\x11\x00"),                  /* an empty one */
        REFUSED("\x10\x03\x11\x01\x00"),              /* NUL in it */
        REFUSED("\x10\x83\x00\x11\x01s"),             /* a length in too many bytes */
        REFUSED("\x10\x83\x80\x80\x00\x11\x01s"),     /* the same */
        REFUSED("\x10\xff\xff\xff\xff\x0f\x11\x01s"), /* a length of five bytes */
        REFUSED("\x10\xff\xff\xff\x7f\x11\x01s"),     /* longer than there is */
        REFUSED("\x10\x06\x11\x01s\x11\x01t"),        /* two sources */
        REFUSED("\x10\x06\x12\x01\x01\x11\x01s"),     /* not in order */
        REFUSED("\x10\x07\x11\x01s\x12\x02\x01\x00"), /* a number in too many bytes */
        REFUSED("\x10\x05\x11\x01s\x12\x00"),         /* a zero that is written */
        REFUSED("\x10\x0e\x11\x01s\x12\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01"), /* 72 bits */
        REFUSED("\x10\x04\x11\x01s\x00"),                          /* padding within a group */
        REFUSED("\x10\x08\x11\x01s\x17\x00\x16\x01g"),             /* later fields not in order */
        REFUSED("\x10\x08\x11\x01s\x16\x00\x15\x03\x21\x01n"),     /* an entry behind them */
        REFUSED("\x10\x03\x11\x01s\x10\x03\x11\x01s"),             /* the same source twice */
        REFUSED("\x10\x03\x11\x01t\x10\x03\x11\x01s"),             /* sources not in order */
        REFUSED("\x11\x00\x10\x03\x11\x01s"),                      /* a group behind later fields */
        REFUSED("\x10\x05\x11\x01s\x15\x00"),                      /* an entry without a name */
        REFUSED("\x10\x08\x11\x01s\x15\x03\x23\x01\x08"),          /* the same */
        REFUSED("\x10\x08\x11\x01s\x15\x03\x21\x01\x00"),          /* NUL in a name */
        REFUSED("\x10\x08\x11\x01s\x15\x03\x20\x01n"),             /* a tag below the name's */
        REFUSED("\x10\x0b\x11\x01s\x15\x06\x21\x01n\x22\x01v"),    /* a value that is not there */
        REFUSED("\x10\x0b\x11\x01s\x15\x06\x21\x01n\x23\x01\x03"), /* a type that is none */
        REFUSED("\x10\x0b\x11\x01s\x15\x06\x21\x01n\x23\x01\x10"), /* an unknown flag */
        REFUSED("\x10\x0b\x11\x01s\x15\x06\x21\x01n\x26\x01\x00"), /* NUL in a text */
        REFUSED("\x10\x0d\x11\x01s\x15\x03\x21\x01n\x15\x03\x21\x01n"), /* the same entry twice */
        REFUSED("\x10\x0d\x11\x01s\x15\x03\x21\x01n\x15\x03\x21\x01m"), /* not in order */
        REFUSED("\x10\x03\x11\x01s\x00\x01"), /* padding that is not zero */
    };
    size_t i;

    for (i = 0; i < FLOW_COUNT(refused); i++) {
        int code = (int)decode_bytes(refused[i].bytes, refused[i].len);

        if (code != FLOW_E_DAMAGED)
            print_error("case %zu\n", i);
        EXPECT_INT(code, FLOW_E_DAMAGED);
    }
    EXPECT_CODE(decode_bytes("\x10\x03\x11\x01s", 5), FLOW_OK);
}

TEST("no flipped bit gives a second encoding of anything, and nothing crashes")
{
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    struct flow_param other = {.name = "/z", .unreadable = true, .why = "why"};
    struct flow_err err = FLOW_ERR_INIT;
    unsigned char *bytes;
    size_t bit;

    flow_record_init(&record);
    add(&record, "ssm", &full);
    add(&record, "ssm", &other);
    OK(flow_record_encode(&record, &plain, &err), err);
    bytes = flow_secret_edit(plain, FLOW_RECORD_PAD, &err);
    for (bit = 0; bit < (size_t)8 * 160; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        (void)decode_and_compare(plain);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    EXPECT_CODE(decode_and_compare(plain), FLOW_OK);
}

TEST("a plaintext of the wrong length is refused: not whole pages, a page of nothing, too long")
{
    static unsigned char pages[2 * FLOW_RECORD_PAD] = "\x10\x03\x11\x01s";
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *short_one = NULL, *empty = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_secret_new(pages, FLOW_RECORD_PAD - 1, &short_one, &err), err);
    EXPECT_CODE(flow_record_decode(short_one, &record, &err), FLOW_E_DAMAGED);
    EXPECT_CODE(decode_bytes(pages, FLOW_RECORD_PAD), FLOW_OK);
    EXPECT_CODE(decode_bytes(pages, sizeof pages), FLOW_E_DAMAGED);
    OK(flow_secret_new(NULL, 0, &empty, &err), err);
    EXPECT_CODE(decode_and_compare(empty), FLOW_OK);
}

TEST("limits: at the limit it is taken, one byte over it is refused by name")
{
    static char name[FLOW_RECORD_TEXT_MAX + 2], value[FLOW_VALUE_MAX + 1];
    struct flow_param param = {.name = name,
                               .value = {(const unsigned char *)value, FLOW_VALUE_MAX}};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL, *none = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    struct flow_err err = FLOW_ERR_INIT;

    flow_record_init(&record);
    memset(name, 'n', FLOW_RECORD_TEXT_MAX);
    add(&record, "s", &param);
    OK(flow_record_encode(&record, &plain, &err), err);
    EXPECT_CODE(decode_and_compare(plain), FLOW_OK);

    record.groups[0].params.list[0].value.len++;
    EXPECT_CODE(flow_record_encode(&record, &none, &err), FLOW_E_LIMIT);
    record.groups[0].params.list[0].value.len--;
    name[FLOW_RECORD_TEXT_MAX] = 'n';
    record.groups[0].params.list[0].name = name;
    EXPECT_CODE(flow_record_encode(&record, &none, &err), FLOW_E_LIMIT);
    record.groups[0].params.list[0].name = "";
    EXPECT_CODE(flow_record_encode(&record, &none, &err), FLOW_E_LIMIT);
    EXPECT_NULL(none);
}

TEST("the same name and version twice, or a record over 8 MiB, is not encoded")
{
    static char value[FLOW_VALUE_MAX];
    struct flow_param large = {.name = "/v", .value = {(const unsigned char *)value, sizeof value}};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *none = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record;
    struct flow_err err = FLOW_ERR_INIT;

    flow_record_init(&record);
    add(&record, "s", &full);
    add(&record, "s", &full);
    EXPECT_CODE(flow_record_encode(&record, &none, &err), FLOW_E_EXISTS);
    EXPECT_PRESENT(full.name, err.text);
    flow_record_drop(&record, "s");
    EXPECT_INT(record.count, 0);
    for (; large.version < FLOW_RECORD_MAX / FLOW_VALUE_MAX; large.version++)
        add(&record, "s", &large);
    EXPECT_CODE(flow_record_encode(&record, &none, &err), FLOW_E_LIMIT);
    EXPECT_NULL(none);
}

TEST("a hundred thousand entries fit, and all come back")
{
    enum { MANY = 100000 };
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *plain = NULL;
    FLOW_CLEANUP(flow_record_done) struct flow_record record, back;
    struct flow_err err = FLOW_ERR_INIT;
    size_t i;

    flow_record_init(&record);
    for (i = 0; i < MANY; i++) {
        char name[32], value[32];
        struct flow_param param = {.name = name,
                                   .type = FLOW_SECURE_STRING,
                                   .version = 1 + i % 90,
                                   .modified_s = 1700000000};

        (void)snprintf(name, sizeof name, "/flow/dev/key-%06zu", i);
        (void)snprintf(value, sizeof value, "value of thirty bytes %08zu", i);
        param.value = text_bytes(value);
        add(&record, "s", &param);
    }
    OK(flow_record_encode(&record, &plain, &err), err);
    OK(flow_record_decode(plain, &back, &err), err);
    EXPECT_INT(back.groups[0].params.count, MANY);
    EXPECT_STR(back.groups[0].params.list[MANY - 1].name, "/flow/dev/key-099999");
}
