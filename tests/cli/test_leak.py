"""Values turn up nowhere but where they were asked for: argv, environment, files, memory (T1-T5)."""

import os
import re
import shutil
import subprocess
import time

import pytest

from support import faults

RUNS = [
    ["get", "/shop/dev/stripe/secret-key"],
    ["list", "/shop"],
    ["list", "/shop", "--values"],
    ["history", "/shop/dev/stripe/secret-key"],
    ["export", "--stage", "dev"],
    ["export", "--stage", "dev", "--format", "json"],
    ["exec", "--stage", "dev", "--", "true"],
    ["explain", "STRIPE_SECRET_KEY"],
    ["status"],
    ["check", "--stage", "dev"],
    ["render", "lambda", "--stage", "dev"],
    ["refresh"],
    ["export", "--stage", "nowhere"],
    ["get", "/shop/dev/stripe/secret-kye"],
]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root sees into the process")
UNTRACED = {"ASAN_OPTIONS": "detect_leaks=0"}  # a sanitizer can't look for leaks under strace
SHOWS = {"get", "export", "render"}


@pytest.fixture
def filled(shop, canary):
    shop.write(".env.example", "STRIPE_SECRET_KEY=\n")
    shop.put("stripe/secret-key", canary("sk_"), "--stage", "dev")
    return shop


@pytest.fixture
def strace():
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")


@pytest.mark.parametrize("args", RUNS, ids=" ".join)
def test_nothing_is_left_behind(filled, canary, args):
    result = filled(*args)
    canary.absent(result.err)
    if args[0] not in SHOWS and "--values" not in args:
        canary.absent(result.out)
    canary.absent_on_disk(filled.home, filled.work)


def test_a_put_never_starts_a_program_with_the_value(shop, canary, strace, tmp_path):
    trace = tmp_path / "trace"
    shop("put", "a/b", "--stage", "dev", input=canary(), check=0, env=UNTRACED,
         wrapper=["strace", "-f", "-v", "-s", "4096", "-o", trace, "-e", "trace=execve,execveat"])
    canary.absent(trace.read_bytes())


def test_a_write_to_disk_never_has_the_value(filled, canary, strace, tmp_path):
    trace = tmp_path / "trace"
    filled("put", "c/d", "--stage", "dev", input=canary(), check=0, env=UNTRACED,
           wrapper=["strace", "-f", "-s", "100000", "-o", trace,
                    "-e", "trace=write,pwrite64,writev,openat,rename,renameat"])
    canary.absent(trace.read_bytes())


@needs_root
def test_exec_hands_the_value_to_its_child_alone(filled, canary, strace, tmp_path):
    trace = tmp_path / "trace"
    filled("exec", "--stage", "dev", "--", "true", check=0,
           wrapper=["strace", "-f", "-s", "4096", "-o", trace, "-e", "trace=execve,execveat"])
    argv_of = re.findall(rb"execve\(\"[^\"]*\", (\[.*?\])", trace.read_bytes())
    assert argv_of[-1] == b'["true"]'
    canary.absent(b" ".join(argv_of))


@needs_root
def test_rendering_starts_git_with_almost_nothing(filled, canary, strace, tmp_path):
    (filled.work / ".git").mkdir()
    trace = tmp_path / "trace"
    filled("render", "backend", "--stage", "dev", env={"AWS_SECRET_ACCESS_KEY": canary()},
           wrapper=["strace", "-f", "-v", "-s", "4096", "-o", trace, "-e", "trace=execve"])
    git = [line for line in trace.read_bytes().splitlines() if b'"check-ignore"' in line]
    assert git
    for line in git:
        canary.absent(line)
        environment = re.search(rb"\], (\[.*\])\)", line).group(1)
        assert re.findall(rb'"([A-Z_]+)=', environment) == [b"PATH", b"HOME"]


@needs_root
def test_at_its_end_no_value_is_in_memory(filled, canary, strace, tmp_path):
    """The exit is delayed, and the memory read meanwhile."""
    if b"__asan_init" in filled.path.read_bytes():
        pytest.skip("sanitizers keep what is freed")
    for args in (["get", "/shop/dev/stripe/secret-key"], ["export", "--stage", "dev"],
                 ["explain", "STRIPE_SECRET_KEY"], ["render", "lambda", "--stage", "dev"],
                 ["list", "/shop", "--values"]):
        found = scan_at_exit(filled, args, canary, tmp_path)
        assert not found, (args, found)


def scan_at_exit(program, args, canary, tmp_path):
    trace = tmp_path / "trace"
    trace.unlink(missing_ok=True)
    process = subprocess.Popen(
        ["strace", "-f", "-o", trace, "-e", "trace=exit_group",
         "-e", "inject=exit_group:delay_enter=1500000", *program.argv(*args)],
        env=program.environ(), cwd=program.work, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    try:
        pid = None
        for _ in range(100):
            time.sleep(0.02)
            text = trace.read_text() if trace.exists() else ""
            if "exit_group" in text:
                pid = int(text.split()[0])
                break
        assert pid, "exit_group was not reached"
        return find_in_memory(pid, [value.encode() for value in canary.values])
    finally:
        process.communicate(timeout=10)


def find_in_memory(pid, values):
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, modes = line.split()[:2]
            if "r" not in modes or "[v" in line:
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, OverflowError, ValueError):
                continue
            found += [(line.strip(), value) for value in values if value in data]
    return found


def test_a_service_that_quotes_the_value_is_not_repeated(flowenv, fault, canary):
    fault.inject(faults.quoting(), "PutParameter")
    result = flowenv("put", "/t/key", input=canary(), env=fault.env)
    assert result.status != 0 and b"[redacted]" in result.err
    canary.absent(result)


def test_an_ordinary_word_stays_readable_though_it_is_a_value(shop):
    name = shop.work.name
    shop.put("folder", name, "--type", "String", "--stage", "dev")
    (shop.work / ".git").mkdir()
    said = shop.fails(10, "render", "backend", "--stage", "dev")
    assert f"{name}/env.dev.json" in said
