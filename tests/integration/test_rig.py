"""The test rig itself: what the other tests rely on, shown with stand-ins for the program."""

import base64

import pytest
from botocore.exceptions import ClientError

from support.aws import boto_client
from support.canary import Canary
from support.program import Program


@pytest.fixture
def shell(tmp_path):
    """A Program whose `flowenv` is a shell: shell("-c", script) runs the script."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    program = Program(tmp_path / "home", tmp_path / "work", path="/bin/sh")
    yield program
    program.close()


def test_a_run_keeps_the_bytes_of_both_streams_and_the_status(shell):
    result = shell("-c", r"cat; printf '\377' >&2; exit 3", input=b"a\0b\r\n")
    assert (result.status, result.out, result.err) == (3, b"a\0b\r\n", b"\xff")


def test_a_run_sees_nothing_of_the_callers_environment(shell, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/mine")
    names = {line.split(b"=")[0] for line in shell.ok("-c", "env", env={"ADDED": "1"}).split()}
    assert names - {b"PWD", b"_", b"OLDPWD", b"SHLVL"} == {b"PATH", b"HOME", b"LANG", b"ADDED"}


def test_a_run_has_no_terminal_unless_it_asks_for_one(shell):
    script = "test -t 1 || echo no output; : </dev/tty || echo no terminal"
    assert shell("-c", script).out == b"no output\n"
    assert shell("-c", script, tty=True).out == b""


def test_output_to_a_terminal_arrives_unchanged_however_long_it_is(shell):
    result = shell("-c", "yes | head -100000; echo err >&2", tty=True, check=0)
    assert (result.out, result.err) == (b"y\n" * 100000, b"err\n")


@pytest.mark.parametrize("script, message", [
    ("kill -SEGV $$", "SIGSEGV"),
    ("echo '==1==ERROR: AddressSanitizer: heap-use-after-free' >&2", "sanitizer"),
    ("sleep 60", "no end after"),
])
def test_a_crash_a_report_and_a_hang_fail_the_test(shell, script, message):
    with pytest.raises(AssertionError, match=message):
        shell("-c", script, timeout=1)


def test_a_dialogue_on_a_terminal(shell):
    child = shell.pty("-c", "stty -echo; printf 'Value: '; read v </dev/tty; echo; echo ${#v}")
    child.expect_exact("Value: ")
    child.sendline("hunter2")
    child.expect_exact("7")
    assert b"hunter2" not in child.before


@pytest.mark.parametrize("leak", [
    lambda raw: b"x" + raw + b"y",
    lambda raw: raw.hex().upper().encode(),
    lambda raw: base64.b64encode(b"user:" + raw + b"@"),
    lambda raw: base64.b64encode(b"password" + raw),
    lambda raw: base64.urlsafe_b64encode(raw),
])
def test_a_canary_is_found_in_every_form(tmp_path, leak):
    canary = Canary()
    data = leak(canary().encode())
    with pytest.raises(AssertionError, match="holds"):
        canary.absent(data)
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(AssertionError, match="file"):
        canary.absent_on_disk(tmp_path)


def test_a_canary_that_is_not_there_is_not_found(tmp_path):
    canary = Canary()
    canary()
    (tmp_path / "file").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "link").symlink_to("/nowhere")
    canary.absent_on_disk(tmp_path)
    canary.absent("canary", b"canary")


def test_moto_keeps_a_parameter_that_boto3_and_the_aws_cli_agree_on(moto):
    moto.boto("ssm").put_parameter(Name="/t/dev/key", Value="v", Type="SecureString")
    answer = moto.cli("ssm", "get-parameter", "--name", "/t/dev/key", "--with-decryption")
    assert answer["Parameter"]["Value"] == "v"


def test_moto_is_empty_at_the_begin_of_a_test(moto):
    assert moto.boto("ssm").describe_parameters()["Parameters"] == []


def test_signed_moto_serves_its_user(moto_signed):
    moto_signed.boto("ssm").put_parameter(Name="/t/dev/key", Value="v", Type="String")
    assert moto_signed.cli("ssm", "get-parameter", "--name", "/t/dev/key")["Parameter"]["Value"]


@pytest.mark.parametrize("key_id, secret_key, code", [
    (None, "wrong", "SignatureDoesNotMatch"),
    ("AKIAUNKNOWN000000000", None, "InvalidClientTokenId"),
])
def test_signed_moto_refuses_wrong_keys(moto_signed, key_id, secret_key, code):
    ssm = boto_client("ssm", moto_signed.endpoint,
                      key_id or moto_signed.env["AWS_ACCESS_KEY_ID"],
                      secret_key or moto_signed.env["AWS_SECRET_ACCESS_KEY"])
    with pytest.raises(ClientError) as refused:
        ssm.describe_parameters()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert code in str(refused.value.response)


def test_signed_moto_refuses_what_no_policy_allows(moto_signed):
    moto_signed.allow("ssm:PutParameter")
    moto_signed.boto("ssm").put_parameter(Name="/t/dev/key", Value="v", Type="String")
    with pytest.raises(ClientError) as refused:
        moto_signed.boto("ssm").get_parameter(Name="/t/dev/key")
    assert "AccessDenied" in str(refused.value.response)
