"""SSM where the far end fails: what passes is sat out, what lasts is said, and nothing leaks."""

import pytest

from support import faults
from support.aws import environment
from support.ssm import names

READS = {"get": ["get", "/t/dev/a"], "history": ["history", "/t/dev/a"],
         "walk": ["fetch", "/t/dev"], "known": ["fetch", "/t/dev", "known-only", "/t/dev/a"]}
PASSING = {
    "throttled": faults.throttled(), "too many updates": faults.too_many_updates(),
    "500": faults.error("InternalServerError", status=500), "503": faults.html(503),
    "cut before": faults.cut(None), "cut within": faults.cut(0.5),
    "reset": faults.cut(None, reset=True),
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
    "unknown": (faults.error("SurpriseException", "so there"), "IO", "SurpriseException: so", 1),
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
