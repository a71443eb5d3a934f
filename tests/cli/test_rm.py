"""rm: guarded, told name by name."""

import json

import pexpect
import pytest


@pytest.fixture
def filled(shop):
    for name in ("a", "b"):
        shop.put(f"/shop/dev/{name}", "x")
        shop.put(f"/shop/prod/{name}", "x", "--yes")
    return shop


def test_a_number_removes(filled):
    answer = filled.ok("rm", "--yes", "2", "/shop/dev/a", "/shop/dev/b")
    assert answer == b"removed /shop/dev/a\nremoved /shop/dev/b\n"
    assert filled("get", "/shop/dev/a").status == 1


@pytest.mark.parametrize("options", [[], ["--yes", "2"]])
def test_without_it_nothing_is_removed(filled, options):
    assert "--yes" in filled.fails(10, "rm", *options, "/shop/dev/a")
    assert filled.ok("get", "/shop/dev/a") == b"x"


def test_on_a_terminal_the_number_is_typed(filled):
    for answer, status in (("1", 0), ("y", 10)):
        child = filled.pty("rm", "/shop/dev/a" if status == 0 else "/shop/dev/b")
        child.expect_exact("Type the number")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == status
    assert filled("get", "/shop/dev/a").status == 1
    assert filled.ok("get", "/shop/dev/b") == b"x"


def test_a_protected_stage_is_asked_for_once(filled):
    child = filled.pty("rm", "/shop/prod/a", "/shop/prod/b", "/shop/dev/a")
    child.expect_exact("Type the number: ")
    child.sendline("3")
    child.expect_exact("prod is protected")
    child.sendline("prod")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and b"is protected" not in child.before
    assert filled("list", "/shop", check=0).out_text.count("/shop/") == 1


def test_what_was_not_there_is_told_and_the_rest_is_done(filled):
    result = filled("rm", "--yes", "2", "/shop/dev/a", "/shop/dev/zzz", check=3)
    assert b"removed /shop/dev/a\n" in result.out and b"not there /shop/dev/zzz" in result.out
    assert result.err


def test_a_dry_run_removes_nothing(filled):
    assert filled.ok("rm", "--dry-run", "/shop/dev/a") == b"would remove /shop/dev/a\n"
    assert filled.ok("get", "/shop/dev/a") == b"x"
    answer = json.loads(filled.ok("rm", "--dry-run", "--json", "/shop/dev/a"))
    assert answer == [{"name": "/shop/dev/a", "removed": True, "dry_run": True}]


def test_a_new_parameter_after_a_removal(filled):
    filled.ok("rm", "--yes", "1", "/shop/dev/a")
    assert b"created /shop/dev/a" in filled.put("/shop/dev/a", "again")
