"""The fault server speaks SSM as boto3 understands it, and each of its faults is that fault."""

import email.utils
import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError, SSLError

from support import faults
from support.aws import boto_client
from support.server import ServerProcess


@pytest.fixture
def ssm(fault):
    return boto_client("ssm", fault.endpoint, read_timeout=2)


def refusal(call, **members):
    """The error code with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(**members)
    return refused.value.response["Error"]["Code"]


def put(ssm, name="/t/dev/key", value="value", **members):
    return ssm.put_parameter(**{"Name": name, "Value": value, "Type": "String", **members})


# --- a parameter store ---------------------------------------------------------

def test_what_is_put_is_got_with_its_type_version_and_arn(ssm):
    assert put(ssm, value=" v\n", Type="SecureString")["Version"] == 1
    assert put(ssm, value="w", Type="SecureString", Overwrite=True)["Version"] == 2
    got = ssm.get_parameter(Name="/t/dev/key", WithDecryption=True)
    assert got["Parameter"] | {"LastModifiedDate": None} == {
        "Name": "/t/dev/key", "Type": "SecureString", "Value": "w", "Version": 2,
        "DataType": "text", "LastModifiedDate": None,
        "ARN": "arn:aws:ssm:us-east-1:123456789012:parameter/t/dev/key"}
    assert got["ResponseMetadata"]["RequestId"]


def test_an_encrypted_value_stays_encrypted_unless_it_is_asked_for(ssm):
    put(ssm, value="secret", Type="SecureString")
    assert "secret" not in ssm.get_parameter(Name="/t/dev/key")["Parameter"]["Value"]


def test_a_selector_chooses_a_version_and_is_repeated(fault, ssm):
    fault.store.load({"/t/dev/key": "one"})
    fault.store.put("/t/dev/key", "two")
    fault.store.label("/t/dev/key", "old", version=1)
    for selector in (":1", ":old"):
        got = ssm.get_parameter(Name="/t/dev/key" + selector, WithDecryption=True)["Parameter"]
        assert (got["Value"], got["Selector"]) == ("one", selector)
    assert refusal(ssm.get_parameter, Name="/t/dev/key:9") == "ParameterVersionNotFound"


def test_a_batch_answers_in_alphabetical_order_and_names_what_is_missing(fault, ssm):
    fault.store.load({f"/t/dev/{name}": name for name in "cab"})
    answer = ssm.get_parameters(Names=["/t/dev/c", "/t/dev/x", "/t/dev/a", "b"])
    assert [parameter["Name"] for parameter in answer["Parameters"]] == ["/t/dev/a", "/t/dev/c"]
    assert answer["InvalidParameters"] == ["/t/dev/x", "b"]


def test_a_batch_takes_ten_names(ssm):
    names = [f"/t/dev/{number}" for number in range(11)]
    assert len(ssm.get_parameters(Names=names[:10])["InvalidParameters"]) == 10
    assert refusal(ssm.get_parameters, Names=names) == "ValidationException"
    assert refusal(ssm.delete_parameters, Names=names) == "ValidationException"


def test_a_walk_finds_what_is_below_its_path_and_nothing_else(fault, ssm):
    fault.store.load({name: "v" for name in ("/t/dev", "/t/dev/a", "/t/dev/b/c", "/t/devel/d")})

    def found(**members):
        return [each["Name"] for each in ssm.get_parameters_by_path(**members)["Parameters"]]
    assert found(Path="/t/dev", Recursive=True) == ["/t/dev/a", "/t/dev/b/c"]
    assert found(Path="/t/dev/") == ["/t/dev/a"]
    assert found(Path="/nothing") == []
    assert refusal(ssm.get_parameters_by_path, Path="t") == "ValidationException"


@pytest.mark.parametrize("page_sizes", [[], [0, 3, 0, 0, 1], [1] * 30])
def test_a_walk_reaches_everything_however_its_pages_fall(fault, ssm, page_sizes):
    names = {f"/t/dev/{number:02}": "v" for number in range(25)}
    fault.store.load(names)
    fault.store.page_sizes = page_sizes
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/t", Recursive=True)
    assert [each["Name"] for page in pages for each in page["Parameters"]] == list(names)


def test_a_shuffled_walk_reaches_everything(fault, ssm):
    names = {f"/t/dev/{number:02}": "v" for number in range(25)}
    fault.store.load(names)
    fault.store.shuffle(seed=7)
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/t", Recursive=True)
    found = [each["Name"] for page in pages for each in page["Parameters"]]
    assert sorted(found) == sorted(names) and found != sorted(names)


def test_a_token_is_good_for_its_own_request_only(fault, ssm):
    fault.store.load({f"/t/dev/{number:02}": "v" for number in range(25)})
    token = ssm.get_parameters_by_path(Path="/t/dev")["NextToken"]
    assert ssm.get_parameters_by_path(Path="/t/dev", NextToken=token)["Parameters"]
    for members in ({"Path": "/t"}, {"Path": "/t/dev", "Recursive": True}):
        assert refusal(ssm.get_parameters_by_path, NextToken=token, **members) == "InvalidNextToken"
    assert refusal(ssm.get_parameters_by_path, Path="/t/dev", NextToken="x") == "InvalidNextToken"


def test_history_is_told_oldest_first_and_in_pages(ssm):
    for number in range(1, 61):
        put(ssm, value=str(number), Type="SecureString", Overwrite=True)
    pages = ssm.get_paginator("get_parameter_history").paginate(
        Name="/t/dev/key", WithDecryption=True)
    told = [each for page in pages for each in page["Parameters"]]
    assert [each["Value"] for each in told] == [str(number) for number in range(1, 61)]
    assert told[0]["KeyId"] == "alias/aws/ssm"


def test_the_hundred_newest_versions_are_kept_unless_the_oldest_has_a_label(fault, ssm):
    for number in range(101):
        put(ssm, value=str(number), Overwrite=True)
    history = ssm.get_parameter_history(Name="/t/dev/key")["Parameters"]
    assert history[0]["Version"] == 2
    fault.store.label("/t/dev/key", "keep", version=2)
    assert refusal(put, ssm=ssm, Overwrite=True) == "ParameterMaxVersionLimitExceeded"


def test_what_is_deleted_is_gone_and_begins_again_at_one(fault, ssm):
    put(ssm, Overwrite=True)
    ssm.delete_parameter(Name="/t/dev/key")
    assert refusal(ssm.get_parameter, Name="/t/dev/key") == "ParameterNotFound"
    assert refusal(ssm.delete_parameter, Name="/t/dev/key") == "ParameterNotFound"
    assert put(ssm)["Version"] == 1
    answer = ssm.delete_parameters(Names=["/t/dev/key", "/t/dev/other"])
    assert answer["DeletedParameters"] == ["/t/dev/key"]
    assert answer["InvalidParameters"] == ["/t/dev/other"]
    assert fault.store.names() == []


def test_a_name_of_one_level_is_the_same_with_and_without_its_slash(ssm):
    put(ssm, name="key")
    assert ssm.get_parameter(Name="/key")["Parameter"]["Name"] == "key"
    assert refusal(put, ssm=ssm, name="/key") == "ParameterAlreadyExists"


@pytest.mark.parametrize("name, code", [
    ("t/dev", "ValidationException"),
    ("/t/d v", "ValidationException"),
    ("/t/dev/", "ValidationException"),
    ("/t//dev", "ValidationException"),
    ("/awsome/key", "ValidationException"),
    ("SSM-key", "ValidationException"),
    ("/" + "/".join("abcdefghijklmnop"), "HierarchyLevelLimitExceededException"),
    ("/" + "x" * 970, "ValidationException"),
])
def test_a_name_that_breaks_the_rules_is_refused(ssm, name, code):
    assert refusal(put, ssm=ssm, name=name) == code


@pytest.mark.parametrize("members, code", [
    ({"value": "x" * 4097}, "ValidationException"),
    ({"value": "é" * 2049}, "ValidationException"),
    ({"value": "x" * 8193, "Tier": "Advanced"}, "ValidationException"),
    ({"value": "{{ssm:other}}"}, "ValidationException"),
    ({"value": "b", "AllowedPattern": "a+"}, "ParameterPatternMismatchException"),
    ({"AllowedPattern": "("}, "InvalidAllowedPatternException"),
    ({"KeyId": "alias/mine"}, "ValidationException"),
    ({"Type": "Blob"}, "UnsupportedParameterType"),
])
def test_a_value_that_breaks_the_rules_is_refused(ssm, members, code):
    assert refusal(put, ssm=ssm, **members) == code
    assert refusal(ssm.get_parameter, Name="/t/dev/key") == "ParameterNotFound"


def test_an_empty_value_is_refused(ssm):
    lenient = boto_client("ssm", ssm.meta.endpoint_url, parameter_validation=False)
    assert refusal(put, ssm=lenient, value="") == "ValidationException"


@pytest.mark.parametrize("members, tier", [
    ({"value": "x" * 4096}, "Standard"),
    ({"value": "x" * 8192, "Tier": "Advanced"}, "Advanced"),
    ({"value": "x" * 4097, "Tier": "Intelligent-Tiering"}, "Advanced"),
    ({"value": "x" * 4096, "Tier": "Intelligent-Tiering"}, "Standard"),
])
def test_the_tier_decides_on_the_size(ssm, members, tier):
    assert put(ssm, **members)["Tier"] == tier


def test_an_advanced_parameter_does_not_become_a_standard_one(ssm):
    put(ssm, Tier="Advanced")
    assert refusal(put, ssm=ssm, Tier="Standard", Overwrite=True) == "ValidationException"
    assert put(ssm, Overwrite=True)["Tier"] == "Advanced"


def test_overwriting_follows_its_rules(ssm):
    untyped = {"Name": "/t/dev/key", "Value": "v", "Overwrite": True}
    assert refusal(ssm.put_parameter, **untyped) == "ValidationException"
    put(ssm)
    assert refusal(put, ssm=ssm) == "ParameterAlreadyExists"
    assert refusal(put, ssm=ssm, Type="SecureString",
                   Overwrite=True) == "HierarchyTypeMismatchException"
    assert refusal(put, ssm=ssm, Overwrite=True,
                   Tags=[{"Key": "a", "Value": "b"}]) == "ValidationException"
    assert ssm.put_parameter(**untyped)["Version"] == 2


def post(fault, body=b"{}", timeout=5, **headers):
    """Sends a GetParameter without boto3's help; the open reply."""
    request = urllib.request.Request(fault.endpoint, body, {
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.GetParameter",
        "Authorization": "AWS4-HMAC-SHA256 Credential=x", "X-Amz-Date":
        time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), **headers})
    return urllib.request.urlopen(request, timeout=timeout)


@pytest.mark.parametrize("body, headers, code", [
    (b"{}", {}, "ValidationException"),
    (b'{"Name": null}', {}, "SerializationException"),
    (b'{"Name": "/a", "Overwrite": true}', {}, "SerializationException"),
    (b'["Name"]', {}, "SerializationException"),
    (b"{}", {"Authorization": ""}, "MissingAuthenticationTokenException"),
    (b"{}", {"X-Amz-Date": "now"}, "IncompleteSignatureException"),
    (b"{}", {"X-Amz-Target": "AmazonSSM.Nothing"}, "UnknownOperationException"),
    (b"{}", {"Content-Type": "application/json"}, "SerializationException"),
])
def test_a_request_has_to_be_whole(fault, body, headers, code):
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(fault, body, **headers)
    assert json.load(refused.value)["__type"] == code


# --- that fails ------------------------------------------------------------------

@pytest.mark.parametrize("action, code", [
    (faults.throttled(), "ThrottlingException"),
    (faults.denied(), "AccessDeniedException"),
    (faults.expired_token(), "ExpiredTokenException"),
    (faults.wrong_signature(), "InvalidSignatureException"),
    (faults.too_many_updates(), "TooManyUpdates"),
    (faults.error("SignatureDoesNotMatch", status=403), "SignatureDoesNotMatch"),
    (faults.error("InternalServerError", status=500), "InternalServerError"),
    (faults.html(503), "503"),
    (faults.quoting(), "ValidationException"),
])
def test_a_refusal_has_its_code(fault, ssm, action, code):
    fault.inject(action)
    assert refusal(put, ssm=ssm) == code
    assert fault.store.names() == []


@pytest.mark.parametrize("action, failure", [
    (faults.cut(), http.client.IncompleteRead),
    (faults.cut(reset=True), ConnectionResetError),
    (faults.cut(share=None), http.client.RemoteDisconnected),
    (faults.hang(), TimeoutError),
    (faults.raw(b"nonsense\r\n\r\n"), http.client.BadStatusLine),
    (faults.endless_headers(), http.client.HTTPException),
    (faults.truncated_json(), json.JSONDecodeError),
    (faults.reply(200, b"<html>"), json.JSONDecodeError),
])
def test_a_broken_answer_is_broken_for_any_client(fault, action, failure):
    fault.store.put("/t/dev/key", "v")
    fault.inject(action)
    with pytest.raises(failure):
        json.load(post(fault, b'{"Name": "/t/dev/key"}', timeout=1))


@pytest.mark.parametrize("applied", [True, False])
def test_a_cut_may_come_after_the_deed_or_before(fault, ssm, applied):
    fault.inject(faults.cut(share=None, applied=applied), "PutParameter")
    with pytest.raises(HTTPClientError):
        put(ssm)
    assert fault.store.value("/t/dev/key") == ("value" if applied else None)


def test_a_slow_answer_arrives_in_the_end(fault, ssm):
    fault.store.put("/t/dev/key", "v")
    fault.inject(faults.drip(0.001))
    assert ssm.get_parameter(Name="/t/dev/key")["Parameter"]["Version"] == 1


def test_an_endless_body_does_not_end(fault):
    fault.inject(faults.endless_body())
    with urllib.request.urlopen(fault.endpoint, b"{}", timeout=5) as answer:
        assert len(answer.read(5_000_000)) == 5_000_000


def test_a_value_can_hold_a_nul_and_an_answer_the_same_member_twice(fault, ssm):
    fault.store.put("/t/dev/key", "v")
    fault.inject(faults.nul_in_value(), count=1)
    got = ssm.get_parameter(Name="/t/dev/key", WithDecryption=True)
    assert got["Parameter"]["Value"] == "v\0tail"
    fault.inject(faults.doubled_member())
    assert ssm.get_parameters(Names=["/t/dev/key"])["Parameters"] == []


def test_a_redirect_points_to_another_server(fault, fault_server):
    other = fault_server()
    fault.inject(faults.redirect(other.endpoint))
    with pytest.raises(urllib.error.HTTPError):  # urllib follows, by a GET, which is no SSM
        post(fault)
    assert len(other.requests) == 1


def test_a_walk_can_lose_its_other_pages(fault, ssm):
    fault.store.load({f"/t/dev/{number:02}": "v" for number in range(25)})
    fault.inject(faults.last_page(), "GetParametersByPath", first=2)
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/t/dev")
    assert sum(len(page["Parameters"]) for page in pages) == 20


def test_a_page_can_lose_a_name_and_a_token_can_repeat(fault, ssm):
    fault.store.load({"/t/dev/a": "v", "/t/dev/b": "v"})
    fault.inject(faults.without("/t/dev/b"), "GetParameters")
    answer = ssm.get_parameters(Names=["/t/dev/a", "/t/dev/b"])
    assert [each["Name"] for each in answer["Parameters"]] == ["/t/dev/a"]
    assert answer["InvalidParameters"] == []
    fault.inject(faults.same_token("again"), "GetParametersByPath")
    for _ in range(2):
        assert ssm.get_parameters_by_path(Path="/t/dev")["NextToken"] == "again"


def test_decryption_can_be_denied_for_one_parameter(fault, ssm):
    fault.store.load({"/t/dev/a": "v", "/t/dev/b": "v"})
    fault.store.deny_decrypt("/t/dev/b")
    names = ["/t/dev/a", "/t/dev/b"]
    assert len(ssm.get_parameters(Names=names)["Parameters"]) == 2
    denied = refusal(ssm.get_parameters, Names=names, WithDecryption=True)
    assert denied == "AccessDeniedException"
    fault.store.deny_decrypt("/t/dev/b", "InvalidKeyId")
    assert refusal(ssm.get_parameter, Name="/t/dev/b", WithDecryption=True) == "InvalidKeyId"
    fault.store.deny_decrypt("/t/dev/b", None)
    assert ssm.get_parameter(Name="/t/dev/b", WithDecryption=True)["Parameter"]["Value"] == "v"


def test_a_second_writer_comes_between_a_read_and_a_put(fault, ssm):
    put(ssm)
    fault.inject(faults.before(lambda store: store.put("/t/dev/key", "theirs", "String")),
                 "PutParameter", count=1)
    assert put(ssm, value="mine", Overwrite=True)["Version"] == 3
    fault.inject(faults.after(lambda store: store.put("/t/dev/key", "theirs", "String")),
                 "PutParameter")
    assert put(ssm, value="mine", Overwrite=True)["Version"] == 4
    assert (fault.store.value("/t/dev/key"), fault.store.version("/t/dev/key")) == ("theirs", 5)


def test_a_fault_comes_when_it_is_due_and_goes(fault, ssm):
    fault.inject(faults.throttled(), "PutParameter", first=2, count=2)
    outcomes = []
    for _ in range(4):
        try:
            outcomes.append(put(ssm, Overwrite=True)["Version"])
        except ClientError as refused:
            outcomes.append(refused.response["Error"]["Code"])
        refusal(ssm.get_parameter, Name="/t/dev/other")
    assert outcomes == [1, "ThrottlingException", "ThrottlingException", 2]
    fault.inject(faults.throttled())
    fault.heal()
    assert put(ssm, Overwrite=True)["Version"] == 3


def test_a_rate_limit_throttles_what_exceeds_it(fault, ssm):
    fault.limit_rate(per_second=20, burst=3, operations={"PutParameter"})
    assert [put(ssm, Overwrite=True)["Version"] for _ in range(3)] == [1, 2, 3]
    assert refusal(put, ssm=ssm, Overwrite=True) == "ThrottlingException"
    assert refusal(ssm.get_parameter, Name="/t/dev/other") == "ParameterNotFound"
    time.sleep(0.1)
    assert put(ssm, Overwrite=True)["Version"] == 4


def test_a_clock_that_is_off_refuses_and_tells_its_date(fault, ssm):
    fault.clock_offset_s = 3600
    with pytest.raises(ClientError) as refused:
        put(ssm)
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    date = refused.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
    ahead = email.utils.parsedate_to_datetime(date).timestamp() - time.time()
    assert 3590 < ahead < 3610


# --- and counts ----------------------------------------------------------------

def test_every_request_is_on_record(fault, ssm):
    put(ssm, value="v")
    refusal(ssm.get_parameter, Name="/t/dev/other")
    assert [request.operation for request in fault.requests] == ["PutParameter", "GetParameter"]
    [request] = fault.calls("PutParameter")
    assert request.body == {"Name": "/t/dev/key", "Value": "v", "Type": "String"}
    assert "content-type;host;x-amz-date;x-amz-target" in request.headers["authorization"]
    assert fault.connections == 1


def test_latency_and_requests_in_flight_are_counted(fault):
    fault.latency_ms = 50
    ssm = boto_client("ssm", fault.endpoint, max_pool_connections=10)
    begin = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: ssm.get_parameters(Names=["/a"]), range(10)))
    assert 0.05 <= time.monotonic() - begin < 2
    assert 2 <= fault.max_in_flight <= 10


def test_a_server_that_went_away_refuses_connections(fault, ssm):
    fault.refuse_connections()
    with pytest.raises(EndpointConnectionError):
        put(ssm)


# --- over TLS, and as a program ---------------------------------------------------

def test_tls_is_trusted_by_its_certificate_only(fault_server):
    server = fault_server(tls=True)
    server.store.put("/t/dev/key", "v")

    def get(verify):
        return boto3.client("ssm", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
                            endpoint_url=server.endpoint, verify=verify, config=Config(
                                retries={"total_max_attempts": 1})).get_parameter(Name="/t/dev/key")
    assert get(server.env["AWS_CA_BUNDLE"])["Parameter"]["Version"] == 1
    with pytest.raises(SSLError):
        get(True)


def handshake(server, lenient=False):
    """The protocol that a client and the server agree on, with the certificate trusted."""
    context = ssl.create_default_context(cafile=server.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if lenient:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", server.port), 5) as plain:
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            return connection.version()


def test_tls_can_have_the_wrong_host(fault_server):
    assert handshake(fault_server(tls=True)) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        handshake(fault_server(tls={"host": "example.com"}))


def test_tls_can_be_too_old(fault_server):
    server = fault_server(tls={"newest": ssl.TLSVersion.TLSv1_1})
    assert handshake(server, lenient=True) == "TLSv1.1"
    with pytest.raises(OSError):
        handshake(server)


def test_it_runs_as_a_program_and_ends_with_its_input(tmp_path):
    values = tmp_path / "values.json"
    values.write_text(json.dumps({"/t/dev/key": "value"}))
    script = Path(faults.__file__).with_name("faultserver.py")
    server = ServerProcess.python(script, "--latency-ms", "25", "--load", values)
    try:
        ssm = boto_client("ssm", f"http://127.0.0.1:{server.port}")
        begin = time.monotonic()
        got = ssm.get_parameter(Name="/t/dev/key", WithDecryption=True)
        assert got["Parameter"]["Value"] == "value"
        assert time.monotonic() - begin >= 0.025
    finally:
        server.stop()
    with pytest.raises(EndpointConnectionError):
        ssm.get_parameter(Name="/t/dev/key")
