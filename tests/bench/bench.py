#!/usr/bin/env python3
"""make bench: whole processes, timed side by side in one run.

Every figure is a median over processes; commands that are compared run in
turns, so that all of them see the same machine. Bars stand beside the figures;
nothing here passes or fails.
"""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
ROUNDS = 10


class Machine:
    """The program under test, its scratch HOME, and the compiled helpers."""

    def __init__(self, build: pathlib.Path, scratch: pathlib.Path):
        self.program = (build / "bin" / "flowenv").resolve()
        self.scratch = scratch
        self.runs = self.compile("runs", "runs.c", [])
        libraries = ["-Wl,--no-as-needed", "-lsodium", "-linih", "-lyaml"]
        self.linked = self.compile("linked", "empty.c", libraries)
        self.bare = self.compile("bare", "empty.c", [])
        self.fill = (build / "bench" / "fill").resolve()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(scratch / "home"), "LANG": "C.UTF-8"}
        (scratch / "home").mkdir()

    def compile(self, name, source, libraries):
        out = self.scratch / name
        subprocess.run(["cc", "-O2", "-o", out, HERE / source, *libraries], check=True)
        return out

    def flowenv(self, *args, value=b"", env=None, cwd=None):
        subprocess.run([self.program, *args], check=True, input=value, stdout=subprocess.PIPE,
                       env={**self.env, **(env or {})}, cwd=cwd or self.scratch)

    def batch(self, count, command, env, cwd):
        done = subprocess.run([self.runs, str(count), *command], check=True, cwd=cwd,
                              env={**self.env, **env}, capture_output=True)
        rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
        bad = [row for row in rows if row[3] != 0]
        if bad:  # what went well has notes at most
            sys.exit(f"bench: {' '.join(map(str, command))} ended with status {bad[0][3]}\n"
                     + done.stderr.decode(errors="replace"))
        return rows

    def compare(self, commands, count, env=None, cwd=None):
        """Medians (wall ms, cpu ms, MiB) by name; the commands take turns, ROUNDS times."""
        cwd = cwd or self.scratch
        rows = {name: [] for name in commands}
        for name, command in commands.items():
            self.batch(1, command, env or {}, cwd)
        for _ in range(ROUNDS):
            for name, command in commands.items():
                rows[name] += self.batch(max(1, count // ROUNDS), command, env or {}, cwd)
        return {name: (statistics.median(r[0] for r in values) / 1000,
                       statistics.median(r[1] for r in values) / 1000,
                       statistics.median(r[2] for r in values) / 1024)
                for name, values in rows.items()}

    def time(self, command, count, env=None, cwd=None):
        return self.compare({"": command}, count, env, cwd)[""]


class Server:
    """The fault server of the tests as an SSM endpoint that answers after a while."""

    def __init__(self, machine, names, latency_ms):
        load = machine.scratch / "names.json"
        load.write_text(json.dumps({name: f"value of {name}" for name in names}))
        python = TESTS / ".venv" / "bin" / "python"
        self.process = subprocess.Popen(
            [python if python.exists() else sys.executable, TESTS / "support" / "faultserver.py",
             "--port", "0", "--latency-ms", str(latency_ms), "--load", load],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = self.process.stdout.readline().strip().decode().rsplit(":")[-1]
        self.env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_REGION": "us-east-1",
                    "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDBENCH",
                    "AWS_SECRET_ACCESS_KEY": "bench"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()


def title(text):
    print(f"\n{text}")


def row(name, figures, against=None, bar=""):
    ratio = f"{figures[0] / against[0]:7.2f} x" if against else " " * 9
    print(f"  {name:<44}{figures[0]:9.2f} ms {ratio} {figures[2]:7.1f} MiB  {bar}", flush=True)


def names_under(prefix, count, groups=10):
    return [f"{prefix}/group-{i % groups}/key-{i:06d}" for i in range(count)]


def warm(machine):
    title("Served from the vault, 50 keys (bar: 2 x the empty program; aim: 1.5 x)")
    prefix = "/bench/fifty"
    for name in names_under(prefix, 50):
        machine.flowenv("put", "--store", "local", name, value=f"value of {name}".encode())
    with Server(machine, names_under("/bench/ssm", 50), 0) as server:
        snapshot = ["export", "--prefix", "/bench/ssm"]
        machine.flowenv(*snapshot, env=server.env)
        figures = machine.compare({
            "empty C program": [machine.bare],
            "empty C program, same small libraries": [machine.linked],
            "flowenv export (snapshot of SSM)": [machine.program, *snapshot],
            "flowenv export (local store)":
                [machine.program, "export", "--store", "local", "--prefix", prefix],
            "flowenv get (local store)":
                [machine.program, "get", "--store", "local", f"{prefix}/group-1/key-000001"],
        }, 200, server.env)
    base = figures["empty C program, same small libraries"]
    for name, values in figures.items():
        row(name, values, base, "bar 2.00 x" if name.startswith("flowenv") else "")
    return figures["flowenv export (local store)"]


def others(machine, ours):
    title("The same 50 keys with other tools, against flowenv export")
    dotenvx = TESTS / "node_modules" / ".bin" / "dotenvx"
    dotenvx = dotenvx if dotenvx.exists() else shutil.which("dotenvx")
    if dotenvx:
        env_file = machine.scratch / "fifty.env"
        env_file.write_text("".join(f'KEY_{i:06d}="value {i}"\n' for i in range(50)))
        command = [dotenvx, "run", "--quiet", "-f", env_file, "--", "true"]
        row("dotenvx run", machine.time(command, 20), ours)
    else:
        print("  dotenvx is not installed: not measured")
    aws = TESTS / ".venv" / "bin" / "aws"
    aws = aws if aws.exists() else shutil.which("aws")
    if aws:
        command = [aws, "ssm", "get-parameters-by-path", "--path", "/bench/ssm", "--recursive",
                   "--with-decryption"]
        with Server(machine, names_under("/bench/ssm", 50), 0) as server:
            row("aws ssm get-parameters-by-path", machine.time(command, 10, server.env), ours)
    else:
        print("  the AWS CLI is not installed: not measured")


def large(machine):
    title("Many keys from the vault (bar: time and memory a key do not grow; 100,000 in 150 ms)")
    for count in (1000, 10000, 100000):
        home = machine.scratch / f"home-{count}"
        home.mkdir()
        subprocess.run([machine.fill, home, "/bench/many", str(count)], check=True)
        command = [machine.program, "export", "--store", "local", "--prefix", "/bench/many",
                   "--format", "json"]
        values = machine.time(command, 20, {"HOME": str(home)})
        print(f"  {count:>7,} keys {values[0]:10.2f} ms {values[0] * 1000 / count:8.3f} us a key "
              f"{values[2]:8.1f} MiB {values[2] * 1048576 / count:8.0f} bytes a key", flush=True)


def serial_chain(server, path):
    """Milliseconds that a client with nothing else to do needs for the pages of a path."""
    connection = http.client.HTTPConnection(server.env["AWS_ENDPOINT_URL"].split("//")[1])
    headers = {"Content-Type": "application/x-amz-json-1.1",
               "X-Amz-Target": "AmazonSSM.GetParametersByPath",
               "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
               "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDBENCH/20260101/us-east-1/ssm/"
                                "aws4_request, SignedHeaders=host, Signature=00"}
    body = {"Path": path, "Recursive": True, "WithDecryption": True, "MaxResults": 10}
    began = time.monotonic()
    while True:
        connection.request("POST", "/", json.dumps(body), headers)
        reply = connection.getresponse()
        page = json.loads(reply.read())
        if reply.status != 200:
            sys.exit(f"bench: the endpoint answers {reply.status}: {page}")
        if not page.get("NextToken"):
            connection.close()
            return (time.monotonic() - began) * 1000
        body["NextToken"] = page["NextToken"]


PROJECT = """[project]
name = bench
prefix = /bench/{stage}
default_stage = s100

[stage.s100]
sources = ssm
live = yes

[stage.s1000]
sources = ssm
live = yes
"""


def cold(machine):
    title("Fetched from an endpoint that answers after 25 ms "
          "(bar: 100 known names in 100 ms plus process start)")
    project = machine.scratch / "project"
    project.mkdir()
    (project / "flowenv.ini").write_text(PROJECT)
    for count in (100, 1000):
        command = [machine.program, "export", "--stage", f"s{count}"]
        with Server(machine, names_under(f"/bench/s{count}", count), 25) as server:
            values = machine.time([*command, "--refresh"], 10, server.env, project)
            row(f"{count:,} names, walked anew", values)
            values = machine.time(command, 10, server.env, project)
            row(f"{count:,} known names, values anew", values, None,
                "bar 100 ms" if count == 100 else "")
            print(f"  {'a bare chain of pages, without flowenv':<44}"
                  f"{serial_chain(server, f'/bench/s{count}'):9.2f} ms", flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", default="build")
    build = pathlib.Path(options.parse_args().build)
    with tempfile.TemporaryDirectory(prefix="flowenv-bench-") as scratch:
        machine = Machine(build, pathlib.Path(scratch))
        print(f"medians of whole processes, {os.cpu_count()} processors")
        others(machine, warm(machine))
        large(machine)
        cold(machine)


if __name__ == "__main__":
    main()
