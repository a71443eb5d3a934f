"""
What flowenv makes of AWS's variables and files, against what botocore makes of them.

Where flowenv follows the AWS CLI (version 2) and botocore does not, `as_botocore` translates:
AWS_REGION counts and comes before AWS_DEFAULT_REGION, AWS_PROFILE comes before
AWS_DEFAULT_PROFILE, an empty variable is no variable.
"""

import json
import subprocess
import sys

import pytest

from support.program import ROOT

# Runs in a process of its own, because botocore reads the environment as it is at its import.
BOTOCORE = """
import json, sys
import botocore.session
session = botocore.session.Session(profile=sys.argv[1] if len(sys.argv) > 1 else None)
client = session.create_client("ssm", region_name=session.get_config_variable("region"))
found = session.get_credentials()
keys = found.get_frozen_credentials() if found else None
own = ["https://ssm.%s.amazonaws.com%s" % (client.meta.region_name, end) for end in ("", ".cn")]
print(json.dumps({
    "region": client.meta.region_name,
    "endpoint_url": None if client.meta.endpoint_url in own else client.meta.endpoint_url,
    "access_key": keys and keys.access_key, "secret_key": keys and keys.secret_key,
    "token": keys and keys.token, "provider": found and found.method,
    "ca_bundle": session.get_config_variable("ca_bundle")}))
"""

PROVIDERS = {"env": "environment", "shared-credentials-file": "credentials file",
             "config-file": "config file"}
ENV = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "environment-secret"}
KEYS = "aws_access_key_id = AKIA{0}\naws_secret_access_key = {0}-secret\n"
DEFAULT = "[default]\nregion = eu-west-1\n"
SERVICES = "[services s]\nssm =\n  endpoint_url = http://127.0.0.1:11\ns3 =\n  endpoint_url = x\n"

# name: (variables, ~/.aws/config, ~/.aws/credentials[, --profile])
CASES = {
    # keys
    "environment": (ENV, DEFAULT, ""),
    "environment with token": ({**ENV, "AWS_SESSION_TOKEN": "tok"}, DEFAULT, ""),
    "environment with old token": ({**ENV, "AWS_SECURITY_TOKEN": "old"}, DEFAULT, ""),
    "environment with both tokens": (
        {**ENV, "AWS_SECURITY_TOKEN": "old", "AWS_SESSION_TOKEN": "tok"}, DEFAULT, ""),
    "environment before credentials file": (ENV, DEFAULT, "[default]\n" + KEYS.format("FILE")),
    "environment before AWS_PROFILE": (
        {**ENV, "AWS_PROFILE": "p"}, "[profile p]\nregion = us-west-1\n",
        "[p]\n" + KEYS.format("P")),
    "environment before a program": (ENV, DEFAULT + "credential_process = false\n", ""),
    "an empty key is no key": (
        {**ENV, "AWS_ACCESS_KEY_ID": ""}, DEFAULT, "[default]\n" + KEYS.format("FILE")),
    "half a pair in the environment": ({"AWS_ACCESS_KEY_ID": "AKIAENV"}, DEFAULT, ""),
    "half a pair is not filled from the file": (
        {"AWS_ACCESS_KEY_ID": "AKIAENV"}, DEFAULT, "[default]\n" + KEYS.format("FILE")),
    "a secret without an id is not looked at": (
        {"AWS_SECRET_ACCESS_KEY": "x"}, DEFAULT, "[default]\n" + KEYS.format("FILE")),
    "credentials file": ({}, DEFAULT, "[default]\n" + KEYS.format("FILE")),
    "credentials file with token": (
        {}, DEFAULT, "[default]\n" + KEYS.format("FILE") + "aws_session_token = ftok\n"),
    "credentials file with old token": (
        {}, DEFAULT, "[default]\n" + KEYS.format("FILE") + "aws_security_token = fold\n"),
    "config file": ({}, DEFAULT + KEYS.format("CONF"), ""),
    "credentials file before config file": (
        {}, DEFAULT + KEYS.format("CONF"), "[default]\n" + KEYS.format("FILE")),
    "credentials file before a program": (
        {}, DEFAULT + "credential_process = false\n", "[default]\n" + KEYS.format("FILE")),
    "a pair is not made of two files": (
        {}, DEFAULT + "aws_secret_access_key = x\n", "[default]\naws_access_key_id = AKIAFILE\n"),
    "a token is not taken from the other file": (
        {}, DEFAULT + "aws_session_token = ctok\n", "[default]\n" + KEYS.format("FILE")),
    "no keys at all": ({}, DEFAULT, ""),
    # profiles
    "AWS_PROFILE": (
        {"AWS_PROFILE": "p"}, DEFAULT + "[profile p]\nregion = us-west-1\n",
        "[default]\n" + KEYS.format("FILE") + "[p]\n" + KEYS.format("P")),
    "AWS_DEFAULT_PROFILE": (
        {"AWS_DEFAULT_PROFILE": "p"}, DEFAULT + "[profile p]\nregion = us-west-1\n",
        "[p]\n" + KEYS.format("P")),
    "AWS_PROFILE before AWS_DEFAULT_PROFILE": (
        {"AWS_PROFILE": "p", "AWS_DEFAULT_PROFILE": "default"},
        DEFAULT + "[profile p]\nregion = us-west-1\n", "[p]\n" + KEYS.format("P")),
    "a named profile before the environment": (
        ENV, DEFAULT + "[profile p]\nregion = us-west-1\n", "[p]\n" + KEYS.format("P"), "p"),
    "a named profile before AWS_PROFILE": (
        {"AWS_PROFILE": "default"}, DEFAULT + "[profile p]\nregion = us-west-1\n",
        "[p]\n" + KEYS.format("P"), "p"),
    "a named profile in the credentials file only": (
        {"AWS_REGION": "us-west-2"}, DEFAULT, "[p]\n" + KEYS.format("P"), "p"),
    "a named profile without keys does not fall back": (
        ENV, DEFAULT + "[profile p]\nregion = us-west-1\n", "[default]\n" + KEYS.format("F"), "p"),
    "a profile that is not there": ({**ENV, "AWS_PROFILE": "gone"}, DEFAULT, ""),
    "a named profile that is not there": (ENV, DEFAULT, "", "gone"),
    "a bare section of the config file is no profile": (
        {"AWS_PROFILE": "p"}, DEFAULT + "[p]\n" + KEYS.format("P"), ""),
    "a section [profile p] of the credentials file is another profile": (
        {"AWS_PROFILE": "p"}, DEFAULT, "[profile p]\n" + KEYS.format("P")),
    "a profile with blanks in quotes": (
        {"AWS_PROFILE": "my dev"}, '[profile "my dev"]\nregion = us-west-1\n',
        "[my dev]\n" + KEYS.format("P")),
    "a profile in single quotes": (
        {"AWS_PROFILE": "my dev"}, "[profile 'my dev']\nregion = us-west-1\n" + KEYS.format("P"),
        ""),
    # region
    "AWS_REGION": ({**ENV, "AWS_REGION": "ap-south-1"}, DEFAULT, ""),
    "AWS_DEFAULT_REGION": ({**ENV, "AWS_DEFAULT_REGION": "ap-south-1"}, DEFAULT, ""),
    "AWS_REGION before AWS_DEFAULT_REGION": (
        {**ENV, "AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "us-east-2"}, DEFAULT, ""),
    "the region of the credentials file wins": (
        ENV, DEFAULT, "[default]\nregion = sa-east-1\n"),
    "no region": (ENV, "[default]\noutput = json\n", ""),
    "a region in China": ({**ENV, "AWS_REGION": "cn-north-1"}, "", ""),
    "a region of the government": ({**ENV, "AWS_REGION": "us-gov-west-1"}, "", ""),
    # endpoint
    "AWS_ENDPOINT_URL": ({**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:10"}, DEFAULT, ""),
    "AWS_ENDPOINT_URL_SSM first": (
        {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:10",
         "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:12"}, DEFAULT, ""),
    "another service's endpoint": (
        {**ENV, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:10"}, DEFAULT, ""),
    "the services section": (ENV, DEFAULT + "services = s\n" + SERVICES, ""),
    "the services section before the profile's endpoint": (
        ENV, DEFAULT + "services = s\nendpoint_url = http://127.0.0.1:13\n" + SERVICES, ""),
    "the common variable before the services section": (
        {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:10"},
        DEFAULT + "services = s\n" + SERVICES, ""),
    "the profile's endpoint": (ENV, DEFAULT + "endpoint_url = http://127.0.0.1:13\n", ""),
    "a services section without the service": (
        ENV, DEFAULT + "services = s\nendpoint_url = http://127.0.0.1:13\n"
        "[services s]\ns3 =\n  endpoint_url = http://127.0.0.1:14\n", ""),
    "a services section that is not there": (ENV, DEFAULT + "services = gone\n", ""),
    "configured endpoints ignored by variable": (
        {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:10",
         "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"}, DEFAULT, ""),
    "configured endpoints ignored by profile": (
        {**ENV, "AWS_ENDPOINT_URL": "http://127.0.0.1:10"},
        DEFAULT + "ignore_configured_endpoint_urls = true\n", ""),
    "FIPS": ({**ENV, "AWS_USE_FIPS_ENDPOINT": "true"}, DEFAULT, ""),
    "dual stack": ({**ENV, "AWS_USE_DUALSTACK_ENDPOINT": "true"},
                   "[default]\nregion = us-east-1\n", ""),
    "FIPS, by profile": (ENV, "[default]\nregion = us-east-1\nuse_fips_endpoint = true\n", ""),
    # CA bundle
    "AWS_CA_BUNDLE": ({**ENV, "AWS_CA_BUNDLE": "/from/variable"},
                      DEFAULT + "ca_bundle = /from/profile\n", ""),
    "the profile's CA bundle": (ENV, DEFAULT + "ca_bundle = /from/profile\n", ""),
    # the files' dialect
    "colons, blanks, comments, upper case": (
        {}, "# c\n; c\n[default]\n  Region :  eu-west-3  \n",
        "[default]\nAWS_ACCESS_KEY_ID: AKIAX\naws_secret_access_key=a=b:c#d\n"),
    "CRLF": ({}, "[default]\r\nregion = eu-west-3\r\n",
             "[default]\r\naws_access_key_id = AKIAX\r\naws_secret_access_key = s\r\n"),
    "a key in a block is not the profile's": (
        ENV, DEFAULT + "s3 =\n  endpoint_url = http://127.0.0.1:10\n  region = us-west-1\n", ""),
    "a line that is nothing": (ENV, DEFAULT + "nonsense\n", ""),
    "a section twice": (ENV, DEFAULT + "[default]\n", ""),
    "a key twice": (ENV, DEFAULT + "region = us-east-1\n", ""),
    "a key before all sections": (ENV, "region = us-east-1\n", ""),
    # the files' place
    "no files": ({**ENV, "AWS_REGION": "us-east-1"}, None, None),
    "files elsewhere": (
        {"AWS_CONFIG_FILE": "~/.aws/other", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
         **ENV, "AWS_REGION": "us-east-1"}, DEFAULT, "[default]\n" + KEYS.format("FILE")),
    "the config file as the credentials file": (
        {"AWS_SHARED_CREDENTIALS_FILE": "~/.aws/config"}, DEFAULT + KEYS.format("CONF"), None),
}


@pytest.fixture(scope="session")
def settings_program():
    path = ROOT / "build/asan/support/aws_settings_main"
    assert path.exists(), f"{path} is not there: run make asan first"
    return path


def as_botocore(env):
    """The environment that makes botocore do what the AWS CLI does."""
    env = {name: value for name, value in env.items() if value}
    if "AWS_REGION" in env:
        env["AWS_DEFAULT_REGION"] = env["AWS_REGION"]
    if "AWS_PROFILE" in env:
        env.pop("AWS_DEFAULT_PROFILE", None)
    return env


def summary(secret):
    return secret and f"{len(secret)}:{secret[-4:]}"


def ask_botocore(env, args):
    done = subprocess.run([sys.executable, "-c", BOTOCORE, *args], env=as_botocore(env),
                          capture_output=True, text=True, timeout=30)
    if done.returncode:
        return None
    answer = json.loads(done.stdout)
    if not answer["access_key"]:
        return None
    answer["secret_key"], answer["token"] = summary(answer["secret_key"]), summary(answer["token"])
    answer["provider"] = PROVIDERS[answer["provider"]]
    return {name: value for name, value in answer.items() if value}


def ask_flowenv(program, env, args):
    done = subprocess.run([program, *args], env=env, capture_output=True, text=True, timeout=30)
    assert "ERROR: " not in done.stderr and "runtime error" not in done.stderr, done.stderr
    if done.returncode:
        assert done.stderr and "secret" not in done.stderr.replace("secret_access_key", ""), \
            done.stderr
        return None
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize("name", CASES)
def test_settings_are_botocores(name, tmp_path, settings_program):
    variables, config, credentials, *args = CASES[name]
    (tmp_path / ".aws").mkdir()
    for file, text in (("config", config), ("credentials", credentials)):
        if text is not None:
            (tmp_path / ".aws" / file).write_text(text, newline="")
    env = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", **variables}

    assert ask_flowenv(settings_program, env, args) == ask_botocore(env, args)


def test_there_are_enough_cases():
    assert len(CASES) >= 40
