"""
The transport (src/net/http.c) against servers that do it harm: tests/support/http_main.c sends,
the fault server and a few rawer ones answer.
"""

import contextlib
import gzip
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from support import faults
from support.certificate import Certificate
from support.program import ROOT, SANITIZER_REPORTS, text

HTTP = ROOT / "build/asan/support/http_main"
FAULTS = ("ok", "resolve", "connect", "tls", "certificate", "timeout", "cut", "nonsense",
          "too_large", "redirect", "plain", "nomem")
OK, LIMIT, UNREACHABLE, REFUSED = 0, 4, 14, 16  # enum flow_code
SECRET = "s3cr3t-token"


class Reply(dict):
    """An answer of the program: its members as attributes, `fault` by its name."""

    def __init__(self, members):
        super().__init__(members)
        if "fault" in self:
            self["fault"] = FAULTS[self["fault"]]

    __getattr__ = dict.__getitem__

    def header(self, name):
        return [value for each, value in self["headers"] if each.lower() == name.lower()]


def ask(*requests, env=None, **options):
    """Runs the program; its answers, in the order of their arrival, and how the run ended."""
    wish = {"options": options, "requests": list(requests)}
    done = subprocess.run([HTTP], input=json.dumps(wish).encode(), capture_output=True, timeout=30,
                          env=env or {}, check=False)
    assert done.returncode == 0 and not any(report in done.stderr for report in SANITIZER_REPORTS), \
        text(done.stderr)
    *replies, end = [Reply(json.loads(line)) for line in done.stdout.splitlines()]
    return replies, end


def ask_one(url, options=None, **request):
    """One request and its answer; the run as a whole always ends well."""
    replies, end = ask({"url": url, **request}, **(options or {}))
    assert end.code == OK, end
    [reply] = replies
    return reply


@contextlib.contextmanager
def raw_server(serve, tls=None):
    """Listens at 127.0.0.1 and calls serve(connection, number) in a thread for each connection.
    Gives the address and a list that grows by one for each."""
    listener = socket.create_server(("127.0.0.1", 0))
    accepted = []

    def handle(connection, number):
        with contextlib.suppress(OSError), connection:
            serve(tls.wrap_socket(connection, server_side=True) if tls else connection, number)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                accepted.append(connection)
                threading.Thread(target=handle, args=(connection, len(accepted)),
                                 daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", accepted
    finally:
        listener.close()


def read_request(connection):
    """A request's head and body as bytes; b"" when the connection has ended."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = [line.split(b":")[1] for line in head.split(b"\r\n")
              if line.lower().startswith(b"content-length:")]
    while length and len(body) < int(length[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(body=b"hello", status=b"200 OK", headers=b"", seen=None):
    """A handler that answers every request of a connection alike."""
    def serve(connection, _number):
        while request := read_request(connection):
            if seen is not None:
                seen.append(request)
            connection.sendall(b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s"
                               % (status, headers, len(body), body))
    return serve


# --- what is sent and what comes back ----------------------------------------------------

def test_a_request_goes_out_as_it_was_given_and_nothing_beside_it():
    seen = []
    with raw_server(answering(seen=seen)) as (host, _):
        reply = ask_one(f"http://{host}/a/../b//c%2F?x=%20", method="POST", body="ä",
                        headers={"X-One": "1", "Content-Type": "text/x", "X-Empty": ""})
    assert reply.fault == "ok" and reply.status == 200 and reply.body == "hello" and reply.sent
    head, _, body = seen[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    assert line == "POST /a/../b//c%2F?x=%20 HTTP/1.1"
    assert body == "ä".encode()
    assert sorted(headers) == sorted([f"Host: {host}", "Content-Length: 2", "X-One: 1", "X-Empty:",
                                      "Content-Type: text/x", "User-Agent: flowenv/0.1.0"])


@pytest.mark.parametrize("method, body, length", [
    ("GET", None, None), ("DELETE", None, None), ("POST", None, "0"), ("PUT", None, "0"),
    ("PATCH", "x", "1"), ("DELETE", "x", "1"), ("POST", "x" * 2_000_000, "2000000")])
def test_a_method_is_sent_with_the_body_that_it_has(method, body, length):
    seen = []
    with raw_server(answering(seen=seen)) as (host, _):
        reply = ask_one(f"http://{host}/", method=method, **({"body": body} if body else {}))
    assert reply.fault == "ok"
    head, _, sent = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(f"{method} / HTTP/1.1\r\n".encode())
    assert sent == (body or "").encode()
    assert (f"Content-Length: {length}".encode() in head) == (length is not None)
    assert b"Expect" not in head and b"Content-Type" not in head


def test_a_head_request_has_headers_and_no_body():
    def serve(connection, _number):
        while read_request(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-A: b\r\n\r\n")
    with raw_server(serve) as (host, _):
        reply = ask_one(f"http://{host}/", method="HEAD")
    assert reply.fault == "ok" and reply.length == 0 and reply.header("x-a") == ["b"]


def test_a_refusal_is_a_whole_reply(fault):
    fault.inject(faults.denied())
    reply = ask_one(fault.endpoint, method="POST", body="{}")
    assert (reply.fault, reply.status, reply.code) == ("ok", 400, OK)
    assert json.loads(reply.body)["__type"] == "AccessDeniedException"
    assert reply.header("X-AMZN-RequestID")


def test_headers_of_an_interim_reply_are_not_the_replys():
    def serve(connection, _number):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                           b"HTTP/1.1 200 OK\r\nX-Late: 2\r\nContent-Length: 0\r\n\r\n")
    with raw_server(serve) as (host, _):
        reply = ask_one(f"http://{host}/")
    assert reply.status == 200 and reply.header("x-late") == ["2"] and not reply.header("x-early")


def test_a_compressed_body_is_handed_on_as_it_is_because_none_was_asked_for():
    bomb = gzip.compress(b"0" * 10_000_000)
    with raw_server(answering(bomb, headers=b"Content-Encoding: gzip\r\n")) as (host, _):
        assert ask_one(f"http://{host}/").length == len(bomb)


# --- many at once ---------------------------------------------------------------------------

def test_a_hundred_requests_share_sixteen_connections_and_their_waiting(fault):
    fault.latency_ms = 25
    begun = time.monotonic()
    replies, end = ask({"url": fault.endpoint, "method": "POST", "body": "{}", "repeat": 100})
    took = time.monotonic() - begun
    assert end.code == OK and len(replies) == 100
    assert all(reply.fault == "ok" for reply in replies)
    assert fault.connections <= 16
    assert fault.max_in_flight == 16
    assert took < 1.0, f"{took:.3f} s; 7 rounds of 25 ms are 0.175 s, the rest is the sanitizer's"


def test_one_connection_serves_requests_one_after_the_other(fault):
    replies, _ = ask({"url": fault.endpoint, "repeat": 20}, connections=1)
    assert len(replies) == 20 and fault.connections == 1


def test_requests_from_timers_come_when_they_are_due(fault):
    begun = time.monotonic()
    replies, end = ask({"url": fault.endpoint, "delay_ms": 200}, {"url": fault.endpoint})
    assert end.code == OK and len(replies) == 2
    assert time.monotonic() - begun >= 0.2


def test_a_callback_that_fails_ends_the_run_and_the_others_are_not_waited_for(fault):
    fault.inject(faults.reply(200, b"{}"), first=1, count=1)
    fault.inject(faults.hang())
    begun = time.monotonic()
    replies, end = ask({"url": fault.endpoint, "stop": True, "repeat": 40})
    assert len(replies) == 1 and end.error == "stopped on request"
    assert time.monotonic() - begun < 5


@contextlib.contextmanager
def http2_server(certificate, latency_ms):
    """Gives its address and the process, whose output says how it was used."""
    script = ROOT / "tests/support/h2server.js"
    server = subprocess.Popen(
        [shutil.which("node"), script, certificate.ca_file, certificate.key_file, str(latency_ms)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield f"https://127.0.0.1:{int(server.stdout.readline())}/", server
    finally:
        server.stdin.close()
        server.wait(5)
        server.stdout.close()


def test_http_2_carries_more_requests_than_there_are_connections(tmp_path):
    certificate = Certificate(tmp_path)
    with http2_server(certificate, 100) as (url, server):
        replies, end = ask({"url": url, "repeat": 300}, ca_bundle=str(certificate.ca_file))
        use = [list(map(int, server.stdout.readline().split())) for _ in replies]
    assert end.code == OK and len(replies) == 300
    assert all(reply.fault == "ok" and reply.header("x-version") == ["two"] for reply in replies)
    connections, most_in_flight = use[-1]
    assert connections <= 16
    assert 16 < most_in_flight <= 100


# --- a far end that does harm (T23) ------------------------------------------------------------

def test_a_refused_connection_names_the_host_and_sends_nothing(fault):
    fault.refuse_connections()
    reply = ask_one(fault.endpoint)
    assert (reply.fault, reply.code, reply.sent) == ("connect", UNREACHABLE, False)
    assert f"127.0.0.1:{fault.port}: no connection" in reply.error


def test_a_name_without_an_address_is_said(fault):
    reply = ask_one("https://nowhere.invalid/")
    assert (reply.fault, reply.code, reply.sent) == ("resolve", UNREACHABLE, False)
    assert reply.error.startswith("nowhere.invalid: the host name has no address")


def test_a_far_end_that_hangs_is_given_up(fault):
    fault.inject(faults.hang())
    begun = time.monotonic()
    reply = ask_one(fault.endpoint, {"total_ms": 300})
    assert (reply.fault, reply.code, reply.sent) == ("timeout", UNREACHABLE, True)
    assert time.monotonic() - begun < 5


def test_a_connection_that_nobody_accepts_is_given_up():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, \
            contextlib.ExitStack() as fillers:
        for _ in range(3):  # the backlog is full, so another one's SYN stays unanswered
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        begun = time.monotonic()
        reply = ask_one(f"http://127.0.0.1:{listener.getsockname()[1]}/", {"connect_ms": 300})
    assert reply.fault == "timeout" and not reply.sent
    assert time.monotonic() - begun < 5


def test_slowloris(fault):
    fault.inject(faults.drip(0.1))
    begun = time.monotonic()
    reply = ask_one(fault.endpoint, {"slow_s": 1}, method="POST", body="{}")
    assert (reply.fault, reply.code) == ("timeout", UNREACHABLE)
    assert time.monotonic() - begun < 8


def test_a_body_without_end(fault):
    fault.inject(faults.endless_body())
    reply = ask_one(fault.endpoint)
    assert (reply.fault, reply.code) == ("too_large", LIMIT)


def test_headers_without_end(fault):
    fault.inject(faults.endless_headers())
    reply = ask_one(fault.endpoint)
    assert (reply.fault, reply.code) == ("too_large", LIMIT)


def test_one_header_without_end():
    def serve(connection, _number):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while True:
            connection.sendall(b"x" * 65536)
    with raw_server(serve) as (host, _):
        reply = ask_one(f"http://{host}/")
    assert (reply.fault, reply.code) == ("too_large", LIMIT)


def test_interim_replies_without_end():
    def serve(connection, _number):
        read_request(connection)
        while True:
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)
    with raw_server(serve) as (host, _):
        assert ask_one(f"http://{host}/").fault == "too_large"


@pytest.mark.parametrize("length, limit, fault", [
    (1000, 1000, "ok"), (1001, 1000, "too_large"), (4 * 1024 * 1024, 0, "ok"),
    (4 * 1024 * 1024 + 1, 0, "too_large")])
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_up_to_its_limit_is_taken(length, limit, fault, announced):
    def serve(connection, _number):
        read_request(connection)
        head = b"Content-Length: %d\r\n" % length if announced else b""
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"Connection: close\r\n\r\n")
        connection.sendall(b"x" * length)
        connection.shutdown(socket.SHUT_WR)
    with raw_server(serve) as (host, _):
        reply = ask_one(f"http://{host}/", {"body_max": limit})
    assert reply.fault == fault
    assert fault != "ok" or reply.length == length


@pytest.mark.parametrize("share", [None, 0.0, 0.5])
@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_cut_midway(fault, share, reset):
    fault.inject(faults.cut(share, reset=reset))
    reply = ask_one(fault.endpoint, method="POST", body="{}")
    assert (reply.fault, reply.code, reply.sent) == ("cut", UNREACHABLE, True)


@pytest.mark.parametrize("nonsense", [
    b"SSH-2.0-OpenSSH_9.2\r\n", b"hello\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x46",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"])
def test_an_answer_that_is_not_http(fault, nonsense):
    fault.inject(faults.raw(nonsense))
    reply = ask_one(fault.endpoint)
    assert reply.fault in ("nonsense", "cut") and reply.code == UNREACHABLE


def test_a_redirect_is_refused_and_the_second_server_never_sees_the_token():
    seen = []
    with raw_server(answering(seen=seen)) as (elsewhere, accepted):
        location = b"Location: http://%s/\r\n" % elsewhere.encode()
        with raw_server(answering(status=b"307 Go", headers=location)) as (host, _):
            reply = ask_one(f"http://{host}/", headers={"Authorization": SECRET})
    assert (reply.fault, reply.code, reply.status) == ("redirect", REFUSED, 307)
    assert not seen and not accepted
    assert SECRET not in reply.error


# --- kept connections, and writes --------------------------------------------------------------

def closing_after_the_second_request(requests):
    """Answers a connection's first request; ends it without a word at the second."""
    def serve(connection, number):
        requests.append((number, read_request(connection)))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        requests.append((number, read_request(connection)))
    return serve


@pytest.mark.parametrize("once", [False, True])
def test_a_write_on_a_kept_connection_that_was_closed_is_never_sent_twice(once):
    requests = []
    with raw_server(closing_after_the_second_request(requests)) as (host, _):
        replies, end = ask({"url": f"http://{host}/first"},
                           {"url": f"http://{host}/write", "method": "POST", "body": "{}",
                            "delay_ms": 100, "once": once})
    writes = [request for _, request in requests if b"/write" in request]
    assert end.code == OK and replies[0].fault == "ok"
    if once:
        assert len(writes) == 1 and replies[1].fault == "cut" and replies[1].sent
    else:
        assert len(writes) == 2 and replies[1].fault == "ok"


# --- TLS (T21, T22) -------------------------------------------------------------------------------

def test_a_certificate_of_the_users_bundle_is_trusted(fault_server):
    server = fault_server(tls=True)
    reply = ask_one(server.endpoint, {"ca_bundle": str(server.ca_file)})
    assert reply.fault == "ok" and reply.sent


def test_a_self_signed_certificate_is_refused_before_anything_is_sent(fault_server):
    server = fault_server(tls=True)
    reply = ask_one(server.endpoint, headers={"Authorization": SECRET})
    assert (reply.fault, reply.code, reply.sent) == ("certificate", REFUSED, False)
    assert not server.requests


def test_a_certificate_for_another_host_is_refused(fault_server):
    server = fault_server(tls={"host": "example.com"})
    reply = ask_one(server.endpoint, {"ca_bundle": str(server.ca_file)})
    assert (reply.fault, reply.code, reply.sent) == ("certificate", REFUSED, False)
    assert not server.requests


def test_tls_1_1_is_refused(fault_server):
    server = fault_server(tls={"newest": ssl.TLSVersion.TLSv1_1})
    reply = ask_one(server.endpoint, {"ca_bundle": str(server.ca_file)})
    assert (reply.fault, reply.code, reply.sent) == ("tls", UNREACHABLE, False)
    assert not server.requests


def test_a_directory_of_certificates_is_a_bundle_too(fault_server, tmp_path):
    server = fault_server(tls=True)
    folder = tmp_path / "trusted"
    folder.mkdir()
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", server.ca_file],
                          check=True, capture_output=True, text=True).stdout.strip()
    (folder / f"{name}.0").write_bytes(server.ca_file.read_bytes())
    assert ask_one(server.endpoint, {"ca_bundle": str(folder)}).fault == "ok"


@pytest.mark.parametrize("variables", [
    {"SSL_CERT_FILE": "{ca}"}, {"CURL_CA_BUNDLE": "{ca}"}, {"SSL_CERT_DIR": "{folder}"}])
def test_the_environment_can_not_make_a_certificate_trusted(fault_server, variables):
    server = fault_server(tls=True)
    env = {name: value.format(ca=server.ca_file, folder=server.ca_file.parent)
           for name, value in variables.items()}
    [reply], _ = ask({"url": server.endpoint}, env=env)
    assert reply.fault == "certificate"


def test_plain_http_is_for_this_machine_only_and_sends_nothing_elsewhere():
    own = own_address()
    if own is None:
        pytest.skip("this machine has no address beside the loopback ones")
    seen = []
    listener = socket.create_server((own, 0))
    threading.Thread(target=lambda: seen.append(listener.accept()[0].recv(1000)),
                     daemon=True).start()
    with listener:
        reply = ask_one(f"http://{own}:{listener.getsockname()[1]}/",
                        headers={"Authorization": SECRET})
        assert (reply.fault, reply.code, reply.sent) == ("plain", REFUSED, False)
        time.sleep(0.1)
    assert seen in ([], [b""])


def own_address():
    """An address of this machine that is not a loopback one, None if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; chooses the address it would use
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


# --- proxies (T20) -------------------------------------------------------------------------------

def connect_proxy(seen, status=b"200 Connected"):
    """A proxy that knows CONNECT, and says hello in the name of whoever is asked for."""
    def serve(connection, _number):
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 %s\r\nX-Proxy: 1\r\n\r\n" % status)
    return serve


def test_https_goes_through_the_proxy_by_connect_and_the_headers_stay_inside():
    seen = []
    with raw_server(connect_proxy(seen, b"407 Who are you")) as (proxy, _):
        reply = ask_one("https://ssm.us-east-1.amazonaws.com/",
                        {"https_proxy": f"http://user:pw@{proxy}"},
                        headers={"Authorization": SECRET})
    assert (reply.fault, reply.code, reply.sent) == ("connect", UNREACHABLE, False)
    assert seen[0].startswith(b"CONNECT ssm.us-east-1.amazonaws.com:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpwdw==" in seen[0]
    assert SECRET.encode() not in seen[0]
    assert "pw" not in reply.error and "407" in reply.error


@pytest.mark.parametrize("no_proxy, is_used", [
    (None, True), ("example.com", True), ("*", False), ("amazonaws.com", False),
    (".amazonaws.com", False), ("a.b,ssm.us-east-1.amazonaws.com", False)])
def test_no_proxy_is_read_as_the_aws_tools_read_it(no_proxy, is_used):
    seen = []
    with raw_server(connect_proxy(seen, b"403 No")) as (proxy, _):
        ask_one("https://ssm.us-east-1.amazonaws.com/",
                {"https_proxy": f"http://{proxy}", "connect_ms": 100,
                 **({"no_proxy": no_proxy} if no_proxy else {})})
    assert bool(seen) == is_used


def test_loopback_never_goes_through_a_proxy(fault_server):
    seen = []
    plain, tls = fault_server(), fault_server(tls=True)
    with raw_server(connect_proxy(seen)) as (proxy, _):
        for server in (plain, tls):
            options = {"https_proxy": f"http://{proxy}"}
            if server is tls:
                options["ca_bundle"] = str(tls.ca_file)
            assert ask_one(server.endpoint, options).fault == "ok"
    assert not seen


def test_the_environments_proxies_and_netrc_are_not_looked_at(fault, tmp_path):
    seen = []
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login flow password s3cr3t-token\n")
    (tmp_path / ".curlrc").write_text("insecure\n")
    with raw_server(connect_proxy(seen)) as (proxy, _):
        env = {name: f"http://{proxy}" for name in
               ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
        [reply], _ = ask({"url": fault.endpoint}, env={**env, "HOME": str(tmp_path)})
    assert reply.fault == "ok" and not seen
    assert "authorization" not in fault.requests[0].headers
