"""Looks at the program from outside: its system calls, its memory, what it has mapped."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

DEADLINE_SECONDS = 15
PAYLOAD_MAX = 1 << 20  # bytes of each argument that strace shows

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root sees into the process")


def is_sanitized(program):
    """A sanitizer keeps what is freed, maps what it wants and has no locked memory."""
    return b"__asan_init" in program.path.read_bytes()


class Call:
    """A system call as strace saw it: `name`, `text` (its arguments and result), `pid`."""

    def __init__(self, pid, name, text):
        self.pid, self.name, self.text = pid, name, text

    def strings(self):
        """The quoted arguments, as bytes."""
        return [_unquote(found) for found in re.findall(r'"((?:[^"\\]|\\.)*)"', self.text)]

    def __repr__(self):
        return f"[{self.pid}] {self.name}({self.text[:300]}"


def traced(program, calls, *args, file, options=(), **run):
    """Runs the program under strace; returns its Result and the system calls (an expression such
    as "execve,write") in their order."""
    wrapper = ["strace", "-qq", "-f", "-v", "-xx", "-s", str(PAYLOAD_MAX), "-o", file,
               "-e", f"trace={calls}", "-e", "signal=none", *options]
    if is_sanitized(program):  # it can't look for leaks while it is looked at
        run["env"] = {"ASAN_OPTIONS": "detect_leaks=0", **(run.get("env") or {})}
    result = program(*args, wrapper=wrapper, **run)
    return result, calls_of(file)


def calls_of(file):
    """The system calls in a file of strace -f -o; of one that was interrupted, its beginning."""
    found = []
    with open(file, errors="backslashreplace") as lines:
        for line in lines:
            parts = re.match(r"(\d+) +(\w+)\((.*)", line)
            if parts:
                found.append(Call(int(parts[1]), parts[2], parts[3]))
    return found


def _unquote(text):
    if re.fullmatch(r"(?:\\x[0-9a-f]{2})*", text):
        return bytes.fromhex(text.replace("\\x", ""))
    return text.encode().decode("unicode_escape").encode("latin-1")


def eventually(condition, what="it"):
    """Waits until condition() is true, and returns what it said."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.005)
    return found


@contextlib.contextmanager
def held_at_exit(program, *args, file, input=b"", env=None):
    """
    Runs the program, holds it where it asks the kernel to end it, and gives (pid, stdout, stderr).

    The body looks at /proc/PID; the process is killed behind it.
    """
    outputs = [file.with_suffix(".out"), file.with_suffix(".err")]
    file.unlink(missing_ok=True)
    with open(outputs[0], "wb") as out, open(outputs[1], "wb") as err:
        tracer = subprocess.Popen(
            ["strace", "-qq", "-f", "-o", file, "-e", "trace=exit_group", "-e", "signal=none",
             "-e", "inject=exit_group:delay_enter=30000000", *program.argv(*args)],
            env=program.environ(env), cwd=program.work, stdin=subprocess.PIPE, stdout=out,
            stderr=err, start_new_session=True)
    tracer.stdin.write(input.encode() if isinstance(input, str) else input)
    tracer.stdin.close()
    try:
        pid = eventually(lambda: _exiting(file), f"the end of {args}")
        yield pid, outputs[0].read_bytes(), outputs[1].read_bytes()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(tracer.pid, signal.SIGKILL)
        tracer.wait(DEADLINE_SECONDS)


def _exiting(file):
    """The pid that ends; a helper such as git would end first, but tells so with a result."""
    text = file.read_text() if file.exists() else ""
    pids = re.findall(r"^(\d+) +exit_group\(", text, re.M)
    ended = re.findall(r"^(\d+) +\+\+\+", text, re.M)
    waiting = [pid for pid in pids if pid not in ended]
    return int(waiting[0]) if waiting else None


def memory(pid, private_only=True):
    """What the process can read of its own, as (where, bytes); files' pages are left out unless
    they can be written to."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as contents:
        for line in maps:
            span, rights, *_ = line.split()
            start, end = (int(part, 16) for part in span.split("-"))
            if "[v" in line or (private_only and "w" not in rights and "/" in line):
                continue
            with contextlib.suppress(OSError, ValueError, OverflowError):
                contents.seek(start)
                yield line.strip(), contents.read(end - start)


def found_in_memory(pid, values):
    """[(where, value)] for each value (str or bytes) in a region of the process."""
    patterns = [value.encode() if isinstance(value, str) else value for value in values]
    return [(where, pattern) for where, data in memory(pid) for pattern in patterns
            if pattern in data]


def status_kib(pid, field):
    """A field of /proc/PID/status in KiB, such as VmLck."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"^{field}:\s+(\d+) kB", status.read(), re.M)[1])


def mapped_files(pid):
    with open(f"/proc/{pid}/maps") as maps:
        return {line.split(None, 5)[5].strip() for line in maps if len(line.split(None, 5)) == 6}
