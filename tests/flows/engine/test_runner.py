"""Runs through the real engine and database, one process, no worker: what each kind of step leaves behind."""

from __future__ import annotations

import json

import pytest

from flows.models import Incident, Run, StepVisit
from tests.support.flows import make_version, run_to_rest, visits

pytestmark = pytest.mark.django_db(transaction=True)

PURE = """
format: 1
flow: pure
name: Pure
team: marketing
steps:
  first:
    kind: set
    with: {total: "= trigger.body.a + trigger.body.b"}
    next: which
  which:
    kind: choose
    with: {cases: [{when: "= steps.first.total > 10", port: big}]}
    on: {big: big, default: small}
  big:
    kind: stop
    with: {output: "= 'big ' & steps.first.total"}
  small:
    kind: stop
    with: {output: small}
"""


class TestPureFlow:
    def test_takes_the_arm_that_is_true(self) -> None:
        run = run_to_rest(make_version(PURE), {"a": 5, "b": 6})
        assert run.status == Run.Status.COMPLETED
        assert visits(run) == [("first", "succeeded"), ("which", "succeeded"), ("big", "succeeded")]
        assert json.loads(run.output) == "big 11"

    def test_keeps_input_and_output_of_each_visit(self) -> None:
        run = run_to_rest(make_version(PURE), {"a": 1, "b": 2})
        first = StepVisit.objects.get(run=run, key="first")
        assert json.loads(first.input) == {"total": 3}
        assert json.loads(first.output) == {"total": 3}
        assert first.ended_at is not None

    def test_missing_data_is_an_incident_that_names_step_and_field(self) -> None:
        run = run_to_rest(make_version(PURE), {"a": 1})
        assert run.status == Run.Status.WAITING
        incident = Incident.objects.get(run=run)
        assert incident.code == "expression.failed"
        assert "first" in incident.message
        assert "trigger.body.b" in incident.message
