"""An installed prefix: the program runs there, a C program builds against the library, and an
uninstall leaves nothing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.program import SYSTEM_PATH, Program

ROOT = Path(__file__).resolve().parents[2]
C_EXAMPLE = re.compile(r"^<!-- c -->\n```c\n(.*?)^```$", re.S | re.M)


def make(*args, **options):
    done = subprocess.run([os.environ.get("MAKE", "make"), "-s", *args], cwd=ROOT, timeout=600,
                          capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    make("install", f"PREFIX={prefix}")
    return prefix


def build(prefix, source, tmp_path, compiler="cc"):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    file = tmp_path / ("program.cc" if compiler.endswith("++") else "program.c")
    file.write_text(source)
    env = {**os.environ, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "flowenv"], env=env, check=True,
                           capture_output=True, text=True).stdout.split()
    subprocess.run([compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", file, "-o",
                    tmp_path / "program", *flags], check=True)
    return tmp_path / "program"


def run(program, tmp_path, *args):
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run([program, *args], cwd=tmp_path, capture_output=True, text=True,
                          env={"PATH": SYSTEM_PATH, "HOME": str(home)}, timeout=20)


@pytest.mark.timeout(600)
def test_the_readmes_program_reads_a_key_of_an_env_file(prefix, tmp_path):
    source = C_EXAMPLE.search((ROOT / "README.md").read_text()).group(1)
    program = build(prefix, source, tmp_path)
    (tmp_path / ".env").write_text("A=1\nGREETING='hello'\n")
    done = run(program, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "GREETING comes from .env:2\n", "")
    (tmp_path / ".env").unlink()
    done = run(program, tmp_path)
    assert done.returncode == 1 and ".env" in done.stderr


PRINTS_A_KEY = r"""
#include <flowenv/flowenv.h>
#include <cstdio>

int main(int argc, char **argv)
{
    struct flowenv *flow = nullptr;
    struct flowenv_error error;

    if (argc != 3 || flowenv_open(nullptr, &flow, &error) ||
        flowenv_resolve_stage(flow, argv[1], &error)) {
        std::fprintf(stderr, "%s\n", error.text);
        flowenv_close(flow);
        return error.status;
    }
    const struct flowenv_entry *entry = flowenv_find(flow, argv[2]);
    if (entry)
        std::fwrite(entry->value, 1, entry->value_len, stdout);
    flowenv_close(flow);
    return 0;
}
"""


@pytest.mark.timeout(600)
def test_a_cpp_program_resolves_a_stage(prefix, tmp_path):
    program = build(prefix, PRINTS_A_KEY, tmp_path, "c++")
    (tmp_path / "flowenv.ini").write_text("[stage.dev]\nsources = dotenv\n")
    (tmp_path / ".env").write_text("A=one\nB=${A} two\n")
    assert run(program, tmp_path, "dev", "B").stdout == "one two"
    done = run(program, tmp_path, "dve", "B")
    assert done.returncode == 1 and "dev" in done.stderr


@pytest.mark.timeout(600)
def test_the_program_runs_where_it_was_installed(prefix, tmp_path):
    for name in ("home", "work"):
        (tmp_path / name).mkdir(mode=0o700)
    program = Program(tmp_path / "home", tmp_path / "work", prefix / "bin/flowenv")
    assert program.ok("version").startswith(b"flowenv ")
    # the network half is found beside it: what fails is the request, not the loading
    said = program.fails(9, "get", "/t/k", env={
        "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"})
    assert "127.0.0.1" in said
    for name in ("share/man/man1/flowenv.1", "share/bash-completion/completions/flowenv",
                 "share/zsh/site-functions/_flowenv", "share/fish/vendor_completions.d/flowenv.fish",
                 "lib/pkgconfig/flowenv.pc", "include/flowenv/flowenv.h"):
        assert (prefix / name).stat().st_size > 0


@pytest.mark.timeout(600)
def test_destdir_is_not_in_what_is_installed_and_uninstall_takes_all_away(tmp_path):
    make("install", "PREFIX=/usr", f"DESTDIR={tmp_path}")
    assert str(tmp_path) not in (tmp_path / "usr/lib/pkgconfig/flowenv.pc").read_text()
    make("uninstall", "PREFIX=/usr", f"DESTDIR={tmp_path}")
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []
