"""Dumps, swap and residue: what is left of a value where nobody asked for it (T3, T4)."""

import os
import re
import resource
import signal

import pytest

from support import faults
from support.observe import (eventually, found_in_memory, held_at_exit, is_sanitized, needs_root,
                             needs_strace, status_kib)
from support.scene import Scene, cloud_scene

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


@needs_strace
@needs_root
def test_mem_residue_would_be_found(scene, tmp_path):
    """The search itself: a child that keeps the values is caught with each of them."""
    args = ["exec", "--stage", "dev", "--", "true"]
    with held_at_exit(scene.program, *args, file=tmp_path / "trace") as (pid, _, _):
        found = {value.decode() for _, value in found_in_memory(pid, scene.canary.values)}
    assert found >= set(scene.secrets)


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


def residue(scene, args, given, trace):
    """What a command leaves in its memory, as (where, value)."""
    if is_sanitized(scene.program):
        pytest.skip("a sanitizer keeps what is freed")
    with held_at_exit(scene.program, *args, file=trace, input=given) as (pid, out, err):
        assert b"Sanitizer" not in err
        return found_in_memory(pid, scene.canary.values), out, err


@needs_strace
@needs_root
@pytest.mark.parametrize("command", [["refresh"], ["export", "--stage", "dev", "--json"],
                                     ["list", "/shop/dev", "--values"]], ids=lambda args: args[0])
def test_mem_residue_of_many_pages_over_tls(flowenv, canary, fault_server, tmp_path, command):
    """300 KB of values in 12 pages: nothing stays in the buffers of libcurl, OpenSSL or cJSON."""
    server = fault_server(tls=True)
    scene = cloud_scene(flowenv, canary, server)
    values = {f"/shop/dev/key-{i}": canary() * 80 for i in range(120)}
    server.store.load(values)
    found, out, err = residue(scene, command, b"", tmp_path / "trace")
    assert found == []
    assert command[0] == "refresh" or all(value.encode() in out for value in values.values()), err


def failures(scene):
    """(arguments, input, what the server does): commands that hold values and fail."""
    many = b"x" * 9000 + scene.canary().encode()
    return [(["put", Scene.PATH], scene.canary().encode(), faults.quoting()),
            (["put", Scene.PATH], many, None),
            (["export", "--stage", "dev", "--refresh"], b"", faults.truncated_json()),
            (["list", "/shop/dev", "--values", "--refresh"], b"", faults.doubled_member()),
            (["export", "--stage", "dev", "--format", "systemd", "--only", "FROM*", "--only",
              "NONE"], b"", None),
            (["render", "nothing", "--stage", "dev"], b"", None),
            (["exec", "--stage", "dev", "--", "/nonexistent"], b"", None)]


@needs_strace
@needs_root
def test_mem_residue_of_failures(cloud, fault, tmp_path):
    for args, given, action in failures(cloud):
        fault.heal()
        if action:
            fault.inject(action)
        found, _, err = residue(cloud, args, given, tmp_path / "trace")
        assert found == [], (args, err)
    cloud.program.write(".env", f"A={cloud.canary()}\nB=\0{cloud.canary()}\n")
    assert residue(cloud, ["export", "--stage", "dev"], b"", tmp_path / "trace")[0] == []


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
