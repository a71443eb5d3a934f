"""
A commit, with every system call of it made to fail once, from then on, or made the last (T32).

Whatever happens, the vault that is there afterwards is the one before or the one after, whole; who
was told that it went well finds the new one; the next command works, and nothing is left behind.
"""

import re
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from support.vault_reader import read_vault

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")

CALLS = ("openat,read,pread64,write,pwrite64,fsync,fchmod,renameat,renameat2,linkat,unlinkat,close,"
         "dup,flock,fcntl,newfstatat,fstat,mkdir,getdents64,ftruncate,mmap,mlock")
ERRORS = {
    "openat": ("EIO", "EMFILE", "ENOSPC", "EINTR"),
    "read": ("EIO", "EINTR"), "pread64": ("EIO", "EINTR"), "flock": ("EIO", "EINTR"),
    "write": ("EIO", "ENOSPC", "EDQUOT", "EINTR"), "pwrite64": ("EIO", "ENOSPC"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT"), "renameat": ("EIO", "ENOSPC"),
    "linkat": ("EIO", "EPERM", "EMLINK"), "mmap": ("ENOMEM",), "mlock": ("EPERM",),
}
LAST_OF_COMMIT = 5  # the rename of the state, fsync, three times close
NAME, OLD, NEW = "/t/dev/key", b"old", b"new"


class Sweep:
    """A home with a vault in it, of which every run gets a copy."""

    def __init__(self, flowenv, tmp_path):
        self.flowenv, self.tmp_path, self._numbers = flowenv, tmp_path, count()
        self.template = flowenv.home

    def home(self):
        home = self.tmp_path / f"run{next(self._numbers)}"
        shutil.copytree(self.template, home)
        return home

    def run(self, home, *args, input=b"", strace=()):
        argv = [self.flowenv.path, *args]
        if strace:
            argv = ["strace", "-qq", "-f", "-o", f"{home}.trace", "-e", "signal=none", *strace, *argv]
        env = self.flowenv.environ({"HOME": str(home)})
        return subprocess.run(argv, input=input, env=env, capture_output=True, timeout=60)

    def put(self, home, *strace):
        return self.run(home, "put", "--store", "local", "--exact", NAME, input=NEW, strace=strace)

    def calls_of_put(self):
        """(name, which of that name) for each call from the vault's opening on, until what was
        done is told."""
        home, seen, found = self.home(), Counter(), []
        assert self.put(home, "-e", f"trace={CALLS}").returncode == 0
        for line in open(f"{home}.trace", errors="replace"):
            name = re.match(r"\d+ +(\w+)\(", line)
            if name is None:
                continue
            seen[name[1]] += 1
            if found or "vault.fenv" in line:
                found.append((name[1], seen[name[1]]))
            if 'write(1, "' in line:
                return found[:found.index(last_rename) + LAST_OF_COMMIT]
            if name[1] == "renameat":
                last_rename = found[-1]
        raise AssertionError("the program told nothing")

    def faults(self, calls):
        """The strace options of each run."""
        for name, number in calls:
            for error in ERRORS.get(name, ("EIO",)):
                yield f"inject={name}:error={error}:when={number}"
                if error != "EINTR":
                    yield f"inject={name}:error={error}:when={number}+"
            yield f"inject={name}:signal=KILL:when={number}"
            if name == "write":  # a disk that says it wrote all, and did not
                yield f"inject={name}:retval=4096:when={number}"


def value_in(home):
    """OLD, NEW, or None where there is none yet; anything mixed fails."""
    data = home / ".local/share/flowenv"
    if not (data / "vault.fenv").exists():
        return None
    records = read_vault(data / "vault.fenv", home / ".config/flowenv/key").records
    if not records:
        return None
    newest, older = records["local"][0].parameters[0], records.get("local.history", [])
    assert newest.value in (OLD, NEW) and newest.version == len(older) + 1
    return newest.value


def left_behind(home):
    return [path for path in home.rglob("*") if ".flowenv-" in path.name]


def check(sweep, home, result, fault, before):
    """before: drafts that were there already."""
    value = value_in(home)
    if result.returncode == 0:
        assert value == NEW, f"{fault}: success was said"
    elif result.returncode > 0:
        said = result.stderr.decode()
        # From then on: it may have become impossible to tell.
        assert value in (OLD, None) or "was written" in said or "was made" in said or fault.endswith("+"), \
            f"{fault}: failure was said of what was done: {said}"
        assert set(left_behind(home)) <= set(before) or fault.endswith("+"), fault
    again = sweep.run(home, "put", "--store", "local", "/t/dev/next", input=b"x")
    assert again.returncode == 0, f"{fault}: the next put: {again.stderr.decode()}"
    assert b"--accept-rollback" not in again.stderr
    assert not left_behind(home), fault
    read = sweep.run(home, "get", "--store", "local", NAME)
    assert (read.stdout, read.returncode == 0) == (value or b"", value is not None), fault


@pytest.fixture
def sweep(flowenv, tmp_path):
    flowenv("put", "--store", "local", "--exact", NAME, input=OLD, check=0)
    return Sweep(flowenv, tmp_path)


def sweep_all(sweep, faults, prepare=lambda home: None):
    def one(fault):
        home = sweep.home()
        prepare(home)
        before = left_behind(home)
        check(sweep, home, sweep.put(home, "-e", f"trace={CALLS}", "-e", fault), fault, before)
        shutil.rmtree(home)

    with ThreadPoolExecutor(2) as pool:
        return len(list(pool.map(one, faults)))


@needs_strace
def test_power_cut(sweep):
    """
    What a power cut may undo is what was not synced. So a draft is synced before it gets its name,
    the directory before anything is built on that name, and all of it before success is told.
    """
    home = sweep.home()
    sweep.put(home, "-e", "trace=openat,write,fsync,renameat")
    steps, opened = [], {}
    for line in open(f"{home}.trace", errors="replace"):
        if match := re.search(r'openat\(.*?, "([^"]*)".* = (\d+)$', line):
            opened[match[2]] = match[1]
            continue
        if match := re.search(r"(\w+)\((\d+)", line):
            name = opened.get(match[2], match[2])
            kind = "draft" if ".flowenv-" in name else "folder" if "flowenv" in name else name
            steps.append((match[1], kind))
    begin = steps.index(("write", "draft"))
    commit = [("write", "draft"), ("fsync", "draft"), ("renameat", "folder"), ("fsync", "folder")]
    previous = ("renameat", "folder")  # the vault that was there, to .prev
    vault = [*commit[:2], previous, *commit[2:]]
    assert steps[begin:] == [*vault, *commit, ("write", "1")]  # the vault, the state, the answer


@needs_strace
@pytest.mark.timeout(600)
def test_fault_sweep(sweep):
    calls = sweep.calls_of_put()
    assert {"write", "fsync", "renameat", "linkat", "flock"} <= {name for name, _ in calls}
    assert sweep_all(sweep, sweep.faults(calls)) > 500


@needs_strace
@pytest.mark.timeout(600)
def test_fault_sweep_of_the_first_put(flowenv, tmp_path):
    """The vault and its key are made by it; whichever of the two is there, the next put goes on."""
    sweep = Sweep(flowenv, tmp_path)
    calls = sweep.calls_of_put()
    faults = [fault for fault in sweep.faults(calls) if "when=" in fault and fault[-1] != "+"]
    assert sweep_all(sweep, faults) > 300


@needs_strace
@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_a_commit_that_is_interrupted_is_finished_first(sweep, signal):
    calls = sweep.calls_of_put()
    begin = calls.index(next(call for call in calls if call[0] == "write"))
    for name, number in calls[begin:calls.index(("renameat", 1)) + 2]:
        home = sweep.home()
        result = sweep.put(home, "-e", f"trace={CALLS}", "-e",
                           f"inject={name}:signal={signal}:when={number}")
        assert result.returncode < 0 or result.returncode > 128
        assert value_in(home) == NEW
        assert not left_behind(home)


@needs_strace
@pytest.mark.timeout(600)
def test_faults_while_another_crash_is_cleared_away(sweep):
    """The draft of a put that was killed lies there; then every call that moves files fails."""
    calls = sweep.calls_of_put()
    last = {name: number for name, number in calls}
    moving = [call for call in calls if call[0] in ("unlinkat", "linkat", "renameat", "flock")]
    first = {name: number for name, number in reversed(calls)}

    def kill_before_rename(home):
        sweep.put(home, "-e", "trace=renameat", "-e", f"inject=renameat:signal=KILL:when={first['renameat']}")
        assert left_behind(home)

    assert last["renameat"] > first["renameat"]
    assert sweep_all(sweep, sweep.faults(moving), kill_before_rename) > 20
