"""Standard output that is full, closed, gone or a terminal (T14, T45)."""

import os
import subprocess
import time

import pytest


def test_a_full_disk_is_an_error_with_a_reason(flowenv):
    with open("/dev/full", "wb") as full:
        result = flowenv("help", stdout=full, check=1)
    assert "standard output: No space left on device" in result.err_text


def test_a_reader_that_went_away_is_no_news(flowenv):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        result = flowenv("help", stdout=pipe, check=1)
    assert result.err == b""


def test_a_closed_standard_output_is_an_error(flowenv):
    done = subprocess.run(["sh", "-c", f"'{flowenv.path}' help >&-"], capture_output=True,
                          env=flowenv.environ())
    assert done.returncode == 1 and b"standard output" in done.stderr


def test_with_all_descriptors_closed_no_file_becomes_standard_output(local):
    """The vault must not be opened as descriptor 1 and then written to as if it were the answer."""
    local.put("/t/k", "value")
    vault = next(path for path in local.home.rglob("*.fenv"))
    before = vault.read_bytes()
    done = subprocess.run(["sh", "-c", f"'{local.path}' get /t/k <&- >&- 2>&-"],
                          env=local.environ(), cwd=local.work)
    assert done.returncode == 1
    assert vault.read_bytes() == before


def test_a_failure_to_answer_exports_nothing_to_eval(local):
    local.put("/t/k", "value")
    with open("/dev/full", "wb") as full:
        local("export", "--prefix", "/t", stdout=full, check=1)


@pytest.mark.parametrize("env, coloured", [
    ({"TERM": "xterm"}, True),
    ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ({"TERM": "xterm", "NO_COLOR": ""}, True),
    ({"TERM": "dumb"}, False),
    ({}, False),
])
def test_colour_is_for_terminals_that_want_it(flowenv, env, coloured):
    assert (b"\033[" in flowenv.ok("help", env=env, tty=True)) is coloured
    assert b"\033[" not in flowenv.ok("help", env=env)


@pytest.mark.parametrize("value, shown", [
    (b"\033[2J\033]0;title\007", rb"\x1B[2J\x1B]0;title\x07"),
    (b"a\xc2\x9bb", None),
    ("right\u202eleft".encode(), None),
    (b"\xff\xfe", None),
    ("snow \u2603 \u00e9".encode(), "snow \u2603 \u00e9".encode()),
])
def test_a_terminal_sees_control_characters_and_a_pipe_the_bytes(local, value, shown):
    local.put("/t/k", value)
    assert local.ok("get", "/t/k") == value
    seen = local.ok("get", "/t/k", tty=True)
    assert seen.endswith(b"\n")
    if shown is not None:
        assert seen == shown + b"\n"
    for raw in (b"\033", b"\x9b", "\u202e".encode(), b"\xff", b"\x07"):
        if raw in value and raw != b"\x9b":
            assert raw not in seen
    if b"\xc2\x9b" in value:
        assert b"\xc2\x9b" not in seen


def test_a_reader_that_made_the_pipe_non_blocking_gets_all_of_it(local):
    value = b"v" * 60000
    for name in "abc":
        local.put(f"/t/{name}", value)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    done = subprocess.Popen([local.path, "export", "--prefix", "/t", "--format", "json"],
                            stdout=writing, env=local.environ(), cwd=local.work)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        time.sleep(0.2)
        came = pipe.read()
    assert done.wait(timeout=10) == 0
    assert came.count(b"v") == 3 * len(value)
