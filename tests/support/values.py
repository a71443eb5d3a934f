"""Values that are hard to quote, and the .env files that bring them to the program."""

import random

# What shells, parsers and people have stumbled over.
HARD = [value.encode() for value in (
    "", " ", "\n", "\r", "\t", "\n\n", "a\n", "\na", "a\r\nb\r\n", "a\rb", "-n", "-e", "--", "~",
    "~/x", "'", "''", "'''", "\"", "\"\"", "`", "\\", "\\\\", "\\'", "'\\", "\\\"", "\\n", "\\\\n",
    "a\\", "it's", "'quoted'", "\"quoted\"", "a'b\"c`d", "'\"`", "C:\\new\\table", "\\u0041",
    "%41", "%", "%%", "$(touch canary)", "`touch canary`", "';touch canary;'",
    "\";touch canary;\"", "\ntouch canary\n", "a[$(touch canary)]", "$(touch canary",
    "${IFS}touch${IFS}canary", "&touch canary&", "|touch canary", "$HOME", "${HOME}", "$", "$$",
    "${", "${}", "%{x}", "$${x}", "!", "!!", "!x", "#", "a#b", "a #b", "# a", ";", "&", "|", "<",
    ">", "<<EOF", "EOF", "(", ")", "()", "{}", "[a-z]*", "*", "?", "=", "a=b", ":", "a: b", "true",
    "null", "007", "1e5", "0x1f", "2026-11-23", "[]", "{\"a\": 1}", "- a", "key: value",
    "<<x\ny\nx", "\x01", "\x1b[2J\x1b]0;title\x07", "\x7f", "\x0b\x0c\x08", "zażółć", "日本語", "🔑",
    "‘’‚‛", "“”„", "\u0085", "\u2028\u2029", "\ufeff", "\u00a0x\u00a0", "e\u0301", "\u212b",
    "\uf600\uf6ff", "\U0010ffff", "-----BEGIN KEY-----\nMIIEvQ==\n-----END KEY-----\n",
    "x" * 5000)]

# Bytes that are no text; only a shell takes them.
BYTES = [bytes([byte]) for byte in range(0x80, 0x100)] + [
    b"\xc3(", b"\xff\xfe", b"a\x83b\xa0c", b"\xed\xa0\x80", b"\xf0\x9f\x98", bytes(range(1, 256))]

_SPECIAL = b"'\"`\\$\n\r\t !#;&|<>(){}[]*?~=%\x1b\x7f"


def random_bytes(count, seed):
    """`count` strings of bytes without NUL, of which half are made of special characters."""
    rng = random.Random(seed)
    for number in range(count):
        source = _SPECIAL if number % 2 else range(1, 256)
        yield bytes(rng.choice(source) for _ in range(rng.randrange(1, 24)))


def random_texts(count, seed):
    """`count` strings of Unicode characters, special ones among them, as UTF-8."""
    rng = random.Random(seed)
    ranges = [(1, 0x80), (0x80, 0x300), (0x300, 0xd800), (0xe000, 0x10000), (0x10000, 0x110000)]
    for _ in range(count):
        yield "".join(
            chr(rng.choice(_SPECIAL) if rng.random() < .4 else rng.randrange(*rng.choice(ranges)))
            for _ in range(rng.randrange(1, 16))).encode()


def env_line(key, value):
    """The line of a .env file that gives value, or None: not every value has one."""
    key = key.encode() + b"="
    if not value.endswith(b"\\"):
        for quote in (b"'", b"`"):
            if quote not in value and b"\r" not in value:
                return key + quote + value + quote + b"\n"
        if b'"' not in value and b"\\n" not in value and b"\\r" not in value:
            return key + b'"' + value.replace(b"\r", b"\\r") + b'"\n'
    ends = value[:1] + value[-1:]
    if value and not set(value) & set(b"#\n\r") and ends[:1] not in b"'\"`" \
            and all(32 < end < 127 for end in ends):
        return key + value + b"\n"
    return None


def env_files(folder, values, per_file=2000):
    """Writes values into .env files as K0, K1, ... of each, and yields (path, {key: value}). What
    no .env file can hold is left out."""
    values = list(values)
    for start in range(0, len(values), per_file):
        path, kept = folder / f"values-{start}.env", {}
        with open(path, "wb") as file:
            for number, value in enumerate(values[start:start + per_file]):
                line = env_line(f"K{number}", value)
                if line is not None:
                    file.write(line)
                    kept[f"K{number}"] = value
        yield path, kept
