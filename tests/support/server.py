"""
Servers that a test starts as processes of their own.

Each is a program that binds port 0 of 127.0.0.1, prints the port that it got on its first line,
and ends when its standard input does. So there is no port to guess and none to lose to somebody
else, it is ready when its line is there, and it cannot outlive the tests, however they end.
"""

import os
import select
import socket
import subprocess
import sys
import time

START_SECONDS = 30
STOP_SECONDS = 5


class ServerProcess:
    """One such program. `port` is bound by `pid`; stop() ends it."""

    def __init__(self, argv, env=None):
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         env={**os.environ, **(env or {})}, start_new_session=True)
        self.pid = self._process.pid
        try:
            self.port = self._read_port(time.monotonic() + START_SECONDS)
            socket.create_connection(("127.0.0.1", self.port), STOP_SECONDS).close()
        except BaseException:
            self.stop()
            raise

    @classmethod
    def python(cls, script, *args, env=None):
        return cls([sys.executable, os.fspath(script), *map(str, args)], env)

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _read_port(self, deadline):
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise TimeoutError(f"{self._process.args} printed no port in {START_SECONDS} s")
            byte = self._process.stdout.read1(1)
            if not byte:
                raise RuntimeError(f"{self._process.args} ended with {self._process.wait()}")
            line += byte
        return int(line)


def end_with_stdin(stop):
    """For the server's side: calls stop() once standard input ends. Blocks until then."""
    while os.read(0, 4096):
        pass
    stop()
