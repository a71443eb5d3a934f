"""list and history: names, types, versions, ages; values only when asked for."""

import json

import pytest


@pytest.fixture
def filled(local):
    local.put("/t/b", "beta-value")
    local.put("/t/a", "alpha-value", "--type", "String")
    local.put("/t/a", "alpha-value-2")
    local.put("/u/c", "other")
    return local


def test_names_types_versions_and_ages(filled):
    lines = filled.ok("list", "/t").decode().splitlines()
    assert lines[0].split() == ["NAME", "TYPE", "VERSION", "AGE"]
    assert [line.split()[:3] for line in lines[1:]] == [
        ["/t/a", "String", "2"], ["/t/b", "SecureString", "1"]]
    assert "value" not in "".join(lines)


def test_values_when_asked_for(filled):
    answer = filled.ok("list", "/t", "--values").decode()
    assert "alpha-value-2" in answer and "beta-value" in answer
    hidden = filled("list", "/t", "--values", tty=True, check=0)
    assert b"beta-value" not in hidden.out and b"********" in hidden.out
    assert b"--reveal" in hidden.err
    assert b"beta-value" in filled.ok("list", "/t", "--values", "--reveal", tty=True)


def test_json(filled):
    answer = json.loads(filled.ok("list", "/t", "--json"))
    assert [(item["name"], item["version"]) for item in answer] == [("/t/a", 2), ("/t/b", 1)]
    assert all("value" not in item for item in answer)
    answer = json.loads(filled.ok("list", "/t", "--json", "--values"))
    assert answer[1]["value"] == "beta-value"


def test_the_whole_store_and_nothing(filled):
    assert b"/u/c" in filled.ok("list", "/")
    empty = filled("list", "/nothing", check=0)
    assert empty.out == b"" and b"no parameters" in empty.err
    assert json.loads(filled.ok("list", "/nothing", "--json")) == []


def test_the_stages_prefix_is_where_it_begins(shop):
    shop.put("a/b", "x", "--stage", "dev")
    shop.put("a/b", "x", "--stage", "staging")
    assert b"/shop/staging/a/b" in shop.ok("list", "--stage", "staging")
    assert b"/shop/dev/a/b" in shop.ok("list")
    assert b"staging" not in shop.ok("list")
    assert "dev, staging, prod" in shop.fails(1, "list", "--stage", "qa")
    assert "staging" in shop.fails(1, "list", "--stage", "stagin")


def test_a_list_without_a_place_to_begin(local):
    assert "--stage" in local.fails(2, "list")


def test_history_has_every_version(filled):
    lines = filled.ok("history", "/t/a").decode().splitlines()
    assert lines[0].split() == ["NAME", "TYPE", "VERSION", "AGE", "BY"]
    assert [line.split()[2] for line in lines[1:]] == ["1", "2"]
    answer = json.loads(filled.ok("history", "/t/a", "--json", "--values"))
    assert [item["value"] for item in answer] == ["alpha-value", "alpha-value-2"]
    assert b"alpha" not in filled.ok("history", "/t/a")
    assert "/t/zzz" in filled.fails(1, "history", "/t/zzz")
