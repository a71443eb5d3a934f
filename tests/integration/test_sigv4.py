"""Random requests, signed by botocore and by flowenv: every stage is the same, byte for byte."""

import datetime
import json
import random
import string
import subprocess
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from support.program import ROOT

CASES = 300
SIGNER = ROOT / "build/asan/support/sigv4_main"
UNRESERVED = string.ascii_letters + string.digits + "-._~"
RESERVED = "!$&'()*+,;=:@ /?%#[]"
BEYOND = "äßé€漢😀"


def some(chance, alphabet, least=0, most=12):
    return "".join(chance.choices(alphabet, k=chance.randint(least, most)))


def some_path(chance):
    segments = [some(chance, UNRESERVED + RESERVED + BEYOND) for _ in range(chance.randint(0, 4))]
    segments += chance.choice([[], ["."], [".."], ["", ""], [""]])
    chance.shuffle(segments)
    return "/" + "/".join(urllib.parse.quote(segment, safe="-_.~") for segment in segments)


def some_query(chance):
    names = [some(chance, UNRESERVED + RESERVED + BEYOND, 1) for _ in range(chance.randint(0, 5))]
    pairs = [(name, some(chance, UNRESERVED + RESERVED + BEYOND)) for name in names]
    pairs += chance.choice([[], [(pairs[0][0], "again")] if pairs else []])
    return "&".join(f"{urllib.parse.quote(name, safe='-_.~')}={urllib.parse.quote(value, safe='-_.~')}"
                    for name, value in pairs)


def some_headers(chance):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.PutParameter",
               "User-Agent": "not signed"}
    for _ in range(chance.randint(0, 4)):
        name = "X-" + some(chance, string.ascii_letters + string.digits + "-", 1).strip("-") + "x"
        headers[name] = some(chance, string.ascii_letters + "  \t,;=\"'", 0, 30)
    return headers


def some_case(chance):
    query = some_query(chance)
    host = chance.choice(["ssm.us-east-1.amazonaws.com", "127.0.0.1:5000", "localhost:1"])
    return {
        "method": chance.choice(["GET", "POST", "PUT", "DELETE", "PATCH"]),
        "host": host, "target": some_path(chance) + (f"?{query}" if query else ""),
        "headers": some_headers(chance),
        "body": chance.choice(["", "{}", some(chance, string.printable + BEYOND, 1, 2000)]),
        "access_key_id": "AKIA" + some(chance, string.ascii_uppercase, 16, 16),
        "secret_access_key": some(chance, string.ascii_letters + string.digits + "/+", 1, 100),
        "session_token": chance.choice([None, some(chance, string.ascii_letters + "/+=", 1, 1500)]),
        "region": chance.choice(["us-east-1", "eu-central-1", "ap-southeast-2"]),
        "service": chance.choice(["ssm", "sts", "lambda", "logs"]),
        "wall_s": chance.randint(0, 4102444799),
    }


class FixedClock(botocore.auth.SigV4Auth):
    """botocore's signer at a time of our choice, with its stages kept."""

    def __init__(self, case):
        credentials = botocore.credentials.Credentials(
            case["access_key_id"], case["secret_access_key"], case["session_token"])
        super().__init__(credentials, case["service"], case["region"])
        self.stages = []

    def canonical_request(self, request):
        self.stages.append(super().canonical_request(request))
        return self.stages[-1]

    def string_to_sign(self, request, canonical_request):
        self.stages.append(super().string_to_sign(request, canonical_request))
        return self.stages[-1]

    def signature(self, string_to_sign, request):
        self.stages.append(super().signature(string_to_sign, request))
        return self.stages[-1]


def botocore_stages(case, monkeypatch):
    now = datetime.datetime.fromtimestamp(case["wall_s"], datetime.timezone.utc)
    monkeypatch.setattr(botocore.auth, "get_current_datetime",
                        lambda remove_tzinfo=True: now.replace(tzinfo=None))
    scheme = "http" if ":" in case["host"] else "https"
    request = botocore.awsrequest.AWSRequest(
        method=case["method"], url=f"{scheme}://{case['host']}{case['target']}",
        headers=case["headers"], data=case["body"].encode())
    signer = FixedClock(case)
    signer.add_auth(request)
    return [*signer.stages, request.headers["Authorization"]]


def flowenv_stages(cases):
    wishes = [{**case, "headers": [["Host", case["host"]], *map(list, case["headers"].items())]}
              for case in cases]
    done = subprocess.run([SIGNER], input=json.dumps(wishes).encode(), capture_output=True,
                          timeout=50, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("seed", range(3))
def test_300_random_requests_are_signed_as_botocore_signs_them(seed, monkeypatch):
    chance = random.Random(seed)
    cases = [some_case(chance) for _ in range(CASES // 3)]
    ours = flowenv_stages(cases)
    assert len(ours) == len(cases)
    for case, stages in zip(cases, ours):
        assert stages == botocore_stages(case, monkeypatch), case


def test_the_bodies_and_headers_of_a_typical_call_sign_the_headers_that_aws_documents(monkeypatch):
    case = {**some_case(random.Random(7)), "method": "POST", "target": "/", "body": "{}",
            "host": "ssm.us-east-1.amazonaws.com", "session_token": None,
            "headers": {"Content-Type": "application/x-amz-json-1.1",
                        "X-Amz-Target": "AmazonSSM.GetParameters"}}
    [stages] = flowenv_stages([case])
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-target, " in stages[3]
    assert stages == botocore_stages(case, monkeypatch)
