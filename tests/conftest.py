"""
The fixtures that every test of the program may ask for.

    flowenv      runs the program in a home and a folder of its own     support/program.py
    project      the example project, copied into that folder           fixtures/flowlogic
    canary       secrets that must not turn up where they should not    support/canary.py
    moto         an AWS endpoint that takes any credentials             support/aws.py
    moto_signed  one that checks signatures and policies                support/aws.py
    fault        an SSM endpoint that fails as it is told to            support/faultserver.py
    fault_server makes more of these, with TLS if need be               support/faultserver.py

A test that puts, reads and looks for leaks:

    def test_a_value_put_is_a_value_got(flowenv, moto, canary):
        secret = canary()
        result = flowenv("put", "/t/dev/key", input=secret, env=moto.env, check=0)
        canary.absent(result)
        canary.absent_on_disk(flowenv.home, flowenv.work)
        assert flowenv.ok("get", "/t/dev/key", env=moto.env).strip() == secret.encode()
        assert moto.boto("ssm").get_parameter(
            Name="/t/dev/key", WithDecryption=True)["Parameter"]["Value"] == secret
"""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from support.aws import Moto, SignedMoto
from support.canary import Canary
from support.certificate import Certificate
from support.faultserver import FaultServer
from support.program import Program

# The account and the proxies of whoever runs the tests are none of the tests' business.
for name in list(os.environ):
    if name.startswith("AWS_") or name.lower().endswith("_proxy"):
        del os.environ[name]

# Examples are not kept between runs, and a slow machine is no failure.
hypothesis.settings.register_profile("flowenv", database=None, deadline=None, max_examples=50)
hypothesis.settings.load_profile("flowenv")

EXAMPLE = Path(__file__).parent / "fixtures/flowlogic"


@pytest.fixture
def flowenv(tmp_path):
    """The program; see support/program.py. A call fails the test where it is not built."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir(mode=0o700)
    work.mkdir(mode=0o700)
    program = Program(home, work)
    yield program
    program.close()


@pytest.fixture
def project(flowenv):
    """A copy of the example project, which becomes the current folder of `flowenv`; its path."""
    shutil.copytree(EXAMPLE, flowenv.work, dirs_exist_ok=True)
    return flowenv.work


@pytest.fixture
def canary():
    """A source of unique secrets and the search for them; see support/canary.py."""
    return Canary()


@pytest.fixture(scope="session")
def _moto_server():
    server = Moto()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _moto_signed_server():
    server = SignedMoto()
    yield server
    server.stop()


@pytest.fixture
def moto(_moto_server):
    """An empty AWS account; see support/aws.py."""
    _moto_server.reset()
    return _moto_server


@pytest.fixture
def moto_signed(_moto_signed_server):
    """An empty AWS account with one user, whose rights are checked; see support/aws.py."""
    _moto_signed_server.reset()
    return _moto_signed_server


@pytest.fixture
def fault_server(tmp_path):
    """
    A function that starts fault servers, which end with the test: fault_server(**options).

    tls      True: https with a certificate for 127.0.0.1 that `env` makes clients trust;
             a dict: the options of support/certificate.py (another host, an old protocol)
    others   those of FaultServer
    """
    servers = []

    def start(tls=None, **options):
        if tls:
            tls = Certificate(tmp_path, **(tls if isinstance(tls, dict) else {}))
        server = FaultServer(tls=tls, **options).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def fault(fault_server):
    """An SSM endpoint that fails as it is told to; see support/faultserver.py."""
    return fault_server()
