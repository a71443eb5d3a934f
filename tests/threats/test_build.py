"""How the program is built, and that it asks no network for what needs none (T46)."""

import os
import re
import subprocess

import pytest

from support.observe import is_sanitized, needs_strace, traced

MODULE = "../lib/flowenv/net.so"
ENDBR64 = bytes.fromhex("f30f1efa")  # where a jump may arrive, under -fcf-protection
BANNED = {"strcpy", "strcat", "sprintf", "vsprintf", "gets", "atoi", "atol", "alloca", "system",
          "popen", "tmpnam", "mktemp", "tempnam", "rand", "srand"}


@pytest.fixture(params=["program", "module"])
def binary(request, flowenv):
    path = flowenv.path
    if is_sanitized(flowenv):
        pytest.skip("a sanitizer build is hardened by the sanitizer")
    return path if request.param == "program" else (path.parent / MODULE).resolve()


def readelf(*options):
    return subprocess.run(["readelf", "-W", *map(str, options)], capture_output=True, text=True,
                          check=True).stdout


def symbols(path, wanted):
    found = re.findall(r"(?:FUNC|NOTYPE)\s+GLOBAL\s+DEFAULT\s+(\S+)\s+(\w+)",
                       readelf("--dyn-syms", path))
    return {name for place, name in found if (place == "UND") == (wanted == "undefined")}


def test_hardening_check(binary):
    header, segments, dynamic = readelf("-h", binary), readelf("-l", binary), readelf("-d", binary)
    assert re.search(r"Type:\s+DYN", header), "not position independent"
    assert "GNU_RELRO" in segments and "BIND_NOW" in dynamic, "no full RELRO"
    stack = re.search(r"GNU_STACK.*", segments)[0]
    assert " RW " in stack and "E" not in stack.split()[-2], "an executable stack"
    assert not re.search(r"LOAD.*RWE", segments), "memory that is written and run"
    assert "TEXTREL" not in dynamic
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic, "libraries from elsewhere"


def test_hardening_check_of_the_program_as_pie(flowenv):
    if not is_sanitized(flowenv):
        assert re.search(r"FLAGS_1.*PIE", readelf("-d", flowenv.path))


def test_hardening_check_compiled_in(binary):
    undefined = symbols(binary, "undefined")
    assert "__stack_chk_fail" in undefined, "no stack protector"
    assert any(name.endswith("_chk") and name != "__stack_chk_fail" for name in undefined), \
        "nothing is fortified"
    assert not undefined & BANNED
    if os.uname().machine == "x86_64":
        assert binary.read_bytes().count(ENDBR64) > 100, "no control flow protection"


def test_hardening_check_the_program_links_no_network_library(flowenv):
    needed = re.findall(r"NEEDED.*\[(.*)\]", readelf("-d", flowenv.path))
    assert not [name for name in needed if re.search("curl|ssl|crypto|cjson|ssh|nghttp", name)]


IDLE = [
    ["version"], ["help"], ["help", "put"], ["help", "--man"], ["completion", "fish"],
    ["get", "/shop/dev/key"], ["put", "/shop/dev/key"], ["list", "/shop"], ["list", "--values"],
    ["history", "/shop/dev/key"], ["rm", "--yes", "1", "/shop/dev/none"],
    ["export", "--stage", "dev"], ["export", "--env-file", ".env"], ["status"], ["refresh"],
    ["exec", "--stage", "dev", "--", "true"], ["explain", "KEY"], ["check", "--stage", "dev"],
    ["render", "lambda", "--stage", "dev"], ["render", "backend", "--stage", "dev"],
    ["frobnicate"], ["get", "--nonsense"], ["init"],
]
CLOUD = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
         "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


@needs_strace
def test_no_network_idle(shop, tmp_path):
    """No socket and no network library in any command that needs none, credentials or not."""
    shop.put("/shop/dev/key", "value")
    shop.write(".env", "A=1\n")
    for args in IDLE:
        _, calls = traced(shop, "socket,connect,sendto,openat,open", *args, env=CLOUD,
                          file=tmp_path / "trace", input=b"x")
        assert not [call for call in calls if call.name in ("socket", "connect", "sendto")], args
        opened = b"\n".join(text for call in calls for text in call.strings())
        for library in (b"libcurl", b"libssl", b"libcrypto", b"cjson", b"net.so", b"resolv.conf"):
            assert library not in opened, (args, library)


@needs_strace
def test_no_network_idle_on_a_fresh_snapshot(cloud, tmp_path):
    """What SSM answered a moment ago is served without asking again."""
    cloud.program.ok("refresh", "--stage", "dev")
    asked = len(cloud.server.requests)
    for args in (["export", "--stage", "dev"], ["exec", "--stage", "dev", "--", "true"],
                 ["explain", "STRIPE_SECRET_KEY"], ["status"],
                 ["render", "lambda", "--stage", "dev"]):
        _, calls = traced(cloud.program, "socket,connect,openat", *args, file=tmp_path / "trace")
        assert not [call for call in calls if call.name in ("socket", "connect")], args
        opened = b"\n".join(text for call in calls for text in call.strings())
        assert b"libcurl" not in opened and b"net.so" not in opened, args
    assert len(cloud.server.requests) == asked
