"""What the process does first (T3, T4, T8, T45), seen from outside."""

import os
import platform
import resource
import shutil
import signal
import subprocess
import time

import pytest

from support.program import ROOT

CORE_BYTES = 123 * 1024

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root sees into the process")


def set_up_shell():
    resource.setrlimit(resource.RLIMIT_CORE, (CORE_BYTES, resource.RLIM_INFINITY))
    os.umask(0o027)


def waiting_put(flowenv, **options):
    """The program, waiting for a value on its standard input."""
    process = flowenv.popen("put", "--store", "local", "/t/dev/key", **options)
    deadline = time.monotonic() + 10
    while not waits_on_pipe(process.pid):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    return process


def waits_on_pipe(pid):
    try:
        with open(f"/proc/{pid}/wchan") as file:
            return "pipe" in file.read()
    except OSError:
        return False


def test_a_child_gets_the_limits_the_umask_and_the_signals_that_the_user_had(flowenv):
    show = "ulimit -c; umask; grep SigIgn /proc/self/status; ls -l /proc/self/fd | wc -l"
    direct = subprocess.run(["sh", "-c", show], preexec_fn=set_up_shell, capture_output=True)
    (flowenv.work / "a.env").write_text("A=1\n")
    child = flowenv.popen("exec", "--env-file", "a.env", "--", "sh", "-c", show,
                          preexec_fn=set_up_shell)
    out, err = child.communicate(timeout=20)
    assert (out, err) == (direct.stdout, b"")


def test_a_descriptor_that_was_closed_is_closed_again_for_a_child(flowenv):
    (flowenv.work / "a.env").write_text("A=1\n")
    show = 'for fd in 0 1 2; do [ -e /proc/self/fd/$fd ] && echo "$fd open" >> seen; done; exit 7'
    line = 'exec "$0" exec --env-file a.env -- sh -c "$1" <&- >&- 2>&-'
    result = subprocess.run(["sh", "-c", line, flowenv.path, show], env=flowenv.environ(),
                            cwd=flowenv.work)
    assert result.returncode == 7
    assert not (flowenv.work / "seen").exists()


@pytest.mark.parametrize("command", [("version",), ("export", "--env-file", "a.env")])
def test_a_closed_standard_output_is_an_error_and_no_file_gets_the_answer(flowenv, canary, command):
    secret = canary()
    (flowenv.work / "a.env").write_text(f"A={secret}\n")
    line = 'exec "$0" "$@" >&-'
    result = subprocess.run(["sh", "-c", line, flowenv.path, *command], env=flowenv.environ(),
                            cwd=flowenv.work, capture_output=True)
    assert result.returncode == 1
    assert b"standard output" in result.stderr
    canary.absent(result.stderr)
    (flowenv.work / "a.env").unlink()
    canary.absent_on_disk(flowenv.home, flowenv.work)


@needs_root
def test_credentials_are_no_longer_in_the_environment_that_the_system_shows(flowenv, canary):
    env = {name: canary() for name in ("AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "VERCEL_TOKEN")}
    process = waiting_put(flowenv, env={**env, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"})
    with open(f"/proc/{process.pid}/environ", "rb") as file:
        shown = file.read()
    assert b"AWS_ACCESS_KEY_ID=AKIDEXAMPLE" in shown
    canary.absent(shown)


def test_a_child_still_gets_them(flowenv):
    (flowenv.work / "a.env").write_text("A=1\n")
    env = {"GITHUB_TOKEN": "handed-on", "SSL_CERT_FILE": "/x", "OPENSSL_CONF": "/y"}
    out = flowenv.ok("exec", "--env-file", "a.env", "--", "env", env=env)
    assert {f"{name}={value}".encode() for name, value in env.items()} <= set(out.splitlines())


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's heap is wiped")
@pytest.mark.parametrize(("sources", "left"), [(["cmd/malloc_linux.c"], False), ([], True)])
def test_memory_that_is_let_go_is_wiped(tmp_path, sources, left):
    """With our free() and realloc() nothing is left of a block, and without them it would be."""
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, "-O2", "-D_DEFAULT_SOURCE", "-o", tmp_path / "heap",
                    "tests/support/heap_main.c", *sources], cwd=ROOT, check=True)
    result = subprocess.run([tmp_path / "heap"], capture_output=True)
    assert result.returncode == int(left), result.stdout


def memory_at_the_end(flowenv, tmp_path, *args, env=None):
    """Standard output of a call, and all memory of the process when it is about to exit."""
    if "asan" in os.fspath(flowenv.path):
        pytest.skip("a sanitizer keeps what is freed")
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tracer = ("strace", "-qq", "-f", "-o", tmp_path / "trace", "-e", "trace=exit_group",
              "-e", "inject=exit_group:delay_enter=1500000")
    with subprocess.Popen([*tracer, *flowenv.argv(*args)], env=flowenv.environ(env),
                          cwd=flowenv.work, stdout=subprocess.PIPE) as process:
        out = process.stdout.read1(65536)
        time.sleep(0.3)
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)],
                                  capture_output=True, text=True).stdout.split()
        assert len(children) == 1, children
        memory = memory_of(int(children[0]))
        assert process.wait(10) == 0
    assert args[0].encode() in memory
    return out, memory


@needs_root
def test_no_value_of_a_file_is_left_in_memory_at_the_end(flowenv, canary, tmp_path):
    secret = canary()
    (flowenv.work / "a.env").write_text(f"A={secret}\nB='x${{A}}'\nC=\"y${{A}}\"\n")
    out, memory = memory_at_the_end(flowenv, tmp_path, "export", "--env-file", "a.env")
    assert secret.encode() in out
    canary.absent(memory)


@needs_root
@pytest.mark.parametrize("tail", ["", "\n\"\\\t\u20ac"])
def test_no_value_of_a_service_nor_a_credential_is_left_in_memory_at_the_end(
        flowenv, moto, canary, tmp_path, tail):
    secret, key = canary(), canary()
    moto.boto("ssm").put_parameter(Name="/t/dev/key", Value=secret + tail, Type="SecureString")
    env = {**moto.env, "AWS_SECRET_ACCESS_KEY": key}
    out, memory = memory_at_the_end(flowenv, tmp_path, "get", "/t/dev/key", env=env)
    assert secret.encode() in out
    canary.absent(memory)


def memory_of(pid):
    """All that the process can read of its own."""
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if "r" not in rights or "[v" in line:
                continue
            memory.seek(start)
            found.append(memory.read(end - start))
    return b"\0".join(found)


@needs_root
def test_a_crash_leaves_no_core(flowenv):
    def unlimited():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    process = waiting_put(flowenv, preexec_fn=unlimited)
    process.send_signal(signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -signal.SIGABRT
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
