#include "text/quote.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/utf8.h"

/* What stands for a byte or a character that cannot stand for itself. */
struct escape {
    char text[12];
    size_t len;
};

static size_t escape_as(struct escape *escape, size_t consumed, const void *bytes, size_t len)
{
    memcpy(escape->text, bytes, len);
    escape->len = len;
    return consumed;
}

static size_t escape_as_text(struct escape *escape, size_t consumed, const char *text)
{
    return escape_as(escape, consumed, text, strlen(text));
}

/* \uXXXX, which JSON, YAML and HCL share. */
static size_t escape_as_code(struct escape *escape, size_t consumed, unsigned c)
{
    int len = snprintf(escape->text, sizeof escape->text, "\\u%04x", c);

    escape->len = (size_t)len;
    return consumed;
}

static size_t escape_with_backslash(struct escape *escape, unsigned char c)
{
    const char both[] = {'\\', (char)c};

    return escape_as(escape, 1, both, sizeof both);
}

/* --- one escape function a form: what stands for the bytes at `at`, and for how many --- */

static size_t escape_posix(const unsigned char *at, size_t left, struct escape *escape)
{
    (void)at, (void)left;
    return escape_as_text(escape, 1, "'\\''");
}

/* A newline leaves the quotes, so that each statement is one line: in fish,
 * $(command) splits lines into words, and `eval` joins them with blanks. */
static size_t escape_fish(const unsigned char *at, size_t left, struct escape *escape)
{
    (void)left;
    return *at == '\n' ? escape_as_text(escape, 1, "'\\n'") : escape_with_backslash(escape, *at);
}

/* PowerShell takes four typographic quotes for the plain one; each is doubled. */
static size_t escape_powershell(const unsigned char *at, size_t left, struct escape *escape)
{
    unsigned char twice[6];

    if (*at == '\'')
        return escape_as_text(escape, 1, "''");
    if (left < 3 || at[1] != 0x80 || at[2] < 0x98 || at[2] > 0x9b)
        return escape_as(escape, 1, at, 1);
    memcpy(twice, at, 3);
    memcpy(twice + 3, at, 3);
    return escape_as(escape, 3, twice, sizeof twice);
}

static size_t escape_powershell_lines(const unsigned char *at, size_t left, struct escape *escape)
{
    unsigned char marked[] = {'`', at[0], 0, 0};

    if (*at == '\n')
        return escape_as_text(escape, 1, "`n");
    if (*at == '\r')
        return escape_as_text(escape, 1, "`r");
    if (*at != 0xe2)
        return escape_as(escape, 1, marked, 2);
    if (left < 3 || at[1] != 0x80 || at[2] < 0x9c || at[2] > 0x9e)
        return escape_as(escape, 1, at, 1);
    memcpy(marked + 1, at, 3);
    return escape_as(escape, 3, marked, sizeof marked);
}

static size_t escape_dotenv_cr(const unsigned char *at, size_t left, struct escape *escape)
{
    (void)at, (void)left;
    return escape_as_text(escape, 1, "\\r");
}

/* What would fool a terminal or a reader may as well be a code (T14). */
static size_t escape_hidden(const unsigned char *at, size_t left, struct escape *escape)
{
    uint32_t c;
    size_t len = flow_utf8_decode(at, left, &c);

    assert(len > 0);
    if (flow_utf8_is_hidden(c))
        return escape_as_code(escape, len, c);
    return escape_as(escape, len, at, len);
}

static size_t escape_json(const unsigned char *at, size_t left, struct escape *escape)
{
    switch (*at) {
    case '"':
    case '\\':
        return escape_with_backslash(escape, *at);
    case '\n':
        return escape_as_text(escape, 1, "\\n");
    case '\r':
        return escape_as_text(escape, 1, "\\r");
    case '\t':
        return escape_as_text(escape, 1, "\\t");
    default:
        return escape_hidden(at, left, escape);
    }
}

/* YAML's printable characters are fewer than JSON's. */
static size_t escape_yaml(const unsigned char *at, size_t left, struct escape *escape)
{
    size_t len;
    uint32_t c;

    if (*at != 0xef)
        return escape_json(at, left, escape);
    len = flow_utf8_decode(at, left, &c);
    assert(len > 0);
    if (c == 0xfeff || c == 0xfffe || c == 0xffff)
        return escape_as_code(escape, len, c);
    return escape_as(escape, len, at, len);
}

static size_t escape_systemd(const unsigned char *at, size_t left, struct escape *escape)
{
    (void)left;
    return escape_with_backslash(escape, *at);
}

static size_t escape_hcl(const unsigned char *at, size_t left, struct escape *escape)
{
    if (*at != '$' && *at != '%')
        return escape_json(at, left, escape);
    if (left > 1 && at[1] == '{')
        return escape_as_text(escape, 2, *at == '$' ? "$${" : "%%{");
    return escape_as(escape, 1, at, 1);
}

/* --- the forms ---------------------------------------------------------------- */

struct form {
    const char *open, *close;
    size_t (*escape)(const unsigned char *at, size_t left, struct escape *escape);
    bool special[256]; /* bytes that escape() is asked about */
};

#define CONTROLS [0x00 ... 0x1f] = 1
/* Where those of flow_utf8_is_hidden() begin that are no such controls: DEL, U+0080, 061C, 200E. */
#define HIDDEN [0x7f] = 1, [0xc2] = 1, [0xd8] = 1, [0xe2] = 1

/* clang-format off */
static const struct form
    plain            = {"", "", NULL, {0}},
    posix            = {"'", "'", escape_posix, {['\''] = 1}},
    fish             = {"'", "'", escape_fish, {['\''] = 1, ['\\'] = 1, ['\n'] = 1}},
    powershell       = {"'", "'", escape_powershell, {['\''] = 1, [0xe2] = 1}},
    powershell_lines = {"\"", "\"", escape_powershell_lines,
                        {['"'] = 1, ['$'] = 1, ['`'] = 1, ['\n'] = 1, ['\r'] = 1, [0xe2] = 1}},
    dotenv_single    = {"'", "'", NULL, {0}},
    dotenv_double    = {"\"", "\"", escape_dotenv_cr, {['\r'] = 1}},
    dotenv_back      = {"`", "`", NULL, {0}},
    json             = {"\"", "\"", escape_json, {CONTROLS, ['"'] = 1, ['\\'] = 1, HIDDEN}},
    yaml             = {"\"", "\"", escape_yaml, {CONTROLS, ['"'] = 1, ['\\'] = 1, HIDDEN,
                        [0xef] = 1}}, /* where U+FEFF begins */
    systemd          = {"\"", "\"", escape_systemd,
                        {['"'] = 1, ['\\'] = 1, ['`'] = 1, ['$'] = 1}},
    hcl              = {"\"", "\"", escape_hcl,
                        {CONTROLS, ['"'] = 1, ['\\'] = 1, ['$'] = 1, ['%'] = 1}};
/* clang-format on */

/* --- which form --------------------------------------------------------------- */

/* Where the bytes from `from` on that are in the set, or outside it, come to an end. */
static size_t span(struct flow_bytes value, size_t from, const bool set[256], bool inside)
{
    while (from < value.len && set[value.at[from]] == inside)
        from++;
    return from;
}

static bool has(struct flow_bytes value, char c)
{
    return value.len > 0 && memchr(value.at, c, value.len) != NULL;
}

static const struct form *powershell_form(struct flow_bytes value)
{
    return has(value, '\n') || has(value, '\r') ? &powershell_lines : &powershell;
}

/* Without quotes, these mean the same to every dotenv reader (CONTRACTS 10.4). */
static bool is_bare_everywhere(struct flow_bytes value)
{
    static const bool bare[256] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
        ['.'] = true,         ['/'] = true,         [':'] = true,         ['@'] = true,
        ['%'] = true,         ['+'] = true,         [','] = true,         ['='] = true,
        ['-'] = true};

    return value.len > 0 && span(value, 0, bare, true) == value.len;
}

/* Without quotes, exact in dotenv 17 alone: it cuts at "#" and trims blanks. */
static bool is_bare(struct flow_bytes value)
{
    unsigned char first = value.at[0], last = value.at[value.len - 1];

    return first > ' ' && first < 0x7f && last > ' ' && last < 0x7f &&
           strchr("'\"`", first) == NULL && !has(value, '#') && !has(value, '\n') &&
           !has(value, '\r');
}

/* dotenv turns \n and \r into line ends in double quotes and knows no way around that. */
static bool has_line_escape(struct flow_bytes value)
{
    for (size_t i = 1; i < value.len; i++)
        if (value.at[i - 1] == '\\' && (value.at[i] == 'n' || value.at[i] == 'r'))
            return true;
    return false;
}

/*
 * A quoted word may not end in a backslash: dotenv would take the quote behind
 * it for part of the word, run on to the next quote of the file, and only come
 * back if that fails. A lone CR becomes a newline in all but double quotes.
 */
static const struct form *dotenv_form(struct flow_bytes value)
{
    bool open_end, cr;

    if (is_bare_everywhere(value))
        return &plain;
    if (value.len == 0)
        return &dotenv_single;
    open_end = value.at[value.len - 1] == '\\';
    cr = has(value, '\r');
    if (!open_end && !cr && !has(value, '\''))
        return &dotenv_single;
    if (!open_end && !has(value, '"') && !has_line_escape(value))
        return &dotenv_double;
    if (!open_end && !cr && !has(value, '`'))
        return &dotenv_back;
    return is_bare(value) ? &plain : NULL;
}

/* NULL: none holds the bytes; only dotenv can come to that. */
static const struct form *form_for(enum flow_quoting quoting, struct flow_bytes value)
{
    switch (quoting) {
    case FLOW_QUOTE_POSIX:
        return &posix;
    case FLOW_QUOTE_FISH:
        return &fish;
    case FLOW_QUOTE_POWERSHELL:
        return powershell_form(value);
    case FLOW_QUOTE_DOTENV:
        return dotenv_form(value);
    case FLOW_QUOTE_JSON:
        return &json;
    case FLOW_QUOTE_YAML:
        return &yaml;
    case FLOW_QUOTE_SYSTEMD:
        return &systemd;
    case FLOW_QUOTE_HCL:
        return &hcl;
    default:
        return &plain;
    }
}

/* --- what is refused ---------------------------------------------------------- */

/* Tab and newline are none of these. */
static bool has_control(struct flow_bytes value)
{
    static const bool control[256] = {
        [0x00 ... 0x08] = true, [0x0b ... 0x1f] = true, [0x7f] = true};

    return span(value, 0, control, false) < value.len;
}

const char *flow_quote_refusal(enum flow_quoting quoting, struct flow_bytes value)
{
    if (has(value, '\0'))
        return "it holds a NUL byte";
    if (quoting != FLOW_QUOTE_POSIX && quoting != FLOW_QUOTE_FISH && !flow_utf8_valid(value))
        return "it is not valid UTF-8";
    if (quoting == FLOW_QUOTE_LINE && (has(value, '\n') || has(value, '\r')))
        return "it holds a line end, and the format has one line for a value";
    if (quoting == FLOW_QUOTE_POWERSHELL && value.len == 0)
        return "it is empty, and PowerShell removes a variable that is set to nothing";
    if (quoting == FLOW_QUOTE_DOTENV && dotenv_form(value) == NULL)
        return "none of dotenv's quotes gives exactly these bytes back";
    if (quoting == FLOW_QUOTE_SYSTEMD && has_control(value))
        return "it holds a control character, and systemd before 250 drops such a value";
    if (quoting == FLOW_QUOTE_HCL && !flow_utf8_is_nfc(value))
        return "Terraform would normalise its Unicode characters";
    return NULL;
}

/* --- writing ------------------------------------------------------------------ */

static enum flow_code append_text(struct flow_secret *out, const char *text, struct flow_err *err)
{
    return flow_secret_append(out, text, strlen(text), err);
}

/* Runs of bytes that stand for themselves are copied at once. */
static enum flow_code append_form(const struct form *form, struct flow_bytes value,
                                  struct flow_secret *out, struct flow_err *err)
{
    size_t done = 0, i;
    struct escape escape;

    while ((i = span(value, done, form->special, false)) < value.len) {
        if (flow_secret_append(out, value.at + done, i - done, err))
            return err->code;
        done = i + form->escape(value.at + i, value.len - i, &escape);
        if (flow_secret_append(out, escape.text, escape.len, err))
            return err->code;
    }
    return flow_secret_append(out, value.at + done, value.len - done, err);
}

enum flow_code flow_quote_append(enum flow_quoting quoting, struct flow_bytes value,
                                 struct flow_secret *out, struct flow_err *err)
{
    const struct form *form = form_for(quoting, value);

    assert(form != NULL);
    if (append_text(out, form->open, err) || append_form(form, value, out, err) ||
        append_text(out, form->close, err))
        return err->code;
    return FLOW_OK;
}
