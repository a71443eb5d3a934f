"""What a command does not need it does not load, open or ask."""

import re
import shutil
import subprocess

import pytest

from support.program import SYSTEM_PATH, Program, program_path

UNTRACED = {"ASAN_OPTIONS": "detect_leaks=0"}  # a sanitizer can't look for leaks under strace
NETWORK = ("libcurl", "libssl", "libcrypto", "libcjson", "net.so")


@pytest.fixture
def traced(shop, tmp_path):
    """traced(*args): the files that the run opened and the sockets that it made."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")

    def run(*args, **options):
        trace = tmp_path / "trace"
        result = shop(*args, wrapper=["strace", "-f", "-o", trace, "-e",
                                      "trace=openat,open,socket,connect,execve"],
                      **{**options, "env": {**(options.get("env") or {}), **UNTRACED}})
        text = trace.read_text()
        opened = re.findall(r'open(?:at)?\([^"]*"([^"]+)"[^)]*\) = \d', text)
        return result, opened, re.findall(r"(?:socket|connect)\(.*", text)

    return run


@pytest.mark.parametrize("args", [["export", "--stage", "dev"], ["get", "/shop/dev/key"],
                                  ["list"], ["explain", "KEY"], ["status"], ["version"],
                                  ["render", "lambda", "--stage", "dev"]], ids=" ".join)
def test_a_command_served_from_the_vault_loads_no_network(shop, traced, args):
    shop.put("key", "x", "--stage", "dev")
    result, opened, sockets = traced(*args, check=0)
    assert not [path for path in opened if any(name in path for name in NETWORK)]
    assert sockets == []


def test_help_reads_no_file_of_the_users(traced):
    _, opened, sockets = traced("help", check=0)
    assert not [path for path in opened if "flowenv" in path.rsplit("/", 1)[-1]]
    assert sockets == []


def test_offline_asks_nobody(traced):
    result, _, sockets = traced("get", "--store", "ssm", "--offline", "/shop/dev/a", env={
        "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert result.status != 0 and "--offline" in result.err_text
    assert sockets == []


def test_a_missing_network_half_is_said(flowenv, tmp_path):
    (tmp_path / "bin").mkdir()
    shutil.copy(flowenv.path, tmp_path / "bin/flowenv")
    flowenv = Program(flowenv.home, flowenv.work, tmp_path / "bin/flowenv")
    env = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
           "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    said = flowenv.fails(1, "get", "/t/k", env=env)
    assert "network half" in said and "install" in said
    (tmp_path / "lib/flowenv").mkdir(parents=True)
    (tmp_path / "lib/flowenv/net.so").write_bytes(b"not a library")
    assert "network half" in flowenv.fails(1, "get", "/t/k", env=env)


def test_a_fresh_snapshot_of_a_service_needs_no_network(flowenv, fault, tmp_path):
    """The first run asks the service, the second loads none of the libraries for that."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    fault.store.put("/t/dev/key", "value")
    flowenv.ok("export", "--prefix", "/t/dev", env=fault.env)
    asked, trace = len(fault.requests), tmp_path / "trace"
    answer = flowenv.ok("export", "--prefix", "/t/dev", env={**fault.env, **UNTRACED}, wrapper=[
        "strace", "-f", "-o", trace, "-e", "trace=openat,socket"])
    assert answer == b"export KEY='value'\n" and len(fault.requests) == asked
    assert not [name for name in NETWORK if name in trace.read_text()]
    assert "socket(" not in trace.read_text()


@pytest.mark.parametrize("called", ["a link elsewhere", "a link to the folder", "another name",
                                    "a relative path"])
def test_the_network_half_is_found_however_the_program_is_called(tmp_path, called):
    place = tmp_path / "sp ace"
    for part in ("bin/flowenv", "lib/flowenv/net.so"):
        (place / part).parent.mkdir(parents=True)
        shutil.copy(program_path().parents[1] / part, place / part)
    (tmp_path / "link").symlink_to(place / "bin/flowenv")
    (tmp_path / "folder").symlink_to(place)
    (place / "bin/fe").hardlink_to(place / "bin/flowenv")
    path = {"a link elsewhere": tmp_path / "link", "another name": place / "bin/fe",
            "a link to the folder": tmp_path / "folder/bin/flowenv",
            "a relative path": "bin/flowenv"}[called]
    env = {"PATH": SYSTEM_PATH, "HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": "AKIAX",
           "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
           "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    done = subprocess.run([path, "get", "/t/k"], cwd=place, env=env, capture_output=True,
                          timeout=20)
    assert done.returncode == 9 and b"no connection" in done.stderr, done.stderr
