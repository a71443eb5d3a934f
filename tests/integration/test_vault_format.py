"""
The vault on the disk is what its format says: a second reader, with code of its own, reads what the
program wrote, and both find the same faults.
"""

import random
import re
import shutil
import struct
from pathlib import Path

import pytest

from support.vault_reader import DAMAGED, LOCKED, TOO_NEW, VaultError, read_state, read_vault

VALUES = {
    "/t/dev/plain": b"value",
    "/t/dev/odd": bytes(range(256)),
    "/t/dev/large": b"x" * 65536,
    "/t/prod/plain": b"another\n",
}


class Made:
    """A vault that the program made: its files, and how the program reads it."""

    def __init__(self, flowenv):
        self.flowenv = flowenv
        self.key_file = flowenv.home / ".config/flowenv/key"
        self.path = flowenv.home / ".local/share/flowenv/vault.fenv"
        self.state = next((flowenv.home / ".local/state/flowenv").rglob("*.state"))

    def read(self):
        return read_vault(self.path, self.key_file)

    def status_of_reader(self):
        try:
            self.read()
        except VaultError as error:
            return error.status
        return 0

    def status_of_program(self):
        return self.flowenv("history", "--store", "local", "/t/dev/plain").status


def put(flowenv, name, value, *options):
    return flowenv("put", "--store", "local", "--exact", *options, name, input=value, check=0)


@pytest.fixture
def made(flowenv):
    for name, value in VALUES.items():
        put(flowenv, name, value)
    put(flowenv, "/t/dev/plain", b"value two")
    return Made(flowenv)


def newest(vault):
    return {parameter.name.decode(): parameter for group in vault.records["local"]
            for parameter in group.parameters if group.source == b"local"}


def test_another_reader_sees_what_the_program_wrote(made):
    vault = made.read()
    parameters = newest(vault)
    expected = {**VALUES, "/t/dev/plain": b"value two"}
    assert {name: parameter.value for name, parameter in parameters.items()} == expected
    assert parameters["/t/dev/plain"].version == 2
    assert parameters["/t/dev/odd"].kind == 2  # SecureString
    older = vault.records["local.history"][0].parameters
    assert [(entry.name, entry.version, entry.value) for entry in older] == \
        [(b"/t/dev/plain", 1, b"value")]


def test_the_vault_of_the_first_version_is_read_for_ever():
    folder = Path(__file__).parents[1] / "fixtures/vault-1"
    parameters = newest(read_vault(folder / "vault", folder / "key"))
    assert parameters["/flowlogic/dev/stripe/secret-key"].value == b"sk_test_two"


def test_a_generation_is_a_commit_and_the_one_before_is_kept(made):
    before = made.read()
    put(made.flowenv, "/t/dev/new", b"new")
    after = made.read()
    assert after.generation == before.generation + 1
    assert after.id == before.id
    kept = read_vault(f"{made.path}.prev", made.key_file)
    assert kept == before
    generation, mac, entries = read_state(made.state, made.path, made.key_file)
    assert (generation, mac) == (after.generation, after.mac)
    assert entries == {entry.id: entry.generation for entry in after.entries}


def test_a_record_that_did_not_change_is_copied_as_it_is(made):
    before = {entry.id: (entry.generation, entry.hash) for entry in made.read().entries}
    put(made.flowenv, "/t/dev/new", b"new")
    after = {entry.id: (entry.generation, entry.hash) for entry in made.read().entries}
    assert len(before.items() & after.items()) == 1  # the history


def test_names_and_lengths_can_t_be_read_without_the_key(made):
    data = made.path.read_bytes()
    for word in (b"/t/dev", b"local", b"value", b"plain"):
        assert word not in data
    sizes = {entry.length for entry in made.read().entries}
    put(made.flowenv, "/t/dev/plain", b"one byte more or less")
    assert {entry.length for entry in made.read().entries} == sizes


def test_both_readers_find_the_same_fault(made):
    """Two hundred vaults with one fault each: what one reader says of it, the other does."""
    chance = random.Random(7)
    whole = made.path.read_bytes()
    length = struct.unpack_from("<I", whole, 12)[0]
    places = [*range(8, 64), *range(64, 240, 2)]
    places += [chance.randrange(240, length) for _ in range(40)]
    places += [chance.randrange(length, len(whole)) for _ in range(20)]
    seen = set()
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << chance.randrange(8)
        made.path.write_bytes(data)
        status = made.status_of_reader()
        assert status != 0, f"byte {place} changed, and the reader read on"
        assert made.status_of_program() == status, f"byte {place}"
        seen.add(status)
    assert seen == {LOCKED, DAMAGED, TOO_NEW}
    made.path.write_bytes(whole)
    assert made.status_of_reader() == made.status_of_program() == 0


def test_a_vault_of_any_other_length_is_damaged_for_both(made):
    whole = made.path.read_bytes()
    for length in (0, 7, 8, 63, 64, 300, 700, len(whole) - 4096, len(whole) - 1):
        made.path.write_bytes(whole[:length])
        assert made.status_of_reader() == made.status_of_program() == DAMAGED, length
    made.path.write_bytes(whole + b"\0")
    assert made.status_of_reader() == made.status_of_program() == DAMAGED


def test_another_key_opens_neither(made):
    made.key_file.write_bytes(bytes(32))
    assert made.status_of_reader() == made.status_of_program() == LOCKED


def test_every_file_is_private(made):
    for path in (made.path, made.key_file, made.state, Path(f"{made.path}.lock"),
                 Path(f"{made.path}.prev")):
        assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
def test_reading_one_record_reads_the_header_and_that_record(flowenv, tmp_path):
    """No lock is taken, nothing is written, and the rest of the file is left alone."""
    for value in (b"a" * 65536, b"b" * 65536, b"c" * 65536, b"xxxxx"):
        put(flowenv, "/t/dev/plain", value)
    made = Made(flowenv)
    assert made.path.stat().st_size > 3 * 65536
    trace = tmp_path / "trace"
    result = flowenv("get", "--store", "local", "/t/dev/plain", check=0,
                     wrapper=("strace", "-f", "-o", trace, "-e",
                              "trace=%file,%desc,flock,fsync"))
    assert result.out == b"xxxxx"
    calls = trace.read_text(errors="replace")
    assert "vault.fenv.lock" not in calls and "fsync" not in calls
    read = re.findall(r"pread64\(\d+, .*, (\d+), \d+\) = \1$", calls, re.MULTILINE)
    assert sum(map(int, read)) < 32768, read
    assert len(re.findall(r"openat\([^\n]*vault\.fenv\"", calls)) == 1
