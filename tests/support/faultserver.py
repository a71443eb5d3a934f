"""
The one fault server: an SSM endpoint that is strict, counts what it is asked, and fails to order.

In a test, the fixture `fault` is a running FaultServer:

    fault.store.put("/t/dev/key", "value")              # behind the program's back
    fault.inject(faults.throttled(), count=2)           # the next two requests, of any kind
    fault.inject(faults.cut(), "PutParameter", first=3) # the third PutParameter and all after it
    flowenv.ok("get", "/t/dev/key", env=fault.env)
    assert len(fault.calls("GetParameter")) == 3

As a program, for the bench, it prints its port on the first line and ends with its input:

    python faultserver.py --port 0 --latency-ms 25 --load values.json   # {"/name": "value", ...}

Only the standard library is needed (a certificate takes `cryptography` too). Signatures are not
checked, that is Moto's part; that one is there, and that its date is right, is.
"""

import argparse
import asyncio
import datetime
import email.utils
import json
import sys
import threading
import time
import uuid
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import faults  # noqa: E402
from support.server import end_with_stdin  # noqa: E402
from support.ssmstore import AwsError, ParameterStore  # noqa: E402

TARGET_PREFIX = "AmazonSSM."
SKEW_MAX_SECONDS = 300
HEAD_MAX, BODY_MAX = 64 * 1024, 1024 * 1024


class Request:
    """One request as it arrived: `operation`, `headers` (names in lower case), `body` (parsed, {}
    if it is no JSON), `raw` (bytes), `connection` (number, from 1), `at` (seconds, monotonic)."""

    def __init__(self, line, headers, raw, connection):
        self.line, self.headers, self.raw, self.connection = line, headers, raw, connection
        self.operation = headers.get("x-amz-target", "").removeprefix(TARGET_PREFIX)
        self.at = time.monotonic()
        try:
            self.body = json.loads(raw)
        except ValueError:
            self.body = {}

    def __repr__(self):
        return f"{self.operation} {self.raw!r} on connection {self.connection}"


class Rule:
    """An action and the requests that it is for."""

    def __init__(self, action, operation, first, count):
        self.action, self.operation = action, operation
        self.first, self.count = first, count
        self.seen = 0

    def takes(self, request):
        if self.operation not in (None, request.operation):
            return False
        self.seen += 1
        return self.seen >= self.first and (self.count is None
                                            or self.seen < self.first + self.count)


class TokenBucket:
    def __init__(self, per_second, burst, operations):
        self.per_second, self.burst, self.operations = per_second, burst, operations
        self.tokens, self.filled = burst, time.monotonic()

    def admits(self, request):
        if self.operations and request.operation not in self.operations:
            return True
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled) * self.per_second)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class FaultServer:
    """
    store            the parameters (support/ssmstore.py)
    env, endpoint    what points a client to it
    requests         every Request so far, in the order of arrival
    connections      how many were accepted
    max_in_flight    most requests that waited for their answer at one time
    latency_ms       how long each answer takes; may be changed at any time
    clock_offset_s   how far this server's clock is ahead: in its Date, and in its judgement of
                     the client's
    ca_file          with tls: the certificate to trust
    """

    def __init__(self, port=0, latency_ms=0, tls=None):
        self.store = ParameterStore()
        self.requests, self.connections, self.max_in_flight = [], 0, 0
        self.latency_ms, self.clock_offset_s = latency_ms, 0
        self._in_flight = 0
        self._rules, self._bucket, self._failures = [], None, []
        self._tls, self._port = tls, port
        self._loop = asyncio.new_event_loop()
        self._tasks = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    # --- scripting ---

    def inject(self, action, operation=None, first=1, count=None):
        """Has `action` (support/faults.py) answer the requests of `operation` (None: of any) from
        number `first` on, counted from now, `count` of them (None: all). Rules are asked in the
        order of their making; the first that takes a request answers it."""
        self._rules.append(Rule(action, operation, first, count))

    def heal(self):
        """Ends all that was injected, and the rate limit."""
        self._rules, self._bucket = [], None

    def limit_rate(self, per_second, burst=1, operations=None):
        """Throttles what exceeds the rate, of these operations (None: of all together)."""
        self._bucket = TokenBucket(per_second, burst, operations)

    def calls(self, *operations):
        """The requests of these operations; without any, all."""
        return [request for request in list(self.requests)
                if not operations or request.operation in operations]

    # --- life ---

    @property
    def endpoint(self):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def ca_file(self):
        return self._tls.ca_file

    @property
    def env(self):
        from support.aws import environment
        ca = {"AWS_CA_BUNDLE": str(self.ca_file)} if self._tls else {}
        return {**environment(self.endpoint), **ca}

    def start(self):
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(
            self._serve, "127.0.0.1", self._port, limit=HEAD_MAX,
            ssl=self._tls.context() if self._tls else None), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self):
        """Ends; raises what went wrong inside the server, if anything did."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        if self._failures:
            raise self._failures[0]

    def refuse_connections(self):
        """From now on nobody listens at the port; what is connected is cut off."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)

    async def _shut(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- serving ---

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        self.connections += 1
        number = self.connections
        try:
            while request := await self._read(reader, writer, number):
                await self._answer(Exchange(self, request, reader, writer))
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError,
                asyncio.LimitOverrunError):
            pass
        except Exception as failure:
            self._failures.append(failure)
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.close()

    async def _read(self, reader, writer, connection):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as ended:
            if ended.partial:
                raise
            return None
        line, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = {name.lower(): value.strip()
                   for name, _, value in (each.partition(":") for each in lines)}
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = min(int(headers.get("content-length", 0)), BODY_MAX)
        return Request(line, headers, await reader.readexactly(length), connection)

    async def _answer(self, exchange):
        self.requests.append(exchange.request)
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            action = self._action_for(exchange.request)
            if self.latency_ms:
                await asyncio.sleep(self.latency_ms / 1000)
            await action(exchange)
        finally:
            self._in_flight -= 1

    def _action_for(self, request):
        for rule in self._rules:
            if rule.takes(request):
                return rule.action
        if self._bucket and not self._bucket.admits(request):
            return faults.throttled()
        return _carry_out


async def _carry_out(exchange):
    await exchange.send(*exchange.execute())


class Exchange:
    """A request and the way to its client: what an action works with."""

    def __init__(self, server, request, reader, writer):
        self.server, self.request = server, request
        self._reader, self._writer = reader, writer

    def execute(self):
        """Carries the request out and returns status and body."""
        try:
            self._check_envelope()
            answer = self.server.store.call(self.request.operation, self.request.body)
            return 200, json.dumps(answer).encode()
        except AwsError as refused:
            body = {"__type": refused.code}
            if refused.message is not None:
                body["message"] = refused.message
            return 400, json.dumps(body).encode()

    def now(self):
        return time.time() + self.server.clock_offset_s

    def head(self, status, headers=None):
        """The status line and the headers, those of every answer included."""
        all_headers = {"x-amzn-RequestId": str(uuid.uuid4()),
                       "Content-Type": "application/x-amz-json-1.1",
                       "Date": email.utils.formatdate(self.now(), usegmt=True), **(headers or {})}
        lines = [f"HTTP/1.1 {status} Whatever",
                 *(f"{name}: {value}" for name, value in all_headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    async def send(self, status, body, headers=None):
        length = {"Content-Length": str(len(body))}
        await self.write(self.head(status, {**length, **(headers or {})}) + body)

    async def write(self, data):
        self._writer.write(data)
        await self._writer.drain()

    def close(self, reset=False):
        if reset:
            faults.reset_on_close(self._writer.get_extra_info("socket"))
            self._writer.transport.abort()
        raise ConnectionAbortedError("closed on purpose")

    async def client_gone(self):
        while await self._reader.read(4096):
            pass
        raise ConnectionAbortedError("the client has gone")

    def _check_envelope(self):
        headers = self.request.headers
        if not self.request.line.startswith("POST / "):
            raise AwsError("UnknownOperationException")
        if headers.get("content-type") != "application/x-amz-json-1.1":
            raise AwsError("SerializationException", "unexpected content type")
        if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential="):
            raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
        self._check_date(headers.get("x-amz-date", ""))

    def _check_date(self, signed):
        form = "%Y%m%dT%H%M%SZ"
        try:
            date = datetime.datetime.strptime(signed, form).replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            raise AwsError("IncompleteSignatureException",
                           "Date must be in ISO-8601 'basic format'.") from None
        if abs(date.timestamp() - self.now()) > SKEW_MAX_SECONDS:
            now = time.strftime(form, time.gmtime(self.now()))
            raise AwsError("InvalidSignatureException", f"Signature expired: {signed} is now "
                           f"earlier than {now} (- 5 min.)")


def main():
    parser = argparse.ArgumentParser(description="An SSM endpoint for benches.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, which is printed")
    parser.add_argument("--latency-ms", type=float, default=0, help="of each answer")
    parser.add_argument("--load", type=Path, help="a JSON file: {\"/name\": \"value\", ...}")
    parser.add_argument("--type", default="SecureString", help="of the parameters in that file")
    options = parser.parse_args()
    server = FaultServer(options.port, options.latency_ms)
    if options.load:
        server.store.load(json.loads(options.load.read_text()), options.type)
    server.start()
    print(server.port, flush=True)
    end_with_stdin(server.stop)


if __name__ == "__main__":
    main()
