"""Values that occur nowhere else, so that finding one where it should not be means a leak."""

import base64
import os
import secrets
from pathlib import Path


class Canary:
    """
    The fixture `canary`. `canary()` makes a new value; the checks look for every value made.

    A value is printable, has no character that any format escapes, and is long enough not to
    occur by chance, so it survives quoting, and a search for its bytes finds it in all of them.
    """

    def __init__(self):
        self.values = []

    def __call__(self, prefix="canary", suffix=""):
        """A new value such as canary7f3a...: `prefix` and `suffix` around 24 random digits."""
        value = f"{prefix}{secrets.token_hex(12)}{suffix}"
        self.values.append(value)
        return value

    def watch(self, value):
        """Adds a value (str or bytes, not empty) that the test made itself; returns it."""
        assert value
        self.values.append(value)
        return value

    def absent(self, *outputs):
        """Asserts that no value is in an output: a Result (both of its streams), bytes or str."""
        for output in outputs:
            for name, data in _streams(output):
                found = self.found_in(data)
                assert not found, f"{name} holds {found}: {data[:2000]!r}"

    def absent_on_disk(self, *paths):
        """Asserts that no value is in a file below `paths`: contents, names, targets of links."""
        for path in paths:
            for file in _files(Path(path)):
                content = b"" if file.is_symlink() or not file.is_file() else file.read_bytes()
                target = os.fsencode(os.readlink(file)) if file.is_symlink() else b""
                found = self.found_in(b"\0".join((os.fsencode(file), target, content)))
                assert not found, f"{file} holds {found}"

    def found_in(self, data):
        """What is found, as 'value (form)'; None if nothing is. Forms: raw, base64, hex."""
        for value in self.values:
            raw = value.encode() if isinstance(value, str) else value
            for form, pattern in _forms(raw):
                if pattern in data or (form == "hex" and pattern in data.lower()):
                    return f"{value!r} ({form})"
        return None


def _streams(output):
    if hasattr(output, "out"):
        return [("standard output", output.out), ("standard error", output.err)]
    return [("the text", output.encode() if isinstance(output, str) else bytes(output))]


def _forms(raw):
    """The bytes to search for. Base64 depends on where in the encoded text the value began, so
    it is searched for at its three offsets, without the digits that its neighbours share. A
    value of less than eight bytes could occur in those forms by chance."""
    yield "raw", raw
    if len(raw) < 8:
        return
    yield "hex", raw.hex().encode()
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + raw)
        clean = encoded[(0, 2, 3)[offset]:len(encoded) - 4]
        yield "base64", clean
        yield "base64", clean.translate(bytes.maketrans(b"+/", b"-_"))


def _files(path):
    if path.is_symlink() or not path.is_dir():
        return [path] if path.is_symlink() or path.exists() else []
    return path.rglob("*")
