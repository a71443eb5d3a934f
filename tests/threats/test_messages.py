"""What is said: no value that nobody asked for, nothing that moves a cursor (T5, T6, T14)."""

import json
import re

import pytest

from support import faults

SECRET = "/shop/dev/stripe/secret-key"


# --- T5: errors ------------------------------------------------------------------------

FAILING = [
    ["get", "/shop/dev/stripe/secret-kye"],
    ["get", SECRET + ":99"],
    ["get", "--stage", "nowhere", "x"],
    ["list", "/nowhere"],
    ["history", "/shop/dev/none"],
    ["rm", "--yes", "7", SECRET],
    ["rm", "--yes", "1", "/shop/dev/none"],
    ["export", "--stage", "nowhere"],
    ["export", "--format", "sh", "--only", "NONE*"],
    ["exec", "--stage", "dev", "--", "/nonexistent"],
    ["explain", "STRIPE_SECRET_KYE"],
    ["render", "nothing", "--stage", "dev"],
    ["check", "--stage", "prod"],
    ["refresh", "--stage", "nowhere"],
    ["status", "--stage", "dev"],
    ["frobnicate"],
]


def test_leak_log(scene):
    """No message of a command that fails, or has something to remark, holds a value."""
    for args in FAILING:
        result = scene.program(*args, input=scene.canary())
        scene.canary.absent(result)


def test_leak_log_of_what_succeeds(scene):
    """No message has a value; no answer, but of the commands that are asked for values."""
    for args, given in scene.ENTRIES:
        result = scene.program(*args, input=scene.input(given))
        scene.canary.absent(result.err)
        if not scene.shows(args):
            scene.canary.absent(result.out)


BROKEN_ENV = [
    "A={0}\nB=\0{0}\n",
    "A={0}\n{0}\n",
    "A=\"{0}\n",
    "{0}\n",
    "{0}={0}\n={0}\n",
    "A=${{{0}}}\nB=${{B}}{0}\n",
    "PATH={0}\n",
    "A={0}\nA={0}x\na={0}\n",
    "A=`{0}\n",
    "LD_PRELOAD='{0}'\n",
    "\ufeffA={0}\n'{0}'={0}\n",
]


@pytest.mark.parametrize("text", BROKEN_ENV)
def test_leak_log_of_a_broken_env_file(shop, canary, text):
    shop.write(".env", text.format(canary()))
    for args in (["check", "--stage", "dev"], ["status"], ["explain", "A"],
                 ["export", "--stage", "dev"], ["render", "lambda", "--stage", "dev"]):
        result = shop(*args)
        canary.absent(result.err)
        if args[0] not in ("export", "render"):
            canary.absent(result.out)


@pytest.mark.parametrize("args", [["put", SECRET], ["put", "/shop/dev/new"],
                                  ["put", "--type", "String", "/shop/dev/new"]], ids=" ".join)
def test_leak_log_of_a_provider_that_quotes(cloud, fault, args):
    """AWS repeats a value that it does not take. Nobody else does."""
    fault.inject(faults.quoting(), "PutParameter")
    result = cloud.program(*args, input=cloud.canary() + "\n")
    assert result.status not in (0, None)
    assert "ValidationException" in result.err_text and "redacted" in result.err_text
    cloud.canary.absent(result)
    cloud.canary.absent_on_disk(cloud.program.home)


@pytest.mark.parametrize("value", ["with \"quotes\" and \\ and\nlines", "\u00fcml\u00e4ut \u2603 x",
                                   "a+b/c==%41&d e", "tab\there", "12345"])
def test_leak_log_of_a_provider_that_quotes_what_needs_escapes(cloud, fault, value):
    fault.inject(faults.quoting(), "PutParameter")
    secret = cloud.canary() + value
    result = cloud.program("put", SECRET, input=secret)
    assert result.status != 0
    cloud.canary.absent(result)
    shown = result.err_text
    for spelling in (value, json.dumps(value)[1:-1], value.encode().hex()):
        assert spelling not in shown


@pytest.mark.parametrize("command, operation", [
    (["get", SECRET + ":1"], "GetParameter"), (["list", "/shop/dev"], "GetParametersByPath"),
    (["history", SECRET], "GetParameterHistory"), (["export", "--stage", "dev"],
                                                   "GetParametersByPath"),
    (["exec", "--stage", "dev", "--", "true"], "GetParametersByPath"),
    (["refresh", "--stage", "dev"], "GetParametersByPath"), (["rm", "--yes", "1", SECRET],
                                                            "DeleteParameters"),
    (["put", SECRET], "PutParameter"), (["put", SECRET], "GetParameter")],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value)
@pytest.mark.parametrize("fault_name", ["denied", "html", "truncated_json", "expired_token", "raw",
                                        "doubled_member"])
def test_leak_log_of_replies_that_are_wrong(cloud, fault, command, operation, fault_name):
    """An answer that can't be used is described, not printed: it may be full of values."""
    action = getattr(faults, fault_name)
    if fault_name == "raw":
        body = json.dumps({"Parameters": [{"Value": value} for value in cloud.secrets],
                           "message": cloud.secrets[0]}).encode()
        action = faults.reply(200, body[:-3], {"X-Secret": cloud.secrets[1]})
    else:
        action = action()
    fault.inject(action, operation)
    result = cloud.program(*command, input=cloud.canary(), timeout=30)
    carried_out = fault_name in ("truncated_json", "doubled_member") and command[0] in ("put", "rm")
    assert carried_out or result.status != 0, result
    cloud.canary.absent(result)


# --- T6: terminals and CI ------------------------------------------------------------------

SHOWN = [["export", "--stage", "dev"], ["export", "--stage", "dev", "--format", "json"],
         ["export", "--stage", "dev", "--format", "github-env"],
         ["render", "lambda", "--stage", "dev"], ["render", "vercel", "--stage", "dev"],
         ["list", "/shop/dev", "--values"], ["list", "/shop/dev", "--values", "--json"],
         ["history", SECRET, "--values"]]


def test_mask_terminal(scene):
    """On a terminal a value shows only if --reveal asks for it; `get` is the asking itself."""
    for args in SHOWN:
        hidden = scene.program(*args, tty=True)
        assert hidden.status == 0 and b"********" in hidden.out, hidden
        scene.canary.absent(hidden)
        shown = scene.program(*args, "--reveal", tty=True)
        assert scene.canary.found_in(shown.out), shown
        scene.canary.absent(shown.err)
    assert scene.canary.found_in(scene.program("get", SECRET, tty=True).out)


def test_mask_multiline(shop, tmp_path):
    """In GitHub Actions every line of 4 bytes or more is masked, and before it can be used."""
    value = "-----BEGIN-----\nline/one==\n\nabc\nfour\r\n100% sure\rcr\n-----END-----"
    shop.put("/shop/dev/pem", value)
    shop.write("other.env", "SHORT=abc\n")
    file = tmp_path / "github_env"
    file.touch(0o600)
    out = shop.ok("export", "--prefix", "/shop/dev", "--format", "github-env",
                  env={"GITHUB_ENV": str(file)})
    masked = [line[len("::add-mask::"):] for line in out.decode().split("\n") if line]
    assert all(line.startswith("::add-mask::") for line in out.decode().split("\n") if line)
    decoded = {text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
               for text in masked}
    for line in re.split(r"[\r\n]+", value):
        assert len(line) < 4 or line in decoded, line
    assert "abc" not in decoded
    assert value.encode() in file.read_bytes()


def test_mask_before_the_file(shop, tmp_path):
    """If the masks can't be printed, the runner's file gets nothing."""
    shop.put("/shop/dev/pem", "some-value")
    file = tmp_path / "github_env"
    file.touch(0o600)
    with open("/dev/full", "wb") as full:
        shop("export", "--prefix", "/shop/dev", "--format", "github-env", stdout=full, check=1,
             env={"GITHUB_ENV": str(file)})
    assert file.read_bytes() == b""


# --- T14: terminals ------------------------------------------------------------------------

HOSTILE = "\033[2J\033]0;t\007\b\r\u202edcba\u2066\u009b1m\x7f"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
COLOUR = re.compile(r"\033\[[0-9;]*m")


def assert_tame(*outputs):
    """No control but newline, tab, a carriage return before a newline, and our own colours."""
    for output in outputs:
        text = COLOUR.sub("", output.decode("utf-8")).replace("\r\n", "\n")
        found = CONTROL.search(text)
        assert not found, f"{found!r} in {text!r}"


@pytest.mark.parametrize("env", [{}, {"TERM": "xterm"}])
def test_tty_escape_values(shop, env):
    shop.put("/shop/dev/hostile", HOSTILE + "end")
    shop.put("/shop/dev/binary", b"\xff\xfe\x9b\xc0\x80end")
    for args in (["get", "/shop/dev/hostile"], ["get", "/shop/dev/binary"],
                 ["list", "/shop/dev", "--values", "--reveal"],
                 ["history", "/shop/dev/hostile", "--values", "--reveal"],
                 ["get", "/shop/dev/hostile", "--json"],
                 ["export", "--prefix", "/shop/dev", "--reveal"],
                 ["export", "--prefix", "/shop/dev", "--reveal", "--only", "HOSTILE", "--format",
                  "json"],
                 ["explain", "HOSTILE"]):
        result = shop(*args, tty=True, env=env)
        assert result.status == 0 and result.out, result
        assert_tame(result.out, result.err)
        if args[0] == "get":
            assert b"end" in result.out


def test_tty_escape_values_that_json_cannot_hold(shop):
    shop.put("/shop/dev/binary", b"\xff\xfe")
    for args in (["get", "/shop/dev/binary"], ["list", "/shop/dev", "--values"]):
        said = shop.fails(1, *args, "--json")
        assert "/shop/dev/binary" in said and "UTF-8" in said and "flowenv get" in said


def test_tty_escape_names(shop, fault):
    """Names that a provider or a file brings are as hostile as values."""
    fault.store.put("/shop/dev/ok", "value")

    def rename(answer):
        for parameter in answer.get("Parameters", []):
            parameter["Name"] = "/shop/dev/" + HOSTILE
    fault.inject(faults.edited(rename), "GetParametersByPath")
    env = {**fault.env, "FLOWENV_STORE": "ssm", "TERM": "xterm"}
    for args in (["list", "/shop/dev"], ["export", "--prefix", "/shop/dev"],
                 ["list", "/shop/dev", "--json"]):
        result = shop(*args, tty=True, env=env)
        assert_tame(result.out, result.err)


def test_tty_escape_operands_and_files(shop):
    shop.write(HOSTILE.replace("\0", "") + ".env", "A=\0\n")
    cases = [["export", "--env-file", HOSTILE + ".env"], ["export", "--stage", HOSTILE],
             ["get", "/a/" + HOSTILE], ["get", HOSTILE], [HOSTILE], ["get", "--" + HOSTILE],
             ["explain", HOSTILE], ["exec", "--env-file", "/dev/null", "--", HOSTILE],
             ["render", HOSTILE], ["list", "--store", HOSTILE], ["status", "--project", HOSTILE],
             ["get", "--vault", HOSTILE, "/a"], ["put", "--from-file", HOSTILE, "/a"]]
    for args in cases:
        result = shop(*args, tty=True, env={"TERM": "xterm"})
        assert result.status != 0, result
        assert_tame(result.out, result.err)


def test_tty_escape_project_file(shop):
    for text in (f"[stage.{HOSTILE}]\n", f"[project]\n{HOSTILE} = 1\n",
                 f"[project]\nname = {HOSTILE}\nstore = local\n[stage.dev]\nsources = local\n",
                 f"[stage.dev]\nsources = {HOSTILE}\n", f"{HOSTILE}\n"):
        shop.write("flowenv.ini", text)
        for args in (["status"], ["export", "--stage", "dev"], ["check", "--stage", "dev"]):
            result = shop(*args, tty=True, env={"TERM": "xterm"})
            assert_tame(result.out, result.err)


def test_tty_escape_provider_errors(shop, fault):
    fault.inject(faults.error("Bad" + HOSTILE, HOSTILE))
    env = {**fault.env, "FLOWENV_STORE": "ssm", "TERM": "xterm"}
    for args in (["get", "/a/b"], ["put", "/a/b"], ["list", "/a"]):
        result = shop(*args, input="x", tty=True, env=env)
        assert result.status != 0
        assert_tame(result.out, result.err)


def test_tty_escape_raw_for_a_pipe(shop):
    shop.put("/shop/dev/hostile", HOSTILE)
    assert shop.ok("get", "/shop/dev/hostile") == HOSTILE.encode()
