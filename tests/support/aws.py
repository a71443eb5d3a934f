"""AWS as far as Moto plays it, and the AWS tools as the other side of what flowenv does."""

import contextlib
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

from .program import SYSTEM_PATH
from .server import ServerProcess

REGION = "us-east-1"
ACCOUNT = "123456789012"  # Moto's

# The keys of AWS's own documents, for a server that does not look at them.
KEY_ID, SECRET_KEY = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

# INITIAL_NO_AUTH_ACTION_COUNT: Moto checks requests after it let this many through.
CHECK_ALL, CHECK_NONE = "0", "inf"


def boto_client(service, endpoint, key_id=KEY_ID, secret_key=SECRET_KEY, **config):
    """A boto3 client that reads no file and no environment, tries once and gives up soon."""
    config = Config(**{"retries": {"total_max_attempts": 1}, "connect_timeout": 5,
                       "read_timeout": 10, **config})
    return boto3.session.Session(key_id, secret_key, region_name=REGION).client(
        service, endpoint_url=endpoint, config=config)


def environment(endpoint, key_id=KEY_ID, secret_key=SECRET_KEY):
    """What a person would export to use an endpoint with a key."""
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret_key, "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}


def aws_cli(env, *args):
    """Runs the AWS CLI of the virtual environment and returns its answer: an object for JSON,
    None for no output. Fails the test unless the status is 0."""
    program = Path(sys.executable).parent / "aws"
    done = subprocess.run([program, "--output", "json", *args], env={
        "PATH": SYSTEM_PATH, "HOME": "/nonexistent", "LANG": "C.UTF-8", **env},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=50)
    assert done.returncode == 0, f"aws {' '.join(args)}: {done.stderr.decode()}"
    return json.loads(done.stdout) if done.stdout.strip() else None


class Moto:
    """
    The fixture `moto`: a Moto server that takes any credentials, empty at each test's begin.

    env            the environment that points flowenv (and anything else) to it
    boto(service)  a boto3 client of it
    cli(*args)     the AWS CLI on it, its answer parsed
    """

    checked_after = CHECK_NONE

    def __init__(self):
        script = Path(__file__).with_name("motoserver.py")
        self._process = ServerProcess.python(
            script, env={"INITIAL_NO_AUTH_ACTION_COUNT": self.checked_after})
        self.endpoint = f"http://127.0.0.1:{self._process.port}"
        self.env = environment(self.endpoint)

    def boto(self, service, **config):
        return boto_client(service, self.endpoint, self.env["AWS_ACCESS_KEY_ID"],
                           self.env["AWS_SECRET_ACCESS_KEY"], **config)

    def cli(self, *args):
        return aws_cli(self.env, *args)

    def reset(self):
        self._post("/moto-api/reset")

    def stop(self):
        self._process.stop()

    def _post(self, path, body=b""):
        request = urllib.request.Request(self.endpoint + path, body, {"Content-Type": "text/plain"})
        urllib.request.urlopen(request, timeout=10).close()


class SignedMoto(Moto):
    """
    The fixture `moto_signed`: a Moto server that checks every signature and IAM policy. `env`,
    `boto` and `cli` are those of a user of its own, who may do with SSM what `allow` said last
    (at each test's begin: everything).

    A wrong secret gets 403 SignatureDoesNotMatch, an unknown key 403 InvalidClientTokenId, a call
    that no policy allows 403 AccessDenied; all three bodies are XML, unlike the real service's.
    """

    checked_after = CHECK_ALL
    USER = "flowenv"

    def reset(self):
        super().reset()
        with self.unchecked():
            iam = self.boto("iam")
            iam.create_user(UserName=self.USER)
            key = iam.create_access_key(UserName=self.USER)["AccessKey"]
        self.env = environment(self.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
        self.allow("ssm:*")

    def allow(self, *actions, resource="*"):
        """Lets the user do these actions (such as "ssm:GetParameter") and no others. Moto knows
        resources for few calls only (CONTRACTS, section 11.3): leave `resource` alone mostly."""
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": list(actions), "Resource": resource}]}
        with self.unchecked():
            self.boto("iam").put_user_policy(UserName=self.USER, PolicyName="allowed",
                                             PolicyDocument=json.dumps(policy))

    @contextlib.contextmanager
    def unchecked(self):
        """Inside, nothing is checked: for what a test sets up or looks at behind the user."""
        self._post("/moto-api/reset-auth", CHECK_NONE.encode())
        try:
            yield
        finally:
            self._post("/moto-api/reset-auth", CHECK_ALL.encode())
