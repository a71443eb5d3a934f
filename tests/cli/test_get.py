"""get: one value, its bytes and nothing else."""

import json

import pytest


@pytest.mark.parametrize("value", [b"x", b"a\nb\n", b"\0", bytes(range(256)), b"", b"x" * 60000])
def test_the_bytes_are_the_bytes(local, value):
    local.put("/t/k", value, "--exact")
    assert local.ok("get", "/t/k") == value


def test_a_version_can_be_asked_for(local):
    local.put("/t/k", "one")
    local.put("/t/k", "two")
    assert local.ok("get", "/t/k:1") == b"one"
    assert local.ok("get", "/t/k:2") == local.ok("get", "/t/k") == b"two"
    assert "/t/k" in local.fails(1, "get", "/t/k:3")


def test_json_for_programs(local):
    local.put("/t/k", "v\u00e9\n\"", "--exact")
    answer = json.loads(local.ok("get", "/t/k", "--json"))
    assert (answer["name"], answer["value"], answer["type"], answer["version"]) == (
        "/t/k", "v\u00e9\n\"", "SecureString", 1)


def test_json_that_cannot_hold_the_bytes_is_refused(local, canary):
    local.put("/t/bytes", canary().encode() + b"\xff")
    result = local("get", "/t/bytes", "--json", check=1)
    assert result.out == b"" and b"UTF-8" in result.err
    canary.absent(result)


def test_what_is_not_there_is_named_with_the_nearest_that_is(shop):
    shop.put("stripe/secret-key", "sk_x", "--stage", "dev")
    said = shop.fails(1, "get", "/shop/dev/stripe/secret-kye")
    assert "/shop/dev/stripe/secret-key" in said
    assert "/t/nothing" in shop.fails(1, "get", "/t/nothing")


def test_a_key_of_the_stage_finds_its_parameter(shop):
    shop.put("stripe/secret-key", "sk_x", "--stage", "dev")
    assert shop.ok("get", "STRIPE_SECRET_KEY", "--stage", "dev") == b"sk_x"
    assert shop.ok("get", "stripe/secret-key") == b"sk_x"


def test_a_missing_name_is_told_the_nearest_beside_it_and_no_other(flowenv):
    for name in "/shop/dev/stripe/secret-key", "/shop/dev/bin":
        flowenv.ok("put", "--store", "local", name, input=b"v")
    near = flowenv.fails(1, "get", "--store", "local", "/shop/dev/stripe/secret-kay")
    assert "did you mean /shop/dev/stripe/secret-key?" in near
    assert "did you mean" not in flowenv.fails(1, "get", "--store", "local", "/shop/dev/missing")


def test_a_relative_name_without_a_project_asks_for_the_full_one(flowenv):
    said = flowenv.fails(2, "get", "--store", "local", "--stage", "dev", "stripe/secret-key")
    assert "flowenv.ini" in said and "full name" in said and "--env-file" not in said
