"""check: what a deploy would lack; status 12."""

import json

import pytest


@pytest.fixture
def asked(shop):
    shop.write(".env.example", "# asked for\nSTRIPE_SECRET_KEY=\nAPI_URL=http://localhost\n")
    return shop


def test_what_is_missing_is_named_with_file_and_line(asked):
    result = asked("check", "--stage", "staging", check=12)
    assert "STRIPE_SECRET_KEY" in result.out_text and ".env.example:2" in result.out_text
    assert "API_URL" in result.out_text and ".env.example:3" in result.out_text
    assert "staging: " in result.out_text and "2 keys of .env.example" in result.out_text
    assert "not ready" in result.err_text


def test_fixed_is_fine(asked, canary):
    asked.put("stripe/secret-key", canary("sk_"), "--stage", "staging")
    asked.put("api-url", "https://api.example", "--type", "String", "--stage", "staging")
    result = asked("check", "--stage", "staging", check=0)
    assert "nothing is missing" in result.out_text and result.err == b""
    canary.absent(result)


def test_a_rule_of_the_project_file(asked, canary):
    asked.put("stripe/secret-key", canary("pk_"), "--stage", "staging")
    asked.put("api-url", "https://api.example", "--type", "String", "--stage", "staging")
    result = asked("check", "--stage", "staging", check=12)
    assert "STRIPE_SECRET_KEY" in result.out_text and "prefix" in result.out_text
    canary.absent(result)


def test_json(asked):
    result = asked("check", "--stage", "staging", "--json", check=12)
    answer = json.loads(result.out)
    assert answer["stage"] == "staging" and answer["errors"] == len(
        [finding for finding in answer["findings"] if finding["severity"] == "error"])
    finding = next(item for item in answer["findings"] if item["key"] == "STRIPE_SECRET_KEY")
    assert (finding["rule"], finding["file"], finding["line"]) == ("missing", ".env.example", 2)
    assert answer["looked_at"][".env.example"] == 2


def test_warnings_fail_only_when_strict(asked, canary):
    asked.put("stripe/secret-key", canary("sk_"), "--stage", "staging")
    asked.put("api-url", " https://api.example", "--type", "String", "--stage", "staging")
    result = asked("check", "--stage", "staging", check=0)
    assert "0 errors, 1 warning" in result.out_text and "whitespace" in result.out_text
    assert asked("check", "--stage", "staging", "--strict").status == 12


def test_what_cannot_be_checked_is_not_fine(asked):
    asked.write(".env.dev", b"A=\0\n")
    said = asked.fails(1, "check", "--stage", "dev")
    assert ".env.dev" in said
    asked.write(".env.example", b"\0")
    assert ".env.example" in asked.fails(1, "check", "--stage", "staging")


def test_rules_explain_themselves(flowenv):
    for rule in flowenv.ok("completion", "--words", "RULE").decode().split():
        text = flowenv.ok("check", "--explain", rule).decode()
        assert text.startswith(f"{rule} (") and len(text.splitlines()) >= 3
    assert "did you mean missing?" in flowenv.fails(2, "check", "--explain", "mising")


def test_without_an_example_file_the_rules_of_the_project_are_left(shop):
    result = shop("check", "--stage", "staging", check=12)
    assert "there is no .env.example" in result.out_text
    assert "STRIPE_SECRET_KEY" in result.out_text
