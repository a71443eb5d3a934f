"""What is not believed: parents, .env content, the environment, endpoints (T18 to T20, T22)."""

import json
import os
import time

import pytest

from support.aws import KEY_ID, SECRET_KEY
from support.local import SHOP
from support.observe import needs_root, needs_strace, traced

CLOUD = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


# --- T18: parents ------------------------------------------------------------------------

@pytest.fixture
def below(shop):
    """A folder two levels below the project, inside the home."""
    home = shop.home
    folder = home / "team/project/a/b"
    folder.mkdir(parents=True, mode=0o700)
    (home / "team/project/flowenv.ini").write_text(SHOP)
    (home / "team/project/.env").write_text("A=1\n")
    (shop.work / "flowenv.ini").unlink()
    return folder


def test_parent_own(shop, below):
    assert b"A='1'" in shop.ok("export", "--stage", "dev", cwd=below)


@needs_root
@pytest.mark.parametrize("whose", ["project", "project/a", "project/flowenv.ini"])
def test_parent_foreign(shop, below, whose):
    """The search ends in a directory of another user's; a file there is not read."""
    os.chown(shop.home / "team" / whose, 65534, 65534)
    result = shop("export", "--stage", "dev", cwd=below)
    assert result.status in (2, 8) and result.out == b"false\n", result
    assert (result.status == 8) == (whose != "project/a")
    if result.status == 8:
        assert "flowenv.ini" in result.err_text and "another user" in result.err_text


@pytest.mark.parametrize("whose", ["project", "project/a", "project/flowenv.ini"])
def test_parent_world_writable(shop, below, whose):
    path = shop.home / "team" / whose
    path.chmod(path.stat().st_mode | 0o002)
    result = shop("export", "--stage", "dev", cwd=below)
    assert result.status in (2, 8) and result.out == b"false\n", result
    assert (result.status == 8) == (whose != "project/a")


@pytest.mark.parametrize("whose", ["project", "project/flowenv.ini"])
def test_parent_world_writable_named_outright(shop, below, whose):
    """--project names where to look; it makes nobody trustworthy."""
    path = shop.home / "team" / whose
    path.chmod(path.stat().st_mode | 0o002)
    shop("export", "--stage", "dev", "--project", shop.home / "team/project", check=8)


def test_parent_above_home(shop):
    """A file above the home, as in /tmp or /, is nobody's project."""
    (shop.home.parent / "flowenv.ini").write_text(SHOP)
    (shop.home.parent / ".env").write_text("A=1\n")
    (shop.home / "x").mkdir()
    result = shop("export", "--stage", "dev", cwd=shop.home / "x", check=2)
    assert "flowenv.ini" in result.err_text


# --- T19: .env content ---------------------------------------------------------------------

def bomb(levels, width):
    lines = ["A0=" + "x" * 10]
    lines += [f"A{i}=" + f"${{A{i - 1}}}" * width for i in range(1, levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("text", [bomb(9, 10), bomb(40, 2), bomb(9, 100),
                                  "\n".join(reversed(bomb(30, 2).splitlines())) + "\n"])
def test_env_bomb(shop, text):
    """Expansion that grows past 1 MiB, or 10 deep, is an error that names a key; quickly."""
    shop.write(".env", text)
    started = time.monotonic()
    result = shop("export", "--stage", "dev", timeout=10)
    assert time.monotonic() - started < 5
    assert result.status == 1 and result.out == b"false\n", result
    assert "A" in result.err_text and ".env" in result.err_text and len(result.err) < 1000


@pytest.mark.parametrize("text, names", [("A=${B}\nB=${A}\n", "A"), ("A=$A\n", "A"),
                                         ("A=${B:-${C}}\nC=x${A}\n", "A"),
                                         ("A=${B}\nB=${C}\nC=${D}\nD=${B}\n", "B")])
def test_env_cycle(shop, text, names):
    shop.write(".env", text)
    result = shop("export", "--stage", "dev", check=1)
    assert names in result.err_text and result.out == b"false\n"


def test_env_cycle_across_files(shop):
    shop.write(".env", "A=${B}\n")
    shop.write(".env.local", "B=${A}\n")
    result = shop("export", "--stage", "dev", check=1)
    assert ".env" in result.err_text


@pytest.mark.parametrize("value", ["$(touch ran)", "`touch ran`", "${X:-$(touch ran)}",
                                   "<(touch ran)", ";touch ran", "|touch ran", "$((1+1))",
                                   "encrypted:abc", "!touch ran"])
def test_env_runs_nothing(shop, value):
    shop.write(".env", f"A={value}\n")
    shop("export", "--stage", "dev")
    shop("exec", "--stage", "dev", "--", "true")
    shop("check", "--stage", "dev")
    assert not (shop.work / "ran").exists()


def test_env_does_not_see_the_callers_environment(shop):
    """${X} is a key of the files, not what the caller happens to have, nor a credential."""
    shop.write(".env", "A=${AWS_SECRET_ACCESS_KEY}${SOMETHING}${HOME}\n")
    out = shop.ok("export", "--stage", "dev", "--json",
                  env={"AWS_SECRET_ACCESS_KEY": "leaks", "SOMETHING": "leaks"})
    assert json.loads(out) == {"A": ""}


@pytest.mark.parametrize("link", ["/etc/passwd", "../../x.env", "/proc/self/environ"])
@pytest.mark.parametrize("name", [".env", ".env.dev", ".env.local", ".env.dev.local"])
def test_env_link_out(shop, canary, link, name):
    (shop.work.parent.parent / "x.env").write_text(f"A={canary()}\n")
    (shop.work / name).symlink_to(link)
    result = shop("export", "--stage", "dev", env={"SOME_TOKEN": canary()})
    assert result.status == 10 and name in result.err_text, result
    assert b"root:" not in result.out + result.err
    canary.absent(result)
    (shop.work.parent.parent / "x.env").unlink()


@pytest.mark.parametrize("text, says", [
    ("A=1\n" * 300_000, "1 MiB|1048576"), ("A=" + "x" * 131_073 + "\n", "128 KiB|131072"),
    ("".join(f"K{i}=1\n" for i in range(10_001)), "10000|10,000")])
def test_env_limits(shop, text, says):
    shop.write(".env", text)
    result = shop("export", "--stage", "dev", check=1)
    assert any(word in result.err_text for word in says.split("|")), result
    assert "xxxx" not in result.err_text


# --- T20: the inherited environment -------------------------------------------------------------

def poison(folder):
    """Variables that weaken TLS, log its keys or load code, and what they would leave."""
    (folder / "openssl.cnf").write_text(
        "openssl_conf = init\n[init]\nengines = engines\nproviders = providers\n[engines]\n"
        f"evil = evil\n[evil]\ndynamic_path = {folder}/evil.so\ninit = 1\n[providers]\n"
        f"evil = evil_provider\n[evil_provider]\nmodule = {folder}/evil.so\nactivate = 1\n")
    return {"SSLKEYLOGFILE": f"{folder}/keys", "OPENSSL_CONF": f"{folder}/openssl.cnf",
            "OPENSSL_MODULES": str(folder), "OPENSSL_ENGINES": str(folder),
            "SSL_CERT_FILE": f"{folder}/none.pem", "SSL_CERT_DIR": f"{folder}/none"}


@needs_strace
def test_own_env(shop, fault_server, tmp_path):
    """None of them reaches flowenv's libraries; a TLS request works and logs no key."""
    server = fault_server(tls=True)
    server.store.put("/shop/dev/key", "value")
    poisons = poison(tmp_path)
    result, calls = traced(shop, "openat,open,stat,newfstatat,access", "list", "/shop/dev",
                           "--store", "ssm", file=tmp_path / "trace", env={**server.env, **poisons})
    assert result.status == 0 and b"/shop/dev/key" in result.out, result
    assert not (tmp_path / "keys").exists()
    touched = b"\n".join(text for call in calls for text in call.strings())
    for name in (b"openssl.cnf", b"evil.so", b"none.pem", b"/none"):
        assert os.fsencode(tmp_path) + b"/" + name.lstrip(b"/") not in touched, name


def test_own_env_is_the_childs(shop, tmp_path):
    """Who runs a program through flowenv gets them as they were."""
    shop.write("a.env", "A=1\n")
    poisons = poison(tmp_path)
    out = shop.ok("exec", "--env-file", "a.env", "--", "env", env=poisons).decode().splitlines()
    assert {f"{name}={value}" for name, value in poisons.items()} <= set(out)


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_own_env_trusts_no_other_certificates(shop, fault_server, name):
    """What the AWS tools read, and the user's config, say whom to trust; the rest is not asked."""
    server = fault_server(tls=True)
    env = {**server.env, "AWS_CA_BUNDLE": None, name: str(server.ca_file)}
    result = shop("list", "/shop/dev", "--store", "ssm", env=env, check=10)
    assert "certificate" in result.err_text.lower()
    assert server.requests == []


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy",
                                  "https_proxy"])
def test_own_env_proxies(shop, fault, fault_server, name):
    """Plain http to this machine goes through no proxy, whatever the variables say."""
    proxy = fault_server()
    fault.store.put("/shop/dev/key", "value")
    shop("list", "/shop/dev", "--store", "ssm", env={**fault.env, name: proxy.endpoint}, check=0)
    assert proxy.connections == 0


def test_own_env_curlrc_and_netrc(shop, fault):
    (shop.home / ".netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    (shop.home / ".curlrc").write_text("verbose\nproxy = http://127.0.0.1:9\n")
    fault.store.put("/shop/dev/key", "value")
    shop("list", "/shop/dev", "--store", "ssm", env=fault.env, check=0)
    assert "evil" not in repr([request.headers for request in fault.requests])


@pytest.mark.parametrize("name", ["LD_PRELOAD", "LD_LIBRARY_PATH"])
def test_own_env_network_half_comes_from_its_place(shop, tmp_path, name):
    """The module lies beside the program; no variable, and no current folder, brings another."""
    for place in (tmp_path, shop.work, shop.work / "lib/flowenv"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "net.so").write_bytes(b"\x7fELF not this one")
    env = {**CLOUD, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
           "LD_LIBRARY_PATH": str(tmp_path)}
    result = shop("list", "/a", "--store", "ssm", env=env, timeout=40)
    assert result.status == 9, result


# --- T22: where credentials may go -------------------------------------------------------------

@pytest.mark.parametrize("line", [
    "[project]\nendpoint_url = {0}\n", "[project]\nendpoint = {0}\n",
    "[project]\nregion = us-east-1\nendpoint_url_ssm = {0}\n", "[aws]\nendpoint_url = {0}\n",
    "[stage.dev]\nendpoint_url = {0}\n", "[project]\nproxy = {0}\n", "[project]\nca_bundle = {0}\n",
    "[project]\ncredential_process = {0}\n", "[project]\nkey_file = {0}\n",
    "[project]\nvault = {0}\n", "[project]\nprofile = {0}\n"])
def test_endpoint_project_ignored(shop, fault, line):
    """A project file that names where to send is an error, and nothing is sent."""
    shop.write("flowenv.ini", line.format(fault.endpoint))
    shop.write(".env", f"AWS_ENDPOINT_URL={fault.endpoint}\n")
    result = shop("list", "/shop/dev", "--store", "ssm", env=CLOUD, check=1)
    assert "flowenv.ini:" in result.err_text
    assert fault.connections == 0


@needs_strace
def test_endpoint_project_ignored_env_file(shop, fault, tmp_path):
    """A .env file steers the programs that get it, not flowenv."""
    shop.write("flowenv.ini", SHOP.replace("local", "ssm").replace(
        "prefix =", "region = us-east-1\nprefix =", 1))
    shop.write(".env", f"AWS_ENDPOINT_URL={fault.endpoint}\nAWS_PROFILE=evil\nHTTPS_PROXY="
               f"{fault.endpoint}\nAWS_CA_BUNDLE=/evil\n")
    (shop.work / ".aws").mkdir()
    (shop.work / ".aws/config").write_text(f"[default]\nendpoint_url = {fault.endpoint}\n")
    env = {**CLOUD, "FLOWENV_STORE": None, "https_proxy": "http://127.0.0.1:9"}
    result = shop("export", "--stage", "dev", env=env, timeout=40)
    assert result.status == 9 and result.out == b"false\n", result
    assert fault.connections == 0


@pytest.mark.parametrize("region", [
    "evil.example.com/", "us-east-1.evil.com", "us-east-1/../x", "us-east-1#", "us-east-1?x",
    "@evil", "us-east-1@evil.com", "us east 1", "us-east-1\r\nHost: evil", "US-EAST-1", "x",
    "us-east-", "-", "..", "us-east-1.", "us-east-11111111111", "127.0.0.1", "us-east-1\u2024com"])
@pytest.mark.parametrize("way", ["option", "variable", "project", "profile"])
def test_region_injection(shop, region, way):
    """A region that is none names no host: refused before anything is looked up or sent."""
    args = ["list", "/shop/dev", "--store", "ssm"]
    env = {**CLOUD, "HTTPS_PROXY": "http://x.invalid"}
    if way == "option":
        args += ["--region", region]
    elif way == "variable":
        env["AWS_REGION"] = region
    elif way == "project":
        shop.write("flowenv.ini", SHOP.replace("prefix =", f"region = {region}\nprefix =", 1))
    else:
        (shop.home / ".aws").mkdir()
        (shop.home / ".aws/config").write_text(f"[default]\nregion = {region}\n")
    if "\n" in region and way in ("project", "profile"):
        return  # in a file the rest of it is a line of its own, which says something else
    result = shop(*args, env=env, timeout=5)
    assert result.status in (1, 2, 10), result
    assert "region" in result.err_text or "config" in result.err_text
    assert "\r" not in result.err_text


@pytest.mark.parametrize("url", ["http://evil.example.com", "ftp://127.0.0.1", "file:///etc/passwd",
                                 "https://user:pass@host", "http://127.0.0.1@evil.com",
                                 "https://", "gopher://x", "http://[::1", "https://a b",
                                 "http://127.0.0.1:99999", "http://127.1.evil.com"])
def test_endpoint_hosts(shop, url):
    """Plain http only to this machine; nothing but http and https; no user in an address."""
    result = shop("list", "/a", "--store", "ssm", "--endpoint-url", url,
                  env={**CLOUD, "AWS_REGION": "us-east-1"}, timeout=5)
    assert result.status in (1, 2, 10), result
    assert "pass" not in result.err_text.replace("passwd", "")


def test_endpoint_of_the_users_own_is_told_once(shop, fault):
    """Who points flowenv elsewhere reads so."""
    fault.store.put("/shop/dev/key", "value")
    result = shop("list", "/shop/dev", "--store", "ssm", env=fault.env, check=0)
    assert result.err_text.count(fault.endpoint) == 1
