"""The README's examples are run, and its list of commands is the program's."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text() if (ROOT / "README.md").exists() else ""
BLOCK = re.compile(r"^<!-- run(?:: (?P<title>[^\n]*?))? -->\n```sh\n(?P<script>.*?)^```$", re.S | re.M)
OUTPUT = re.compile(r"^<!-- prints: (?P<command>[^\n]+?) -->\n```\w*\n(?P<text>.*?)^```$", re.S | re.M)


def blocks():
    return [pytest.param(match["script"], id=match["title"] or f"block {i}")
            for i, match in enumerate(BLOCK.finditer(README))]


@pytest.mark.parametrize("script", blocks())
def test_an_example_runs(local, tmp_path, script):
    """Each block in a folder of its own, with -e: the first command that fails ends it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/flowenv").symlink_to(local.path)
    env = local.environ({"PATH": f"{tmp_path}/bin:/usr/bin:/bin"})
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], env=env, cwd=local.work,
                          capture_output=True, timeout=50)
    assert done.returncode == 0, f"{done.stdout.decode()}\n{done.stderr.decode()}"
    wanted = re.findall(r"#=> (.*)$", script, re.M)
    for line in wanted:
        assert line in done.stdout.decode(), f"{line!r} is not in {done.stdout.decode()!r}"


@pytest.mark.parametrize("match", [pytest.param(match, id=match["command"])
                                   for match in OUTPUT.finditer(README)])
def test_what_it_shows_is_what_is_printed(flowenv, match):
    program, *args = match["command"].split()
    assert program == "flowenv"
    assert flowenv.ok(*args).decode() == match["text"]


def test_every_command_has_an_example(flowenv):
    names = flowenv.ok("completion", "--words", "COMMAND").decode().split()
    scripts = "\n".join(match["script"] for match in BLOCK.finditer(README))
    missing = [name for name in names if not re.search(rf"\bflowenv {name}\b", scripts)]
    assert missing == []
