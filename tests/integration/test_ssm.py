"""
SSM read: against Moto, which checks signatures and is read and written by boto3 and the AWS CLI,
and against the fault server, which pages, orders and encrypts as it likes.
"""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import faults
from support.ssm import names

BYTES = ["x", " ", " outer blanks ", "ends\n", "\n", "a\r\nb\r\n", "tab\there", "quote'\"`$\\",
         "back\\slash\\n", "a=b#c", "{not json}", '{"json": [1, 2]}', "\u00e4\u20ac\U0001f511",
         "\x01\x1f\x7f", "</script>", "v" * 4096, "-----BEGIN KEY-----\nMIIE\n-----END KEY-----\n"]


def operations(fault):
    return [call.operation for call in fault.calls()]


@pytest.mark.parametrize("far_end", ["moto_signed", "fault"])
def test_ssm_keeps_the_contract_of_every_store(ssm, far_end, request):
    ssm.keeps_contract(request.getfixturevalue(far_end))


# --- the other side of every write and read: Moto, boto3, the AWS CLI ------------------------

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


# --- fetching --------------------------------------------------------------------------------

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


# --- what can't be decrypted (T40) -----------------------------------------------------------

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
