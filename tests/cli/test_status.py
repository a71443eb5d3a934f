"""status: the matrix of keys and stages; refresh on a stage without snapshots."""

import json


def test_the_matrix(shop, canary):
    shop.put("stripe/key", canary(), "--stage", "dev")
    shop.put("only/staging", canary(), "--stage", "staging")
    result = shop("status", check=0)
    canary.absent(result)
    rows = {line.split()[0]: line.split()[1:] for line in result.out_text.splitlines()}
    assert rows["KEY"] == ["dev", "staging", "prod"]
    assert rows["STRIPE_KEY"] == ["present", "missing", "missing"]
    assert rows["ONLY_STAGING"] == ["missing", "present", "missing"]


def test_one_stage_and_json(shop):
    shop.put("stripe/key", "x", "--stage", "dev")
    answer = json.loads(shop.ok("status", "--stage", "dev", "--json"))
    assert answer["dev"]["keys"]["STRIPE_KEY"] == {
        "presence": "present", "stale": False, "differs": False, "kind": "secret", "version": 1}
    assert "prod" not in answer


def test_a_stage_that_cannot_be_looked_at_is_unknown_and_why_is_said(shop):
    shop.put("stripe/key", "x", "--stage", "staging")
    shop.write(".env", b"A=\0\n")
    result = shop("status", check=0)
    assert "dev is unknown" in result.err_text
    assert b"present" in result.out


def test_a_difference_is_marked(shop):
    shop.put("stripe/key", "x", "--stage", "dev")
    shop.write(".env", "STRIPE_KEY=y\n")
    assert b"differs" in shop.ok("status", "--stage", "dev")


def test_without_a_project_there_is_no_matrix(local):
    assert "flowenv init" in local.fails(2, "status")


def test_nothing_to_refresh_is_said(shop):
    result = shop("refresh", "--stage", "dev", check=0)
    assert b"nothing was fetched" in result.err
    assert json.loads(shop.ok("refresh", "--stage", "dev", "--json")) == {
        "stage": "dev", "sources": []}
