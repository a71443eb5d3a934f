"""explain: every source's say, no value."""

import json


def test_who_wins_and_what_is_shadowed(shop, canary):
    shop.put("api/key", canary("stored"), "--stage", "dev")
    shop.write(".env", f"OTHER=1\nAPI_KEY={canary('local')}\n")
    result = shop("explain", "API_KEY", "--stage", "dev", check=0)
    canary.absent(result)
    lines = result.out_text.splitlines()
    assert lines[0] == "API_KEY in dev"
    assert lines[1].split() == ["SOURCE", "SAYS", "WHERE", "KIND", "VERSION", "AGE", "READ"]
    assert "dotenv" in lines[2] and "wins" in lines[2] and ".env:2" in lines[2]
    assert "local" in lines[3] and "shadowed, differs" in lines[3] and "/shop/dev/api/key" in lines[3]


def test_a_source_without_it_is_listed_too(shop):
    shop.put("api/key", "x", "--stage", "dev")
    lines = shop.ok("explain", "API_KEY").decode().splitlines()
    assert lines[2].split()[0] == "dotenv" and "does not have it" in lines[2]
    assert "local" in lines[3] and "secret" in lines[3]


def test_json(shop, canary):
    secret = canary("k")
    shop.put("api/key", secret, "--stage", "dev")
    shop.write(".env", f"API_KEY={secret}\n")
    result = shop("explain", "API_KEY", "--json", check=0)
    canary.absent(result)
    answer = json.loads(result.out)
    assert (answer["key"], answer["stage"], answer["without"]) == ("API_KEY", "dev", [])
    winner, shadow = answer["sources"]
    assert winner["wins"] and winner["source"] == "dotenv" and winner["where"].endswith(".env:1")
    assert not shadow["wins"] and not shadow["differs"] and shadow["version"] == 1


def test_an_unknown_key_names_the_nearest(shop):
    shop.put("api/key", "x", "--stage", "dev")
    assert "API_KEY" in shop.fails(1, "explain", "API_KYE")
    assert "qa" in shop.fails(1, "explain", "API_KEY", "--stage", "qa")


def test_a_name_that_takes_over_can_be_explained(shop):
    shop.write(".env", "PATH=/evil\n")
    assert b".env:1" in shop.ok("explain", "PATH")


def test_github_outside_a_workflow_is_unknown_not_without_the_key(shop):
    shop.write("flowenv.ini", "[project]\nname = shop\n[stage.dev]\nsources = dotenv, github\n"
                              "[stage.ci]\nsources = github\n[require]\nAPI_KEY = int\n")
    shop.write(".env", "OTHER=1\n")
    for words in (["explain", "OTHER"], ["explain", "--json", "OTHER"], ["check"], ["status"]):
        result = shop(*words, "--stage", "dev")
        assert "what it has for dev is unknown here" in result.err_text, words
        assert "github" not in result.out_text, words
    result = shop("check", "--stage", "ci", check=12)
    assert "no source of ci can be asked for it here" in result.out_text
    result = shop("explain", "OTHER", "--stage", "dev", env={"GITHUB_ACTIONS": "true"}, check=0)
    assert "unknown here" not in result.err_text
    assert "github  does not have it" in result.out_text
