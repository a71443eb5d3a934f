"""Names that take over a program, wherever they come from and wherever they would go (T12, T13)."""

import itertools
import re

import pytest

from support import faults
from support.scene import CloudProgram

# The threat model's table, spelt out: each plain name, and two for each pattern.
NAMES = """
PATH IFS ENV BASH_ENV SHELLOPTS PS4 PROMPT_COMMAND LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT
DYLD_INSERT_LIBRARIES DYLD_X GCONV_PATH GLIBC_TUNABLES MALLOC_CONF MALLOC_CHECK_ NODE_OPTIONS
NODE_PATH NODE_EXTRA_CA_CERTS PYTHONPATH PYTHONSTARTUP PYTHONHOME PERL5LIB PERL5OPT RUBYLIB RUBYOPT
JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS GIT_SSH
GIT_SSH_COMMAND GIT_EXEC_PATH GIT_CONFIG GIT_CONFIG_COUNT GIT_ASKPASS GIT_EDITOR GIT_PAGER
GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND EDITOR VISUAL PAGER BROWSER LESSOPEN HOME SHELL TMPDIR
XDG_CONFIG_HOME XDG_X SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE OPENSSL_CONF
OPENSSL_X SSLKEYLOGFILE HTTPS_PROXY NO_PROXY AWS_ENDPOINT_URL AWS_ENDPOINT_URL_SSM AWS_CONFIG_FILE
AWS_SHARED_CREDENTIALS_FILE AWS_CA_BUNDLE FLOWENV_STORE FLOWENV_X GITHUB_ENV GITHUB_PATH
GITHUB_OUTPUT GITHUB_STATE GITHUB_STEP_SUMMARY GITHUB_WORKSPACE GITHUB_ACTIONS RUNNER_TEMP
RUNNER_X ACTIONS_RUNTIME_TOKEN ACTIONS_X""".split()
LOWER = ["https_proxy", "no_proxy"]  # only a file can hold these: parameters become upper case
HARMLESS = """
PATHS MY_PATH ENVIRONMENT HOMEPAGE EDITORIAL LDAP_URL PROXY_URL JAVA_HOME NODE_ENV PYTHON GITHUB_SHA
GITHUB_TOKEN XDGX GIT_COMMIT AWS_REGION SSL_MODE SHELL_COLOR PAGERDUTY_KEY TMP RUNNERS""".split()

OUTPUTS = {
    "export": (["export"], 10), "json": (["export", "--format", "json"], 10),
    "github": (["export", "--format", "github-env"], 10), "exec": (["exec"], 125),
    "render": (["render", "serverless"], 10), "lambda": (["render", "lambda"], 10)}


def parameter(key):
    return "/shop/dev/" + key.lower().replace("_", "-")


@pytest.fixture(params=["dotenv", "local", "ssm"])
def hostile(request, flowenv, shop):
    """(program, names): a stage in which each of these names has a value, from one source."""
    if request.param == "dotenv":
        shop.write(".env", "".join(f"{name}=hostile\n" for name in NAMES + LOWER + HARMLESS))
        return shop, NAMES + LOWER
    names = [name for name in NAMES if not name.startswith("_") and not name.endswith("_")]
    if request.param == "local":
        for name in names + HARMLESS:
            shop.put(parameter(name), "hostile")
        return shop, names
    fault = request.getfixturevalue("fault")
    fault.store.load({parameter(name): "hostile" for name in names + HARMLESS})
    program = CloudProgram(flowenv.home, flowenv.work, flowenv.path, fault.env)
    program.write("flowenv.ini", (shop.work / "flowenv.ini").read_text().replace("local", "ssm"))
    program.ok("refresh", "--stage", "dev")
    return program, names


def run(program, output, *options):
    args, status = OUTPUTS[output]
    tail = ["--", "touch", "ran"] if args[0] == "exec" else []
    return program(*args, "--stage", "dev", *options, *tail), status


def test_deny_names(hostile):
    """Each name alone stops each output, which says which one it was, and what would allow it."""
    program, names = hostile
    for output, name in itertools.product(OUTPUTS, names):
        result, status = run(program, output, "--only", name)
        assert result.status == status, (name, result)
        assert name in result.err_text and "allowed_names" in result.err_text
        assert result.out == (b"false\n" if output == "export" else b""), result
        assert b"hostile" not in result.err
    assert not (program.work / "ran").exists()


def test_deny_names_only_those(hostile):
    program, _ = hostile
    options = [option for name in HARMLESS for option in ("--only", name)]
    out = program.ok("export", "--stage", "dev", "--format", "json", *options)
    assert all(f'"{name}"'.encode() in out for name in HARMLESS)
    assert "more would change" in program.fails(10, "export", "--stage", "dev", out=b"false\n")


def test_deny_names_by_mapping(shop):
    """[names] of a project file gives no name that a parameter could not have had."""
    shop.write("flowenv.ini", (shop.work / "flowenv.ini").read_text()
               + "\n[names]\nLD_PRELOAD = innocent\nhttps_proxy = other\n")
    shop.put("/shop/dev/innocent", "evil.so")
    shop.put("/shop/dev/other", "evil")
    for name in ("LD_PRELOAD", "https_proxy"):
        result = shop("exec", "--stage", "dev", "--only", name, "--", "true")
        assert result.status == 125 and name in result.err_text, result


def test_deny_names_by_prefix(shop):
    """Without a project too."""
    shop.put("/free/ld-preload", "evil.so")
    assert "LD_PRELOAD" in shop.fails(10, "export", "--prefix", "/free", out=b"false\n")
    shop.write("free.env", "BASH_ENV=evil\n")
    assert "BASH_ENV" in shop.fails(10, "export", "--env-file", "free.env", out=b"false\n")


def test_deny_allow(hostile):
    """The user's config.ini lets through what it names, and nothing else; each is told."""
    program, names = hostile
    settings = program.home / ".config/flowenv/config.ini"
    settings.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.write_text("allowed_names = LD_PRELOAD, GIT_PAGER\n")
    settings.chmod(0o600)
    for output in OUTPUTS:
        result, status = run(program, output, "--only", "GIT_PAGER")
        assert result.status == 0 and "GIT_PAGER" in result.err_text, result
        result, status = run(program, output, "--only", "GIT_P*")
        assert result.status == status and "GIT_PROXY_COMMAND" in result.err_text, result
        assert "LD_PRELOAD" not in result.err_text


@pytest.mark.parametrize("line", ["allowed_names = LD_PRELOAD", "[project]\nallowed_names = PATH"])
def test_deny_allow_not_in_the_project_file(shop, line):
    shop.write("flowenv.ini", line + "\n")
    assert "flowenv.ini" in shop.fails(1, "status")


def test_deny_allow_flowenv_is_never_let_through_to_a_child(shop):
    settings = shop.home / ".config/flowenv/config.ini"
    settings.parent.mkdir(parents=True, mode=0o700)
    settings.write_text("allowed_names = FLOWENV_STORE\n")
    shop.write(".env", "FLOWENV_STORE=ssm\nA=1\n")
    out = shop.ok("exec", "--stage", "dev", "--", "env")
    assert b"A=1" in out and b"FLOWENV_" not in out


# --- T13 -------------------------------------------------------------------------------------

def test_roundtrip_github_env_delimiter(shop, tmp_path):
    """Each entry has a fence of 128 random bits of its own, or of its text, never twice the same;
    a value that imitates one stays a value."""
    fences = set()
    value = "x\nghadelimiter_" + "0" * 32 + "\nLD_PRELOAD=evil\nEOF\nB<<EOF\n"
    shop.put("/shop/dev/a", value, "--exact")
    shop.put("/shop/dev/b", "plain")
    for number in range(3):
        file = tmp_path / f"env{number}"
        file.touch(0o600)
        shop.ok("export", "--prefix", "/shop/dev", "--format", "github-env",
                env={"GITHUB_ENV": str(file)})
        text = file.read_text()
        found = set(re.findall(r"^\w+<<(\S+)$", text, re.M)) - {"EOF"}
        assert found and all(len(re.sub("[^0-9a-f]", "", fence[13:])) >= 32 for fence in found)
        assert not found & fences
        fences |= found
        assert entries_of(text) == {"A": value, "B": "plain"}


def entries_of(text):
    """As the runner reads the file: NAME<<FENCE, lines, FENCE."""
    entries, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, fence = line.split("<<", 1)
        content = []
        for inner in lines:
            if inner == fence:
                break
            content.append(inner)
        entries[name] = "\n".join(content)
    return entries


def test_roundtrip_names_that_would_start_another_entry(flowenv, shop, fault):
    """A name with a line end or an equals sign in it is no key, in any format."""
    def rename(answer):
        for item in answer.get("Parameters", []):
            item["Name"] = "/shop/dev/A=1\nLD_PRELOAD"
    fault.store.put("/shop/dev/a", "evil")
    fault.inject(faults.edited(rename), "GetParametersByPath")
    for format in ("sh", "json", "dotenv", "github-env", "docker", "yaml", "systemd", "tfvars",
                   "fish", "powershell"):
        result = shop("export", "--prefix", "/shop/dev", "--format", format,
                      env={**fault.env, "FLOWENV_STORE": "ssm"})
        assert result.status != 0 and b"LD_PRELOAD=" not in result.out, result
        assert result.out in (b"", b"false\n")
