"""
Bad input, as far as tests/cli and tests/integration do not show it: what failed, on what, what is
unchanged and what to do is said, the status is the one of its kind, and nothing is half written.
"""

import contextlib
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import faults
from support.observe import needs_root

SECRET = "/shop/dev/stripe/secret-key"


def files(*folders):
    return {path: path.read_bytes() for folder in folders for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".lock"}


@pytest.fixture
def filled(shop):
    shop.put(SECRET, "sk_old")
    return shop


@pytest.fixture
def unchanged(filled):
    """The test leaves every file as it was when it says `unchanged.begin()`."""
    class Witness:
        def begin(self):
            self.before = files(filled.home, filled.work)
    witness = Witness()
    witness.begin()
    yield witness
    assert files(filled.home, filled.work) == witness.before


# --- unknown things ------------------------------------------------------------------------

STAGE_COMMANDS = [["export"], ["exec", "--", "true"], ["explain", "STRIPE_SECRET_KEY"], ["status"],
                  ["check"], ["render", "lambda"], ["refresh"], ["list"], ["get", "x"],
                  ["put", "x"], ["history", "x"], ["rm", "--yes", "1", "x"]]


@pytest.mark.parametrize("args", STAGE_COMMANDS, ids=lambda args: args[0])
def test_an_unknown_stage(filled, unchanged, args):
    """The nearest stage is named, or all that there are."""
    status = 125 if args[0] == "exec" else 1
    command, *rest = args
    for stage, says in (("stagin", "staging"), ("zzzzzzzz", "prod")):
        out = b"false\n" if command == "export" else b""
        said = filled.fails(status, command, "--stage", stage, *rest, out=out, input="v")
        assert stage in said and says in said


@pytest.mark.parametrize("args, status", [
    (["get", "/shop/dev/stripe/secret-kee"], 1), (["history", "/shop/dev/stripe/secret-kee"], 1),
    (["explain", "STRIPE_SECRET_KEE", "--stage", "dev"], 1),
    (["rm", "--yes", "1", "/shop/dev/stripe/secret-kee"], 1)], ids=lambda value: str(value)[:12])
def test_an_unknown_key(filled, unchanged, args, status):
    said = filled.fails(status, *args, out=None)
    assert "stripe/secret-kee" in said or "STRIPE_SECRET_KEE" in said, said
    if args[0] == "get":
        assert "did you mean /shop/dev/stripe/secret-key?" in said


def test_a_pattern_that_no_key_matches(filled, unchanged):
    """What it asks for is done, but an empty answer is remarked on."""
    for args in (["export"], ["export", "--json"], ["render", "lambda"]):
        result = filled(*args, "--stage", "dev", "--only", "NOTHING_*", check=0)
        assert "no key matches" in result.err_text


def test_an_unknown_target(filled, unchanged):
    assert "backend" in filled.fails(1, "render", "backnd", "--stage", "dev")


# --- broken files ----------------------------------------------------------------------------

@pytest.mark.parametrize("text, says", [
    ("max_age = soon\n", ["config.ini:1", "max_age"]),
    ("max_ge = 1\n", ["config.ini:1", "max_age"]),
    ("[x]\n", ["config.ini:1"]), ("nonsense\n", ["config.ini:1"]),
    ("max_age = 1\nmax_age = 2\n", ["config.ini:2"]), ("vault = relative\n", ["config.ini:1"]),
    ("endpoint_url_ssm = gopher://x\n", ["config.ini:1"]), ("max_age = \0\n", ["config.ini"]),
    ("allowed_names = a b c\n", ["config.ini:1"]), ("key_file = \xff\n", ["config.ini"])])
def test_a_broken_settings_file(filled, unchanged, text, says):
    settings = filled.home / ".config/flowenv/config.ini"
    settings.write_bytes(text.encode("latin-1"))
    unchanged.begin()
    for args in (["get", SECRET], ["put", SECRET], ["export", "--stage", "dev"]):
        result = filled(*args, input="v", check=1)
        for words in says:
            assert words in result.err_text, result


@pytest.mark.parametrize("text", ["[profile x\n", "no section\n", "[default\nregion=us-east-1\n"])
@pytest.mark.parametrize("name", ["config", "credentials"])
def test_a_broken_aws_file(shop, text, name):
    (shop.home / ".aws").mkdir()
    (shop.home / ".aws" / name).write_text(text)
    result = shop("list", "/a", "--store", "ssm", env={"AWS_REGION": "us-east-1"}, timeout=5)
    assert result.status == 1 and f".aws/{name}" in result.err_text, result


@pytest.mark.parametrize("size", [0, 1, 31, 33, 64, 100_000])
def test_a_key_file_of_another_length(filled, unchanged, size):
    key = filled.home / ".config/flowenv/key"
    key.write_bytes(b"k" * size)
    unchanged.begin()
    for args in (["get", SECRET], ["put", SECRET], ["export", "--stage", "dev"]):
        result = filled(*args, input="v", check=5)
        assert str(key) in result.err_text


def test_a_state_file_that_is_damaged(filled, unchanged):
    """It witnesses rollbacks: what can't be read is not passed over."""
    state = next((filled.home / ".local/state/flowenv/vaults").glob("*.state"))
    state.write_bytes(state.read_bytes()[:-1] + b"x")
    unchanged.begin()
    for args in (["get", SECRET], ["put", SECRET]):
        result = filled(*args, input="v", check=6)
        assert "--accept-rollback" in result.err_text
    state.unlink()
    unchanged.begin()
    result = filled("get", SECRET, check=0)
    assert "record" in result.err_text
    unchanged.before = files(filled.home, filled.work)


# --- a directory where a file should be ---------------------------------------------------------

@pytest.mark.parametrize("place, args, status", [
    (".env", ["export", "--stage", "dev"], 1), (".env.dev", ["check", "--stage", "dev"], 1),
    ("flowenv.ini", ["status"], 1), ("x.env", ["export", "--env-file", "x.env"], 1),
    ("value", ["put", "--from-file", "value", SECRET], 1),
    ("env.dev.json", ["render", "backend", "--stage", "dev"], 10)],
    ids=lambda value: str(value)[:12])
def test_a_directory_for_a_file(filled, unchanged, place, args, status):
    (filled.work / place).unlink(missing_ok=True)
    (filled.work / place).mkdir()
    unchanged.begin()
    said = filled(*args, input=None, check=status).err_text
    assert place in said and "directory" in said


@pytest.mark.parametrize("place", [".config/flowenv/key", ".config/flowenv/config.ini",
                                   ".local/share/flowenv/vault.fenv",
                                   ".local/share/flowenv/vault.fenv.lock"])
def test_a_directory_for_one_of_flowenvs_files(filled, unchanged, place):
    path = filled.home / place
    path.unlink(missing_ok=True)
    path.mkdir(mode=0o700)
    unchanged.begin()
    for args in (["put", SECRET], ["get", SECRET]):
        if place.endswith(".lock") and args[0] == "get":
            continue  # readers take no lock
        result = filled(*args, input="v", timeout=15)
        assert result.status in (1, 10) and str(path) in result.err_text, result


@pytest.mark.parametrize("place", [".config/flowenv", ".local/share/flowenv",
                                   ".local/state/flowenv", ".config", ".local"])
def test_a_file_for_one_of_flowenvs_directories(shop, place):
    path = shop.home / place
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text("in the way")
    result = shop("put", SECRET, input="v")
    assert result.status in (1, 10) and place in result.err_text, result
    assert path.read_text() == "in the way"


# --- no home, no permission -----------------------------------------------------------------------

@pytest.mark.parametrize("home", ["relative", "", "/proc/none", "/dev/null"])
def test_a_home_that_is_none(shop, home):
    result = shop("put", SECRET, input="v", env={"HOME": home})
    assert result.status == 1 and result.err.count(b"\n") == 1, result
    assert "HOME" in result.err_text or home in result.err_text


def as_nobody(program, *args, input=b"v"):
    """Runs without any right of root's, on files that are open to be found."""
    return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           *program.argv(*args)], env=program.environ(), cwd=program.work,
                          input=input, capture_output=True, timeout=20)


@pytest.fixture
def nobodys(shop, tmp_path):
    """The shop given to a user without rights."""
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    for path in (shop.home, shop.work, *shop.work.rglob("*")):
        os.chown(path, 65534, 65534)
    return shop


@needs_root
@pytest.mark.parametrize("place, mode, args", [
    (".local/share/flowenv/vault.fenv", 0, ["get", SECRET]),
    (".config/flowenv/key", 0, ["get", SECRET]),
    (".config/flowenv", 0, ["get", SECRET]),
    (".local/share/flowenv", 0o500, ["put", SECRET]),
    (".local/share/flowenv", 0, ["get", SECRET]),
    (".local/state/flowenv/vaults", 0, ["get", SECRET])], ids=lambda value: str(value)[:24])
def test_no_permission(nobodys, place, mode, args):
    assert as_nobody(nobodys, "put", SECRET).returncode == 0
    path = nobodys.home / place
    before = files(nobodys.home)
    path.chmod(mode)
    done = as_nobody(nobodys, *args, input=b"other")
    path.chmod(0o700)
    assert done.returncode == 1, done
    assert b"Permission denied" in done.stderr and place.split("/")[-1].encode() in done.stderr
    assert files(nobodys.home) == before


@needs_root
@pytest.mark.parametrize("name, args", [
    ("flowenv.ini", ["status"]), (".env", ["export", "--stage", "dev"]),
    ("value", ["put", "--from-file", "value", SECRET])], ids=lambda value: str(value)[:12])
def test_no_permission_for_a_file_of_the_project(nobodys, name, args):
    path = nobodys.work / name
    path.touch()
    os.chown(path, 65534, 65534)
    path.chmod(0)
    done = as_nobody(nobodys, *args)
    assert done.returncode == 1 and name.encode() in done.stderr
    assert b"Permission denied" in done.stderr


@needs_root
def test_no_permission_for_a_directory_of_the_project(nobodys):
    """What init could not look into is named in what it writes, not taken for empty."""
    (nobodys.work / "infra").mkdir(mode=0)
    done = as_nobody(nobodys, "init", "--dry-run")
    assert done.returncode == 0 and b"cannot look into 'infra'" in done.stdout, done


# --- a full disk ---------------------------------------------------------------------

@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB; skips where nothing may be mounted."""
    place = tmp_path / "disk"
    place.mkdir(mode=0o700)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", place],
                          capture_output=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted: {done.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place, leave=0):
    """Takes all the room but `leave` bytes."""
    with contextlib.suppress(OSError), open(place / "filler", "wb", 0) as filler:
        while True:
            filler.write(b"x" * 4096)
    if leave:
        os.truncate(place / "filler", max(0, (place / "filler").stat().st_size - leave))


@pytest.mark.parametrize("leave", [0, 4096, 8192])
def test_enospc_tmpfs_vault(shop, small_disk, leave):
    """The old vault stays whole, and is served; with room again everything goes on."""
    vault = small_disk / "vault.fenv"
    shop.put(SECRET, "old", "--vault", vault)
    fill(small_disk, leave)
    before = vault.read_bytes()
    result = shop("put", SECRET, "--vault", vault, input="x" * 9000)
    assert result.status == 1 and "space" in result.err_text, result
    assert str(vault) in result.err_text
    assert vault.read_bytes() == before
    assert shop.ok("get", SECRET, "--vault", vault) == b"old"
    (small_disk / "filler").unlink()
    shop.put(SECRET, "new", "--vault", vault)
    assert shop.ok("get", SECRET, "--vault", vault) == b"new"
    assert {path.suffix for path in small_disk.iterdir()} <= {".fenv", ".lock", ".prev"}


def test_enospc_tmpfs_first_use(shop, small_disk):
    """No half vault, no half key; and a key without a vault is no obstacle later."""
    fill(small_disk)
    env = {"XDG_DATA_HOME": str(small_disk / "data"), "XDG_CONFIG_HOME": str(small_disk / "config"),
           "XDG_STATE_HOME": str(small_disk / "state")}
    result = shop("put", SECRET, input="value", env=env)
    assert result.status == 1 and "space" in result.err_text, result
    left = [path for path in small_disk.rglob("*") if path.is_file() and path.name != "filler"]
    assert all(path.suffix == ".lock" or path.stat().st_size == 32 for path in left), left
    (small_disk / "filler").unlink()
    shop.put(SECRET, "value", env=env)
    assert shop.ok("get", SECRET, env=env) == b"value"


def test_enospc_tmpfs_state(filled, small_disk):
    """Where only the witness has no room, the put is done, and that is said."""
    env = {"XDG_STATE_HOME": str(small_disk)}
    filled.ok("get", SECRET, env=env)
    fill(small_disk)
    result = filled("put", SECRET, input="new", env=env)
    assert "space" in result.err_text, result
    assert filled.ok("get", SECRET) in ((b"new",) if result.status == 0 else (b"sk_old", b"new"))


def test_enospc_tmpfs_rendered(shop, small_disk):
    """A rendered file is the old one or the new one."""
    (small_disk / "flowenv.ini").write_bytes((shop.work / "flowenv.ini").read_bytes())
    (small_disk / ".env").write_text("LONG=" + "x" * 3000 + "\n")
    (small_disk / "env.dev.json").write_text("old")
    fill(small_disk)
    result = shop("render", "backend", "--stage", "dev", cwd=small_disk)
    assert result.status == 1 and "space" in result.err_text and "env.dev.json" in result.err_text
    assert (small_disk / "env.dev.json").read_text() == "old"
    assert {path.name for path in small_disk.iterdir()} == {"flowenv.ini", ".env", "env.dev.json",
                                                            "filler"}


# --- an endpoint that hangs: the only faults that take their time, so all at once ----

SLOW = {"hang": faults.hang(), "drip": faults.drip(0.5), "endless body": faults.endless_body(),
        "endless headers": faults.endless_headers()}


def test_an_endpoint_that_hangs(fault_server, shop, canary):
    """Each command ends within its bounds, says where it waited, and has stored nothing here."""
    servers = {name: fault_server() for name in SLOW}
    for name, server in servers.items():
        server.store.put(SECRET, canary())
        server.inject(SLOW[name])

    def run(case):
        name, args = case
        started = time.monotonic()
        result = shop(*args, input="v", timeout=50, env={
            **servers[name].env, "FLOWENV_STORE": "ssm", "AWS_MAX_ATTEMPTS": "1"})
        return name, args, result, time.monotonic() - started

    cases = [(name, args) for name in SLOW for args in (
        ["get", SECRET], ["put", SECRET], ["export", "--prefix", "/shop/dev"])]
    with ThreadPoolExecutor(len(cases)) as pool:
        for name, args, result, seconds in pool.map(run, cases):
            assert result.status in (1, 9), (name, result)
            assert seconds < 40, (name, args, seconds)
            assert "127.0.0.1" in result.err_text, (name, result)
            assert result.out in (b"", b"false\n")
            canary.absent(result)
    assert not list(shop.home.rglob("*.fenv"))


@pytest.mark.parametrize("key", ["key", "made/for/it/key", "not-yet/../key"])
def test_no_key_file_lies_in_the_project(shop, key):
    """T34: neither one that is there, nor one that would be made."""
    there = shop.work / key
    shop("put", SECRET, "--stage", "dev", "--key-file", key, input="v", check=10)
    assert not [path for path in shop.work.rglob("*") if path.is_file() and path.name == "key"]
    shop.put(SECRET, "v")
    there.parent.mkdir(parents=True, exist_ok=True)
    (shop.work / "not-yet").mkdir(exist_ok=True)
    made = next(path for path in shop.home.rglob("key"))
    there.write_bytes(made.read_bytes())
    there.chmod(0o600)
    assert "in the project" in shop("get", SECRET, "--key-file", key, check=10).err_text


def test_a_project_in_the_home_directory_has_the_key_where_it_always_is(shop):
    (shop.home / "flowenv.ini").write_text((shop.work / "flowenv.ini").read_text())
    shop("put", SECRET, "--project", str(shop.home), input="v", check=0)
    assert shop.ok("get", SECRET, "--project", str(shop.home)) == b"v"
