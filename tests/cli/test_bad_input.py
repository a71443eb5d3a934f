"""Whatever is broken is named, with what is unchanged and what to do; nothing is half written."""

import json
import os
import subprocess

import pytest

IS_ROOT = os.geteuid() == 0


def files(program):
    return {path: path.read_bytes() for top in (program.home, program.work)
            for path in top.rglob("*") if path.is_file() and path.suffix != ".lock"}


@pytest.fixture
def filled(shop):
    shop.put("a", "one", "--stage", "dev")
    return shop


@pytest.mark.parametrize("ini, says", [
    ("[project]\nnam = x\n", ["flowenv.ini:2", "name"]),
    ("[projet]\nname = x\n", ["flowenv.ini:1", "project"]),
    ("[stage.dev]\nsources = dotenv, smm\n", ["flowenv.ini:2", "ssm"]),
    ("[project\n", ["flowenv.ini:1"]),
    ("name = x\n", ["flowenv.ini:1"]),
    ("[project]\nname = a\nname = b\n", ["flowenv.ini:3"]),
    ("[project]\nname = " + "x" * 2000 + "\n", ["flowenv.ini:2"]),
    ("[project]\nname = \0\n", ["flowenv.ini"]),
    ("[project]\nendpoint_url = http://evil\n", ["flowenv.ini:2"]),
])
def test_a_broken_project_file(local, ini, says):
    local.write("flowenv.ini", ini)
    before = files(local)
    for args in (["export", "--stage", "dev"], ["list"], ["status"]):
        result = local(*args, check=1)
        for words in says:
            assert words in result.err_text
        assert "\0" not in result.err_text
    assert files(local) == before


@pytest.mark.parametrize("text, says", [
    (b"A=1\nB=\0\n", ".env:2"),
    (b"A=" + b"x" * 140000, ".env:1"),
    (b"".join(b"K%d=1\n" % i for i in range(10001)), ".env"),
    (b"A=${B}\nB=${A}\n", "A"),
    (b"A=1\n" * 300000, ".env"),
])
def test_a_broken_env_file(shop, text, says):
    shop.write(".env", text)
    assert says in shop.fails(1, "export", "--stage", "dev", out=b"false\n")


@pytest.mark.parametrize("damage, status", [
    (lambda data: data[:-1], 6),
    (lambda data: data + b"x", 6),
    (lambda data: data[:100], 6),
    (lambda data: b"", 6),
    (lambda data: b"not a vault at all, but long enough to have a header" * 10, 6),
    (lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:], 6),
    (lambda data: data[:8] + b"\x02\0" + data[10:], 11),
])
def test_a_damaged_vault_is_refused_and_left_as_it_is(filled, damage, status):
    vault = next(filled.home.rglob("*.fenv"))
    vault.write_bytes(damage(vault.read_bytes()))
    before = files(filled)
    for args in (["get", "/shop/dev/a"], ["put", "/shop/dev/a"], ["export", "--stage", "dev"]):
        result = filled(*args, input="x")
        assert result.status == status, result
        assert str(vault) in result.err_text
    assert files(filled) == before


def test_an_older_vault_is_refused_until_it_is_accepted(filled):
    vault = next(filled.home.rglob("*.fenv"))
    old = vault.read_bytes()
    filled.put("a", "two", "--stage", "dev")
    vault.write_bytes(old)
    said = filled.fails(7, "get", "/shop/dev/a")
    assert "--accept-rollback" in said
    assert filled.ok("get", "/shop/dev/a", "--accept-rollback") == b"one"
    assert filled.ok("get", "/shop/dev/a") == b"one"


@pytest.mark.parametrize("key, status", [(b"x" * 32, 5), (b"short", None), (None, 5)])
def test_a_wrong_key_file_opens_nothing(filled, key, status):
    file = filled.home / ".config/flowenv/key"
    file.chmod(0o600)
    if key is None:
        file.unlink()
    else:
        file.write_bytes(key)
    before = files(filled)
    result = filled("get", "/shop/dev/a")
    assert result.status == status or (status is None and result.status in (1, 5, 6, 10)), result
    assert result.err and result.out == b""
    assert files(filled) == before


@pytest.mark.parametrize("what", ["vault", "key"])
def test_loose_modes_are_refused_and_never_changed(filled, what):
    path = next(filled.home.rglob("*.fenv")) if what == "vault" else \
        filled.home / ".config/flowenv/key"
    path.chmod(0o644)
    said = filled.fails(10, "get", "/shop/dev/a")
    assert str(path) in said
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("option", ["--vault", "--key-file"])
def test_a_directory_where_a_file_should_be(filled, option):
    said = filled("get", option, filled.work, "/shop/dev/a")
    assert said.status in (1, 10) and str(filled.work) in said.err_text


def test_a_directory_in_the_project_files_place(local):
    (local.work / "flowenv.ini").mkdir()
    assert "flowenv.ini" in local.fails(1, "status")


def test_a_fifo_blocks_nobody(shop):
    os.mkfifo(shop.work / ".env")
    assert ".env" in shop.fails(1, "export", "--stage", "dev", out=b"false\n", timeout=5)


@pytest.mark.parametrize("args", [["put", "/t/k"], ["get", "/t/k"], ["list", "/t"]])
def test_no_home_is_said_with_what_to_set(local, args):
    said = local.fails(1, *args, input="x", env={"HOME": None})
    assert "HOME" in said or "XDG" in said


def test_no_home_matters_only_where_it_is_needed(flowenv):
    (flowenv.work / "a.env").write_text("A=1\n")
    answer = flowenv.ok("export", "--env-file", "a.env", "--json", env={"HOME": None})
    assert json.loads(answer) == {"A": "1"}


def test_the_xdg_directories_are_used(local):
    env = {"XDG_CONFIG_HOME": str(local.work / "c"), "XDG_DATA_HOME": str(local.work / "d"),
           "XDG_STATE_HOME": str(local.work / "s"), "HOME": None}
    local.put("/t/k", "x", env=env)
    assert local.ok("get", "/t/k", env=env) == b"x"
    assert (local.work / "c/flowenv/key").is_file() and list((local.work / "d/flowenv").iterdir())
    assert list(local.home.iterdir()) == []


def as_nobody(program, *args):
    """Runs as another user where the tests run as root, whom the kernel refuses nothing."""
    argv = program.argv(*args)
    if IS_ROOT:
        argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv]
    return subprocess.run(argv, env=program.environ(), cwd="/", capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=20)


def test_no_permission_to_read_is_said(local, tmp_path):
    for folder in (tmp_path, *tmp_path.parents):
        if IS_ROOT and folder != folder.parent and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    local.work.chmod(0o755)
    local.home.chmod(0o755)
    file = local.write("secret.env", "A=1\n", 0o600 if IS_ROOT else 0)
    done = as_nobody(local, "export", "--env-file", file)
    assert done.returncode == 1 and done.stdout == b"false\n"
    assert b"Permission denied" in done.stderr and os.fsencode(file) in done.stderr


def test_no_permission_to_write_is_said(local, tmp_path):
    for folder in (tmp_path, *tmp_path.parents):
        if IS_ROOT and folder != folder.parent and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    local.home.chmod(0o755 if IS_ROOT else 0o500)
    done = as_nobody(local, "put", "--type", "String", "/t/k", "v")
    assert done.returncode == 1 and b"Permission denied" in done.stderr


def test_a_full_disk_leaves_the_old_vault(filled, tmp_path):
    """A file size limit stands in for it: writes fail with EFBIG half way."""
    before = files(filled)
    result = filled("put", "/shop/dev/a", input="x" * 60000,
                    wrapper=["sh", "-c", 'ulimit -f 4; trap "" XFSZ; exec "$@"', "sh"])
    assert result.status == 1 and result.err
    after = files(filled)
    assert {path: after.get(path) for path in before} == before
    assert filled.ok("get", "/shop/dev/a") == b"one"


def test_no_credentials_are_an_error_that_mentions_the_local_store(flowenv):
    said = flowenv.fails(1, "get", "/t/k")
    assert "local" in said
    assert "--region" in said or "AWS" in said
