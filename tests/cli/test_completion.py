"""Completions, asked of the real shells."""

import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {"bash": "flowenv.bash", "zsh": "_flowenv", "fish": "flowenv.fish"}


@pytest.fixture
def complete(shop, tmp_path):
    """complete(shell, line): the words that the shell offers at the end of the line."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/flowenv").symlink_to(shop.path)
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}

    def run(shell, line):
        if not shutil.which(shell):
            pytest.skip(f"{shell} is not installed")
        env = shop.environ({"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "TERM": "xterm"})
        done = subprocess.run(script[shell](line), env=env, cwd=shop.work, capture_output=True,
                              timeout=30)
        assert done.returncode == 0, done.stderr
        return {word.split(b"\t")[0].decode().strip() for word in done.stdout.splitlines()} - {""}

    return run


def _bash(line):
    words = line.replace("=", " = ").split(" ")
    return ["bash", "--norc", "-c", textwrap.dedent(f"""\
        source <(flowenv completion bash)
        COMP_WORDS=({' '.join(f"'{word}'" for word in words if word or word is words[-1])})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _flowenv
        printf '%s\\n' "${{COMPREPLY[@]}}"
        """)]


def _zsh(line):
    """The installed file, found by fpath. compadd also prints what is offered."""
    return ["zsh", "-f", "-c", textwrap.dedent(f"""\
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z 'PS1=; fpath=({ROOT}/completions $fpath); autoload -Uz compinit; compinit -u -D'
        zpty -w z 'zstyle ":completion:*" list-separator "|"; LISTMAX=0; setopt noalwayslastprompt'
        zpty -w z 'list() {{ compadd() {{ local -a a; builtin compadd -A a "$@"; print -rl -- $a >>$OUT; builtin compadd "$@" }}; _main_complete }}'
        zpty -w z 'zle -C list complete-word list; bindkey "^I" list'
        zpty -w z 'OUT='"$PWD"'/offered; : >$OUT; print READY'
        while zpty -r z text; do [[ $text = *READY* && $text != *print* ]] && break; done
        zpty -n -w z {_quoted(line)}$'\\t'
        for i in {{1..50}}; do sleep 0.1; [[ -s offered ]] && break; done
        sleep 0.2
        cat offered
        zpty -d z
        """)]


def _fish(line):
    return ["fish", "--no-config", "-c",
            f"flowenv completion fish | source; complete -C {_quoted(line)}"]


def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


@pytest.mark.parametrize("shell", FILES)
def test_the_files_hold_what_the_program_prints(flowenv, shell):
    printed = flowenv.ok("completion", shell)
    assert (ROOT / "completions" / FILES[shell]).read_bytes() == printed, "run make completions"


@pytest.mark.parametrize("shell", FILES)
def test_the_shell_takes_the_script(flowenv, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", "/dev/stdin"], input=flowenv.ok("completion", shell), check=True)


@pytest.mark.parametrize("shell", FILES)
def test_commands(complete, shell):
    assert {"export", "explain", "exec"} == complete(shell, "flowenv ex") & {
        "export", "explain", "exec", "put"}


@pytest.mark.parametrize("shell", FILES)
def test_options(complete, shell):
    offered = complete(shell, "flowenv put --")
    assert {"--stage", "--exact", "--from-file"} <= {word.rstrip("=") for word in offered}
    assert "--format" not in offered


@pytest.mark.parametrize("shell", FILES)
def test_stages_come_out_of_the_project(complete, shell):
    assert {"dev", "staging", "prod"} <= complete(shell, "flowenv list --stage ")


@pytest.mark.parametrize("shell", FILES)
def test_formats(complete, shell):
    assert {"dotenv", "docker"} <= complete(shell, "flowenv export --format do")


@pytest.mark.parametrize("shell", FILES)
def test_targets(complete, shell):
    assert {"backend", "web", "lambda"} <= complete(shell, "flowenv render ")


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_a_value_behind_an_equals_sign(complete, shell):
    assert any("staging" in word for word in complete(shell, "flowenv list --stage=st"))


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_the_program_of_exec(complete, shell):
    assert any(word.startswith("chmod") for word in complete(shell, "flowenv exec -- chmo"))


def test_completing_opens_nothing_but_the_project_file(shop):
    shop.ok("completion", "--words", "STAGE")
    assert list(shop.home.iterdir()) == []
