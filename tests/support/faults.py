"""
The ways in which a far end fails: what FaultServer.inject() takes.

Each function here makes an action, a coroutine function that answers one Exchange, its request
carried out or not. Whatever is no special fault is a `reply` or an `error`.
"""

import asyncio
import json
import socket
import struct


def error(code, message=None, status=400, headers=None, member="message"):
    """A refusal of the service; `member` is the spelling it uses for the message here."""
    body = {"__type": code, **({member: message} if message is not None else {})}
    return reply(status, json.dumps(body).encode(), headers)


def throttled():
    return error("ThrottlingException", "Rate exceeded")


def denied(action="ssm:GetParameters"):
    return error("AccessDeniedException", f"User: arn:aws:iam::123456789012:user/flowenv is not "
                 f"authorized to perform: {action} because no identity-based policy allows it",
                 member="Message")


def expired_token():
    return error("ExpiredTokenException", "The security token included in the request is expired")


def wrong_signature():
    return error("InvalidSignatureException", "The request signature we calculated does not match "
                 "the signature you provided. Check your AWS Secret Access Key and signing method.")


def too_many_updates():
    return error("TooManyUpdates", "There are concurrent updates for a resource that supports one "
                 "update at a time.")


def reply(status, body, headers=None):
    """Any answer; nothing is carried out."""
    async def act(exchange):
        await exchange.send(status, body, headers)
    return act


def html(status=503):
    """What a load balancer or a captive portal says."""
    return reply(status, b"<html><head><title>Sorry</title></head><body>Sorry</body></html>",
                 {"Content-Type": "text/html"})


def redirect(url, status=302):
    return reply(status, b"", {"Location": url})


def quoting():
    """A refusal whose message repeats the value that was sent, as the service's own do."""
    async def act(exchange):
        value = exchange.request.body.get("Value", "")
        await error("ValidationException", f"1 validation error detected: Value '{value}' at "
                    "'value' failed to satisfy constraint")(exchange)
    return act


def edited(change):
    """The right answer after change(answer) had it: a dict to change in place, or to replace by
    bytes that are returned."""
    async def act(exchange):
        status, body = exchange.execute()
        answer = json.loads(body)
        changed = change(answer)
        await exchange.send(status, changed if isinstance(changed, bytes)
                            else json.dumps(answer).encode())
    return act


def without(*names):
    """The right answer, but these parameters are missing from it, in Parameters and in
    InvalidParameters."""
    def change(answer):
        for member in ("Parameters", "InvalidParameters"):
            if member in answer:
                answer[member] = [item for item in answer[member]
                                  if (item if isinstance(item, str) else item["Name"]) not in names]
    return edited(change)


def same_token(token="AAAA"):
    """A page that always names the same next page."""
    def change(answer):
        answer["NextToken"] = token
    return edited(change)


def last_page():
    """A page that names no next one, though there is one."""
    return edited(lambda answer: answer.pop("NextToken", None))


def truncated_json():
    """Half of the right answer, presented as a whole."""
    def change(answer):
        text = json.dumps(answer).encode()
        return text[:len(text) // 2]
    return edited(change)


def doubled_member():
    """JSON with a member that occurs twice, with different values."""
    def change(answer):
        text = json.dumps(answer)
        return (text[:-1] + ', "Parameters": [], "Parameters": []}').encode()
    return edited(change)


def nul_in_value():
    """Each value of the answer has a \\u0000 inside, which would cut it short in C."""
    def change(answer):
        for parameter in [*answer.get("Parameters", []), *filter(None, [answer.get("Parameter")])]:
            parameter["Value"] += "\0tail"
    return edited(change)


def before(write):
    """Calls write(store) first, then carries the request out: a second writer who is faster."""
    async def act(exchange):
        write(exchange.server.store)
        await exchange.send(*exchange.execute())
    return act


def after(write):
    """Carries the request out, then calls write(store), then answers."""
    async def act(exchange):
        answer = exchange.execute()
        write(exchange.server.store)
        await exchange.send(*answer)
    return act


def cut(share=0.5, applied=True, reset=False):
    """The connection ends when this share of the body was sent (None: before any byte). The
    request is carried out first, if `applied`; `reset`: by RST in place of FIN."""
    async def act(exchange):
        status, body = exchange.execute() if applied else (200, b"{}")
        if share is not None:
            await exchange.write(exchange.head(status, {"Content-Length": str(len(body))}))
            await exchange.write(body[:int(len(body) * share)])
        exchange.close(reset)
    return act


def hang(applied=False):
    """No answer until the client goes away."""
    async def act(exchange):
        if applied:
            exchange.execute()
        await exchange.client_gone()
    return act


def drip(seconds_per_byte=0.5):
    """The right answer, byte by byte."""
    async def act(exchange):
        status, body = exchange.execute()
        await exchange.write(exchange.head(status, {"Content-Length": str(len(body))}))
        for byte in body:
            await asyncio.sleep(seconds_per_byte)
            await exchange.write(bytes([byte]))
    return act


def endless_body():
    """A chunked body of blanks without an end."""
    async def act(exchange):
        await exchange.write(exchange.head(200, {"Transfer-Encoding": "chunked"}))
        while True:
            await exchange.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
    return act


def endless_headers():
    """Headers without an end."""
    async def act(exchange):
        await exchange.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            await exchange.write(b"X-Filler: " + b"x" * 1000 + b"\r\n")
    return act


def raw(data):
    """These bytes, whatever they are, and the end of the connection."""
    async def act(exchange):
        await exchange.write(data)
        exchange.close()
    return act


def reset_on_close(sock):
    """Makes closing the socket send RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
