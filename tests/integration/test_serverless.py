"""
The real Serverless Framework packages the example service with the file that flowenv renders, and
what CloudFormation would get is what flowenv shows.

`serverless package` builds the template and sends nothing: credentials are made up, and every
proxy leads nowhere, so an attempt to reach a network would fail.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.program import ROOT, SYSTEM_PATH

SERVERLESS = ROOT / "tests/node_modules/.bin/serverless"
SERVICE = Path("infra/serverless")
TEMPLATE = SERVICE / ".serverless/cloudformation-template-update-stack.json"

# Text that serverless, JSON or CloudFormation could take for more than text.
AWKWARD = {
    "QUOTES": "\"double\" 'single' `back` \\ \\\\ \\n",
    "LINES": " first\nsecond\r\n\tlast ",
    "LETTERS": "zażółć 日本 🔑",
    "NUMBER": "007",
    "WORD": "true",
    "DOLLAR": "$HOME $$ ${ ${} } ${name}",
    "SUB": "${AWS::Region} ${Table.Arn}",
    "VARIABLE": "${self:service} x${env:HOME}y",
    "FALLBACK": "${opt:nothing, 'fallback'}",
    "ESCAPED": "\\${self:service} \\\\${self:service} \\\\\\${self:service}",
    "NESTED": "${file(${self:service}.txt):a}",
    "LEGACY": "/flowlogic/dev/key~true",
}


@pytest.fixture
def packaged(project, tmp_path):
    """A function that packages the project for a stage and returns the environments of its Lambda
    functions: {logical name: variables}."""
    def package(stage):
        home = tmp_path / "serverless-home"
        home.mkdir(exist_ok=True)
        node = Path(shutil.which("node")).parent
        env = {
            "PATH": f"{node}{os.pathsep}{SYSTEM_PATH}", "HOME": str(home), "LANG": "C.UTF-8",
            "CI": "true", "SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off",
            "SLS_INTERACTIVE_SETUP_ENABLE": "0", "NPM_CONFIG_UPDATE_NOTIFIER": "false",
            "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",
            "AWS_ACCESS_KEY_ID": "dummy", "AWS_SECRET_ACCESS_KEY": "dummy"}
        done = subprocess.run([SERVERLESS, "package", "--stage", stage], env=env,
                              cwd=project / SERVICE, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=50)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        resources = json.loads((project / TEMPLATE).read_text())["Resources"]
        return {name: resource["Properties"]["Environment"]["Variables"]
                for name, resource in resources.items()
                if resource["Type"] == "AWS::Lambda::Function"}
    return package


FUNCTIONS = {f"{name}LambdaFunction" for name in (
    "CreateFlow", "ListFlows", "StartUpload", "Checkout", "StripeWebhook")}


def put_everything(flowenv, values):
    """Puts parameters of dev into the local store: {name below the prefix: value}."""
    for name, value in values.items():
        flowenv.ok("put", "--store", "local", "--exact", f"/flowlogic/dev/{name}", input=value)


def backend_view(flowenv, stage, env):
    """What the target `backend` takes of the view: everything but VITE_*."""
    view = json.loads(flowenv.ok("export", "--stage", stage, "--format", "json", env=env))
    return {key: value for key, value in view.items() if not key.startswith("VITE_")}


def escaped(text):
    """How serverless reads text as it is: before each ${, and before each backslash that stands
    right before it, a backslash."""
    return re.sub(r"(\\*)\$\{", r"\1\1\\${", text)


def test_serverless_takes_awkward_text_as_it_is_once_it_is_escaped(project, packaged):
    values = {**AWKWARD, "COGNITO_POOL": "pool", "COGNITO_CLIENT_ID": "client"}
    (project / SERVICE / "env.dev.json").write_text(
        json.dumps({key: escaped(value) for key, value in values.items()}))
    environments = packaged("dev")
    assert environments.keys() == FUNCTIONS
    assert environments["CheckoutLambdaFunction"] == values


def test_every_function_gets_the_view_that_flowenv_shows(flowenv, project, packaged, canary):
    local = {"FLOWENV_STORE": "local"}
    secret = canary("sk_test_")
    put_everything(flowenv, {
        "stripe/secret-key": secret, "stripe/webhook-secret": canary("whsec_"),
        "cognito/user-pool-id": "us-east-1_XXXXXXXXX", "cognito/client-id": "client",
        "vite/cognito-pool": "us-east-1_XXXXXXXXX",
        **{f"awkward/{name.lower()}": value for name, value in AWKWARD.items()}})

    result = flowenv("render", "serverless", "--stage", "dev", env=local, check=0)

    canary.absent(result)
    view = backend_view(flowenv, "dev", local)
    assert view["STRIPE_SECRET_KEY"] == secret
    assert view["FLOWS_TABLE"] == "flowlogic-dev-flows"
    assert {f"AWKWARD_{name}": value for name, value in AWKWARD.items()}.items() <= view.items()
    environments = packaged("dev")
    assert environments.keys() == FUNCTIONS
    for environment in environments.values():
        assert environment == view


@pytest.mark.parametrize("value", [
    "a$${sls:stage}",       # the parser does not see a backslash after a dollar
    "a$\\${sls:stage}",
    "{{resolve:ssm:/a:1}}"  # CloudFormation would put another value in its place
])
def test_a_value_that_would_not_arrive_as_it_is_is_refused_by_name(flowenv, project, value):
    (project / ".env.local").write_text(f"AWKWARD='{value}'\n")
    message = flowenv.fails(10, "render", "serverless", "--stage", "dev",
                            env={"FLOWENV_STORE": "local"})
    assert "AWKWARD" in message and value not in message
    assert not (project / SERVICE / "env.dev.json").exists()


def test_the_rendered_file_is_for_its_owner_and_the_only_trace(flowenv, project, canary):
    put_everything(flowenv, {"stripe/secret-key": canary()})
    flowenv.ok("render", "serverless", "--stage", "dev", env={"FLOWENV_STORE": "local"})
    rendered = project / SERVICE / "env.dev.json"
    assert rendered.stat().st_mode & 0o777 == 0o600
    rendered.unlink()
    canary.absent_on_disk(flowenv.home, flowenv.work)


def test_a_stage_that_was_not_rendered_is_not_packaged(packaged):
    with pytest.raises(AssertionError, match="provider.environment"):
        packaged("dev")
