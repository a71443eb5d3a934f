"""export: all or nothing, exact in the real shells (T6, T11, T12)."""

import json
import random
import shutil
import stat
import subprocess

import pytest

from support.local import LocalProgram

SHELLS = {"dash": "sh", "bash": "bash", "zsh": "zsh", "fish": "fish"}
TAKEOVERS = ["PATH", "IFS", "ENV", "BASH_ENV", "PS4", "PROMPT_COMMAND", "LD_PRELOAD",
             "DYLD_INSERT_LIBRARIES", "NODE_OPTIONS", "PYTHONPATH", "PERL5OPT", "GIT_SSH_COMMAND",
             "EDITOR", "PAGER", "HOME", "SHELL", "TMPDIR", "XDG_CONFIG_HOME", "SSL_CERT_FILE",
             "https_proxy", "HTTPS_PROXY", "AWS_ENDPOINT_URL", "FLOWENV_VAULT", "GITHUB_ENV",
             "RUNNER_TEMP", "ACTIONS_CACHE_URL", "JAVA_TOOL_OPTIONS", "SSLKEYLOGFILE"]


def run_shell(shell, program, script, args=(), **options):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    argv = {"zsh": ["zsh", "-f"], "bash": ["bash", "--norc"],
            "fish": ["fish", "--no-config"]}.get(shell, [shell])
    return subprocess.run([*argv, "-c", script, *args], env=program.environ(options.pop("env", None)),
                          cwd=program.work, capture_output=True, timeout=60, **options)


# --- where the view comes from -------------------------------------------------------

def test_env_files_need_no_project_and_the_first_wins(flowenv):
    (flowenv.work / "a.env").write_text("A=1\nB=${A}2\n")
    (flowenv.work / "b.env").write_text("A=9\nC='3'\n")
    answer = json.loads(flowenv.ok("export", "--env-file", "a.env", "--env-file", "b.env",
                                   "--format", "json"))
    assert answer == {"A": "1", "B": "12", "C": "3"}
    answer = json.loads(flowenv.ok("export", "--env-file", "a.env", "--no-expand", "--json"))
    assert answer["B"] == "${A}2"
    assert list(flowenv.home.iterdir()) == []


def test_a_prefix_needs_no_project(local):
    local.put("/t/dev/a-b/c.d", "x")
    local.put("/t/dev/plain", "a b", "--type", "String")
    assert local.ok("export", "--prefix", "/t/dev", "--format", "dotenv") == (
        b"A_B_C_D=x\nPLAIN='a b'\n")
    assert b"export A_B_C_D=" in local.ok("export", "--prefix", "/t/dev")


def test_a_stage_merges_its_sources(shop):
    shop.put("stripe/secret-key", "sk_1", "--stage", "dev")
    shop.put("api-url", "http://stored", "--stage", "dev")
    shop.write(".env", "API_URL=http://here\nONLY_FILE=1\n")
    answer = json.loads(shop.ok("export", "--stage", "dev", "--json"))
    assert answer == {"API_URL": "http://here", "ONLY_FILE": "1", "STRIPE_SECRET_KEY": "sk_1"}
    assert json.loads(shop.ok("export", "--json")) == answer
    assert json.loads(shop.ok("export", "--json", "--only", "*URL", "--only", "S*")) == {
        "API_URL": "http://here", "STRIPE_SECRET_KEY": "sk_1"}
    assert json.loads(shop.ok("export", "--json", "--only", "*", "--only", "!ONLY_*")).keys() == {
        "API_URL", "STRIPE_SECRET_KEY"}


def test_sources_exclude_each_other(shop):
    shop.write("a.env", "A=1\n")
    assert "exclude each other" in shop.fails(2, "export", "--stage", "dev", "--prefix", "/a",
                                              out=b"false\n")


# --- failures -------------------------------------------------------------------------

@pytest.mark.parametrize("args, status", [
    (["--stage", "qa"], 1),
    (["--env-file", "nowhere.env"], 1),
    (["--env-file", "."], 1),
    (["--env-file", "broken.env"], 1),
    (["--env-file", "names.env"], None),
    (["--nonsense"], 2),
    (["operand"], 2),
    (["--format", "shh", "--env-file", "good.env"], 2),
])
def test_a_failure_makes_eval_fail_too(shop, args, status):
    shop.write("good.env", "A=1\n")
    shop.write("names.env", "A=1\na.b=2\n")
    shop.write("broken.env", b"A=1\nB=\0\n")
    result = shop("export", *args)
    assert result.status != 0 and result.status == (status or result.status)
    assert result.out == b"false\n" and result.err
    done = run_shell("dash", shop, 'eval "$("$@")"; echo $?; echo "[$A]"',
                     ["sh", shop.path, "export", *args])
    assert done.stdout == b"1\n[]\n"


@pytest.mark.parametrize("options", [["--format", "json"], ["--json"], ["-fdotenv"],
                                     ["--format=docker"]])
def test_other_formats_print_nothing_on_failure(shop, options):
    shop.fails(1, "export", "--stage", "qa", *options)
    shop.fails(2, "export", "--nonsense", *options)


def test_a_key_that_a_shell_cannot_hold_is_refused_with_its_line(flowenv):
    (flowenv.work / "x.env").write_text("GOOD=1\n\na.b=2\n")
    said = flowenv.fails(10, "export", "--env-file", "x.env", out=b"false\n")
    assert "a.b" in said and "x.env:3" in said
    assert json.loads(flowenv.ok("export", "--env-file", "x.env", "--json"))["a.b"] == "2"


@pytest.mark.parametrize("name", TAKEOVERS)
def test_a_name_that_takes_over_a_program_is_refused(local, name):
    local.write("x.env", f"{name}=/evil\nGOOD=1\n")
    for args in (["export", "--env-file", "x.env"], ["export", "--env-file", "x.env", "--json"]):
        result = local(*args, check=10)
        assert name in result.err_text and "allowed_names" in result.err_text
        assert b"GOOD" not in result.out
    assert local("exec", "--env-file", "x.env", "--", "true").status == 125
    assert json.loads(local.ok("export", "--env-file", "x.env", "--json", "--only", "GOOD"))


def test_the_users_own_config_lets_a_name_through_and_it_is_told(local):
    config = local.home / ".config/flowenv/config.ini"
    config.parent.mkdir(parents=True, mode=0o700)
    config.write_text("allowed_names = NODE_OPTIONS\n")
    local.write("x.env", "NODE_OPTIONS=--inspect\n")
    result = local("export", "--env-file", "x.env", check=0)
    assert b"NODE_OPTIONS" in result.out and "NODE_OPTIONS" in result.err_text


def test_sources_of_a_protected_stage_that_disagree_need_a_yes(shop, canary):
    ini = (shop.work / "flowenv.ini").read_text()
    shop.write("flowenv.ini", ini.replace("sources = local\nprotected", "sources = dotenv, local\nprotected"))
    shop.put("api/key", canary(), "--stage", "prod", "--yes")
    shop.write(".env.prod", f"API_KEY={canary()}\n")
    result = shop("export", "--stage", "prod", check=10)
    assert "API_KEY" in result.err_text and "--yes" in result.err_text
    canary.absent(result)
    assert shop("exec", "--stage", "prod", "--", "true").status == 125
    assert canary.values[1].encode() in shop.ok("export", "--stage", "prod", "--yes")


# --- terminals and CI -----------------------------------------------------------------------

def test_values_are_hidden_on_a_terminal_unless_revealed(shop, canary):
    shop.put("stripe/secret-key", canary("sk_"), "--stage", "dev")
    result = shop("export", "--stage", "dev", tty=True, check=0)
    canary.absent(result)
    assert b"STRIPE_SECRET_KEY" in result.out and "--reveal" in result.err_text
    shown = shop("export", "--stage", "dev", "--reveal", tty=True, check=0)
    assert canary.values[0].encode() in shown.out


def test_revealed_values_cannot_drive_the_terminal(local):
    local.put("/t/k", "\033[2Jx\u202e")
    shown = local.ok("export", "--prefix", "/t", "--reveal", tty=True)
    assert b"\033" not in shown and "\u202e".encode() not in shown


def test_github_env_goes_to_its_file_and_the_masks_to_the_log(shop, canary):
    secret = canary("sk_") + "\nsecond line of it"
    shop.put("stripe/secret-key", secret, "--stage", "staging")
    shop.put("region", "eu", "--type", "String", "--stage", "staging")
    file = shop.write("github_env", "BEFORE=1\n")
    result = shop("export", "--stage", "staging", "--format", "github-env",
                  env={"GITHUB_ENV": str(file)}, check=0)
    masks = result.out.decode().splitlines()
    assert f"::add-mask::{canary.values[0]}" in masks
    assert "::add-mask::second line of it" in masks
    assert all(line.startswith("::add-mask::") for line in masks)
    text = file.read_text()
    assert text.startswith("BEFORE=1\n") and "REGION" in text and secret in text
    parsed = parse_github_env(text)
    assert parsed["STRIPE_SECRET_KEY"] == secret and parsed["REGION"] == "eu"


def parse_github_env(text):
    """As the runner does it."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc:
            value = []
            for inner in lines:
                if inner == delimiter:
                    break
                value.append(inner)
            found[name] = "\n".join(value)
        elif "=" in line:
            found.update([line.split("=", 1)])
    return found


def test_github_env_without_a_file_prints_the_entries(shop):
    shop.put("region", "eu", "--type", "String", "--stage", "staging")
    result = shop("export", "--stage", "staging", "--format", "github-env", check=0)
    assert parse_github_env(result.out_text)["REGION"] == "eu" and "GITHUB_ENV" in result.err_text


def test_github_env_is_not_written_through_a_link(shop):
    shop.put("region", "eu", "--type", "String", "--stage", "staging")
    (shop.work / "link").symlink_to("elsewhere")
    shop("export", "--stage", "staging", "--format", "github-env",
         env={"GITHUB_ENV": str(shop.work / "link")}, check=1)
    assert not (shop.work / "elsewhere").exists()


# --- real shells -------------------------------------------------------------------------------

NASTY = [b"", b" ", b"'", b"''", b"'\\''", b"\\", b"\\\\'", b'"', b"`touch canary`",
         b"$(touch canary)", b"${IFS}", b"$x", b"!", b"!!", b"\n", b"a\nb\n", b"\r\n", b"\t",
         b"\x1b[31m", b"~", b"*", b"-n", b"#", b"a#b", b";touch canary;", b"&", b"|", b"<", b">",
         b"(", b")", b"{a,b}", b"%s", b"=", b"\xff\xfe", b"\xc3\x28", "\u00e9\u2603".encode(),
         b"\x7f", b"\x01\x02", b"'; touch canary; '", b"\\'", b"\\n", b"x" * 5000]


def random_values(count):
    chance = random.Random(20261123)
    alphabet = b"abc \n\t'\"\\$`!#;&|<>(){}[]*?~=%-\r\x01\x7f\x80\xff\xc3\xa9"
    return [bytes(chance.choice(alphabet) if chance.random() < 0.8 else chance.randrange(1, 256)
                  for _ in range(chance.randrange(0, 40))) for _ in range(count)]


@pytest.fixture(scope="module")
def round_trip(tmp_path_factory):
    """A local store of nasty values, 250 below each prefix: (program, {prefix: {key: value}})."""
    root = tmp_path_factory.mktemp("round_trip")
    for name in ("home", "work"):
        (root / name).mkdir(mode=0o700)
    program = LocalProgram(root / "home", root / "work")
    parts = {}
    for i, value in enumerate(NASTY + random_values(1000)):
        prefix = f"/round/p{i // 250}"
        program.put(f"{prefix}/k{i}", value, "--exact")
        parts.setdefault(prefix, {})[f"K{i}".encode()] = value
    yield program, parts
    program.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_gets_exactly_the_bytes_and_does_nothing(round_trip, shell):
    program, parts = round_trip
    for prefix, values in parts.items():
        script = (f"$FLOW export --prefix {prefix} -f fish | source; env -0" if shell == "fish"
                  else f'eval "$("$FLOW" export --prefix {prefix} -f {SHELLS[shell]})"; env -0')
        done = run_shell(shell, program, script, env={"FLOW": str(program.path)})
        assert done.stderr == b"", done.stderr
        got = dict(item.split(b"=", 1) for item in done.stdout.split(b"\0") if b"=" in item)
        for name, value in values.items():
            assert got.get(name) == value, (name, value)
    assert list(program.work.iterdir()) == []


def test_files_made_by_export_are_the_users_alone(shop):
    shop.put("region", "eu", "--type", "String", "--stage", "staging")
    path = shop.work / "new_github_env"
    shop("export", "--stage", "staging", "--format", "github-env",
         env={"GITHUB_ENV": str(path)}, check=0, wrapper=["sh", "-c", 'umask 0; exec "$@"', "sh"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_slash_at_the_end_of_a_prefix_does_not_count(flowenv):
    flowenv.ok("put", "--store", "local", "/shop/dev/key", input=b"v")
    assert flowenv.ok("export", "--store", "local", "--prefix", "/shop/dev/") == b"export KEY='v'\n"
