"""
The SSM store against Moto, which checks signatures and is read and written by boto3 and the AWS
CLI, and against the fault server, which fails in every way that we know of.

The store is driven through its own interface by tests/support/ssm_main.c; what the commands of the
program make of it is tested beside them.
"""

import itertools
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import faults
from support.aws import environment
from support.program import PASSED_ON, ROOT, SANITIZER_REPORTS

CODES = re.findall(r"^    FLOW_E_(\w+),", (ROOT / "src/base/err.h").read_text(), re.MULTILINE)
BYTES = ["x", " ", " outer blanks ", "ends\n", "\n", "a\r\nb\r\n", "tab\there", "quote'\"`$\\",
         "back\\slash\\n", "a=b#c", "{not json}", '{"json": [1, 2]}', "\u00e4\u20ac\U0001f511",
         "\x01\x1f\x7f", "</script>", "v" * 4096, "-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n"]


class Ssm:
    """Runs ssm_main on an endpoint's environment. An answer is a list of dicts."""

    def __init__(self, home):
        self.program = ROOT / "build/asan/support/ssm_main"
        self.home = home
        assert self.program.exists(), f"{self.program} is not there: run make asan first"

    def run(self, far_end, *args, value=b"", env=None):
        base = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        value = value.encode() if isinstance(value, str) else value
        done = subprocess.run([self.program, *map(str, args)], input=value, capture_output=True,
                              env={**base, "HOME": str(self.home), **far_end.env, **(env or {})},
                              timeout=120)
        assert not any(report in done.stderr for report in SANITIZER_REPORTS), done.stderr.decode()
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], \
            done.stderr.decode()

    def ok(self, far_end, *args, **options):
        status, answer, error = self.run(far_end, *args, **options)
        assert status == 0, error
        return answer

    def fails(self, code, far_end, *args, answer=(), **options):
        """The sentence of the failure, which has that code, after these lines of answer."""
        status, lines, error = self.run(far_end, *args, **options)
        assert status == 1 and lines == list(answer), (lines, error)
        number, _, sentence = error.partition(": ")
        assert CODES[int(number) - 1] == code, error
        return sentence.strip()

    def fetch(self, far_end, *args, **options):
        return {each["name"]: each for each in self.ok(far_end, "fetch", *args, **options)}

    def values(self, far_end, *args, **options):
        return {name: each.get("value")
                for name, each in self.fetch(far_end, *args, **options).items()}


@pytest.fixture
def ssm(tmp_path):
    return Ssm(tmp_path)


def names(count, prefix="/t/dev"):
    """As many names, on two levels, in the order in which an answer has them."""
    return sorted(f"{prefix}/{'deep/' if i % 3 else ''}key-{i:04d}" for i in range(count))


def operations(fault):
    return [call.operation for call in fault.calls()]


# --- the other side of every write and read: Moto, boto3, the AWS CLI -------------------------

@pytest.mark.parametrize("value", BYTES, ids=range(len(BYTES)))
def test_what_is_put_is_what_boto_reads_and_the_reverse(ssm, moto, value):
    boto = moto.boto("ssm")
    assert ssm.ok(moto, "put", "/t/dev/a", "SecureString", 0, value=value) == [{"version": 1}]
    got = boto.get_parameter(Name="/t/dev/a", WithDecryption=True)["Parameter"]
    assert (got["Value"], got["Type"]) == (value, "SecureString")

    boto.put_parameter(Name="/t/dev/b", Value=value, Type="String")
    assert ssm.ok(moto, "get", "/t/dev/b")[0]["value"] == value
    assert ssm.values(moto, "/t/dev") == {"/t/dev/a": value, "/t/dev/b": value}


def test_the_aws_cli_reads_what_was_put_and_the_reverse(ssm, moto_signed, canary):
    secret = canary()
    ssm.ok(moto_signed, "put", "/t/dev/a", "SecureString", 0, "Advanced", "alias/mine", "what for",
           value=secret)
    got = moto_signed.cli("ssm", "get-parameter", "--name", "/t/dev/a", "--with-decryption")
    assert got["Parameter"]["Value"] == secret
    about = moto_signed.cli("ssm", "describe-parameters")["Parameters"][0]
    assert (about["KeyId"], about["Tier"], about["Description"]) == (
        "alias/mine", "Advanced", "what for")

    moto_signed.cli("ssm", "put-parameter", "--name", "/t/dev/list", "--type", "StringList",
                    "--value", "a,b,c")
    listed = ssm.ok(moto_signed, "get", "/t/dev/list")[0]
    assert (listed["type"], listed["value"], listed["version"]) == ("StringList", "a,b,c", 1)
    assert listed["dated"]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 100])
def test_every_parameter_below_a_prefix_is_fetched(ssm, moto, count):
    expected = {name: f"value of {name}" for name in names(count)}
    boto = moto.boto("ssm", max_pool_connections=8)
    boto.put_parameter(Name="/t/develop/other", Value="not below", Type="String")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda item: boto.put_parameter(Name=item[0], Value=item[1],
                                                      Type="SecureString"), expected.items()))
    assert ssm.values(moto, "/t/dev") == expected
    assert ssm.values(moto, "/t/dev", "known-only", *expected, "/t/dev/gone") == expected


def test_the_root_holds_everything(ssm, moto):
    boto = moto.boto("ssm")
    for name in ("/t/dev/a", "/other/b", "/single"):
        boto.put_parameter(Name=name, Value="v", Type="String")
    assert set(ssm.values(moto, "/")) == {"/t/dev/a", "/other/b", "/single"}


def test_history_has_every_version_and_selectors_choose_one(ssm, moto):
    boto = moto.boto("ssm")
    for i in range(5):
        boto.put_parameter(Name="/t/dev/a", Value=f"v{i}", Type="SecureString", Overwrite=True)
    boto.label_parameter_version(Name="/t/dev/a", ParameterVersion=2, Labels=["good"])
    history = ssm.ok(moto, "history", "/t/dev/a")
    assert [(each["version"], each["value"]) for each in history] == [
        (i + 1, f"v{i}") for i in range(5)]
    assert history[0]["who"] and history[0]["key_id"]
    assert all("value" not in each for each in ssm.ok(moto, "history", "/t/dev/a", "names"))
    assert ssm.ok(moto, "get", "/t/dev/a", 3)[0]["value"] == "v2"
    assert ssm.ok(moto, "get", "/t/dev/a", "good")[0]["value"] == "v1"
    assert "ParameterVersionNotFound" in ssm.fails("NOT_FOUND", moto, "get", "/t/dev/a", 9)
    assert "ParameterNotFound" in ssm.fails("NOT_FOUND", moto, "history", "/t/dev/b")


def test_remove_says_which_were_there(ssm, moto):
    boto = moto.boto("ssm")
    there = names(23)
    for name in there:
        boto.put_parameter(Name=name, Value="v", Type="String")
    asked = [*there[:12], "/t/dev/gone", *there[12:]]
    assert ssm.ok(moto, "rm", *asked) == [
        {"name": name, "removed": name != "/t/dev/gone"} for name in asked]
    assert ssm.values(moto, "/t/dev") == {}


def test_signatures_are_right_and_wrong_keys_are_said_to_be(ssm, moto_signed, canary):
    secret = canary()
    ssm.ok(moto_signed, "put", "/t/dev/a", "SecureString", 0, value=secret)
    assert ssm.values(moto_signed, "/t/dev") == {"/t/dev/a": secret}

    wrong = moto_signed.env["AWS_SECRET_ACCESS_KEY"][:-1] + "!"
    said = ssm.fails("DENIED", moto_signed, "get", "/t/dev/a", env={"AWS_SECRET_ACCESS_KEY": wrong})
    assert "/t/dev/a: GetParameter answered SignatureDoesNotMatch" in said
    assert "set both again" in said and wrong not in said

    said = ssm.fails("DENIED", moto_signed, "fetch", "/t/dev",
                     env={"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"})
    assert "InvalidClientTokenId" in said and "AWS does not know the access key id" in said

    moto_signed.allow("ssm:GetParameter")
    assert ssm.ok(moto_signed, "get", "/t/dev/a")
    said = ssm.fails("DENIED", moto_signed, "put", "/t/dev/b", "String", 0, value="v")
    assert "/t/dev/b: PutParameter answered AccessDenied" in said and "policy" in said


# --- fetching -----------------------------------------------------------------------------------

@pytest.mark.parametrize("count", [1, 10, 11, 100, 1000])
def test_a_walk_takes_one_request_for_each_page(ssm, fault, count):
    expected = {name: f"value of {name}" for name in names(count)}
    fault.store.load(expected)
    assert ssm.values(fault, "/t/dev", *list(expected)[:50]) == expected
    assert operations(fault) == ["GetParametersByPath"] * max(1, (count + 9) // 10)


def test_known_names_are_read_ten_a_call_all_calls_in_flight(ssm, fault):
    expected = {name: "v" for name in names(100)}
    fault.store.load(expected)
    fault.latency_ms = 200
    assert ssm.values(fault, "/t/dev", "known-only", *expected, *expected) == expected
    assert operations(fault) == ["GetParameters"] * 10
    assert fault.max_in_flight == 10


def test_known_names_elsewhere_come_beside_the_walk(ssm, fault):
    fault.store.load({"/t/dev/a": "1", "/shared/b": "2", "single": "3"})
    assert ssm.values(fault, "/t/dev", "/shared/b", "/shared/gone", "/t/dev/gone", "/single") == {
        "/t/dev/a": "1", "/shared/b": "2", "/single": "3"}


@pytest.mark.parametrize("seed", range(5))
def test_paging_and_order_do_not_change_the_result(ssm, fault, seed):
    expected = {name: f"value of {name}" for name in names(57)}
    fault.store.load(expected)
    fault.store.shuffle(seed)
    answer = ssm.ok(fault, "fetch", "/t/dev")
    assert [each["name"] for each in answer] == sorted(expected)
    assert {each["name"]: each["value"] for each in answer} == expected


def test_empty_pages_with_a_token_are_followed(ssm, fault):
    fault.store.load({name: "v" for name in names(12)})
    fault.store.page_sizes = [0, 0, 3, 0, 9, 0]
    assert len(ssm.values(fault, "/t/dev")) == 12


def test_names_without_values(ssm, fault):
    fault.store.load({"/t/dev/a": "secret"})
    fault.store.put("/t/dev/b", "plain", "String")
    for args in (["/t/dev", "names"], ["/t/dev", "names", "known-only", "/t/dev/a", "/t/dev/b"]):
        answer = ssm.fetch(fault, *args)
        assert {name: each["type"] for name, each in answer.items()} == {
            "/t/dev/a": "SecureString", "/t/dev/b": "String"}
        assert not any("value" in each or "why" in each for each in answer.values())
    assert not any(call.body["WithDecryption"] for call in fault.calls())


@pytest.mark.parametrize("tokens", ["A", "AB", "ABCDE", "ABCDECDECDE"])
@pytest.mark.parametrize("read", [["fetch", "/t/dev"], ["history", "/t/dev/a"]])
def test_pages_that_lead_back_to_an_earlier_one_are_an_error(ssm, fault, read, tokens):
    turns = itertools.cycle(tokens)

    async def turn(exchange):
        await exchange.send(200, json.dumps({"Parameters": [], "NextToken": next(turns)}).encode())
    fault.inject(turn)
    assert "leads back to an earlier one" in ssm.fails("FORMAT", fault, *read)
    assert len(fault.calls()) <= 4 * len(tokens)


def test_a_name_that_an_answer_loses_is_an_error_that_names_it(ssm, fault):
    fault.store.load({name: "v" for name in names(12)})
    fault.inject(faults.without("/t/dev/key-0003"), "GetParameters")
    said = ssm.fails("FORMAT", fault, "fetch", "/t/dev", "known-only", *names(12))
    assert "what became of /t/dev/key-0003" in said


def test_names_from_elsewhere_are_refused(ssm, fault):
    fault.store.load({"/t/dev/a": "v"})

    def rename(answer):
        answer["Parameters"][0]["Name"] = "/t/prod/a"
    fault.inject(faults.edited(rename))
    assert "'/t/prod/a'" in ssm.fails("FORMAT", fault, "fetch", "/t/dev")
    assert "not asked for" in ssm.fails("FORMAT", fault, "fetch", "/t/dev", "known-only",
                                        "/t/dev/a")


def test_a_reply_without_its_list_is_not_an_empty_one(ssm, fault):
    fault.inject(faults.reply(200, b"{}"))
    for args in (["fetch", "/t/dev"], ["history", "/t/dev/a"]):
        assert "no list of parameters" in ssm.fails("FORMAT", fault, *args)


# --- what can't be decrypted (T40) ---------------------------------------------------------------

@pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidKeyId"])
def test_what_cannot_be_decrypted_is_unreadable_and_hides_nothing_else(ssm, fault, code):
    expected = {name: f"value of {name}" for name in names(35)}
    fault.store.load(expected)
    fault.store.put("/t/dev/plain", "p", "String")
    denied = names(35)[4], names(35)[28]
    for name in denied:
        fault.store.deny_decrypt(name, code)
    every = [*expected, "/t/dev/plain"]
    for args in (["/t/dev"], ["/t/dev", "known-only", *every]):
        answer = ssm.fetch(fault, *args)
        assert sorted(answer) == sorted(every)
        for name, each in answer.items():
            if name in denied:
                assert each["why"].startswith(f"{code}: The ciphertext refers to")
                assert "value" not in each and each["version"] == 1
            else:
                assert each["value"] == expected.get(name, "p") and "why" not in each


def test_one_that_cannot_be_decrypted_can_still_be_asked_for(ssm, fault):
    fault.store.load({"/t/dev/a": "one"})
    fault.store.put("/t/dev/a", "two")
    fault.store.deny_decrypt("/t/dev/a")
    got, = ssm.ok(fault, "get", "/t/dev/a")
    assert "value" not in got and got["why"].startswith("AccessDeniedException: ")
    history = ssm.ok(fault, "history", "/t/dev/a")
    assert [each["version"] for each in history] == [1, 2]
    assert all("value" not in each and each["why"] for each in history)


def test_no_right_at_all_is_an_error_not_a_list_of_unreadable_ones(ssm, fault):
    fault.store.load({"/t/dev/a": "v"})
    fault.inject(faults.denied())
    for args in (["fetch", "/t/dev"], ["fetch", "/t/dev", "known-only", "/t/dev/a"],
                 ["get", "/t/dev/a"], ["history", "/t/dev/a"]):
        said = ssm.fails("DENIED", fault, *args)
        assert "AccessDeniedException" in said and "policy of these credentials" in said


# --- writing (T41) ----------------------------------------------------------------------------------

def test_a_new_parameter_does_not_replace_one_that_is_there(ssm, fault, canary):
    fault.store.load({"/t/dev/a": "theirs"})
    said = ssm.fails("EXISTS", fault, "put", "/t/dev/a", "SecureString", 0, value=canary())
    assert "/t/dev/a: PutParameter answered ParameterAlreadyExists" in said
    assert "nothing was changed" in said and fault.store.value("/t/dev/a") == "theirs"
    canary.absent(said)


def test_only_the_version_that_was_seen_is_replaced(ssm, fault):
    fault.store.load({"/t/dev/a": "one"})
    assert ssm.ok(fault, "put", "/t/dev/a", "SecureString", 1, value="two") == [{"version": 2}]
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 1, value="three")
    assert "version 1 was seen, and version 2 is there now; nothing was changed" in said
    assert fault.store.value("/t/dev/a") == "two"
    fault.store.remove("/t/dev/a")
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 2, value="three")
    assert "it is gone now" in said and fault.store.version("/t/dev/a") == 0


def test_a_second_writer_between_look_and_write_is_seen_in_the_version(ssm, fault):
    fault.store.load({"/t/dev/a": "one"})
    fault.inject(faults.before(lambda store: store.put("/t/dev/a", "theirs")), "PutParameter")
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 1, value="ours")
    assert "stored as version 3 where 2 was to be" in said and "flowenv history /t/dev/a" in said


@pytest.mark.parametrize("replaces", [0, 1])
@pytest.mark.parametrize("share", [None, 0.5])
def test_a_lost_answer_is_looked_for_not_written_again(ssm, fault, replaces, share):
    if replaces:
        fault.store.load({"/t/dev/a": "old"})
    fault.inject(faults.cut(share, applied=True), "PutParameter", count=1)
    answer = ssm.ok(fault, "put", "/t/dev/a", "SecureString", replaces, value="new")
    assert answer == [{"version": replaces + 1}]
    assert fault.store.version("/t/dev/a") == replaces + 1
    assert len(fault.calls("PutParameter")) == 1


@pytest.mark.parametrize("replaces", [0, 1])
@pytest.mark.parametrize("fault_kind", [faults.cut(None, applied=False),
                                        faults.cut(None, applied=False, reset=True),
                                        faults.html(500), faults.html(503)],
                         ids=["cut", "reset", "500", "503"])
def test_a_write_that_did_not_arrive_is_repeated(ssm, fault, replaces, fault_kind):
    if replaces:
        fault.store.load({"/t/dev/a": "old"})
    fault.inject(fault_kind, "PutParameter", count=2)
    ssm.ok(fault, "put", "/t/dev/a", "SecureString", replaces, value="new")
    assert (fault.store.value("/t/dev/a"), fault.store.version("/t/dev/a")) == ("new", replaces + 1)


def test_a_lost_answer_and_a_second_writer_is_a_conflict(ssm, fault):
    async def lose(exchange):
        exchange.execute()
        exchange.server.store.put("/t/dev/a", "theirs")
        exchange.close()
    fault.inject(lose, "PutParameter", count=1)
    said = ssm.fails("CONFLICT", fault, "put", "/t/dev/a", "SecureString", 0, value="ours")
    assert "version 2 is there now" in said and fault.store.version("/t/dev/a") == 2


def test_a_write_that_never_arrives_says_that_nothing_was_changed(ssm, fault, canary):
    fault.inject(faults.cut(None, applied=False), "PutParameter")
    said = ssm.fails("UNREACHABLE", fault, "put", "/t/dev/a", "SecureString", 0, value=canary())
    assert said.startswith("/t/dev/a: ") and "nothing was changed" in said
    assert len(fault.calls("PutParameter")) == 5
    canary.absent(said)


def test_a_write_whose_fate_is_not_known_says_so(ssm, fault, canary):
    fault.inject(faults.cut(None, applied=True), "PutParameter")
    fault.inject(faults.html(503), "GetParameter")
    said = ssm.fails("UNREACHABLE", fault, "put", "/t/dev/a", "SecureString", 0, value=canary())
    assert "whether it was stored is not known" in said
    canary.absent(said)


def test_writes_are_paced_and_throttled_ones_all_arrive(ssm, fault):
    fault.limit_rate(3, burst=20, operations=["PutParameter"])
    ssm.ok(fault, "puts", *names(44))
    assert fault.store.names() == names(44)
    assert len(fault.calls("PutParameter")) < 1.5 * 44


def test_a_lost_answer_to_a_removal(ssm, fault):
    fault.store.load({name: "v" for name in names(4)})
    fault.inject(faults.cut(None, applied=True), "DeleteParameters", count=1)
    assert all(each["removed"] for each in ssm.ok(fault, "rm", *names(4)))
    assert len(fault.calls("DeleteParameters")) == 1

    fault.store.load({name: "v" for name in names(4)})
    fault.inject(faults.cut(None, applied=False), "DeleteParameters", count=1)
    assert all(each["removed"] for each in ssm.ok(fault, "rm", *names(4)))
    assert fault.store.names() == []


def test_a_removal_that_fails_half_way_says_what_is_done(ssm, fault):
    fault.store.load({name: "v" for name in names(15)})
    fault.inject(faults.denied("ssm:DeleteParameters"), "DeleteParameters", first=2)
    ssm.fails("DENIED", fault, "rm", *names(15), answer=[
        {"name": name, "removed": i < 10} for i, name in enumerate(names(15))])


@pytest.mark.parametrize("size, tier, code, says", [
    (4096, "", None, None),
    (4097, "", "LIMIT", "--tier Advanced takes 8192"),
    (4097, "Standard", "LIMIT", "SSM stores 4096 in the Standard tier"),
    (8192, "Advanced", None, None),
    (8192, "Intelligent-Tiering", None, None),
    (8193, "Advanced", "LIMIT", "SSM stores 8192 in the Advanced tier"),
    (1, "Gold", "USAGE", "a tier is Standard, Advanced or Intelligent-Tiering"),
    (0, "", "USAGE", "no empty value"),
])
def test_limits_of_a_value(ssm, fault, size, tier, code, says):
    args = fault, "put", "/t/dev/a", "SecureString", 0, tier
    if code is None:
        ssm.ok(*args, value="v" * size)
        assert fault.store.value("/t/dev/a") == "v" * size
    else:
        assert says in ssm.fails(code, *args, value="v" * size)
        assert not fault.calls()


@pytest.mark.parametrize("name, value, kind, key, code, says", [
    ("/t/dev/a b", "v", "String", "", "USAGE", "is not allowed"),
    ("t/dev/a", "v", "String", "", "USAGE", "begins with a slash"),
    ("/t/../a", "v", "String", "", "USAGE", "which is no name"),
    ("/aws/a", "v", "String", "", "USAGE", "for itself"),
    ("/t/dev/a", "see {{ssm:/t/dev/b}}", "String", "", "USAGE", "{{...}}"),
    ("/t/dev/a", b"a\0b", "String", "", "USAGE", "NUL byte"),
    ("/t/dev/a", b"\xff\xfe", "String", "", "FORMAT", "UTF-8"),
    ("/t/dev/a", "v", "String", "alias/mine", "USAGE", "only a SecureString takes a KMS key"),
])
def test_what_ssm_would_refuse_is_not_sent(ssm, fault, name, value, kind, key, code, says):
    said = ssm.fails(code, fault, "put", name, kind, 0, "", key, value=value)
    assert says in said and name in said and not fault.calls()


def test_words_of_the_service_that_quote_the_value_are_passed_on_without_it(ssm, fault, canary):
    fault.inject(faults.quoting(), "PutParameter")
    secret = canary()
    said = ssm.fails("USAGE", fault, "put", "/t/dev/a", "SecureString", 0, value=secret)
    assert "ValidationException: 1 validation error detected" in said and "request id " in said
    canary.absent(said)


# --- a far end that fails -----------------------------------------------------------------------------

READS = {"get": ["get", "/t/dev/a"], "history": ["history", "/t/dev/a"], "walk": ["fetch", "/t/dev"],
         "known": ["fetch", "/t/dev", "known-only", "/t/dev/a"]}
PASSING = {
    "throttled": faults.throttled(), "too many updates": faults.too_many_updates(),
    "500": faults.error("InternalServerError", status=500), "503": faults.html(503),
    "cut before": faults.cut(None), "cut within": faults.cut(0.5), "reset": faults.cut(None, reset=True),
}


@pytest.mark.parametrize("trouble", PASSING)
@pytest.mark.parametrize("read", READS)
def test_what_passes_is_sat_out(ssm, fault, read, trouble):
    fault.store.load({"/t/dev/a": "v"})
    fault.inject(PASSING[trouble], count=2)
    assert ssm.ok(fault, *READS[read])[0]["value"] == "v"
    assert len(fault.calls()) == 3
    assert len({call.headers["amz-sdk-invocation-id"] for call in fault.calls()}) == 1
    assert [call.headers["amz-sdk-request"] for call in fault.calls()] == [
        f"attempt={i}; max=3" for i in (1, 2, 3)]


LASTING = {
    "throttled": (faults.throttled(), "UNREACHABLE", "ThrottlingException: Rate exceeded", 2),
    "503": (faults.html(503), "UNREACHABLE", "answered HTTP 503", 2),
    "cut": (faults.cut(None), "UNREACHABLE", "127.0.0.1", 2),
    "no http": (faults.raw(b"+OK ready\r\n"), "UNREACHABLE", "127.0.0.1", 1),
    "html": (faults.reply(200, b"<html>"), "FORMAT", "is not valid JSON", 1),
    "half": (faults.truncated_json(), "FORMAT", "is not valid JSON", 1),
    "double": (faults.doubled_member(), "FORMAT", "is not valid JSON", 1),
    "nul": (faults.nul_in_value(), "FORMAT", "is not valid JSON", 1),
    "endless body": (faults.endless_body(), "LIMIT", "127.0.0.1", 1),
    "endless headers": (faults.endless_headers(), "LIMIT", "127.0.0.1", 1),
    "expired": (faults.expired_token(), "DENIED", "these credentials have expired", 1),
    "signature": (faults.wrong_signature(), "DENIED", "InvalidSignatureException", 1),
    "401": (faults.html(401), "DENIED", "answered HTTP 401", 1),
    "403": (faults.html(403), "DENIED", "answered HTTP 403", 1),
    "unknown": (faults.error("SurprisingException", "so there"), "IO", "SurprisingException: so there", 1),
    "token": (faults.error("InvalidNextToken"), "UNREACHABLE", "the list changed", 1),
    "not json": (faults.reply(400, b"\xff\xfe{"), "IO", "answered HTTP 400", 1),
}


@pytest.mark.parametrize("trouble", LASTING)
def test_what_lasts_is_said(ssm, fault, trouble):
    action, code, says, attempts = LASTING[trouble]
    fault.store.load({"/t/dev/a": "canary-of-the-store"})
    fault.inject(action)
    for read in ("get", "walk"):
        before = len(fault.calls())
        said = ssm.fails(code, fault, *READS[read], env={"AWS_MAX_ATTEMPTS": "2"})
        assert says in said and said.startswith("/t/dev") and "canary" not in said
        assert len(fault.calls()) - before == attempts


def test_a_service_that_hangs_is_given_up(ssm, fault):
    fault.store.load({"/t/dev/a": "v"})
    fault.inject(faults.hang())
    said = ssm.fails("UNREACHABLE", fault, "get", "/t/dev/a", env={"AWS_MAX_ATTEMPTS": "1"})
    assert said.startswith("/t/dev/a: ")


def test_a_service_that_is_not_there(ssm, fault):
    fault.refuse_connections()
    for args in (READS["get"], READS["walk"], ["put", "/t/dev/a", "String", 0]):
        said = ssm.fails("UNREACHABLE", fault, *args, value="v", env={"AWS_MAX_ATTEMPTS": "2"})
        assert said.startswith("/t/dev") and "127.0.0.1" in said


def test_a_redirect_is_refused_and_the_other_place_never_asked(ssm, fault, fault_server):
    other = fault_server()
    fault.inject(faults.redirect(other.endpoint + "/"))
    said = ssm.fails("REFUSED", fault, "get", "/t/dev/a")
    assert said.startswith("/t/dev/a: ") and not other.calls() and len(fault.calls()) == 1


def test_a_slow_service_is_waited_for(ssm, fault):
    fault.store.load({name: "v" for name in names(25)})
    fault.latency_ms = 700
    assert len(ssm.values(fault, "/t/dev")) == 25


@pytest.mark.parametrize("hours", [1, -1])
def test_a_wrong_clock_is_corrected_once(ssm, fault, hours):
    expected = {name: "v" for name in names(100)}
    fault.store.load(expected)
    fault.clock_offset_s = hours * 3600
    assert ssm.values(fault, "/t/dev") == expected
    assert len(fault.calls()) == 1 + 10
    assert ssm.values(fault, "/t/dev", "known-only", *expected) == expected
    assert ssm.ok(fault, "put", "/t/dev/new", "String", 0, value="v") == [{"version": 1}]
    assert len(fault.calls("PutParameter")) == 2


def test_a_signature_refused_for_its_time_for_ever_names_the_clock(ssm, fault):
    fault.inject(faults.wrong_signature())
    fault.clock_offset_s = 7200
    said = ssm.fails("DENIED", fault, "get", "/t/dev/a")
    assert "this machine's clock is 2 h behind the service's" in said and len(fault.calls()) == 2


def test_over_tls_with_a_certificate_of_the_users_own(ssm, fault_server):
    fault = fault_server(tls=True)
    fault.store.load({name: "v" for name in names(11)})
    assert len(ssm.values(fault, "/t/dev")) == 11
    said = ssm.fails("REFUSED", fault, "get", "/t/dev/a", env={"AWS_CA_BUNDLE": ""})
    assert said.startswith("/t/dev/a: ")


def test_credentials_do_not_go_out_in_clear(ssm, fault):
    said = ssm.fails("REFUSED", fault, "get", "/t/dev/a",
                     env=environment("http://ssm.example.com"))
    assert "https:// only" in said and not fault.calls()
