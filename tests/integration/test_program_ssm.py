"""
The program on SSM: what a person does with parameters, seen from both sides, and what the program
says, leaves and answers where the service fails (exit statuses of THREATS, section 1).
"""

import json
import subprocess

import pytest

from support import faults

INI = """[project]
name = flowlogic
prefix = /flowlogic/{stage}

[stage.dev]
sources = ssm
"""


@pytest.fixture
def stage(flowenv):
    """A project with one stage, dev, whose only source is SSM."""
    (flowenv.work / "flowenv.ini").write_text(INI)
    return flowenv


def parameters(count):
    return {f"/flowlogic/dev/key-{i:04d}": f"value-{i}" for i in range(count)}


def as_keys(values):
    return {name.removeprefix("/flowlogic/dev/").replace("-", "_").upper(): value
            for name, value in values.items()}


# --- both sides ---------------------------------------------------------------------------------

def test_the_life_of_a_parameter(flowenv, moto_signed, canary):
    name, first, second = "/flowlogic/dev/stripe/secret-key", canary("sk_"), canary("sk_")
    env = moto_signed.env
    receipt = flowenv("put", name, input=first, env=env, check=0)
    assert receipt.out == f"created {name} version 1 (SecureString)\n".encode()
    canary.absent(receipt)
    got = moto_signed.cli("ssm", "get-parameter", "--name", name, "--with-decryption")["Parameter"]
    assert (got["Value"], got["Type"], got["Version"]) == (first, "SecureString", 1)

    moto_signed.cli("ssm", "put-parameter", "--name", name, "--value", second, "--overwrite",
                    "--type", "SecureString")
    assert flowenv.ok("get", name, env=env) == second.encode()
    assert flowenv.ok("get", name + ":1", env=env) == first.encode()
    listed, history = flowenv("list", "/flowlogic/dev", env=env), flowenv("history", name, env=env)
    assert b"SecureString" in listed.out and len(history.out.splitlines()) == 3
    canary.absent(listed, history)

    removed = flowenv("rm", name, "--yes", "1", env=env, check=0)
    assert moto_signed.cli("ssm", "describe-parameters")["Parameters"] == []
    canary.absent(removed)
    canary.absent_on_disk(flowenv.home, flowenv.work)


def test_a_string_is_what_boto_reads_and_the_reverse(flowenv, moto):
    boto = moto.boto("ssm")
    flowenv.ok("put", "--type", "String", "/flowlogic/dev/cognito/user-pool-id", "us-east-1_X",
               "--tier", "Advanced", "--description", "the pool", env=moto.env)
    about, = boto.describe_parameters()["Parameters"]
    assert (about["Type"], about["Tier"], about["Description"]) == ("String", "Advanced", "the pool")
    boto.put_parameter(Name="/flowlogic/dev/hosts", Value="a,b", Type="StringList")
    assert json.loads(flowenv.ok("export", "--prefix", "/flowlogic/dev", "--format", "json",
                                 env=moto.env)) == {
        "COGNITO_USER_POOL_ID": "us-east-1_X", "HOSTS": "a,b"}


@pytest.mark.parametrize("count", [1, 10, 11, 100, 1000])
def test_a_prefix_is_exported_whole(flowenv, fault, count):
    values = parameters(count)
    fault.store.load(values)
    exported = flowenv.ok("export", "--prefix", "/flowlogic/dev", "--format", "json", env=fault.env)
    assert json.loads(exported) == as_keys(values)
    script = flowenv.ok("export", "--prefix", "/flowlogic/dev", "--format", "sh", env=fault.env)
    shell = subprocess.run(["sh", "-c", 'eval "$1"; env', "sh", script], env={},
                           capture_output=True, check=True)
    assert {f"{key}={value}" for key, value in as_keys(values).items()} <= set(
        shell.stdout.decode().splitlines())


def test_an_equal_value_is_not_written_again(flowenv, fault):
    flowenv.ok("put", "/t/dev/a", input="same", env=fault.env)
    assert b"unchanged" in flowenv.ok("put", "/t/dev/a", input="same", env=fault.env)
    assert fault.store.version("/t/dev/a") == 1


def test_a_second_writer_is_not_overwritten(flowenv, fault, canary):
    fault.store.load({"/t/dev/a": "one"})
    fault.inject(faults.after(lambda store: store.put("/t/dev/a", "theirs")), "GetParameter",
                 count=1)
    said = flowenv.fails(4, "put", "/t/dev/a", input=canary(), env=fault.env)
    assert "/t/dev/a" in said and fault.store.value("/t/dev/a") == "theirs"
    canary.absent(said)


def test_without_credentials_the_local_store_is_mentioned_and_nothing_is_asked(flowenv):
    said = flowenv.fails(1, "get", "/t/dev/a")
    assert "no AWS credentials" in said and "--store local" in said


# --- a far end that fails -------------------------------------------------------------------------

FAILING = {
    "throttled": (faults.throttled(), 9, "ThrottlingException"),
    "503": (faults.html(503), 9, "HTTP 503"),
    "cut": (faults.cut(None, applied=False), 9, "127.0.0.1"),
    "no http": (faults.raw(b"hello\r\n"), 9, "127.0.0.1"),
    "nonsense": (faults.reply(200, b"{]"), 1, "is not valid JSON"),
    "denied": (faults.denied(), 1, "AccessDeniedException"),
    "expired": (faults.expired_token(), 1, "these credentials have expired"),
    "401": (faults.html(401), 1, "HTTP 401"),
    "redirect": (faults.redirect("http://127.0.0.1:1/"), 10, "redirect"),
}
COMMANDS = {
    "get": ["get", "/t/dev/a"], "list": ["list", "/t/dev"], "history": ["history", "/t/dev/a"],
    "export": ["export", "--prefix", "/t/dev", "--format", "json"],
    "put": ["put", "/t/dev/a"], "rm": ["rm", "/t/dev/a", "--yes", "1"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("trouble", FAILING)
def test_a_failure_is_said_and_changes_nothing(flowenv, fault, canary, trouble, command):
    action, status, says = FAILING[trouble]
    fault.store.load({"/t/dev/a": canary()})
    fault.inject(action)
    result = flowenv(*COMMANDS[command], input=canary(), check=status,
                     env={**fault.env, "AWS_MAX_ATTEMPTS": "1"})
    said = result.err_text
    assert says in said and "/t/dev" in said and said.startswith("flowenv: ")
    assert result.out in (b"", b"false\n") or command == "rm"
    assert fault.store.version("/t/dev/a") == 1
    canary.absent(result)
    canary.absent_on_disk(flowenv.home, flowenv.work)


def test_a_clock_that_had_to_be_corrected_is_told_once(flowenv, fault):
    fault.store.load({f"/t/dev/k{i}": "v" for i in range(30)})
    fault.clock_offset_s = -7200
    done = flowenv("export", "--prefix", "/t/dev", "--format", "json", env=fault.env)
    assert done.status == 0 and len(json.loads(done.out)) == 30
    assert done.err.count(b"this machine's clock is 2 h ahead of the service's; "
                          b"requests are signed with the service's time") == 1


@pytest.mark.parametrize("name, version", [("/aws/service/global/x", 3),
                                           ("/aws/reference/secretsmanager/s1", 0)])
def test_a_parameter_of_awss_own_is_read_and_not_written(flowenv, fault, name, version):
    fault.inject(faults.reply(200, json.dumps({"Parameter": {
        "Name": name, "Type": "SecureString", "Value": "v", "Version": version,
        "LastModifiedDate": 1.795425749632E9, "DataType": "text", "SourceResult": "{}"}}).encode()),
        "GetParameter")
    assert flowenv.ok("get", name, env=fault.env) == b"v"
    assert "keeps names" in flowenv.fails(2, "put", name, input="w", env=fault.env)
    assert "keeps names" in flowenv.fails(2, "rm", "--yes", "1", name, env=fault.env)


def test_no_far_end_at_all(flowenv, fault):
    fault.refuse_connections()
    said = flowenv.fails(9, "get", "/t/dev/a", env={**fault.env, "AWS_MAX_ATTEMPTS": "1"})
    assert "/t/dev/a: 127.0.0.1:" in said and "check the network" in said


def test_an_unreadable_parameter_is_shown_but_not_exported(flowenv, fault, canary):
    fault.store.load({"/t/dev/open": "value", "/t/dev/shut": canary()})
    fault.store.deny_decrypt("/t/dev/shut")
    assert b"/t/dev/shut" in flowenv.ok("list", "/t/dev", env=fault.env)
    said = flowenv.fails(10, "export", "--prefix", "/t/dev", "--format", "json", env=fault.env)
    assert "SHUT" in said
    assert "AccessDenied" in flowenv.fails(10, "get", "/t/dev/shut", env=fault.env)


# --- what is kept of an answer ---------------------------------------------------------------------

def test_a_snapshot_stands_in_where_the_service_cannot_be_reached(stage, fault):
    config = stage.home / ".config/flowenv/config.ini"
    config.parent.mkdir(parents=True, mode=0o700)
    config.write_text("max_age = 0\n")
    fault.store.load(parameters(20))
    first = stage.ok("export", "--stage", "dev", "--format", "json", env=fault.env)
    fault.inject(faults.html(503))
    result = stage("export", "--stage", "dev", "--format", "json", check=0,
                   env={**fault.env, "AWS_MAX_ATTEMPTS": "1"})
    assert result.out == first and b"HTTP 503" in result.err
    said = stage.fails(9, "export", "--stage", "dev", "--format", "json", "--refresh", out=None,
                       env={**fault.env, "AWS_MAX_ATTEMPTS": "1"})
    assert "HTTP 503" in said


def test_a_snapshot_ends_where_the_service_refuses(stage, fault):
    fault.store.load(parameters(20))
    stage.ok("export", "--stage", "dev", "--format", "json", env=fault.env)
    fault.inject(faults.denied())
    for options in (["--refresh"], ["--offline"]):
        result = stage("export", "--stage", "dev", "--format", "json", *options, env=fault.env)
        assert result.status != 0 and b"value-1" not in result.out


def test_an_answer_that_lost_a_page_is_not_kept(stage, fault):
    fault.store.load(parameters(25))
    fault.inject(faults.truncated_json(), "GetParametersByPath", first=3, count=1)
    stage.fails(1, "export", "--stage", "dev", "--format", "json", env=fault.env)
    exported = stage.ok("export", "--stage", "dev", "--format", "json", env=fault.env)
    assert json.loads(exported) == as_keys(parameters(25))


def test_what_is_gone_at_the_service_is_gone_here(stage, fault):
    fault.store.load(parameters(12))
    stage.ok("export", "--stage", "dev", "--format", "json", env=fault.env)
    fault.store.remove("/flowlogic/dev/key-0003")
    fault.store.put("/flowlogic/dev/new", "n")
    exported = json.loads(stage.ok("export", "--stage", "dev", "--format", "json", "--refresh",
                                   env=fault.env))
    assert "KEY_0003" not in exported and exported["NEW"] == "n" and len(exported) == 12
