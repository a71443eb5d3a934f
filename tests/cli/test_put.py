"""put: where the value comes from, what is written, what is said."""

import json
import os
import signal

import pexpect
import pytest


def test_a_value_from_standard_input_is_stored_and_not_repeated(local, canary):
    result = local("put", "/t/dev/key", input=canary.watch("s3cr3t-from-a-pipe"), check=0)
    assert result.out == b"created /t/dev/key version 1 (SecureString)\n"
    canary.absent(result)
    canary.absent_on_disk(local.home, local.work)
    assert local.ok("get", "/t/dev/key") == b"s3cr3t-from-a-pipe"


def test_receipts_say_the_old_and_the_new_version(local):
    assert local.put("/t/k", "a", "--type", "String") == b"created /t/k version 1 (String)\n"
    assert local.put("/t/k", "b") == b"updated /t/k version 1 -> 2 (String)\n"
    assert local.put("/t/k", "b") == b"unchanged /t/k version 2 (String)\n"
    receipt = json.loads(local.put("/t/k", "c", "--json"))
    assert receipt == {"name": "/t/k", "outcome": "updated", "dry_run": False, "type": "String",
                       "old_version": 2, "new_version": 3}


@pytest.mark.parametrize("value, options, stored, noted", [
    (b"a\n", [], b"a", True),
    (b"a\n\n", [], b"a\n", True),
    (b"a\n", ["--exact"], b"a\n", False),
    (b"a", [], b"a", False),
    (b"\x00\xff\r\n", [], b"\x00\xff\r", True),
    (bytes(range(256)), [], bytes(range(256)), False),
    (b"", ["--exact"], b"", False),
])
def test_bytes_are_exact_but_for_one_newline_and_that_is_said(local, value, options, stored, noted):
    result = local("put", *options, "/t/k", input=value, check=0)
    assert (b"newline" in result.err) is noted
    assert local.ok("get", "/t/k") == stored


def test_a_windows_line_end_is_pointed_out(local):
    assert b"carriage return" in local("put", "/t/k", input="a\r\n", check=0).err


def test_nothing_is_not_a_value(local):
    assert "empty" in local.fails(2, "put", "/t/k", input="")
    assert "empty" in local.fails(2, "put", "/t/k", input="\n")
    assert "--exact" in local.fails(2, "put", "/t/k", input=None)


def test_a_value_from_a_file_and_from_a_descriptor(local):
    file = local.write("value", "from a file\n")
    local.ok("put", "--from-file", file, "/t/file", input=None)
    assert local.ok("get", "/t/file") == b"from a file"
    with open(file, "rb") as opened:
        os.set_inheritable(opened.fileno(), True)
        process = local.popen("put", "--fd", str(opened.fileno()), "/t/fd",
                              pass_fds=[opened.fileno()])
        assert process.wait(10) == 0
    assert local.ok("get", "/t/fd") == b"from a file"


@pytest.mark.parametrize("source, says", [
    (["--from-file", "nowhere"], "nowhere"),
    (["--from-file", "."], "is a directory"),
    (["--fd", "77"], "--fd"),
])
def test_a_source_that_is_not_there_is_named_and_nothing_is_stored(local, source, says):
    said = local.fails(1, "put", *source, "/t/k", input=None)
    assert says in said
    assert list(local.home.rglob("*.fenv")) == []


def test_a_string_may_stand_on_the_command_line(local):
    local.ok("put", "--type", "String", "/t/pool", "us-east-1_XXXXXXXXX", input=None)
    local.ok("put", "-t", "StringList", "/t/list", "a,b", input=None)
    assert local.ok("get", "/t/pool") == b"us-east-1_XXXXXXXXX"


def test_a_relative_name_needs_its_stage(shop):
    said = shop.fails(2, "put", "stripe/secret-key", input="sk_x")
    assert "--stage" in said
    assert b"/shop/dev/stripe/secret-key" in shop.put("stripe/secret-key", "sk_x", "-s", "dev")


@pytest.mark.parametrize("name", [["stripe/key"], ["/aws/x"], ["--stage", "qa", "key"]])
def test_nobody_types_a_secret_for_a_name_that_will_not_do(shop, name):
    child = shop.pty("put", *name)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus in (1, 2) and b"Value of" not in child.before


def test_a_dry_run_writes_nothing(local):
    assert b"would create /t/k" in local.put("/t/k", "a", "--dry-run")
    assert local("get", "/t/k").status == 1


def test_names_that_ssm_would_not_take_are_refused_with_the_reason(local):
    for name in ("/aws/x", "/a//b", "/a b", "/" + "/".join("abcdefghijklmnop"), "/a/\u00e9"):
        assert local("put", name, input="x").status == 2, name


# --- a protected stage -------------------------------------------------------------

@pytest.mark.parametrize("name", [["--stage", "prod", "key"], ["/shop/prod/key"],
                                  ["--stage", "dev", "/shop/prod/key"]])
def test_a_protected_stage_is_not_written_without_a_word(shop, name):
    said = shop.fails(10, "put", *name, input="v")
    assert "prod" in said and "--yes" in said
    assert shop("get", "/shop/prod/key").status == 1
    shop.ok("put", "--yes", *name, input="v")
    assert shop.ok("get", "/shop/prod/key") == b"v"


def test_the_stage_with_the_longest_prefix_is_the_one_that_protects(local):
    local.write("flowenv.ini", "[project]\nstore = local\n[stage.all]\nprefix = /\n"
                "[stage.prod]\nprefix = /shop/prod\nprotected = yes\n")
    assert "prod" in local.fails(10, "put", "/shop/prod/key", input="v")
    local.ok("put", "/shop/dev/key", input="v")


def test_a_protected_stage_may_begin_at_the_root(local):
    local.write("flowenv.ini", "[project]\nstore = local\n[stage.all]\nprefix = /\nprotected = yes\n")
    assert "--yes" in local.fails(10, "put", "/shop/dev/key", input="v")
    assert local("get", "/shop/dev/key").status == 1


def test_on_a_terminal_the_stages_name_opens_it(shop):
    value = shop.write("value", "v")
    for answer, status in (("prod", 0), ("yes", 10), ("", 10)):
        child = shop.pty("put", "--stage", "prod", "--from-file", value, f"key-{status}")
        child.expect_exact("Type its name")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == status
    assert b"nothing is changed" in child.before


# --- the prompt -----------------------------------------------------------------------

def test_the_prompt_does_not_echo(local, canary):
    child = local.pty("put", "/t/key")
    child.expect_exact("Value of /t/key")
    child.waitnoecho()
    child.sendline(canary("typed"))
    child.expect(pexpect.EOF)
    child.close()
    canary.absent(child.before)
    assert child.exitstatus == 0
    assert b"(29 bytes)" in child.before and b"created /t/key" in child.before
    assert local.ok("get", "/t/key").decode() == canary.values[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_at_the_prompt_gives_the_terminal_back(local, number):
    child = local.pty("put", "/t/key")
    child.expect_exact("Value of /t/key")
    child.waitnoecho()
    child.kill(number)
    child.expect(pexpect.EOF)
    assert child.getecho()
    child.close()
    assert child.signalstatus == number
    assert list(local.home.rglob("*.fenv")) == []


def test_stopped_and_continued_the_prompt_asks_again(local):
    """Ctrl-Z and fg in a shell, as a person does it."""
    shell = pexpect.spawn("bash", ["--norc", "--noediting", "-i"], cwd=str(local.work), timeout=10,
                          env=local.environ({"TERM": "dumb", "PS1": "ready> "}))
    try:
        shell.expect_exact("ready> ")
        shell.sendline(f"'{local.path}' put /t/key")
        shell.expect_exact("(not shown): ")
        shell.waitnoecho()
        shell.sendcontrol("z")
        shell.expect_exact("Stopped")
        shell.expect_exact("ready> ")
        assert shell.getecho()
        shell.sendline("fg")
        shell.expect_exact("(not shown): ")
        shell.waitnoecho()
        shell.sendline("typed later")
        shell.expect_exact("created /t/key")
        shell.expect_exact("ready> ")
        assert shell.getecho()
    finally:
        shell.close(force=True)
    assert local.ok("get", "/t/key") == b"typed later"


def test_several_lines_pasted_are_refused_and_reach_no_shell(local):
    child = local.pty("put", "/t/key")
    child.expect_exact("Value of /t/key")
    child.waitnoecho()
    child.send("-----BEGIN KEY-----\nabc\n-----END KEY-----\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2 and b"--from-file" in child.before


def test_a_line_longer_than_a_terminal_takes_is_refused_not_cut(local):
    child = local.pty("put", "/t/key")
    child.expect_exact("Value of /t/key")
    child.waitnoecho()
    child.send("x" * 5000 + "\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1 and b"4095" in child.before


def test_an_empty_answer_changes_nothing(local):
    for answer in ("\n", "\x04"):
        child = local.pty("put", "/t/key")
        child.expect_exact("Value of /t/key")
        child.waitnoecho()
        child.send(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 2 and b"nothing is changed" in child.before
