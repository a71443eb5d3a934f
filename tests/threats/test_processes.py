"""Command lines and environments: no value in either but the requested child's (T1, T2, T16)."""

import ctypes
import os
import subprocess
import threading
import time

import pytest

from support.observe import eventually, needs_strace, traced
from support.scene import Scene

STARTS = "execve,execveat,fork,vfork,clone,clone3"


def test_the_scene_has_every_command(shop):
    """So that a command that is added is watched too."""
    listed = {line.split()[0] for line in shop.ok("help").decode().splitlines()
              if line.startswith("  ") and not line.strip().startswith("-")}
    used = {args[0] for args, _ in Scene.ENTRIES}
    assert used and {name for name in listed if name.isalpha()} - {"flowenv"} <= used, listed - used


@needs_strace
def test_leak_argv(scene, tmp_path):
    for args, given in scene.ENTRIES:
        _, calls = traced(scene.program, "execve,execveat", *args, file=tmp_path / "trace",
                          input=scene.input(given))
        started = [call for call in calls if call.name.startswith("execve")]
        assert started, args
        for call in started[1:]:
            argv, env = split_exec(call)
            scene.canary.absent(b"\0".join(argv))
            if args[0] != "exec":
                scene.canary.absent(b"\0".join(env))


def split_exec(call):
    """The file and arguments, and the environment, of an execve that strace saw."""
    strings = call.strings()
    count = call.text.partition("]")[0].count('"') // 2
    return strings[:count], strings[count:]


def test_leak_argv_in_the_process_list(scene):
    """What ps would show, all the while that the commands run."""
    seen, ends = set(), threading.Event()

    def look():
        while not ends.is_set():
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        seen.add(file.read())
                except OSError:
                    pass

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for args, given in scene.ENTRIES:
            scene.program(*args, input=scene.input(given))
    finally:
        ends.set()
        watcher.join()
    assert any(b"flowenv" in line for line in seen)
    scene.canary.absent(b"\n".join(seen))


@pytest.mark.parametrize("options", [[], ["--type", "SecureString"], ["--from-file", "x"],
                                     ["--type", "String", "--fd", "9"]], ids=" ".join)
def test_leak_argv_value_as_operand(shop, canary, options):
    """A secret typed as an operand is a mistake of use, and is not repeated."""
    result = shop("put", *options, "/shop/dev/key", canary(), check=2)
    canary.absent(result)
    canary.absent_on_disk(shop.home, shop.work)


@pytest.mark.parametrize("args", [
    lambda secret: ["get", "/a", secret],
    lambda secret: [secret],
    lambda secret: [f"--{secret}"],
    lambda secret: ["put", f"--{secret}", "/a"],
    lambda secret: ["put", "--type", secret, "/a"],
    lambda secret: ["put", "--json=" + secret, "/a"],
    lambda secret: ["put", "--fd", secret, "/a"],
    lambda secret: ["export", "--format", secret],
    lambda secret: ["export", secret],
    lambda secret: ["help", secret],
    lambda secret: ["completion", secret],
    lambda secret: ["rm", "--yes", secret, "/a"],
])
def test_leak_argv_in_the_wrong_place(shop, canary, args):
    """Whatever word may be a secret in the wrong place is not repeated."""
    result = shop(*args(canary()))
    assert result.status == 2, result
    canary.absent(result)


OWN = {"FLOWENV_STORE": "local", "FLOWENV_ANYTHING": "x"}
CREDENTIALS = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GITHUB_TOKEN", "VERCEL_TOKEN"]


@needs_strace
def test_leak_environ_of_helpers(scene, tmp_path):
    """git, the only program that flowenv starts for itself, gets PATH and HOME."""
    subprocess.run(["git", "init", "-q", scene.program.work], check=True)
    scene.program.write(".gitignore", "env.*.json\n")
    env = {name: scene.canary() for name in CREDENTIALS} if not scene.tokens else {}
    result, calls = traced(scene.program, STARTS, "render", "backend", "--stage", "dev",
                           file=tmp_path / "trace", env=env)
    assert result.status == 0, result
    helpers = [split_exec(call) for call in calls if call.name == "execve"][1:]
    assert helpers and all(b"git" in argv for argv, _ in helpers)
    for argv, environment in helpers:
        assert sorted(text.partition(b"=")[0] for text in environment) == [b"HOME", b"PATH"]
        scene.canary.absent(b"\0".join(argv + environment))


@needs_strace
def test_leak_environ_only_render_starts_a_program(scene, tmp_path):
    for args, given in scene.ENTRIES:
        if args[0] in ("exec", "render"):
            continue
        _, calls = traced(scene.program, STARTS, *args, file=tmp_path / "trace",
                          input=scene.input(given))
        assert len([call for call in calls if call.name.startswith("execve")]) == 1, (args, calls)


def test_leak_environ_of_the_child(scene):
    """It has the view, and the credentials as the user had them, and nothing of flowenv's."""
    had = dict(zip(CREDENTIALS, ["AKIA", "token", "gh", "v"]))
    out = scene.program.ok("exec", "--stage", "dev", "--", "env", "-0",
                           env={**had, **OWN} if not scene.tokens else {"FLOWENV_X": "y", **{
                               name: had[name] for name in CREDENTIALS[2:]}})
    found = dict(item.split("=", 1) for item in out.decode().split("\0") if item)
    assert [name for name in found if name.startswith("FLOWENV_")] == []
    assert found["STRIPE_SECRET_KEY"] == scene.secrets[0]
    assert found["GITHUB_TOKEN"] == "gh" and found["VERCEL_TOKEN"] == "v"
    assert found["AWS_SECRET_ACCESS_KEY"] == (scene.tokens or ["AKIA"])[0]
    assert found["AWS_SESSION_TOKEN"] == (scene.tokens or ["", "token"])[1]


def test_leak_environ_while_it_runs(scene):
    """/proc/PID/environ no longer holds a credential once the program waits for a value."""
    env = {name: scene.canary() for name in CREDENTIALS} if not scene.tokens else {}
    process = scene.program.popen("put", "/shop/dev/new", env=env)
    eventually(lambda: b"FLOWENV" in environ_of(process.pid) or scene.canary.found_in(
        environ_of(process.pid)) is None, "the wiping")
    time.sleep(0.05)
    scene.canary.absent(environ_of(process.pid))


def environ_of(pid):
    with open(f"/proc/{pid}/environ", "rb") as file:
        return file.read()


# --- the child's start (T16) ---------------------------------------------------------

def test_env_duplicates(shop):
    """Whatever came twice goes on once; the view is stronger than what was inherited."""
    shop.write("x.env", "DOUBLE=first\nDOUBLE=last\nINHERITED=view\n")
    argv = shop.argv("exec", "--env-file", "x.env", "--", "env", "-0")
    env = [f"{name}={value}" for name, value in shop.environ().items()]
    env += ["TWICE=one", "TWICE=two", "INHERITED=caller", "DOUBLE=caller", "=nameless", "noequals"]
    out = spawn_with(argv, env, shop.work)
    found = [item.partition(b"=") for item in out.split(b"\0") if item]
    names = [name for name, _, _ in found]
    assert names == sorted(set(names)) and b"" not in names and b"noequals" not in names
    values = {name: value for name, _, value in found}
    assert values[b"DOUBLE"] == b"last" and values[b"INHERITED"] == b"view"
    assert values[b"TWICE"] == b"one"  # what getenv() finds


def spawn_with(argv, env, cwd):
    """Starts a program with an environment that no dictionary could hold; returns its output."""
    libc = ctypes.CDLL(None, use_errno=True)
    reading, writing = os.pipe()

    def pointers(texts):
        raw = [text.encode() for text in texts]
        return (ctypes.c_char_p * (len(raw) + 1))(*raw, None)

    arguments, environment = pointers(argv), pointers(env)
    pid = os.fork()
    if pid == 0:
        os.dup2(writing, 1)
        os.chdir(cwd)
        libc.execve(argv[0].encode(), arguments, environment)
        os._exit(99)
    os.close(writing)
    with os.fdopen(reading, "rb") as output:
        out = output.read()
    assert os.waitpid(pid, 0)[1] == 0
    return out


def test_env_too_big(shop, canary):
    """One value more than the kernel takes, and a sum more than it takes: said by name and size."""
    secret = canary()
    half = secret + "x" * 70000
    shop.write("one.env", f"BIG='{half}\n{half}'\n")
    result = shop("exec", "--env-file", "one.env", "--", "true", check=125)
    assert "BIG" in result.err_text and "131" in result.err_text
    canary.absent(result)
    shop.write("sum.env", "".join(f"K{i}={secret}{'x' * 100000}\n" for i in range(9)))
    result = shop("exec", "--env-file", "sum.env", "--", "true", check=125,
                  wrapper=["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh"])
    assert "K" in result.err_text and "kernel" in result.err_text
    canary.absent(result)


def test_fd_leak(scene):
    """The child has descriptors 0 to 2 and none of flowenv's or of the caller's."""
    reading, writing = os.pipe()
    high = os.dup2(writing, 200, inheritable=True)
    try:
        process = scene.program.popen("exec", "--stage", "dev", "--", "sh", "-c",
                                      "ls /proc/$$/fd", pass_fds=[high])
        out, err = process.communicate(timeout=20)
    finally:
        for fd in (reading, writing, high):
            os.close(fd)
    assert out.split() == [b"0", b"1", b"2"], err


@pytest.mark.parametrize("signal_name", ["TERM", "INT", "KILL", "HUP", "USR1"])
def test_signals_and_status_signal(shop, signal_name):
    shop.write("x.env", "A=1\n")
    result = shop("exec", "--env-file", "x.env", "--", "sh", "-c", f"kill -{signal_name} $$",
                  may_die=True)
    direct = subprocess.run(["sh", "-c", f"kill -{signal_name} $$"])
    assert result.status == direct.returncode < 0


@pytest.mark.parametrize("status", [0, 1, 2, 10, 125, 126, 127, 255])
def test_signals_and_status_status(shop, status):
    shop.write("x.env", "A=1\n")
    assert shop("exec", "--env-file", "x.env", "--", "sh", "-c", f"exit {status}").status == status
