"""Dumps, swap and residue: what is left of a value where nobody asked for it (T3, T4)."""

import os
import re
import resource
import signal

import pytest

from support.observe import (eventually, found_in_memory, held_at_exit, is_sanitized, needs_root,
                             needs_strace, status_kib)

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
CORE_POINTS = ["read", "openat", "mmap", "write", "fsync", "flock", "rename", "exit_group",
               "close", "fstat", "getrandom", "munmap"]


def unlimited_cores():
    resource.setrlimit(resource.RLIMIT_CORE, UNLIMITED)


@pytest.fixture
def waiting_put(scene):
    """waiting_put(): the program holds credentials and waits for a value."""
    def start(**options):
        process = scene.program.popen("put", "/shop/dev/new", **options)
        eventually(lambda: is_reading(process.pid), "the question for a value")
        return process
    return start


def is_reading(pid):
    with open(f"/proc/{pid}/syscall") as file:
        return file.read().startswith("0 0x0 ")


@needs_root
@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGQUIT, signal.SIGSEGV])
def test_core_none(scene, waiting_put, number):
    if is_sanitized(scene.program) and number == signal.SIGSEGV:
        pytest.skip("a sanitizer has a handler of its own")
    process = waiting_put(preexec_fn=unlimited_cores)
    process.stdin.write(scene.canary().encode())
    process.stdin.flush()
    process.send_signal(number)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -number
    assert os.WTERMSIG(status) == number and not os.WCOREDUMP(status)
    assert not list(scene.program.work.glob("core*"))


@needs_strace
def test_core_none_anywhere(scene, tmp_path):
    """Aborted at system calls of a put, from the first that main() makes on: no core."""
    died = 0
    for call in CORE_POINTS:
        for which in (1, 3, 6, 12):
            result = scene.program(
                "put", "/shop/dev/new", input=scene.canary(), may_die=True,
                wrapper=["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", "strace", "-f", "-qq",
                         "-o", tmp_path / "trace", "-e", f"trace={call},prctl", "-e",
                         f"inject={call}:signal=SIGABRT:when={which}"])
            trace = (tmp_path / "trace").read_text()
            if "PR_SET_DUMPABLE" not in trace:
                continue  # that was the loader's
            assert "core dumped" not in trace, (call, which)
            died += "killed by SIGABRT" in trace
            scene.canary.absent_on_disk(scene.program.home)
    assert died >= 12 or is_sanitized(scene.program)


@needs_root
def test_core_none_memory_is_locked(scene, waiting_put):
    """What holds a value can't be swapped out."""
    if is_sanitized(scene.program):
        pytest.skip("a sanitizer ignores mlock()")
    process = waiting_put()
    process.stdin.write(scene.canary().encode())
    process.stdin.flush()
    regions = eventually(lambda: holding(process.pid, scene.canary.values[-1]), "the value")
    assert status_kib(process.pid, "VmLck") > 0
    for region in regions:
        assert locked_kib(process.pid, region) > 0, region


def holding(pid, value):
    return [where for where, _ in found_in_memory(pid, [value])]


def locked_kib(pid, region):
    """The Locked of the mapping in /proc/PID/smaps."""
    with open(f"/proc/{pid}/smaps") as file:
        found = re.search(re.escape(region.split()[0]) + r".*?^Locked:\s+(\d+) kB", file.read(),
                          re.M | re.S)
    return int(found[1])


def test_core_none_where_memory_cannot_be_locked(shop):
    """Said once; refused where config.ini requires it, with nothing written or printed."""
    if is_sanitized(shop):
        pytest.skip("a sanitizer ignores mlock()")
    unlocked = ["sh", "-c", 'ulimit -l 0; exec "$@"', "sh"]
    if os.geteuid() == 0:
        unlocked = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", *unlocked]
    for args in (["put", "/shop/dev/a"], ["get", "/shop/dev/a"], ["export", "--stage", "dev"]):
        result = shop(*args, input="value", wrapper=unlocked, check=0)
        assert result.err_text.count("ulimit -l") == 1, result
    settings = shop.home / ".config/flowenv/config.ini"
    settings.write_text("require_mlock = yes\n")
    for args in (["get", "/shop/dev/a"], ["export", "--stage", "dev"], ["put", "/shop/dev/a"]):
        result = shop(*args, input="other", wrapper=unlocked, check=10)
        assert "ulimit -l" in result.err_text and b"value" not in result.out
    result = shop("exec", "--stage", "dev", "--", "touch", "ran", wrapper=unlocked, check=125)
    assert not (shop.work / "ran").exists()
    shop("render", "backend", "--stage", "dev", wrapper=unlocked, check=10)
    assert not (shop.work / "env.dev.json").exists()
    assert shop.ok("get", "/shop/dev/a") == b"value"


MEMORY_ENTRIES = ["get", "list", "history", "put", "export", "explain", "status", "check",
                  "render", "refresh", "rm"]


@needs_strace
@needs_root
@pytest.mark.parametrize("name", MEMORY_ENTRIES)
def test_mem_residue(scene, tmp_path, name):
    """At its end a process holds no value and no credential any more."""
    if is_sanitized(scene.program):
        pytest.skip("a sanitizer keeps what is freed")
    for args, given in scene.ENTRIES:
        if args[0] != name:
            continue
        with held_at_exit(scene.program, *args, file=tmp_path / "trace",
                          input=scene.input(given)) as (pid, out, err):
            if scene.shows(args):
                assert scene.canary.found_in(out), (args, out, err)
            assert found_in_memory(pid, scene.canary.values) == [], args


@needs_strace
@needs_root
def test_mem_residue_of_the_child(scene, tmp_path):
    """The child's memory has each value once, in its environment, and no key of the vault's."""
    process = scene.program.popen("exec", "--stage", "dev", "--", "sleep", "30")
    eventually(lambda: b"sleep" == cmdline(process.pid).split(b"\0")[0], "the child")
    found = found_in_memory(process.pid, scene.secrets)
    assert len(found) == len(scene.secrets)
    assert all("[stack]" in where for where, _ in found)
    key = scene.program.home / ".config/flowenv/key"
    if key.exists():
        assert found_in_memory(process.pid, [key.read_bytes()]) == []


def cmdline(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read()
