"""Standard output that is full, closed or gone, and signals at a prompt (T45)."""

import os
import resource
import signal
import subprocess
import termios

import pytest

from support.observe import eventually, needs_strace

SECRET = "/shop/dev/stripe/secret-key"


def answering(scene):
    """The commands that have something to say on standard output: not exec, whose child has it, and
    not a refresh of nothing."""
    silent = {"exec"} if scene.tokens else {"exec", "refresh"}
    for args, given in scene.ENTRIES:
        if args[0] not in silent:
            yield args, scene.input(given)


def test_dev_full(scene):
    """An answer that could not be written is a failure with its reason; no value in it."""
    for args, given in answering(scene):
        with open("/dev/full", "wb") as full:
            result = scene.program(*args, input=given, stdout=full)
        assert result.status not in (0, None), (args, result)
        if args[0] not in ("init", "check"):
            assert "standard output" in result.err_text and "space" in result.err_text, result
        lost = "only the answer is lost" in result.err_text
        assert lost == (args[0] in ("put", "rm") and "--dry-run" not in args), result
        scene.canary.absent(result.err)


def test_dev_full_eval(shop):
    """What eval would run is all there or is nothing: a disk that is full half way is a failure."""
    shop.put(SECRET, "x" * 3000)

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    with open(shop.work / "answer", "wb") as answer:
        process = shop.popen("export", "--stage", "dev", stdout=answer, preexec_fn=small_files)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1 and b"standard output" in err


def test_epipe(scene):
    """A reader that went away: status 1, and not a word."""
    for args, given in answering(scene):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            result = scene.program(*args, input=given, stdout=pipe)
        assert result.status not in (0, None) and result.status > 0, (args, result)
        assert "standard output" not in result.err_text and "Broken" not in result.err_text


def test_epipe_child(shop):
    """The child of exec dies of SIGPIPE as it would without flowenv."""
    shop.write("a.env", "A=1\n")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        result = shop("exec", "--env-file", "a.env", "--", "yes", stdout=pipe, may_die=True)
    assert result.status == -signal.SIGPIPE and result.err == b""


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&- >&- 2>&-", "<&- >&-"])
def test_closed_stdout(scene, closed):
    """No file that is opened later becomes standard output; a failure is a failure."""
    vault = next(scene.program.home.rglob("*.fenv"), None)
    before = vault.read_bytes() if vault else None
    for args in (["get", SECRET], ["export", "--stage", "dev"], ["list", "/shop/dev"], ["help"],
                 ["render", "lambda", "--stage", "dev"]):
        done = subprocess.run(["sh", "-c", f'"$@" {closed}', "sh", *scene.program.argv(*args)],
                              env=scene.program.environ(), cwd=scene.program.work,
                              capture_output=True, timeout=20)
        assert done.returncode == 1, (args, done)
        assert (b"standard output" in done.stderr) == ("2>&-" not in closed)
        scene.canary.absent(done.stdout, done.stderr)
    if vault:
        assert vault.read_bytes() == before
    files = [path for path in scene.program.work.rglob("*") if path.name != ".env"]
    scene.canary.absent_on_disk(scene.program.home, *files)


def echoes(child):
    """Does the terminal of a dialogue show what is typed?"""
    return bool(termios.tcgetattr(child.child_fd)[3] & termios.ECHO)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_prompt_sigint(scene, number):
    """A signal at the prompt ends the program by that signal, with the terminal as it was."""
    child = scene.program.pty("put", SECRET, size=(24, 400))
    child.expect(rb"not shown\)")
    eventually(lambda: not echoes(child), "the silence")
    typed = scene.canary()
    child.send(typed)
    child.kill(number)
    eventually(lambda: not child.isalive(), "the end")
    assert child.signalstatus == number
    scene.canary.absent(child.before + (child.after or b"") + child.read())
    assert scene.canary.found_in(scene.program.ok("get", SECRET)).startswith(
        repr(scene.secrets[0]))


def test_prompt_sigint_typed(shop):
    """Ctrl-C itself; and the shell that comes after can be typed at."""
    child = shop.pty("put", SECRET)
    child.expect(rb"not shown\)")
    eventually(lambda: not echoes(child), "the silence")
    child.sendintr()
    eventually(lambda: not child.isalive(), "the end")
    assert child.signalstatus == signal.SIGINT
    assert not list(shop.home.rglob("*.fenv"))


@needs_strace
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("call", ["renameat", "fsync", "write", "flock"])
def test_prompt_sigint_during_a_commit(shop, tmp_path, number, call):
    """Interrupted while it saves: the old value or the new one, and the next run works."""
    shop.put(SECRET, "old")
    result = shop("put", SECRET, input="new", may_die=True,
                  wrapper=["strace", "-f", "-qq", "-o", tmp_path / "trace", "-e", f"trace={call}",
                           "-e", f"inject={call}:signal={number}:when=1"])
    now = shop.ok("get", SECRET)
    assert now in (b"old", b"new")
    assert now == b"new" or result.status != 0
    shop.put(SECRET, "newer")
    assert shop.ok("get", SECRET) == b"newer"
    drafts = [path for path in shop.home.rglob("*") if path.is_file() and path.suffix not in
              (".fenv", ".lock", ".prev", ".state") and path.name != "key"]
    assert drafts == []
