"""
What `export` prints for a shell, evaluated by that very shell: each variable gets exactly its
bytes, and nothing else happens. The canary is a file that the values try to make.
"""

import re
import shutil
import subprocess

import pytest

from support.values import BYTES, HARD, env_files, random_bytes

POSIX = 'eval "$("$FLOWENV" export "$@" --format {})" && exec env -0'
FISH = "$FLOWENV export $argv --format fish | source && exec env -0"
FISH_EVAL = "eval ($FLOWENV export $argv --format fish) && exec env -0"
POWERSHELL = ("& $env:FLOWENV export @args --format powershell | Out-String | Invoke-Expression; "
              "env -0")

# Name: how the shell is started, and the script whose operands are those of `export`.
SHELLS = {
    "sh": ["sh", "-c", POSIX.format("sh"), "sh"],
    "dash": ["dash", "-c", POSIX.format("sh"), "sh"],
    "bash": ["bash", "--norc", "-c", POSIX.format("bash"), "bash"],
    "zsh": ["zsh", "-f", "-c", POSIX.format("zsh"), "zsh"],
    "zsh with rc_quotes": ["zsh", "-f", "-o", "rcquotes", "-c", POSIX.format("zsh"), "zsh"],
    "fish": ["fish", "--no-config", "-c", FISH, "--"],
    "fish eval": ["fish", "--no-config", "-c", FISH_EVAL, "--"],
}
if shutil.which("pwsh"):
    SHELLS["pwsh"] = ["pwsh", "-NoProfile", "-Command", POWERSHELL]

every_shell = pytest.mark.parametrize("shell", SHELLS)


def run_shell(flowenv, argv, *operands, locale="C.UTF-8"):
    return subprocess.run([*argv, *operands], cwd=flowenv.work, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=50,
                          env=flowenv.environ({"FLOWENV": str(flowenv.path), "LC_ALL": locale}))


def variables(result):
    assert result.returncode == 0, result.stderr.decode(errors="replace")
    return dict(pair.split(b"=", 1) for pair in result.stdout.split(b"\0") if pair)


def evaluate(flowenv, shell, *operands, locale="C.UTF-8"):
    """The environment {name: value} after the shell has evaluated `flowenv export OPERANDS`."""
    environment = variables(run_shell(flowenv, SHELLS[shell], *operands, locale=locale))
    assert not (flowenv.work / "canary").exists()
    return environment


def assert_holds(environment, expected):
    wrong = {key: (value, environment.get(key.encode()))
             for key, value in expected.items() if environment.get(key.encode()) != value}
    assert not wrong


@every_shell
def test_ten_thousand_random_values_arrive_byte_for_byte(flowenv, shell):
    count = 0
    for path, expected in env_files(flowenv.work, random_bytes(11500, seed=2026)):
        if shell == "pwsh":
            expected = {key: value for key, value in expected.items() if is_text(value)}
        assert_holds(evaluate(flowenv, shell, "--env-file", path, "--no-expand"), expected)
        count += len(expected)
    assert count >= (1000 if shell == "pwsh" else 10000)


def is_text(value):
    try:
        return bool(value.decode())
    except UnicodeDecodeError:
        return False


@pytest.fixture
def hard_values(flowenv):
    """Puts every hard value into the local store; {key: value}. SSM takes no empty value, and so
    the local store takes none."""
    values = {f"K{number}": value for number, value in enumerate(v for v in HARD + BYTES if v)}
    for key, value in values.items():
        flowenv.ok("put", "--store", "local", "--exact", f"/t/dev/{key.lower()}", input=value)
    return values


def test_hard_values_of_the_local_store_arrive_in_every_shell(flowenv, hard_values):
    for shell in SHELLS:
        if shell != "pwsh":
            environment = evaluate(flowenv, shell, "--store", "local", "--prefix", "/t/dev")
            assert_holds(environment, hard_values)


@every_shell
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_bytes_arrive_in_every_locale(flowenv, shell, locale):
    values = [value for value in BYTES + HARD if shell != "pwsh" or is_text(value)]
    (path, expected), = env_files(flowenv.work, values)
    environment = evaluate(flowenv, shell, "--env-file", path, "--no-expand", locale=locale)
    assert_holds(environment, expected)


LIST_NAMES = {
    "dash": "set",
    "bash": "compgen -v",
    "zsh": "for m in parameter datetime system mapfile langinfo sched termcap terminfo watch; do "
           "zmodload zsh/$m; done 2>/dev/null; typeset +",
    "fish": "set -n",
}


def own_names(flowenv, shell):
    """The variables that the shell itself has in a fresh process."""
    argv = [*SHELLS[shell][:-2], LIST_NAMES[shell]]
    listed = run_shell(flowenv, argv).stdout.decode()
    names = {re.sub(r"=.*", "", line).split(" ")[-1] for line in listed.splitlines()}
    return sorted(name for name in names if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name))


@pytest.mark.parametrize("shell", LIST_NAMES)
def test_a_name_that_the_shell_has_its_own_use_for_is_refused_or_set_exactly(flowenv, shell):
    """An integer variable of bash or zsh takes its value for arithmetic and runs what is in it."""
    value = b"a[$(touch canary)]"
    names, refused = own_names(flowenv, shell), 0
    assert len(names) > 5
    for name in names:
        (flowenv.work / "one.env").write_bytes(name.encode() + b"='" + value + b"'\n")
        result = run_shell(flowenv, SHELLS[shell], "--env-file", "one.env", "--no-expand")
        assert not (flowenv.work / "canary").exists(), name
        if b"export: " in result.stderr or name.encode() in result.stderr and result.returncode:
            refused += 1
        else:
            assert variables(result).get(name.encode()) == value, name
    assert 0 < refused < len(names)


@every_shell
def test_a_refused_key_makes_the_eval_fail_and_sets_nothing(flowenv, shell):
    (flowenv.work / "bad.env").write_text("GOOD=1\na.b=2\n")
    result = run_shell(flowenv, SHELLS[shell], "--env-file", "bad.env")
    assert result.returncode != 0 or b"GOOD=" not in result.stdout
    assert b"a.b" in result.stderr and b"bad.env:2" in result.stderr
