"""exec: the program takes flowenv's place (T2, T16)."""

import json
import os
import signal
import time

import pytest


@pytest.fixture
def env_file(local):
    local.write("x.env", "GREETING='hello world'\nNAME=from file\n")
    return local


def child_environment(program, *options, env=None):
    out = program.ok("exec", *options, "--", "/usr/bin/env", "-0", env=env)
    return [item.split(b"=", 1) for item in out.split(b"\0") if item]


def test_the_view_is_in_the_environment_and_wins(env_file):
    found = dict(child_environment(env_file, "--env-file", "x.env", env={"NAME": "inherited",
                                                                         "OTHER": "kept"}))
    assert found[b"GREETING"] == b"hello world" and found[b"NAME"] == b"from file"
    assert found[b"OTHER"] == b"kept" and b"PATH" in found


def test_names_are_sorted_and_none_is_there_twice(env_file):
    names = [name for name, _ in child_environment(env_file, "--env-file", "x.env",
                                                   env={"NAME": "inherited"})]
    assert names == sorted(set(names))


def test_pristine_is_the_view_and_nothing_else(env_file):
    found = dict(child_environment(env_file, "--env-file", "x.env", "--pristine"))
    assert found == {b"GREETING": b"hello world", b"NAME": b"from file"}
    found = dict(child_environment(env_file, "--env-file", "x.env", "--pristine", "--only", "N*"))
    assert found == {b"NAME": b"from file"}


def test_flowenvs_own_variables_stay_behind(env_file):
    found = dict(child_environment(env_file, "--env-file", "x.env",
                                   env={"FLOWENV_VAULT": "/x/y", "FLOWENV_ANYTHING": "z"}))
    assert not [name for name in found if name.startswith(b"FLOWENV_")]


def test_credentials_of_the_caller_reach_the_child(env_file):
    found = dict(child_environment(env_file, "--env-file", "x.env", env={
        "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "SSL_CERT_FILE": "/ca"}))
    assert found[b"AWS_SECRET_ACCESS_KEY"] == b"s3cr3t" and found[b"SSL_CERT_FILE"] == b"/ca"


def test_keys_that_a_shell_cannot_hold_are_fine(local):
    local.write("x.env", "a.b=1\nc-d=2\n")
    found = dict(child_environment(local, "--env-file", "x.env", "--pristine"))
    assert found == {b"a.b": b"1", b"c-d": b"2"}


def test_arguments_arrive_untouched(env_file):
    args = ["", "a b", "$HOME", "*", "--stage", "-x", "'", "\n", "\u00e9"]
    out = env_file.ok("exec", "--env-file", "x.env", "--", "printf", "%s\\0", *args)
    assert out.decode().split("\0")[:-1] == args


def test_options_end_at_the_program(env_file):
    assert env_file.ok("exec", "--env-file", "x.env", "echo", "--help", "-s") == b"--help -s\n"


def test_the_status_is_the_programs(env_file):
    for status in (0, 1, 7, 125, 255):
        assert env_file("exec", "--env-file", "x.env", "--", "sh", "-c",
                        f"exit {status}").status == status


def test_signals_are_the_programs(env_file):
    process = env_file.popen("exec", "--env-file", "x.env", "--", "sleep", "30")
    wait_for_program(process.pid, b"sleep")
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == -signal.SIGTERM


def wait_for_program(pid, name):
    for _ in range(500):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if file.read().startswith(name):
                return
        time.sleep(0.01)
    raise AssertionError("the program did not start")


def test_no_process_stays_between(env_file):
    process = env_file.popen("exec", "--env-file", "x.env", "--", "sh", "-c", "echo $$; cat")
    assert int(process.stdout.readline()) == process.pid


def test_the_child_is_as_if_flowenv_had_not_been(env_file):
    """Limits, umask, ignored signals and dumpability are those of the caller."""
    out = env_file.ok("exec", "--env-file", "x.env", "--", "sh", "-c",
                      "umask; ulimit -c; grep -E 'Sig(Ign|Blk)' /proc/self/status",
                      wrapper=["sh", "-c", "umask 027; exec \"$@\"", "sh"])
    direct = env_file("x", wrapper=["sh", "-c", "umask 027; umask; ulimit -c; "
                                    "grep -E 'Sig(Ign|Blk)' /proc/self/status"]).out
    assert out == direct


def test_only_three_descriptors_are_open(env_file):
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    process = env_file.popen("exec", "--env-file", "x.env", "--", "ls", "/proc/self/fd",
                             pass_fds=[reading])
    os.close(reading), os.close(writing)
    assert process.communicate(timeout=10)[0].split() == [b"0", b"1", b"2", b"3"]  # 3: ls itself


@pytest.mark.parametrize("argv, status, says", [
    (["no-such-program-anywhere"], 127, "not found on PATH"),
    (["./no-such-file"], 127, "not found"),
    (["./not-executable"], 126, "Permission denied"),
    (["/"], 126, "can't be executed"),
    (["./no-interpreter"], 126, "#! line"),
])
def test_a_program_that_cannot_be_started(env_file, argv, status, says):
    env_file.write("not-executable", "#!/bin/sh\n", 0o600)
    env_file.write("no-interpreter", "echo hi\n", 0o700)
    assert says in env_file.fails(status, "exec", "--env-file", "x.env", "--", *argv)


@pytest.mark.parametrize("args", [[], ["--nonsense", "true"], ["--stage", "x", "--", "true"],
                                  ["--env-file", "nowhere", "--", "true"], ["--"]])
def test_its_own_failures_are_125(env_file, args):
    env_file.fails(125, "exec", *args)


def test_a_value_with_nul_is_refused_by_name(local, canary):
    local.put("/t/key", canary().encode() + b"\0more")
    result = local("exec", "--prefix", "/t", "--", "true", check=125)
    assert b"KEY" in result.err and b"NUL" in result.err
    canary.absent(result)


def test_what_the_kernel_would_not_take_is_said_before(local):
    local.write("one.env", "BIG='" + "x" * 70000 + "\n" + "x" * 61069 + "'\n")
    said = local.fails(125, "exec", "--env-file", "one.env", "--", "true")
    assert "BIG" in said and "131070" in said
    local.write("sum.env", "".join(f"K{i}={'x' * 100000}\n" for i in range(9)))
    result = local("exec", "--env-file", "sum.env", "--", "true",
                   wrapper=["sh", "-c", 'ulimit -s 1024; exec "$@"', "sh"], check=125)
    assert "kernel takes" in result.err_text and "xxx" not in result.err_text


def test_the_default_stage(shop):
    shop.put("stripe/secret-key", "sk_1", "--stage", "dev")
    assert shop.ok("exec", "--", "printenv", "STRIPE_SECRET_KEY") == b"sk_1\n"
    assert json.loads(shop.ok("export", "--json")) == {"STRIPE_SECRET_KEY": "sk_1"}
