"""render: what a target gets, and where it is written (T6, T7, T43)."""

import json
import os
import shutil
import stat
import subprocess

import pytest


@pytest.fixture
def filled(shop, canary):
    shop.put("stripe/secret-key", canary("sk_"), "--stage", "dev")
    shop.put("vite-api-url", "https://api.example", "--type", "String", "--stage", "dev")
    return shop


def git(shop, *args):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    subprocess.run(["git", "-c", "init.defaultBranch=main", *args], cwd=shop.work, check=True,
                   capture_output=True, env={"PATH": os.environ["PATH"], "HOME": str(shop.home)})


def test_lambda(filled, canary):
    block = json.loads(filled.ok("render", "lambda", "--stage", "dev"))
    assert block == {"Variables": {"STRIPE_SECRET_KEY": canary.values[0],
                                   "VITE_API_URL": "https://api.example"}}


def test_the_keys_are_those_of_the_target(filled, canary):
    for name in ("vercel", "web"):
        result = filled("render", name, "--stage", "dev", check=0)
        assert b"VITE_API_URL" in result.out and b"STRIPE" not in result.out
    answer = json.loads(filled.ok("render", "serverless", "--stage", "dev", "--stdout"))
    assert answer == {"STRIPE_SECRET_KEY": canary.values[0]}
    assert b"VITE" not in filled.ok("render", "vercel", "--stage", "dev", "--only", "!VITE_*")


def test_a_target_with_a_file_writes_it_for_the_user_alone(filled, canary):
    answer = filled.ok("render", "backend", "--stage", "dev",
                       wrapper=["sh", "-c", 'umask 0; exec "$@"', "sh"]).decode()
    path = filled.work / "env.dev.json"
    assert answer.startswith(f"wrote {path} (1 key, ")
    assert json.loads(path.read_text()) == {"STRIPE_SECRET_KEY": canary.values[0]}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    canary.absent(answer)
    path.unlink()
    assert json.loads(filled.ok("render", "backend", "--stage", "dev", "--stdout"))
    assert not path.exists()


def test_git_must_ignore_the_file(filled, canary):
    git(filled, "init")
    said = filled.fails(10, "render", "backend", "--stage", "dev")
    assert "env.dev.json" in said and ".gitignore" in said and "--force" in said
    assert not (filled.work / "env.dev.json").exists()
    filled.write(".gitignore", "env.*.json\n")
    filled.ok("render", "backend", "--stage", "dev")
    filled.write(".gitignore", "")
    filled.ok("render", "backend", "--stage", "dev", "--force")
    git(filled, "add", "-f", "env.dev.json")
    filled.write(".gitignore", "env.*.json\n")
    filled.fails(10, "render", "backend", "--stage", "dev")  # ignored, but tracked all the same


def test_a_repository_cannot_run_a_program_of_its_own(filled):
    git(filled, "init")
    filled.write(".gitignore", "env.*.json\n")
    filled.write("evil", "#!/bin/sh\ntouch ran\n", 0o755)
    git(filled, "config", "core.fsmonitor", "./evil")
    git(filled, "config", "core.hooksPath", ".")
    filled.ok("render", "backend", "--stage", "dev")
    assert not (filled.work / "ran").exists()


def test_without_git_nobody_can_tell(filled):
    (filled.work / ".git").mkdir()
    said = filled.fails(10, "render", "backend", "--stage", "dev", env={"PATH": "/nonexistent"})
    assert "could not be asked" in said


@pytest.mark.parametrize("file", ["/tmp/outside.{stage}.json", "../outside.json",
                                  "link/env.json"])
def test_a_project_cannot_name_a_file_outside_itself(filled, tmp_path, file):
    (tmp_path / "elsewhere").mkdir()
    (filled.work / "link").symlink_to(tmp_path / "elsewhere")
    ini = (filled.work / "flowenv.ini").read_text().replace("env.{stage}.json", file)
    filled.write("flowenv.ini", ini)
    assert filled("render", "backend", "--stage", "dev").status in (1, 10)
    assert not list((tmp_path / "elsewhere").iterdir())
    assert not os.path.exists("/tmp/outside.dev.json")


def test_a_link_in_the_files_place_is_not_followed(filled):
    (filled.work / "env.dev.json").symlink_to("victim")
    filled.fails(10, "render", "backend", "--stage", "dev")
    assert not (filled.work / "victim").exists()


def test_values_are_hidden_on_a_terminal(filled, canary):
    result = filled("render", "lambda", "--stage", "dev", tty=True, check=0)
    canary.absent(result)
    assert b"STRIPE_SECRET_KEY" in result.out and b"--reveal" in result.err
    assert canary.values[0].encode() in filled.ok("render", "lambda", "--stage", "dev", "--reveal",
                                                  tty=True)


def test_all_violations_at_once_and_nothing_is_printed(local):
    local.write("x.env", f"AWS_REGION=x\nBIG={'x' * 5000}\nLAMBDA_TASK_ROOT=y\n")
    said = local.fails(10, "render", "lambda", "--env-file", "x.env")
    assert "AWS_REGION" in said and "LAMBDA_TASK_ROOT" in said and "xxxx" not in said


def test_a_kind_is_the_only_target_of_that_kind(filled):
    assert filled.ok("render", "serverless", "--stage", "dev").startswith(b"wrote ")
    assert (filled.work / "env.dev.json").exists()
    filled.write("flowenv.ini", (filled.work / "flowenv.ini").read_text() +
                 "\n[target.other]\nkind = serverless\n")
    assert "backend, other" in filled.fails(2, "render", "serverless", "--stage", "dev")


def test_an_unknown_target_names_the_nearest(filled):
    assert "backend" in filled.fails(1, "render", "backnd", "--stage", "dev")


def test_targets_without_a_project(local):
    local.write("x.env", "KEY=1\n")
    assert json.loads(local.ok("render", "lambda", "--env-file", "x.env")) == {
        "Variables": {"KEY": "1"}}
    assert "lambda, serverless or vercel" in local.fails(2, "render", "nothing")
