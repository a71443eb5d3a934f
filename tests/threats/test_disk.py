"""What reaches the disk, with which rights, and through which links (T7 to T10)."""

import os
import re
import stat
import threading

import pytest

from support.observe import needs_root, needs_strace, traced

SECRET = "/shop/dev/stripe/secret-key"


def vault_of(program):
    return program.home / ".local/share/flowenv/vault.fenv"


def key_of(program):
    return program.home / ".config/flowenv/key"


def snapshot(*folders):
    """Everything below, with modes: to compare before and after. Locks hold nothing."""
    return {path: (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
            for folder in folders for path in sorted(folder.rglob("*"))
            if path.suffix != ".lock" and not path.is_fifo()}


# --- T7: values on disk ---------------------------------------------------------------

def test_leak_disk(scene, tmp_path):
    """After each command no file has a value but the .env file in which the user wrote it."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    written = scene.program.work / ".env"
    for args, given in scene.ENTRIES:
        scene.program(*args, input=scene.input(given), env={"TMPDIR": str(scratch)})
        files = [path for path in scene.program.work.rglob("*") if path != written]
        scene.canary.absent_on_disk(scene.program.home, scratch, *files)
    assert scene.canary.found_in(written.read_bytes())


WRITES = "write,pwrite64,writev,pwritev,sendto,sendmsg,open,openat,creat,memfd_create,rename"


@needs_strace
@pytest.mark.parametrize("args", [["put", SECRET], ["export", "--stage", "dev"], ["refresh"],
                                  ["render", "lambda", "--stage", "dev"], ["get", SECRET]],
                         ids=" ".join)
def test_leak_disk_payloads(scene, tmp_path, args):
    """Byte for byte, only standard output gets a value; and the service, what is put there."""
    given = scene.canary("sk_").encode() if args[0] == "put" else b""
    result, calls = traced(scene.program, WRITES, *args, file=tmp_path / "trace", input=given)
    assert result.status == 0, result
    secret_key, token = (scene.tokens or [None, None])
    values = [value.encode() for value in scene.canary.values if value != token]
    holding = [call for call in calls for text in call.strings()
               if any(value in text for value in values)]
    to_service = [call for call in holding if call.name in ("sendto", "sendmsg")]
    to_stdout = [call for call in holding if call.text.startswith("1, ")]
    assert len(holding) == len(to_service) + len(to_stdout), holding
    assert bool(to_stdout) == scene.shows(args)
    assert not to_service or (token and args[0] == "put")
    assert not secret_key or secret_key.encode() not in b"".join(
        text for call in calls for text in call.strings())


@needs_strace
def test_leak_disk_killed(scene, tmp_path):
    """Killed at any of its writes, renames and syncs, a put leaves no value behind either."""
    killed = 0
    for call in ("write", "pwrite64", "renameat", "rename", "fsync", "close", "linkat", "flock"):
        for which in (1, 2, 3, 5):
            result = scene.program(
                "put", SECRET, input=scene.canary(), may_die=True,
                wrapper=["strace", "-f", "-qq", "-o", tmp_path / "trace", "-e", f"trace={call}",
                         "-e", f"inject={call}:signal=SIGKILL:when={which}"])
            killed += result.status == -9
            scene.canary.absent_on_disk(scene.program.home)
    assert killed >= 8
    assert scene.program("get", SECRET).status == 0


def test_leak_disk_a_failed_render_writes_nothing(shop, canary):
    shop.write(".env", f"STRIPE_SECRET_KEY={canary()}\nAWS_REGION=reserved\n")
    before = snapshot(shop.home, shop.work)
    shop("render", "backend", "--stage", "dev", check=10)
    assert snapshot(shop.home, shop.work) == before


# --- T8: modes and owners --------------------------------------------------------------

@pytest.mark.parametrize("umask", ["000", "777", "022"])
def test_modes_umask000(scene, umask):
    """0600 and 0700 whatever the umask: vault, key, state, locks, buckets, rendered files."""
    wrapper = ["sh", "-c", f'umask {umask}; exec "$@"', "sh"]
    for args, given in [*scene.ENTRIES, (["render", "backend", "--stage", "dev"], b"")]:
        scene.program(*args, input=scene.input(given), wrapper=wrapper)
    found = [path for folder in (".config/flowenv", ".local/share/flowenv", ".local/state/flowenv")
             for path in [scene.program.home / folder, *(scene.program.home / folder).rglob("*")]]
    assert {path.name for path in found} >= {"vault.fenv", "key", "vaults"}
    for path in [*found, scene.program.work / "env.dev.json"]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


LOOSE = {"vault": vault_of, "key": key_of, "state": lambda program: program.home /
         ".local/state/flowenv/vaults", "record": lambda program: next(
             (program.home / ".local/state/flowenv/vaults").glob("*.state"))}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o610, 0o677])
@pytest.mark.parametrize("what", LOOSE)
def test_refuse_loose(shop, what, mode):
    """A vault, key or state that others can reach is refused, and stays as it is."""
    shop.put(SECRET, "value")
    path = LOOSE[what](shop)
    path.chmod(mode | (0o100 if path.is_dir() else 0))
    before = snapshot(shop.home, shop.work)
    for args in (["get", SECRET], ["put", SECRET], ["export", "--stage", "dev"], ["status"]):
        result = shop(*args, input="other", check=10)
        assert str(path) in result.err_text and "chmod" in result.err_text, result
        assert result.out in (b"", b"false\n")
    assert snapshot(shop.home, shop.work) == before


@needs_root
@pytest.mark.parametrize("what", LOOSE)
def test_refuse_loose_owner(shop, what):
    """Another user's vault, key or state is none."""
    shop.put(SECRET, "value")
    path = LOOSE[what](shop)
    os.chown(path, 65534, 65534)
    result = shop("get", SECRET, check=10)
    assert str(path) in result.err_text and "65534" in result.err_text


@pytest.mark.parametrize("mode", [0o606, 0o662, 0o666])
def test_refuse_loose_settings(shop, mode):
    """Whoever can write config.ini chooses where credentials go; reading it tells nothing."""
    shop.put(SECRET, "value")
    settings = shop.home / ".config/flowenv/config.ini"
    settings.write_text("max_age = 900\n")
    settings.chmod(0o644)
    shop.ok("get", SECRET)
    settings.chmod(mode)
    result = shop("get", SECRET, check=10)
    assert str(settings) in result.err_text and "chmod" in result.err_text
    assert stat.S_IMODE(settings.stat().st_mode) == mode


@needs_root
def test_refuse_loose_settings_owner(shop):
    shop.put(SECRET, "value")
    settings = shop.home / ".config/flowenv/config.ini"
    settings.write_text("max_age = 900\n")
    os.chown(settings, 65534, 65534)
    result = shop("get", SECRET, check=10)
    assert str(settings) in result.err_text


@pytest.mark.parametrize("mode", [0o777, 0o702])
def test_refuse_loose_settings_directory(shop, mode):
    shop.put(SECRET, "value")
    settings = shop.home / ".config/flowenv/config.ini"
    settings.write_text("max_age = 900\n")
    settings.parent.chmod(mode)
    result = shop("get", SECRET, check=10)
    assert str(settings.parent) in result.err_text
    assert stat.S_IMODE(settings.parent.stat().st_mode) == mode


# --- T9: links, FIFOs, races ---------------------------------------------------------------

@pytest.mark.parametrize("what", ["vault", "key", "record"])
def test_symlink(shop, what):
    """Neither read nor written through a link, whoever made it."""
    shop.put(SECRET, "value")
    path = LOOSE[what](shop)
    elsewhere = shop.work / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    before = snapshot(shop.home, shop.work)
    for args in (["get", SECRET], ["put", SECRET], ["export", "--stage", "dev"]):
        result = shop(*args, input="other", check=10)
        assert str(path) in result.err_text
    assert snapshot(shop.home, shop.work) == before and path.is_symlink()


@pytest.mark.parametrize("place", ["../outside.env", "/etc/hostname", "sub/../../outside.env"])
def test_symlink_env(shop, canary, place):
    """A project's .env that leads out of the project is not read."""
    (shop.work.parent / "outside.env").write_text(f"A={canary()}\n")
    (shop.work / "sub").mkdir()
    (shop.work / ".env").symlink_to(place)
    result = shop("export", "--stage", "dev")
    assert result.status == 10 and result.out == b"false\n", result
    assert ".env" in result.err_text
    canary.absent(result)


@pytest.mark.parametrize("name", ["flowenv.ini", ".env.example"])
def test_symlink_project_files(shop, canary, name):
    (shop.work / name).unlink(missing_ok=True)
    (shop.work / name).symlink_to("../outside")
    (shop.work.parent / "outside").write_text(f"[stage.dev]\n; {canary()}\n")
    result = shop("check", "--stage", "dev", check=10)
    assert name in result.err_text
    canary.absent(result)


def test_symlink_env_inside(shop):
    """One that stays inside is a way to arrange one's files."""
    (shop.work / "conf").mkdir()
    shop.write("conf/dev.env", "A=1\n")
    (shop.work / ".env").symlink_to("conf/dev.env")
    assert b"A='1'" in shop.ok("export", "--stage", "dev")


def test_symlink_rendered(shop):
    """A rendered file replaces no link, and nothing is written where it leads."""
    shop.put(SECRET, "sk_value")
    target = shop.work.parent / "target"
    target.write_text("mine")
    (shop.work / "env.dev.json").symlink_to(target)
    result = shop("render", "backend", "--stage", "dev", check=10)
    assert "target.backend" in result.err_text
    assert target.read_text() == "mine" and (shop.work / "env.dev.json").is_symlink()


def test_symlink_rendered_inside(shop):
    shop.put(SECRET, "sk_value")
    shop.write("target", "mine")
    (shop.work / "env.dev.json").symlink_to("target")
    result = shop("render", "backend", "--stage", "dev", check=10)
    assert "env.dev.json" in result.err_text and "symbolic link" in result.err_text
    assert (shop.work / "target").read_text() == "mine"


def test_symlink_rendered_directory(shop):
    """Nor through a folder that leads out of the project."""
    shop.put(SECRET, "sk_value")
    shop.write("flowenv.ini", (shop.work / "flowenv.ini").read_text().replace(
        "file = env.", "file = out/env."))
    outside = shop.work.parent / "outside"
    outside.mkdir()
    (shop.work / "out").symlink_to(outside)
    shop("render", "backend", "--stage", "dev", check=10)
    assert list(outside.iterdir()) == []


def test_symlink_github_env(shop, tmp_path):
    shop.put(SECRET, "sk_value")
    target = tmp_path / "target"
    target.write_text("")
    (tmp_path / "link").symlink_to(target)
    result = shop("export", "--prefix", "/shop/dev", "--format", "github-env",
                  env={"GITHUB_ENV": str(tmp_path / "link")})
    assert result.status != 0 and target.read_text() == ""


@pytest.mark.parametrize("where", [".env", "flowenv.ini", ".env.dev"])
def test_fifo_env(shop, where):
    (shop.work / where).unlink(missing_ok=True)
    os.mkfifo(shop.work / where)
    result = shop("export", "--stage", "dev", timeout=5)
    assert result.status == 1 and where in result.err_text
    assert "regular file" in result.err_text


@pytest.mark.parametrize("what", ["vault", "key", "record", "settings", "lock"])
def test_fifo_own(shop, what):
    """Nor does a FIFO in the place of one of flowenv's own files block anybody."""
    shop.put(SECRET, "value")
    path = {"settings": shop.home / ".config/flowenv/config.ini",
            "lock": vault_of(shop).with_suffix(".fenv.lock")}.get(what) or LOOSE[what](shop)
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    result = shop("put", SECRET, input="other", timeout=5)
    assert result.status in (1, 10) and str(path) in result.err_text, result
    assert path.is_fifo()


@pytest.mark.parametrize("args", [["put", "--from-file", "fifo", SECRET],
                                  ["export", "--env-file", "fifo"]], ids=" ".join)
def test_fifo_named_by_the_user(shop, args):
    os.mkfifo(shop.work / "fifo")
    result = shop(*args, timeout=5, input=None)
    assert result.status == 1 and "fifo" in result.err_text


def test_hardlink_vault(shop):
    """A second name of the vault keeps the old bytes: the new ones are in a new file."""
    shop.put(SECRET, "one")
    other = shop.work / "other-name"
    os.link(vault_of(shop), other)
    old = other.read_bytes()
    shop.put(SECRET, "two")
    assert other.read_bytes() == old
    assert shop.ok("get", SECRET) == b"two"
    assert vault_of(shop).stat().st_ino != other.stat().st_ino


def test_hardlink_rendered(shop):
    shop.put(SECRET, "sk_value")
    shop.write("env.dev.json", "old")
    os.link(shop.work / "env.dev.json", shop.work / "other-name")
    shop.ok("render", "backend", "--stage", "dev")
    assert (shop.work / "other-name").read_text() == "old"


def test_symlink_swap(shop, canary):
    """A .env that is now a file, now a link out of the project, never gives what lies outside."""
    (shop.work.parent / "outside.env").write_text(f"A={canary()}\n")
    (shop.work / ".env").write_text("A=inside\n")
    ends = threading.Event()

    def swap():
        link, copy = shop.work / "link", shop.work / "copy"
        while not ends.is_set():
            link.symlink_to("../outside.env")
            link.rename(shop.work / ".env")
            copy.write_text("A=inside\n")
            copy.rename(shop.work / ".env")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        seen = [shop("export", "--stage", "dev") for _ in range(150)]
    finally:
        ends.set()
        swapper.join()
    canary.absent(*seen)
    assert {result.status for result in seen} <= {0, 10}
    assert all((b"inside" in result.out) == (result.status == 0) for result in seen)


# --- T10: what a locked vault tells ----------------------------------------------------------

def test_info_locked(scene):
    """No name of a key, a stage, a parameter or a source, and no length of a value, in the file."""
    scene.program("refresh")
    scene.program("put", "/shop/dev/very-special-name", input=scene.canary())
    data = b"".join(path.read_bytes() for path in scene.program.home.rglob("*") if path.is_file())
    assert b"FENV" in data
    for name in (b"shop", b"stripe", b"STRIPE", b"special", b"dev", b"ssm", b"local", b"dotenv",
                 b"FROM_FILE", b"SecureString"):
        found = re.search(re.escape(name), data, re.I)
        assert not found or len(name) < 4, (name, data[found.start() - 20:found.end() + 20])
    scene.canary.absent(data)


def test_info_locked_lengths(shop, tmp_path):
    """A vault is as long with a long name and value as with short ones."""
    sizes = set()
    for name, value in (("/a", "x"), ("/shop/dev/a/much/longer/name", "x" * 2000)):
        vault = tmp_path / f"{len(value)}/vault.fenv"
        vault.parent.mkdir(mode=0o700)
        shop.put(name, value, "--vault", vault)
        sizes.add(vault.stat().st_size)
    assert len(sizes) == 1
