"""What `export` writes, read back by programs that know nothing of flowenv."""

import io
import json
import re
import shutil
import subprocess

import dotenv
import pytest
import yaml

from support.program import ROOT
from support.values import HARD, env_files, random_texts

MODULES = ROOT / "tests/node_modules"


def run_node(script, text):
    """Runs a script that reads stdin as `input` and calls print() with an object of strings."""
    prelude = ("const input = require('fs').readFileSync(0, 'utf8');"
               "const print = o => process.stdout.write(JSON.stringify(o));")
    done = subprocess.run([shutil.which("node"), "-e", prelude + script], input=text, timeout=50,
                          cwd=MODULES, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def read_dotenv(text):
    return run_node("print(require('dotenv').parse(input))", text)


def read_js_yaml(text):
    return run_node("print(require('js-yaml').load(input))", text)


def read_hcl(text):
    """HashiCorp's own parser; it leaves the two template escapes to whoever evaluates."""
    values = run_node("require('@cdktf/hcl2json').parse('x.tfvars', input).then("
                      "r => print(typeof r === 'string' ? JSON.parse(r) : r))", text)
    return {key: value.replace("$${", "${").replace("%%{", "%{") for key, value in values.items()}


def read_docker(text):
    """docker/cli's env file: lines cut at the first "=", blanks in front and CR behind lost."""
    lines = [line.removesuffix("\r").lstrip() for line in text.decode().split("\n")]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read_github_env(text):
    """The runner's file commands (CONTRACTS 6.2)."""
    variables, lines = {}, text.decode().split("\n")
    assert lines.pop() == ""
    lines = iter(lines)
    for line in lines:
        key, delimiter = re.fullmatch(r"([^=]*?)<<(.+)", line).groups()
        value = []
        while (line := next(lines)) != delimiter:
            value.append(line)
        variables[key] = "\n".join(value)
    return variables


def read_systemd(text):
    """EnvironmentFile= (systemd.exec(5)): double quotes, in which a backslash keeps four characters
    and is kept before all others."""
    variables = {}
    for match in re.finditer(r'(\w+)="((?:\\.|[^"\\])*)"\n|(.+)', text.decode(), re.DOTALL):
        assert match[3] is None, match[3]
        variables[match[1]] = re.sub(r'\\(["\\`$])', r"\1", match[2])
    return variables


READERS = {
    "dotenv": read_dotenv,
    "json": json.loads,
    "yaml": yaml.safe_load,
    "yaml 1.2": read_js_yaml,
    "docker": read_docker,
    "github-env": read_github_env,
    "systemd": read_systemd,
    "tfvars": read_hcl,
}

# Which texts a format has to refuse; all others it has to take. None: see its own test.
REFUSED = {
    "dotenv": None,
    "json": lambda value: False,
    "yaml": lambda value: False,
    "yaml 1.2": lambda value: False,
    "docker": lambda value: "\n" in value or "\r" in value,
    "github-env": lambda value: False,
    "systemd": lambda value: re.search(r"[\x01-\x08\x0b-\x1f\x7f]", value) is not None,
    "tfvars": None,
}


def export_all_it_takes(flowenv, format, path, values):
    """Exports; takes each key that is refused out of the file and tries again, for a refusal lets
    nothing through. Returns the text and the values that are in it."""
    values = dict(values)
    while True:
        result = flowenv("export", "--env-file", path, "--no-expand", "--format", format)
        if result.status == 0:
            return result.out, values
        assert result.status == 10 and result.out == b"", result
        key = re.search(r"key (\w+)", result.err_text)[1]
        assert f"{path.name}:" in result.err_text
        del values[key]
        lines = path.read_bytes()
        start = re.search(rf"^{key}=".encode(), lines, re.MULTILINE).start()
        following = re.search(rb"^K\d+=", lines[start + 1:], re.MULTILINE)
        rest = lines[start + 1 + following.start():] if following else b""
        path.write_bytes(lines[:start] + rest)


@pytest.mark.parametrize("format", READERS)
def test_what_is_written_reads_back_the_same_or_is_refused(flowenv, format):
    texts = [value.decode() for value in [*HARD, *random_texts(600, seed=2026)]]
    (path, values), = env_files(flowenv.work, (text.encode() for text in texts))
    text, taken = export_all_it_takes(flowenv, format.split()[0], path, values)
    assert READERS[format](text) == {key: value.decode() for key, value in taken.items()}
    assert len(taken) > 250
    if REFUSED[format] is not None:
        expected = {key for key, value in values.items() if REFUSED[format](value.decode())}
        assert values.keys() - taken.keys() == expected


def test_flowenv_reads_its_own_dotenv_text(flowenv):
    (path, values), = env_files(flowenv.work, [*HARD, *random_texts(600, seed=7)])
    text, taken = export_all_it_takes(flowenv, "dotenv", path, values)
    (flowenv.work / "again.env").write_bytes(text)
    again = flowenv.ok("export", "--env-file", "again.env", "--no-expand", "--format", "json")
    assert json.loads(again) == {key: value.decode() for key, value in taken.items()}


def test_what_has_a_portable_dotenv_form_gets_it(flowenv):
    """Nothing to quote, or single quotes: python-dotenv then reads the same as dotenv."""
    portable = [value for value in HARD + list(random_texts(600, seed=11))
                if not set(value) & set(b"'\\$\r")]
    (path, values), = env_files(flowenv.work, portable)
    text = flowenv.ok("export", "--env-file", path, "--no-expand", "--format", "dotenv").decode()
    read = dotenv.dotenv_values(stream=io.StringIO(text, newline=""), interpolate=False)
    assert read == {key: value.decode() for key, value in values.items()}


def test_terraform_gets_no_text_that_it_would_normalise(flowenv):
    for text in ("e\u0301", "\u212b", "\u1100\u1161"):
        (flowenv.work / "one.env").write_text(f"K='{text}'\n")
        message = flowenv.fails(10, "export", "--env-file", "one.env", "--format", "tfvars")
        assert "key K" in message and "normalise" in message


@pytest.mark.parametrize("format", ["json", "yaml", "docker", "github-env", "systemd", "tfvars",
                                    "dotenv", "powershell"])
def test_bytes_that_are_no_text_are_refused_by_name(flowenv, format):
    (flowenv.work / "one.env").write_bytes(b"GOOD=1\nBAD='\xff\xfe'\n")
    message = flowenv.fails(10, "export", "--env-file", "one.env", "--format", format,
                            out=None)
    assert "key BAD" in message and "one.env:2" in message and "UTF-8" in message
