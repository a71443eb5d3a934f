"""tests/run counts what the runners leave behind, and what they fail to leave behind."""

import importlib.machinery
import importlib.util
import sys

import pytest

from support.program import ROOT


@pytest.fixture
def run():
    loader = importlib.machinery.SourceFileLoader("run", str(ROOT / "tests/run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
    loader.exec_module(module)
    return module


class Suite:
    """A suite whose runner is a line of Python."""

    name = "suite"

    def __init__(self, line, *files):
        self.argv = [sys.executable, "-c", line]
        self._files = files

    def files(self):
        return self._files


def tally_of(run, suite):
    tally = run.Tally()
    run.run_suite(suite, tally)
    return tally


def last_line(tally, capsys):
    tally.print()
    return capsys.readouterr().out.splitlines()[-1]


def test_every_kind_of_outcome_is_counted_once(run, tmp_path, capsys):
    file = tmp_path / "results.xml"
    file.write_text("""<testsuites><testsuite>
        <testcase name="a"/><testcase name="b"><system-out>x</system-out></testcase>
        <testcase name="c"><failure/><error/></testcase><testcase name="d"><error/></testcase>
        <testcase name="e"><skipped message="no fish here"/></testcase>
    </testsuite></testsuites>""")
    tally = tally_of(run, Suite("", file))
    assert tally.skipped == [("results: e", "no fish here")]
    assert last_line(tally, capsys) == "2 passed, 2 failed, 1 skipped"


@pytest.mark.parametrize("content", [None, "", "<testsuites><testcase", "<testsuites/>"])
def test_results_that_are_missing_broken_or_empty_are_a_failure(run, tmp_path, capsys, content):
    file = tmp_path / "results.xml"
    if content is not None:
        file.write_text(content)
    assert last_line(tally_of(run, Suite("", file)), capsys) == "0 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize("line", ["exit(3)", "import os; os.abort()"])
def test_a_runner_that_dies_is_a_failure_though_its_results_are_good(run, tmp_path, line):
    file = tmp_path / "results.xml"
    file.write_text("<testsuite><testcase name='a'/></testsuite>")
    tally = tally_of(run, Suite(line, file))
    assert tally.passed == 1
    assert "ended with status" in tally.failed[0]


def test_a_runner_that_cannot_start_or_does_not_end_is_a_failure(run, monkeypatch):
    suite = Suite("import time; time.sleep(60)")
    monkeypatch.setattr(run, "RUNNER_SECONDS", 0.5)
    assert "did not end" in tally_of(run, suite).failed[0]
    suite.argv = ["/nonexistent/runner"]
    assert "No such file" in tally_of(run, suite).failed[0]


def test_every_test_program_and_every_folder_of_tests_belongs_to_a_suite(run):
    suites = {suite.name: suite for suite in run.all_suites()}
    programs = {file.stem for file in suites["unit"].files()}
    assert programs == {path.stem for path in ROOT.glob("tests/unit/test_*.c")} | {
        path.stem for path in ROOT.glob("tests/fuzz/fuzz_*.c")}
    folders = {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}
    assert suites.keys() == folders | {"unit"}
