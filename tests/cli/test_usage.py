"""Wrong usage: status 2, the nearest right word, and never a word that may be a secret (T1)."""

import pytest


@pytest.mark.parametrize("args, says", [
    (["exprot"], "did you mean export?"),
    (["lst"], "did you mean list?"),
    (["help", "rendr"], "did you mean render?"),
    (["--stage", "dev", "list"], "options come after the command"),
    (["list", "--stge", "dev"], "did you mean --stage?"),
    (["list", "--stage"], "--stage needs its STAGE"),
    (["list", "--stage", "--json"], "--stage needs its STAGE"),
    (["list", "--stage", ""], "--stage needs its STAGE"),
    (["list", "--stage="], "--stage needs its STAGE"),
    (["list", "--stage", "dev", "--stage", "prod"], "--stage is given twice"),
    (["list", "--json=yes"], "--json takes no value"),
    (["list", "/a", "/b"], "list takes [PATH], 2 operands given"),
    (["version", "now"], "version takes no operand"),
    (["put"], "put needs NAME"),
    (["rm"], "rm needs NAME..."),
    (["explain"], "explain needs KEY"),
    (["list", "--refresh", "--offline"], "exclude each other"),
    (["completion", "tcsh"], "bash, zsh and fish"),
    (["completion", "--words", "NOTHING"], "--words takes"),
    (["put", "/a/b", "--fd", "3x"], "--fd takes a whole number"),
    (["put", "/a/b", "--fd", "-1"], "--fd takes a whole number"),
    (["put", "/a/b", "--fd", "99999999999999999999"], "--fd takes a whole number"),
    (["put", "/a/b", "--type", "Sting"], "String, StringList or SecureString"),
    (["put", "/a/b", "--from-file", "x", "--fd", "0"], "exclude each other"),
])
def test_a_mistake_is_named(flowenv, args, says):
    assert says in flowenv.fails(2, *args)


@pytest.mark.parametrize("args", [
    ["CANARY"],
    ["--CANARY"],
    ["put", "/t/dev/key", "CANARY"],
    ["put", "/t/dev/key", "CANARY", "CANARY"],
    ["put", "--type", "SecureString", "/t/dev/key", "CANARY"],
    ["put", "--type=CANARY", "/t/dev/key"],
    ["put", "--CANARY", "/t/dev/key"],
    ["put", "--CANARY=CANARY", "/t/dev/key"],
    ["put", "-CANARY", "/t/dev/key"],
    ["put", "--yes=CANARY", "/t/dev/key"],
    ["put", "--fd=CANARY", "/t/dev/key"],
    ["put", "--type", "String", "--from-file", "x", "/t/dev/key", "CANARY"],
    ["get", "/t/dev/key", "CANARY"],
    ["list", "--stage", "CANARY", "--stage", "CANARY"],
    ["version", "CANARY"],
    ["help", "CANARY"],
    ["completion", "CANARY"],
])
def test_no_message_repeats_what_may_be_a_secret(local, canary, args):
    secret = canary("Zq")
    result = local(*[arg.replace("CANARY", secret) for arg in args], check=2)
    canary.absent(result)


def test_a_value_on_the_command_line_is_refused_before_anything_is_opened(flowenv, canary):
    said = flowenv.fails(2, "put", "/t/dev/key", canary())
    assert "standard input" in said and "--type String" in said
    assert list(flowenv.home.iterdir()) == []


@pytest.mark.parametrize("args", [
    ["list", "/t", "--store=local"],
    ["list", "--store", "local", "/t"],
    ["list", "--store=local", "--", "/t"],
])
def test_options_stand_where_they_like(flowenv, args):
    flowenv("put", "--store", "local", "/t/a", input="x", check=0)
    assert b"/t/a" in flowenv.ok(*args)


def test_short_options_can_be_bundled_and_carry_their_value(shop):
    shop.ok("put", "-xtString", "-sdev", "a", input="x\n")
    assert shop.ok("get", "/shop/dev/a") == b"x\n"


def test_two_dashes_end_the_options(local):
    assert b"Usage" not in local("get", "--", "--help", check=2).out
