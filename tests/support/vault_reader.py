"""
A second reader of the vault, written from its format (THREATS, section 7, and the headers
src/vault/{header,slot,entry,record,state}.h) and sharing nothing with the program but libsodium's
XChaCha20-Poly1305, which PyNaCl binds. BLAKE2b is hashlib's.

    vault = read_vault(path, key_file)      a Vault, or a VaultError with .status
    vault.records["local"]                  a list of groups
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field
from pathlib import Path

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead_open
from nacl.exceptions import CryptoError

MAGIC = b"\x89FENV\r\n\x1a"
LOCKED, DAMAGED, TOO_NEW = 5, 6, 11  # the exit statuses of THREATS, section 1
PAGE = 4096
RECORD_MAX = 8 << 20
SLOT_LENGTHS = {1: 136, 2: 144, 3: 152}


class VaultError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def need(condition, message, status=DAMAGED):
    if not condition:
        raise VaultError(status, message)


def blake2b(data, key=b"", size=32):
    return hashlib.blake2b(data, key=key, digest_size=size).digest()


def sub_key(key, context, number):
    """libsodium's crypto_kdf_derive_from_key."""
    return hashlib.blake2b(b"", digest_size=32, key=key, salt=struct.pack("<QQ", number, 0),
                           person=context.ljust(16, b"\0")).digest()


def unseal(key, nonce, bound, sealed, message):
    try:
        return aead_open(sealed, bound, nonce, key)
    except CryptoError:
        raise VaultError(DAMAGED, message) from None


def open_box(key, bound, box, message):
    return unseal(key, box[:24], bound, box[24:], message)


class Reader:
    """Takes bytes off the front; running out is damage."""

    def __init__(self, data):
        self.data, self.at = data, 0

    @property
    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        need(self.left >= size, "cut short")
        self.at += size
        return self.data[self.at - size:self.at]

    def numbers(self, layout):
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


@dataclass
class Entry:
    id: bytes
    epoch: int
    flags: int
    offset: int
    length: int
    generation: int
    hash: bytes
    wrapped_key: bytes
    sealed_name: bytes


@dataclass
class Parameter:
    name: bytes
    value: bytes | None = None
    kind: int = 0
    unreadable: bool = False
    version: int = 0
    modified: int = 0
    who: bytes = b""
    why: bytes = b""
    key_id: bytes = b""
    extra: list = field(default_factory=list)


@dataclass
class Group:
    source: bytes
    fetched: int = 0
    booted: int = 0
    walked: int = 0
    parameters: list = field(default_factory=list)
    extra: list = field(default_factory=list)


@dataclass
class Vault:
    id: bytes
    generation: int
    committed: int
    mac: bytes
    entries: list
    records: dict  # name: list of Group


# --- the header -------------------------------------------------------------------------------


def check_prefix(data):
    """Magic, major, bits, lengths, in this order; gives the numbers of the prefix."""
    need(data[:8] == MAGIC, "magic")
    need(len(data) >= 64, "cut short")
    major, _, length = struct.unpack_from("<HHI", data, 8)
    generation, critical, _, committed, slots, entries, reserved = \
        struct.unpack_from("<QIIQHHI", data, 32)
    need(major >= 1, "major 0")
    need(major == 1, "major", TOO_NEW)
    need(critical == 0, "critical features", TOO_NEW)
    need(len(data) <= 64 << 20 and length <= 256 << 10 and slots <= 32 and entries <= 256, "limits")
    need(64 + 256 * entries + 32 <= length <= len(data), "header length")
    need(reserved == 0 and generation > 0, "reserved")
    return length, generation, committed, slots, entries


def read_slots(data, count):
    reader, slots = Reader(data), []
    for _ in range(count):
        start = reader.at
        kind, flags, body_length = reader.numbers("HHI")
        need(SLOT_LENGTHS.get(kind, body_length) == body_length, "slot length")
        reader.take(32 + body_length)
        slots.append((kind, flags, data[start:reader.at]))
    need(reader.left == 0, "slots")
    return slots


def read_entries(data, count, offset, file_length, generation):
    reader, entries = Reader(data), []
    for _ in range(count):
        entry = Entry(reader.take(16), *reader.numbers("IIQQQ"), reader.take(32), reader.take(72),
                      reader.take(104))
        need(entry.flags <= 0xFFFF, "flags of an entry", TOO_NEW)
        need(not entries or entries[-1].id < entry.id, "order of entries")
        plain = entry.length - 80
        need(entry.offset == offset and PAGE <= plain <= RECORD_MAX and plain % PAGE == 0,
             "place of a record")
        need(1 <= entry.generation <= generation, "generation of a record")
        offset += entry.length
        entries.append(entry)
    need(offset == file_length, "length of the file")
    return entries


def open_slot(slots, vault_id, key):
    """HK and RK, by the first slot that the key file opens."""
    own_id = blake2b(b"FENV1 slot id" + vault_id + bytes(16), key)[:16]
    for kind, flags, slot in slots:
        if kind != 1 or flags != 0 or slot[24:40] != bytes(16):
            continue
        wrap = blake2b(b"FENV1 keyfile" + vault_id + slot[8:24] + slot[40:72], key)
        try:
            keys = open_box(wrap, MAGIC + b"\1\0" + vault_id + slot[:72], slot[72:], "slot")
        except VaultError:
            need(slot[8:24] != own_id, "the slot of this key is damaged")
            continue
        return keys[:32], keys[32:]
    raise VaultError(LOCKED, "no slot for this key")


# --- records ------------------------------------------------------------------------------------


def read_fields(data, is_record=False):
    """(tag, bytes) of every field; in a record, padding may follow."""
    reader, last = Reader(data), 0
    while reader.left:
        tag = reader.take(1)[0]
        if tag == 0:
            need(is_record and not any(data[reader.at:]) and reader.left < PAGE, "padding")
            return
        need(tag >= last, "order of fields")
        size = shift = 0
        while True:
            byte = reader.take(1)[0]
            size |= (byte & 0x7F) << shift
            need(shift == 0 or byte != 0, "length in too many bytes")
            need(shift < 28, "length")
            shift += 7
            if byte < 0x80:
                break
        yield tag, reader.take(size)
        last = tag


def split(fields, known, lists=()):
    """Known fields by their names, those of `lists` as lists, the others as they came."""
    found, extra = {name: [] for name in lists}, []
    for tag, data in fields:
        name = known.get(tag)
        if name is None:
            need(tag > max(known), "a tag that is nobody's")
            extra.append((tag, data))
        elif name in lists:
            found[name].append(data)
        else:
            need(name not in found and data, "a field twice, or empty")
            found[name] = data
    return found, extra


def number(data):
    need(len(data) <= 8 and (not data or data[-1] != 0), "number")
    return int.from_bytes(data, "little")


def text(data):
    need(len(data) <= 2048 and b"\0" not in data, "text")
    return data


ENTRY_TAGS = dict(enumerate(["name", "value", "flags", "version", "modified", "who", "why",
                             "key_id"], 0x21))
GROUP_TAGS = dict(enumerate(["source", "fetched", "booted", "walked", "entries"], 0x11))


def read_parameter(data):
    found, extra = split(read_fields(data), ENTRY_TAGS)
    flags = number(found.get("flags", b""))
    value = found.get("value", b"")
    need("name" in found and flags <= 15 and flags & 3 != 3 and len(value) <= 65536, "entry")
    need(flags & 8 or not value, "a value that is not there")
    return Parameter(text(found["name"]), value if flags & 8 else None, flags & 3, bool(flags & 4),
                     number(found.get("version", b"")), number(found.get("modified", b"")),
                     *(text(found.get(name, b"")) for name in ("who", "why", "key_id")), extra)


def read_group(data):
    found, extra = split(read_fields(data), GROUP_TAGS, lists=("entries",))
    need("source" in found, "a group without a source")
    parameters = [read_parameter(entry) for entry in found["entries"]]
    order = [(parameter.name, parameter.version) for parameter in parameters]
    need(order == sorted(set(order)), "order of entries")
    return Group(text(found["source"]),
                 *(number(found.get(name, b"")) for name in ("fetched", "booted", "walked")),
                 parameters, extra)


def read_record(plain):
    found, _ = split(read_fields(plain, is_record=True), {0x10: "groups"}, lists=("groups",))
    groups = [read_group(data) for data in found["groups"]]
    sources = [group.source for group in groups]
    need(sources == sorted(set(sources)), "order of groups")
    return groups


def open_record(data, entry, vault_id, root_key):
    record = data[entry.offset:entry.offset + entry.length]
    need(blake2b(record) == entry.hash, "hash of a record")
    need(record[:4] == b"FREC", "frame")
    need(struct.unpack_from("<I", record, 4)[0] <= 1, "version of a record", TOO_NEW)
    frame = b"FREC" + struct.pack("<I16sQII", 1, entry.id, entry.generation, entry.epoch, 0)
    need(record[:40] == frame, "frame")
    key = open_box(root_key, vault_id + entry.id + struct.pack("<I", entry.epoch),
                   entry.wrapped_key, "key of a record")
    plain = unseal(sub_key(key, b"FENV1stg", 1), record[40:64],
                   MAGIC + b"\1\0" + vault_id + frame, record[64:], "record")
    return read_record(plain)


def open_name(entry, vault_id, names_key):
    plain = open_box(names_key, vault_id + entry.id, entry.sealed_name, "name")
    size = struct.unpack_from("<H", plain)[0]
    need(1 <= size <= 62 and not any(plain[2 + size:]) and b"\0" not in plain[2:2 + size], "name")
    return plain[2:2 + size].decode()


def parse_vault(data, key):
    length, generation, committed, slot_count, entry_count = check_prefix(data)
    vault_id, head = data[16:32], data[:length]
    first_entry = length - 32 - 256 * entry_count
    slots = read_slots(head[64:first_entry], slot_count)
    entries = read_entries(head[first_entry:-32], entry_count, length, len(data), generation)
    header_key, root_key = open_slot(slots, vault_id, key)
    mac = blake2b(head[:-32], sub_key(header_key, b"FENV1hdr", 1))
    need(hmac.compare_digest(mac, head[-32:]), "MAC of the header")
    names_key = sub_key(header_key, b"FENV1hdr", 2)
    names = [open_name(entry, vault_id, names_key) for entry in entries]
    need(len(set(names)) == len(names), "a name twice")
    records = {name: open_record(data, entry, vault_id, root_key)
               for name, entry in zip(names, entries)}
    return Vault(vault_id, generation, committed, mac, entries, records), header_key


def read_vault(path, key_file):
    key = Path(key_file).read_bytes()
    need(len(key) == 32, "key file", LOCKED)
    return parse_vault(Path(path).read_bytes(), key)[0]


def read_state(path, vault_path, key_file):
    """What the user has last seen: (generation, MAC, {entry id: generation})."""
    _, header_key = parse_vault(Path(vault_path).read_bytes(), Path(key_file).read_bytes())
    data = Path(path).read_bytes()
    mac = blake2b(data[:-32], sub_key(header_key, b"FENV1hdr", 3))
    need(hmac.compare_digest(mac, data[-32:]), "MAC of the state")
    reader = Reader(data[:-32])
    need(reader.take(8) == b"FENVSEEN", "magic of the state")
    _, count, _, generation = reader.numbers("II16sQ")
    seen_mac = reader.take(32)
    entries = dict(reader.numbers("16sQ") for _ in range(count))
    need(reader.left == 0, "length of the state")
    return generation, seen_mac, entries
