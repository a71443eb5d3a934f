"""Runs the program under test as a user would: by its name, in a home and a folder of its own."""

import fcntl
import os
import pty
import shlex
import signal
import subprocess
import termios
import threading
import tty as terminal
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]

# Nothing of the caller's environment reaches the program but what a sanitizer build needs.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE")
SANITIZER_REPORTS = (b"ERROR: AddressSanitizer", b"ERROR: LeakSanitizer", b": runtime error: ",
                     b"WARNING: MemorySanitizer", b"WARNING: ThreadSanitizer")


def program_path():
    """The program under test: FLOWENV_BIN, or what `make` builds in this tree."""
    path = Path(os.environ.get("FLOWENV_BIN", ROOT / "build/bin/flowenv")).resolve()
    assert os.access(path, os.X_OK), f"{path} is not there: run make first, or set FLOWENV_BIN"
    return path


def text(output):
    """Bytes of an output as text for an assertion; what is not UTF-8 shows as \\xNN."""
    return output.decode("utf-8", "backslashreplace")


class Result:
    """How one call ended: `status`, `out` and `err` (bytes), `argv`."""

    def __init__(self, argv, status, out, err):
        self.argv, self.status, self.out, self.err = argv, status, out, err

    @property
    def out_text(self):
        return text(self.out)

    @property
    def err_text(self):
        return text(self.err)

    def __repr__(self):
        shown = "\n".join(f"  {name}: {text(data[:2000])!r}"
                          for name, data in (("stdout", self.out), ("stderr", self.err)))
        return f"{shlex.join(map(str, self.argv))} -> status {self.status}\n{shown}"


class Program:
    """
    The fixture `flowenv`. See `__call__` for a run, `pty` for a dialogue.

    home     a fresh HOME; no XDG variable is set
    work     a fresh folder, the current one of each call
    path     the program's file
    """

    def __init__(self, home, work, path=None):
        self.home, self.work = home, work
        self._path = path
        self._dialogues, self._processes = [], []

    @property
    def path(self):
        return self._path or program_path()

    def environ(self, env=None):
        """The whole environment of a call: PATH, HOME and LANG, and what `env` adds."""
        base = {"PATH": SYSTEM_PATH, "HOME": str(self.home), "LANG": "C.UTF-8"}
        base.update((name, os.environ[name]) for name in PASSED_ON if name in os.environ)
        base.update(env or {})
        return {name: value for name, value in base.items() if value is not None}

    def argv(self, *args):
        return [os.fspath(self.path), *map(os.fspath, args)]

    def __call__(self, *args, input=b"", env=None, cwd=None, tty=False, timeout=20, check=None,
                 may_die=False, stdout=None, wrapper=()):
        """
        Runs the program to its end and returns a Result.

        args     operands and options: str, bytes or Path
        input    standard input, bytes or str; None: /dev/null
        env      variables to add; one with the value None is taken away
        cwd      the current folder; else `work`
        tty      standard output is a terminal (80 x 24, also the controlling one) whose bytes
                 arrive unchanged in `out`; without it there is no terminal at all
        timeout  seconds, after which the call fails the test
        check    the exit status that is expected, if any
        may_die  the call may end by a signal (its status is then -N)
        stdout   a file or descriptor in place of the pipe (`out` stays empty)
        wrapper  an argv to put before the program's, such as ("strace", "-f", "-o", file)
        """
        argv = [*map(os.fspath, wrapper), *self.argv(*args)]
        if isinstance(input, str):
            input = input.encode()
        result = _run(argv, input, self.environ(env), cwd or self.work, timeout, tty, stdout)
        self._inspect(result, may_die)
        assert check is None or result.status == check, f"expected status {check}: {result!r}"
        return result

    def ok(self, *args, **options):
        """Runs, asserts status 0, returns standard output (bytes)."""
        return self(*args, check=0, **options).out

    def fails(self, status, *args, out=b"", **options):
        """Runs, asserts the status and that standard output is `out` (None: anything), returns
        standard error as text, which says something."""
        result = self(*args, check=status, **options)
        assert out is None or result.out == out, f"unexpected standard output: {result!r}"
        assert result.err.strip(), f"a failure without a message: {result!r}"
        return result.err_text

    def popen(self, *args, env=None, **options):
        """Starts the program and returns the Popen (pipes on all three, unless `options` say
        else); what still runs when the test ends is killed."""
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "cwd": self.work, "start_new_session": True, **options}
        process = subprocess.Popen(self.argv(*args), env=self.environ(env), **options)
        self._processes.append(process)
        return process

    def pty(self, *args, env=None, cwd=None, timeout=10, size=(24, 80)):
        """Starts the program on a terminal of its own and returns the pexpect child (bytes)."""
        argv = self.argv(*args)
        child = pexpect.spawn(argv[0], argv[1:], env=self.environ({"TERM": "xterm", **(env or {})}),
                              cwd=os.fspath(cwd or self.work), timeout=timeout, dimensions=size)
        self._dialogues.append(child)
        return child

    def close(self):
        for child in self._dialogues:
            child.close(force=True)
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate()

    @staticmethod
    def _inspect(result, may_die):
        for report in SANITIZER_REPORTS:
            assert report not in result.err, f"sanitizer report: {result.err_text}"
        if result.status < 0 and not may_die:
            raise AssertionError(f"died by {signal.Signals(-result.status).name}: {result!r}")


def _run(argv, input, env, cwd, timeout, tty, stdout):
    """A bounded run in a session of its own."""
    screen = _Screen() if tty else None
    process = subprocess.Popen(
        argv, env=env, cwd=cwd, start_new_session=True, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
        stdout=screen.slave if screen else stdout if stdout is not None else subprocess.PIPE,
        preexec_fn=screen.take_control if screen else None)
    if screen:
        screen.start()
    try:
        out, err = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise AssertionError(f"no end after {timeout} s: "
                             f"{Result(argv, None, out or b'', err or b'')!r}") from None
    finally:
        if screen:
            out = screen.finish()
    return Result(argv, process.returncode, out or b"", err)


class _Screen:
    """A terminal for standard output. A thread drains it, so that a long answer never blocks."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        terminal.setraw(self.slave)
        self._output = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def take_control(self):
        fcntl.ioctl(1, termios.TIOCSCTTY, 0)

    def start(self):
        os.close(self.slave)
        self._reader.start()

    def finish(self):
        self._reader.join(5)
        os.close(self.master)
        return bytes(self._output)

    def _read(self):
        try:
            while chunk := os.read(self.master, 65536):
                self._output += chunk
        except OSError:  # EIO: the last user of the terminal closed it
            pass
