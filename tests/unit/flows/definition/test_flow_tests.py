"""Test cases of a flow file: read, written back the same, and every fault of their shape named."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.flow_file import parse_flow_file
from flows.definition.test_cases import flow_test_to_data, list_named_steps, read_flow_tests, rename_in_tests
from flows.definition.validation import validate
from flows.registry import kind_specs, trigger_specs

FULL = {
    "name": "Approved",
    "trigger": {"body": {"id": 1}},
    "answers": {"review": {"outcome": "approved"}, "ask": [{"status": 503}, {"status": 200}]},
    "now": "2026-05-01T09:00:00Z",
    "expect": {
        "status": "completed",
        "path": ["review", "ask"],
        "output": None,
        "outputs": {"ask": {"status": 200}},
        "response": {"status": 200},
        "calls": [{"step": "ask", "method": "GET"}],
    },
}


class TestReading:
    def test_gives_back_what_was_written(self) -> None:
        [test], faults = read_flow_tests([FULL])
        assert not faults
        assert flow_test_to_data(test) == FULL

    def test_knows_every_step_that_is_named(self) -> None:
        [test], _ = read_flow_tests([FULL])
        assert sorted({step for step, _ in list_named_steps(test)}) == ["ask", "review"]

    @pytest.mark.parametrize(
        ("tests", "says"),
        [
            ({}, "must be a list"),
            (["x"], "is a mapping with 'name'"),
            ([{"trigger": 1}], "needs a name"),
            ([{"name": "a"}, {"name": "a"}], "two test cases called 'a'"),
            ([{"name": "a", "expects": {}}], "Did you mean 'expect'"),
            ([{"name": "a", "answers": []}], "mapping of steps"),
            ([{"name": "a", "answers": {"s": "approved"}}], "answer of 's'"),
            ([{"name": "a", "now": "tomorrow"}], "with its zone"),
            ([{"name": "a", "expect": "completed"}], "'expect' is a mapping"),
            ([{"name": "a", "expect": {"status": "done"}}], "not 'done'"),
            ([{"name": "a", "expect": {"path": "a"}}], "'path' is the list"),
            ([{"name": "a", "expect": {"outputs": []}}], "'outputs' is a mapping"),
            ([{"name": "a", "expect": {"calls": [1]}}], "'calls' is a list"),
        ],
    )
    def test_names_each_fault(self, tests: Any, says: str) -> None:
        _, faults = read_flow_tests(tests)
        assert any(says in message for message, _ in faults), faults

    def test_of_nothing_is_nothing(self) -> None:
        assert read_flow_tests(None) == ([], [])


class TestValidation:
    def test_warns_of_a_step_that_is_gone_and_refuses_a_wrong_shape(self) -> None:
        text = "format: 1\nflow: f\nname: F\nteam: t\nsteps: {end: {kind: stop}}\n"
        gone = parse_flow_file(text + "tests: [{name: a, expect: {path: [ende]}}]\n")
        [finding] = [each for each in validate(gone, kind_specs(), trigger_specs()) if "test case" in each.message]
        assert (finding.severity, "Did you mean 'end'" in finding.message) == ("warning", True)
        wrong = parse_flow_file(text + "tests: [{trigger: 1}]\n")
        errors = [each for each in validate(wrong, kind_specs(), trigger_specs()) if each.severity == "error"]
        assert [each.details["path"] for each in errors] == [["tests", 0]]


class TestRenaming:
    def test_every_naming_of_a_step_follows_and_nothing_else(self) -> None:
        [renamed] = rename_in_tests([FULL], {"ask": "tell", "Approved": "no step"})
        expect: Any = FULL["expect"]
        assert renamed == {
            **FULL,
            "answers": {"review": {"outcome": "approved"}, "tell": [{"status": 503}, {"status": 200}]},
            "expect": {
                **expect,
                "path": ["review", "tell"],
                "outputs": {"tell": {"status": 200}},
                "calls": [{"step": "tell", "method": "GET"}],
            },
        }
        assert rename_in_tests(["x", {"answers": 1, "expect": {"calls": [1]}}], {"x": "y"}) == [
            "x",
            {"answers": 1, "expect": {"calls": [1]}},
        ]
