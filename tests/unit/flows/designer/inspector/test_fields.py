"""The fields of the inspector and the operations that set them."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.kind import Finding
from flows.definition.model import RetryPolicy, Step
from flows.definition.places import finding_at
from flows.designer.inspector.fields import (
    find_field,
    flow_fields,
    ops_for,
    port_fields,
    retry_words,
    step_fields,
    trigger_fields,
    with_problems,
)
from flows.registry import kind_specs, trigger_specs
from tests.unit.flows.samples import make_flow, make_step

REVIEW = Step(key="review", kind="task.approve", settings={"title": "Look"}, links={"approved": "done", "odd": "done"})


def fields_of(step: Step) -> list[Any]:
    spec = kind_specs().get(step.kind)
    return [*step_fields(step, spec), *port_fields(step, spec)]


def field_of(step: Step, name: str) -> Any:
    found = find_field(fields_of(step), name)
    assert found is not None
    return found


class TestFields:
    def test_of_a_step_come_with_its_ports_and_the_way_for_failures_last(self) -> None:
        names = [field.name for field in fields_of(REVIEW)]
        assert names[:3] == ["name", "with.title", "with.approvers"]
        assert names[-4:] == ["port.approved", "port.rejected", "port.odd", "port.error"]

    def test_of_a_kind_that_takes_anything_are_one(self) -> None:
        names = [field.name for field in fields_of(make_step("put"))]
        assert names == ["name", "with", "retry", "key", "port.next", "port.error"]

    def test_of_a_kind_with_free_ports_offer_one_more_way(self) -> None:
        assert "way" in [field.name for field in fields_of(make_step("both", "parallel", links={"a": "x"}))]

    def test_of_a_kind_that_is_gone_still_show_its_name_and_ways(self) -> None:
        assert [field.name for field in fields_of(Step(key="x", kind="gone", links={"next": "y"}))] == [
            "name", "retry", "key", "port.next", "port.error",
        ]  # fmt: skip

    def test_of_a_flow_without_start_offer_one(self) -> None:
        flow = make_flow(make_step("put"), trigger=None)
        assert [field.name for field in trigger_fields(flow, trigger_specs())] == ["kind", "port.next"]
        assert next(field for field in flow_fields(flow) if field.name == "name").value == "Sample"


class TestOperations:
    @pytest.mark.parametrize(
        ("name", "value", "op"),
        [
            ("title", "New", {"op": "set", "target": "steps/review", "path": ["with", "title"], "value": "New"}),
            ("name", None, None),
            ("retry", {"max_attempts": 3},
             {"op": "set", "target": "steps/review", "path": ["retry"], "value": {"max_attempts": 3}}),
            ("key", "ask", {"op": "rename_step", "key": "review", "to": "ask"}),
            ("port.approved", "done", None),
            ("port.approved", None, {"op": "disconnect", "source": "review", "port": "approved"}),
            ("port.error", "mend", {"op": "connect", "source": "review", "port": "error", "target": "mend"}),
        ],
    )  # fmt: skip
    def test_say_what_changes_and_nothing_else(self, name: str, value: Any, op: dict[str, Any] | None) -> None:
        assert ops_for(field_of(REVIEW, name), value) == ([op] if op else [])

    def test_tell_yes_from_one(self) -> None:
        step = make_step("end", "stop", settings={"failed": True})
        assert ops_for(field_of(step, "failed"), True) == []
        assert len(ops_for(field_of(step, "failed"), 1)) == 1


class TestProblems:
    @pytest.mark.parametrize(
        ("finding", "name", "below"),
        [
            (finding_at(("steps", "review", "with", "approvers", 1, "who"), "Odd."), "with.approvers", "1.who"),
            (finding_at(("steps", "review", "on", "rejected"), "Odd."), "port.rejected", ""),
            (finding_at(("steps", "review", "retry", "factor"), "Odd."), "retry", "factor"),
            (finding_at(("steps", "review", "name"), "Odd."), "name", ""),
        ],
    )
    def test_stand_at_their_field(self, finding: Finding, name: str, below: str) -> None:
        told = {field.name: field.problems for field in with_problems(fields_of(REVIEW), [finding]) if field.problems}
        assert list(told) == [name]
        assert [(problem.message, problem.below) for problem in told[name]] == [("Odd.", below)]

    def test_of_another_step_stay_there(self) -> None:
        finding = finding_at(("steps", "other", "with", "title"), "Odd.")
        assert all(not field.problems for field in with_problems(fields_of(REVIEW), [finding]))


class TestRetryWords:
    @pytest.mark.parametrize(
        ("retry", "words"),
        [
            (None, ""),
            (RetryPolicy(max_attempts=1), ""),
            (RetryPolicy(max_attempts=3, first_delay_s=2), "Up to 3 tries, again after 2 s, 4 s"),
            (RetryPolicy(max_attempts=9, max_delay_s=3), "Up to 9 tries, again after 1 s, 2 s, 3 s, 3 s, …"),
        ],
    )
    def test_tell_how_often_and_when(self, retry: RetryPolicy | None, words: str) -> None:
        assert retry_words(retry) == words
