"""init: a first flowenv.ini from what the directory shows."""

import os


def test_the_example_project_gets_the_stages_and_targets_that_it_has(project, flowenv):
    (project / "flowenv.ini").rename(project / "by-hand.ini")
    said = flowenv.ok("init").decode()
    assert said.startswith("created ./flowenv.ini\n")
    for words in ("stage dev from branch develop, out of dotenv", "target backend (serverless)",
                  "flowenv check --stage dev"):
        assert words in said
    text = (project / "flowenv.ini").read_text()
    for line in ("name = flowlogic", "region = us-east-1", "[stage.dev]\nbranch = develop",
                 "[stage.staging]\nbranch = main", "[stage.prod]\nbranch = main",
                 "file = infra/serverless/env.{stage}.json", "[target.web]\nkind = vercel"):
        assert line in text
    assert "prefix = /flowlogic/{stage} " in text and "protected = yes" in text


def test_what_it_writes_works_at_once(flowenv):
    (flowenv.work / ".env").write_text("API_URL=http://localhost\n")
    (flowenv.work / ".env.dev").write_text("PORT=3000\n")
    flowenv.ok("init")
    assert flowenv.ok("export", "--stage", "dev", "--format", "dotenv") == \
        b"API_URL=http://localhost\nPORT=3000\n"


def test_dry_run_prints_and_writes_nothing(flowenv):
    out = flowenv.ok("init", "--dry-run")
    assert b"[stage.dev]\n" in out and os.listdir(flowenv.work) == []
    flowenv.ok("init")
    assert (flowenv.work / "flowenv.ini").read_bytes() == out


def test_a_file_that_is_there_is_never_overwritten(flowenv):
    (flowenv.work / "flowenv.ini").write_text("; mine, and broken\n[\n")
    assert "flowenv.ini" in flowenv.fails(4, "init")
    assert (flowenv.work / "flowenv.ini").read_text() == "; mine, and broken\n[\n"


def test_values_are_not_read(flowenv, canary):
    secret = canary()
    (flowenv.work / ".env").write_text(f"SECRET={secret}\n")
    (flowenv.work / ".env.prod").write_text(f"broken {secret}\n")
    result = flowenv("init", check=0)
    canary.absent(result)
    assert secret not in (flowenv.work / "flowenv.ini").read_text()


def test_another_directory_and_one_that_is_not_there(flowenv):
    (flowenv.work / "app").mkdir()
    assert flowenv.ok("init", "app").startswith(b"created app/flowenv.ini\n")
    assert "'gone'" in flowenv.fails(1, "init", "gone")
    assert "[DIR]" in flowenv.fails(2, "init", "app", "app")
