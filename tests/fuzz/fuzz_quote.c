/*
 * Any bytes as a value in every format: what is written reads back exactly, by
 * readers that were written here from the languages' own rules. Between two
 * other keys, so that a value that begins or swallows an entry is seen.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "text/format.h"
#include "text/quote.h"
#include "text/utf8.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct flow_err err = FLOW_ERR_INIT;

    (void)argc, (void)argv;
    return (int)flow_secret_start(&err);
}

/* --- readers: from the first byte of a word to the one behind it --------------- */

struct reader {
    const unsigned char *at, *end;
    unsigned char *value; /* room for all that is left */
    size_t len;
};

static void keep(struct reader *reader, unsigned char c)
{
    reader->value[reader->len++] = c;
}

static void expect(struct reader *reader, char c)
{
    assert(reader->at < reader->end && *reader->at == (unsigned char)c);
    reader->at++;
}

/* Parts in single quotes and backslashes outside of them, up to a byte that is neither. */
static void read_posix(struct reader *reader)
{
    for (;; reader->at++) {
        if (*reader->at == '\\') {
            keep(reader, *++reader->at);
        } else if (*reader->at == '\'') {
            while (*++reader->at != '\'')
                keep(reader, *reader->at);
        } else {
            return;
        }
    }
}

static void read_fish(struct reader *reader)
{
    for (;; reader->at++) {
        if (*reader->at == '\\') {
            reader->at++;
            assert(*reader->at == 'n');
            keep(reader, '\n');
        } else if (*reader->at == '\'') {
            while (*++reader->at != '\'') {
                assert(*reader->at != '\n');
                if (*reader->at == '\\')
                    reader->at++;
                keep(reader, *reader->at);
            }
        } else {
            return;
        }
    }
}

static uint32_t read_hex(struct reader *reader)
{
    uint32_t c = 0;

    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, *++reader->at);

        assert(digit != NULL);
        c = c << 4 | (uint32_t)(digit - digits);
    }
    return c;
}

static void keep_char(struct reader *reader, uint32_t c)
{
    if (c < 0x80) {
        keep(reader, (unsigned char)c);
    } else if (c < 0x800) {
        keep(reader, (unsigned char)(0xc0 | c >> 6));
        keep(reader, (unsigned char)(0x80 | (c & 0x3f)));
    } else {
        keep(reader, (unsigned char)(0xe0 | c >> 12));
        keep(reader, (unsigned char)(0x80 | (c >> 6 & 0x3f)));
        keep(reader, (unsigned char)(0x80 | (c & 0x3f)));
    }
}

static void read_escape(struct reader *reader)
{
    switch (*++reader->at) {
    case 'n':
        keep(reader, '\n');
        break;
    case 'r':
        keep(reader, '\r');
        break;
    case 't':
        keep(reader, '\t');
        break;
    case 'u':
        keep_char(reader, read_hex(reader));
        break;
    default:
        assert(*reader->at == '"' || *reader->at == '\\');
        keep(reader, *reader->at);
    }
}

static void read_json(struct reader *reader)
{
    expect(reader, '"');
    for (; *reader->at != '"'; reader->at++) {
        assert(*reader->at >= ' ');
        if (*reader->at == '\\')
            read_escape(reader);
        else
            keep(reader, *reader->at);
    }
    reader->at++;
}

static void read_hcl(struct reader *reader)
{
    expect(reader, '"');
    for (; *reader->at != '"'; reader->at++) {
        assert(*reader->at >= ' ');
        if (*reader->at == '\\') {
            read_escape(reader);
            continue;
        }
        if (*reader->at == '$' || *reader->at == '%') {
            assert(reader->at[1] != '{');
            if (reader->at[1] == *reader->at && reader->at[2] == '{') {
                keep(reader, *reader->at++);
                keep(reader, *++reader->at);
                continue;
            }
        }
        keep(reader, *reader->at);
    }
    reader->at++;
}

static void read_systemd(struct reader *reader)
{
    expect(reader, '"');
    for (; *reader->at != '"'; reader->at++) {
        if (*reader->at == '\\')
            assert(strchr("\"\\`$", *++reader->at) != NULL);
        keep(reader, *reader->at);
    }
    reader->at++;
}

static void read_powershell(struct reader *reader)
{
    unsigned char quote = *reader->at++;

    for (;; reader->at++) {
        if (*reader->at == quote && reader->at[1] != quote)
            break;
        if (quote == '"' && *reader->at == '`') {
            reader->at++;
            keep(reader, *reader->at == 'n' ? '\n' : *reader->at == 'r' ? '\r' : *reader->at);
            continue;
        }
        if (quote == '\'' && memcmp(reader->at, "\xe2\x80", 2) == 0 && reader->at[2] >= 0x98 &&
            reader->at[2] <= 0x9b) {
            assert(memcmp(reader->at, reader->at + 3, 3) == 0);
            reader->at += 3;
        }
        if (*reader->at == quote)
            reader->at++;
        assert(*reader->at != '\n' && *reader->at != '\r');
        keep(reader, *reader->at);
    }
    reader->at++;
}

static void read_line(struct reader *reader)
{
    for (; *reader->at != '\n'; reader->at++)
        keep(reader, *reader->at);
}

/* --- one format, three keys ------------------------------------------------------ */

struct dialect {
    enum flow_format format;
    const char *before, *behind; /* around the middle value */
    void (*read)(struct reader *reader);
};

static const struct dialect dialects[] = {
    {FLOW_FORMAT_SH, "export A='1'\nexport B=", "\nexport C='3'\n", read_posix},
    {FLOW_FORMAT_FISH, "set -gx A '1';\nset -gx B ", ";\nset -gx C '3';\n", read_fish},
    {FLOW_FORMAT_POWERSHELL, "$env:A = '1'\n$env:B = ", "\n$env:C = '3'\n", read_powershell},
    {FLOW_FORMAT_JSON, "{\n  \"A\": \"1\",\n  \"B\": ", ",\n  \"C\": \"3\"\n}\n", read_json},
    {FLOW_FORMAT_YAML, "\"A\": \"1\"\n\"B\": ", "\n\"C\": \"3\"\n", read_json},
    {FLOW_FORMAT_DOCKER, "A=1\nB=", "\nC=3\n", read_line},
    {FLOW_FORMAT_SYSTEMD, "A=\"1\"\nB=", "\nC=\"3\"\n", read_systemd},
    {FLOW_FORMAT_TFVARS, "A = \"1\"\nB = ", "\nC = \"3\"\n", read_hcl},
};

static void check_text(const struct dialect *dialect, const unsigned char *text, size_t len,
                       struct flow_bytes value)
{
    struct reader reader = {text, text + len, malloc(len + 1), 0};

    assert(reader.value != NULL);
    assert(strncmp((const char *)text, dialect->before, strlen(dialect->before)) == 0);
    reader.at += strlen(dialect->before);
    dialect->read(&reader);
    assert(reader.len == value.len && memcmp(reader.value, value.at, value.len) == 0);
    assert(strcmp((const char *)reader.at, dialect->behind) == 0);
    free(reader.value);
}

static void check_format(const struct dialect *dialect, struct flow_bytes value)
{
    const struct flow_pair pairs[] = {{.key = "A", .value = {(const unsigned char *)"1", 1}},
                                      {.key = "B", .value = value},
                                      {.key = "C", .value = {(const unsigned char *)"3", 1}}};
    FLOW_CLEANUP(flow_secret_freep) struct flow_secret *text = NULL;
    struct flow_err err = FLOW_ERR_INIT;
    const unsigned char *bytes;
    size_t len;

    if (flow_format_write(dialect->format, pairs, FLOW_COUNT(pairs), &text, &err)) {
        assert(err.code == FLOW_E_REFUSED && text == NULL);
        return;
    }
    bytes = flow_secret_expose(text, &len);
    check_text(dialect, bytes, len, value);
}

/* dotenv and GITHUB_ENV have readers of their own elsewhere; here they must only not crash. */
static void check_rest(struct flow_bytes value)
{
    const struct flow_pair pair = {.key = "B", .value = value, .secret = true};
    FLOW_CLEANUP(flow_secret_freep)
    struct flow_secret *dotenv = NULL, *runner = NULL, *masks = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    (void)flow_format_write(FLOW_FORMAT_DOTENV, &pair, 1, &dotenv, &err);
    (void)flow_format_write(FLOW_FORMAT_GITHUB_ENV, &pair, 1, &runner, &err);
    assert(!flow_format_masks(&pair, 1, &masks, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flow_bytes value = {data, size};

    for (size_t i = 0; i < FLOW_COUNT(dialects); i++)
        check_format(&dialects[i], value);
    check_rest(value);
    (void)flow_utf8_is_nfc(value);
    return 0;
}
