"""The SSM store, driven through its own interface by ssm_main.c."""

import json
import os
import re
import subprocess

from .program import PASSED_ON, ROOT, SANITIZER_REPORTS

CODES = re.findall(r"^    FLOW_E_(\w+),", (ROOT / "src/base/err.h").read_text(), re.MULTILINE)


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

    def keeps_contract(self, far_end):
        done = subprocess.run([self.program.with_name("ssm_contract_main")], capture_output=True,
                              env={"HOME": str(self.home), **far_end.env}, timeout=60)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()

    def fetch(self, far_end, *args, **options):
        return {each["name"]: each for each in self.ok(far_end, "fetch", *args, **options)}

    def values(self, far_end, *args, **options):
        return {name: each.get("value")
                for name, each in self.fetch(far_end, *args, **options).items()}


def names(count, prefix="/t/dev"):
    """As many names, on two levels, in the order in which an answer has them."""
    return sorted(f"{prefix}/{'deep/' if i % 3 else ''}key-{i:04d}" for i in range(count))
