"""Memory that runs out at any allocation, once or for ever: said, and nothing is lost (T37)."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.observe import is_sanitized

SECRET = "/shop/dev/stripe/secret-key"
SAMPLES = 25  # of each command's allocations, besides the first ones
COMMANDS = [
    ["put", SECRET], ["get", SECRET], ["export", "--stage", "dev"], ["export", "--json"],
    ["render", "backend", "--stage", "dev"], ["check", "--stage", "dev"], ["status"],
    ["explain", "STRIPE_SECRET_KEY"], ["list", "/shop"], ["history", SECRET], ["help", "--man"],
    ["init", "--dry-run", "."], ["rm", "--yes", "1", "/shop/dev/none"]]


@pytest.fixture(scope="module")
def scarce(tmp_path_factory):
    """The preloaded library."""
    library = tmp_path_factory.mktemp("scarce") / "scarce_memory.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library,
                    Path(__file__).with_name("scarce_memory.c")], check=True)
    return {"LD_PRELOAD": str(library)}


def allocations(program, args, scarce):
    """How many a run makes when it gets all of them."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    process = program.popen(*args, env={**scarce, "SCARCE_FD": str(writing)}, pass_fds=[writing])
    os.close(writing)
    process.communicate(b"new", timeout=20)
    with os.fdopen(reading) as report:
        return int(report.read())


def ageless(answer):
    """An answer without the ages in it, which grow while the runs go on."""
    return re.sub(rb" +\d+ s\b", b" - s", answer)


def chosen(count):
    """Numbers up to count: all of the first, some of the others, and the last."""
    step = max(1, count // SAMPLES)
    return sorted({*range(1, min(count, 12)), *range(12, count, step), count})


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_oom_sweep(shop, scarce, canary, args):
    if is_sanitized(shop):
        pytest.skip("a sanitizer has a heap of its own")
    shop.write(".env", "A=1\nB=${A}2\n")
    shop.write(".env.example", "STRIPE_SECRET_KEY=\n")
    old = canary()
    shop.put(SECRET, old)
    count = allocations(shop, args, scarce)
    assert count > 3
    whole = shop(*args, input=old)
    for number in chosen(count):
        for duration in ({}, {"SCARCE_FOR_EVER": "1"}):
            result = shop(*args, input=old, env={**scarce, "SCARCE_AT": str(number), **duration})
            assert result.status == whole.status or result.err, (number, result)
            if result.status == 0:
                assert args[0] == "put" or ageless(result.out) == ageless(whole.out), (number, result)
            elif result.status != whole.status:
                assert result.status in (1, 3, 125), (number, result)
                assert result.out in (b"", b"false\n"), (number, result)
            canary.absent(result.err)
    assert shop.ok("get", SECRET) in (old.encode(), b"new")
