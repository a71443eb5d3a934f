#!/usr/bin/env python3
"""
Makes the corpora of fuzz_vault_header, fuzz_vault_record and fuzz_state_file.

    tests/fuzz/corpus_vault.py

They are binary, so this is their source; what it writes is committed beside it. Written from the
formats alone (src/vault/header.h, slot.h, record.h, state.h), not from the code.
"""

import struct
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
MAGIC = b"\x89FENV\r\n\x1a"


def save(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def slot(kind, body_length, flags=0):
    return struct.pack("<HHI", kind, flags, body_length) + b"S" * 16 + bytes(16) + b"B" * body_length


def header(slots=(slot(1, 136),), records=(), major=1, minor=0, critical=0, optional=0):
    """records: lengths. The MAC is nobody's. Gives the input: length of the file, header."""
    length = 64 + sum(map(len, slots)) + 256 * len(records) + 32
    data = MAGIC + struct.pack("<HHI", major, minor, length) + b"V" * 16
    data += struct.pack("<QIIQHHI", 9, critical, optional, 1700000000, len(slots), len(records), 0)
    data += b"".join(slots)
    offset = length
    for number, size in enumerate(records):
        data += bytes([number]) * 16 + struct.pack("<IIQQQ", 1, 0, offset, size, 1 + number)
        data += b"H" * 32 + b"K" * 72 + b"N" * 104
        offset += size
    return struct.pack("<I", offset) + data + b"M" * 32


def make_headers():
    page = 80 + 4096
    save("vault_header", "empty", header())
    save("vault_header", "records", header(records=(page, page, page + 4096)))
    save("vault_header", "slots", header(slots=(slot(1, 136), slot(2, 144), slot(3, 152))))
    save("vault_header", "unknown-slot", header(slots=(slot(77, 5), slot(1, 136)), records=(page,)))
    save("vault_header", "no-slot", header(slots=()))
    save("vault_header", "later-minor", header(minor=3, optional=5, records=(page,)))
    save("vault_header", "major-2", header(major=2))
    save("vault_header", "critical", header(critical=1))
    save("vault_header", "wrong-slot-length", header(slots=(slot(1, 135),)))
    save("vault_header", "odd-record", header(records=(page + 1,)))
    save("vault_header", "cut", header(records=(page,))[:300])
    save("vault_header", "nothing", b"")


def length_of(size):
    data = b""
    while size > 0x7F:
        data += bytes([size & 0x7F | 0x80])
        size >>= 7
    return data + bytes([size])


def field(tag, data):
    return bytes([tag]) + length_of(len(data)) + data


def number(tag, value):
    data = value.to_bytes(8, "little").rstrip(b"\0")
    return field(tag, data) if data else b""


def entry(name, value=None, kind=2, version=1, extra=b""):
    data = field(0x21, name) + (field(0x22, value) if value else b"")
    data += number(0x23, kind | (8 if value is not None else 0)) + number(0x24, version)
    return field(0x15, data + number(0x25, 1700000000) + extra)


def group(source, entries, fetched=1700000001, walked=0, extra=b""):
    data = field(0x11, source) + number(0x12, fetched) + number(0x14, walked)
    return field(0x10, data + b"".join(entries) + extra)


def make_records():
    one = entry(b"/flowlogic/dev/stripe/secret-key", b"sk_test")
    two = entry(b"/flowlogic/dev/x", b"\0\xff\n", kind=0, version=300)
    full = field(0x21, b"k") + number(0x23, 4) + field(0x26, b"ann") + field(0x27, b"denied")
    save("vault_record", "empty", b"")
    save("vault_record", "one", group(b"local", [one]))
    save("vault_record", "two", group(b"local", [one, two]) + group(b"ssm", [], walked=7))
    save("vault_record", "versions", group(b"s", [entry(b"n", b"v", version=n) for n in (1, 2, 9)]))
    save("vault_record", "texts", group(b"s", [field(0x15, full + field(0x28, b"alias/k"))]))
    save("vault_record", "no-value", group(b"s", [entry(b"n"), entry(b"o", b"")]))
    save("vault_record", "later", group(b"s", [entry(b"n", b"v", extra=field(0x29, b"new"))],
                                        extra=field(0x80, b"")) + field(0xFF, b"newer"))
    save("vault_record", "long", group(b"s", [entry(b"n", b"v" * 5000)]))
    save("vault_record", "unsorted", group(b"s", [two, one]))
    save("vault_record", "twice", group(b"s", [one, one]))
    save("vault_record", "long-length", b"\x10\x83\x00" + field(0x11, b"s"))
    save("vault_record", "cut", group(b"local", [one])[:20])


def state(entries=(), generation=9, version=1, count=None):
    data = b"FENVSEEN" + struct.pack("<II", version, len(entries) if count is None else count)
    data += b"V" * 16 + struct.pack("<Q", generation) + b"M" * 32
    for name, seen in entries:
        data += name * 16 + struct.pack("<Q", seen)
    return data + bytes(32)


def make_states():
    save("state_file", "empty", state())
    save("state_file", "two", state([(b"a", 3), (b"b", 9)]))
    save("state_file", "unsorted", state([(b"b", 3), (b"a", 9)]))
    save("state_file", "too-new", state(version=2))
    save("state_file", "not-been-yet", state([(b"a", 10)]))
    save("state_file", "count", state([(b"a", 1)], count=300))
    save("state_file", "generation-0", state(generation=0))
    save("state_file", "cut", state([(b"a", 1)])[:-5])
    save("state_file", "nothing", b"")


if __name__ == "__main__":
    make_headers()
    make_records()
    make_states()
