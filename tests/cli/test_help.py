"""help, version, the man page: all printed from the command table."""

import json
import re
import shutil
import subprocess

import pytest

COMMANDS = ["put", "get", "list", "rm", "history", "export", "exec", "explain", "status", "check",
            "render", "refresh", "init", "completion", "help", "version"]


def test_every_command_is_in_the_overview_with_a_line(flowenv):
    overview = flowenv.ok("help").decode()
    for name in COMMANDS:
        assert re.search(rf"^  {name} +[A-Z].*[^.]$", overview, re.M), name


@pytest.mark.parametrize("args", [(), ("--help",), ("-h",)])
def test_who_asks_for_help_gets_the_overview(flowenv, args):
    assert flowenv.ok(*args) == flowenv.ok("help")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(flowenv, name):
    text = flowenv.ok("help", name).decode()
    assert text.startswith(f"Usage\n  flowenv {name} ")
    assert "Examples\n" in text and "--help" in text
    assert flowenv.ok(name, "--help").decode() == text
    assert max(map(len, text.splitlines())) <= 100


def test_help_wins_over_other_mistakes(flowenv):
    assert flowenv.ok("put", "--nonsense", "--help") == flowenv.ok("help", "put")


def test_options_look_alike_everywhere(flowenv):
    """No letter means two things, no option is described in two ways."""
    letters, helps = {}, {}
    for name in COMMANDS:
        for line in flowenv.ok("help", name).decode().splitlines():
            found = re.match(r"^  (?:-(.), |    )--([a-z-]+)(?: \S+)?  +(.*)$", line)
            if not found:
                continue
            letter, option, says = found.groups()
            if letter:
                assert letters.setdefault(letter, option) == option
            helps.setdefault(option, set()).add(says)
    for option in ("stage", "store", "vault", "key-file", "json", "project", "region"):
        assert len(helps[option]) == 1, helps[option]


def test_the_man_page_has_all_and_groff_has_nothing_to_say(flowenv, tmp_path):
    page = flowenv.ok("help", "--man")
    for name in COMMANDS:
        assert f".SS {name}\n".encode() in page
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8"], input=page, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"EXIT STATUS" in re.sub(rb"\x1b\[[0-9;]*m|.\x08", b"", done.stdout)


def test_version_says_what_it_stands_on(flowenv):
    line = flowenv.ok("version").decode()
    assert re.fullmatch(r"flowenv \d+\.\d+\.\d+ \(libsodium \d.*\)\n", line)
    facts = json.loads(flowenv.ok("version", "--json"))
    assert facts["version"] in line and facts["vault_format"] == 1
    assert flowenv.ok("--version").decode() == flowenv.ok("-V").decode() == line


def test_help_needs_no_home_and_no_project(flowenv):
    assert flowenv.ok("help", env={"HOME": None}) == flowenv.ok("help")
