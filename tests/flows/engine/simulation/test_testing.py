"""Test cases run in memory, tell what came otherwise, and take what came as expected from now on."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from flows.definition.flow_file import parse_flow_file
from flows.definition.test_cases import FlowTest, read_flow_tests
from flows.engine.simulation import WrittenBook, accept, make_expectation, make_free_doors, run_test, run_tests
from flows.engine.simulation.session import simulate
from flows.engine.simulation.shapes import Trial
from flows.engine.simulation.testing import FIXED_NOW, RUN_ID

FLOW = """
format: 1
flow: orders
name: Orders
team: marketing
trigger: {kind: webhook, path: orders, auth: {kind: none}, schema: {type: object, required: [n]}}
steps:
  ok: {kind: task.assign, with: {title: Ok?, to: [lee], outcomes: [good, bad]}, on: {good: send, bad: end}}
  send:
    kind: http.request
    with: {method: POST, url: 'https://erp.example/o', json: {n: '= trigger.body.n'}}
    next: end
  end: {kind: stop, with: {output: '= {"by": steps.ok.by, "at": $now()}'}}
"""
GOOD = """
  - name: Good
    trigger: {body: {n: 7}}
    answers: {ok: {outcome: good, by: lee}, send: {status: 200, body: {}}}
    expect:
      path: [ok, send, end]
      output: {by: lee}
      outputs: {send: {status: 200}}
      calls: [{step: send, body: {n: 7}}]
"""


def result_of(tests: str) -> list[tuple[str, tuple[str, ...]]]:
    results = run_tests(parse_flow_file(FLOW + "tests:" + tests))
    return [(result.test.name, result.differences) for result in results]


class TestRunning:
    def test_passes_what_is_as_expected(self) -> None:
        assert result_of(GOOD) == [("Good", ())]

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (("path: [ok, send, end]", "path: [ok, end]"), "went to 'send' after 'ok', and 'end' was expected"),
            (("path: [ok, send, end]", "path: [ok, send]"), "went to 'end' after 'send', and the end was expected"),
            (("path: [ok, send, end]", "path: [ok, send, end, x]"), "It ended after 'end', and 'x' was expected"),
            (("output: {by: lee}", "output: {by: ada}"), '\'output.by\' is "lee", and "ada" was expected'),
            (("output: {by: lee}", "output: {who: lee}"), "'output.who' is missing"),
            (("{send: {status: 200}}", "{send: {status: 201}}"), "'outputs.send.status' is 200, and 201 was expected"),
            (("body: {n: 7}}]", "body: {n: true}}]"), "'calls[0].body.n' is 7, and true was expected"),
            (("calls: [{step: send, body: {n: 7}}]", "calls: []"), "'calls' has 1 entries, and 0 were expected"),
            (("answers: {ok:", "answers: {no:"), "It ended as waiting at 'ok', and completed was expected"),
            (("trigger: {body: {n: 7}}", "trigger: {body: {}}"), "It ended as refused, and completed was expected"),
        ],
    )
    def test_says_what_came_otherwise(self, change: tuple[str, str], says: str) -> None:
        [(_, differences)] = result_of(GOOD.replace(*change))
        assert any(says in sentence for sentence in differences), differences

    def test_expects_a_refusal_where_that_is_right(self) -> None:
        assert result_of("\n  - {name: Incomplete, trigger: {body: {}}, expect: {status: refused}}\n")[0][1] == ()

    def test_runs_at_the_same_time_each_time(self) -> None:
        definition = parse_flow_file(FLOW + "tests:" + GOOD)
        [first], [second] = run_tests(definition), run_tests(definition)
        assert first.simulated.output == second.simulated.output == {"by": "lee", "at": "2026-01-05T09:00:00.000Z"}

    def test_ends_at_once_what_is_left_when_time_is_up(self) -> None:
        (result,) = run_tests(parse_flow_file(FLOW + "tests:" + GOOD), seconds=0)
        assert (result.is_ok, result.simulated.status) == (False, "endless")


class TestKeeping:
    def test_what_was_tried_becomes_a_test_case_that_passes(self) -> None:
        definition = parse_flow_file(FLOW)
        answers = {"ok": {"outcome": "good", "by": "lee"}, "send": [{"status": 200}]}
        tried = simulate(
            definition,
            Trial(
                trigger={"body": {"n": 1}},
                book=WrittenBook(answers),
                now=FIXED_NOW,
                doors=make_free_doors(definition),
                run_id=RUN_ID,
            ),
        )
        test = FlowTest(name="Kept", trigger={"body": {"n": 1}}, answers=tried.answers, expect=make_expectation(tried))
        assert test.expect.others["calls"][0]["url"] == "https://erp.example/o"
        assert run_test(definition, test).differences == ()

    def test_a_new_result_is_taken_in_the_members_that_are_looked_at(self) -> None:
        definition = parse_flow_file(FLOW + "tests:" + GOOD.replace("by: lee}\n", "by: ada}\n").replace("end]", "x]"))
        [test], _ = read_flow_tests(definition.tests)
        result = run_test(definition, test)
        taken = accept(test, result.simulated)
        assert run_test(definition, taken).differences == ()
        assert taken.expect.others["output"] == {"by": "lee"}
        assert taken.expect.others["calls"] == [{"step": "send", "body": {"n": 7}}]


class TestCommand:
    def run(self, tmp_path: Path, tests: str, **options: object) -> str:
        file = tmp_path / "orders.yaml"
        file.write_text(FLOW + tests)
        out = StringIO()
        call_command("test_flow", str(file), stdout=out, stderr=out, **options)
        return out.getvalue()

    def test_tells_a_line_each_and_writes_junit(self, tmp_path: Path) -> None:
        report = tmp_path / "junit.xml"
        said = self.run(tmp_path, "tests:" + GOOD, junit=str(report))
        assert said.splitlines() == ["ok     Good", "1 test case passed."]
        suite = ElementTree.parse(report).getroot()[0]
        assert (suite.get("tests"), suite.get("failures"), suite[0].get("name")) == ("1", "0", "Good")

    def test_fails_when_one_fails(self, tmp_path: Path) -> None:
        report = tmp_path / "junit.xml"
        with pytest.raises(CommandError, match="1 of 1 test case failed"):
            self.run(tmp_path, "tests:" + GOOD.replace("by: lee}\n", 'by: "<&>"}\n'), junit=str(report))
        failure = ElementTree.parse(report).getroot()[0][0][0]
        assert "<&>" in str(failure.get("message"))

    def test_refuses_a_flow_with_faults(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="has faults"):
            self.run(tmp_path, "on_error: nobody\n")

    def test_says_that_there_are_none(self, tmp_path: Path) -> None:
        assert "no test cases" in self.run(tmp_path, "")
