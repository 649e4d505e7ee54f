"""Held runs and ends of runs: incidents close once, answers are kept, counts hold, nothing goes round for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.engine import runner
from flows.engine.journal import get_journal
from flows.models import Incident, Run, Signal, StepVisit
from flows.operations.runs import answer_incident, cancel_run
from integrator.events.models import Event
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support.flows import make_run, make_team, make_version, run_to_rest, settle, visits

pytestmark = pytest.mark.django_db(transaction=True)

ONE = """
format: 1
flow: one
name: One
team: marketing
steps:
  only: {kind: set, with: {x: "= trigger.body.x"}, next: done}
  done: {kind: stop, with: {output: "= steps.only.x"}}
"""
TWO_BRANCHES = """
format: 1
flow: branches
name: Branches
team: marketing
steps:
  split: {kind: parallel, on: {a: left, b: right}}
  left: {kind: set, with: {x: "= trigger.body.left"}, next: meet}
  right: {kind: set, with: {x: "= trigger.body.right"}, next: meet}
  meet: {kind: join}
"""


@pytest.fixture
def ops() -> Person:
    person = Person.objects.create_user("ops", "ops@example.org")
    Membership.objects.create(person=person, team=make_team(), role=Role.OPERATOR)
    return person


def answer(incident: Incident, person: Person, word: str, **data: Any) -> None:
    answer_incident(incident_id=incident.id, person=person, answer=word, data=data, now=datetime.now(UTC))


def quarantine() -> None:
    """Four claims of the only run by workers that are not heard of again, the last by one that sets it apart."""
    get_journal().claim(limit=1, lease_s=30, struck=False)
    for _ in range(2):
        Run.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        get_journal().claim(limit=1, lease_s=30, struck=True)
    Run.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    runner.advance_batch(struck=True)


def break_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    def get(version_id: int) -> Any:
        raise KeyError("a kind that is gone")

    monkeypatch.setattr(runner.COMPILED, "get", get)


class TestRunThatCannotBeComputed:
    def test_gets_one_incident_for_each_answer(self, ops: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        break_versions(monkeypatch)
        run = run_to_rest(make_version(ONE), {"x": 1})
        answer(Incident.objects.get(), ops, "retry")
        for _ in range(5):
            runner.advance_batch()
        run.refresh_from_db()
        assert Incident.objects.count() == 2
        assert Incident.objects.get(closed_at__isnull=True).code == "run.engine_error"
        assert (run.is_held, run.open_incidents) == (True, 1)

    def test_can_be_cancelled_and_its_incident_closes(self, ops: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        break_versions(monkeypatch)
        run = run_to_rest(make_version(ONE), {"x": 1})
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        for _ in range(3):
            runner.advance_batch()
        run.refresh_from_db()
        assert (run.status, run.is_held, run.open_incidents) == ("cancelled", False, 0)
        assert Incident.objects.get().answer == "run_ended"
        assert Incident.objects.get().closed_at is not None

    def test_a_cancel_that_cannot_be_stored_is_told_once(self, ops: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        break_versions(monkeypatch)
        run = run_to_rest(make_version(ONE), {"x": 1})
        real = runner.release_run

        def release(burst: Any) -> Any:
            landing = real(burst)
            landing.writes.append(lambda context: 1 // 0)
            return landing

        monkeypatch.setattr(runner, "release_run", release)
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        for _ in range(5):
            runner.advance_batch()
        assert Incident.objects.filter(code="run.landing_failed").count() == 1
        assert "could not be stored" in Signal.objects.get(kind="cancel").ignored


class TestQuarantine:
    def test_is_not_lifted_by_the_answer_to_a_steps_incident(self, ops: Person) -> None:
        run = run_to_rest(make_version(ONE), {})
        of_step = Incident.objects.get()
        answer(of_step, ops, "skip", output={"x": "by hand"})
        quarantine()
        for _ in range(3):
            assert runner.advance_batch() == 0
        run.refresh_from_db()
        of_step.refresh_from_db()
        assert (run.is_held, run.open_incidents, of_step.closed_at) == (True, 2, None)
        assert run.waiting_for[0]["kind"] == "incident"
        answer(Incident.objects.get(code="run.quarantined"), ops, "retry")
        settle()
        run.refresh_from_db()
        assert (run.status, json.loads(run.output), run.open_incidents) == ("completed", "by hand", 0)
        assert not Incident.objects.filter(closed_at__isnull=True).exists()
        of_step.refresh_from_db()
        assert of_step.answer == "skip"

    def test_closes_with_the_run(self, ops: Person) -> None:
        run = make_run(make_version(ONE), {"x": 1})
        quarantine()
        answer(Incident.objects.get(), ops, "give_up")
        settle()
        run.refresh_from_db()
        assert (run.status, run.open_incidents, Incident.objects.get().answer) == ("failed", 0, "give_up")


class TestGivingUp:
    def test_keeps_the_persons_answer_and_the_steps_error(self, ops: Person) -> None:
        run = run_to_rest(make_version(ONE), {})
        answer(Incident.objects.get(), ops, "give_up")
        settle()
        incident, visit = Incident.objects.get(), StepVisit.objects.get(run=run)
        assert (incident.answer, incident.closed_at is not None) == ("give_up", True)
        assert (visit.status, json.loads(visit.error)["code"]) == ("failed", "expression.failed")
        assert visit.ended_at is not None

    def test_closes_the_incidents_of_the_other_branches(self, ops: Person) -> None:
        run = run_to_rest(make_version(TWO_BRANCHES), {})
        assert run.open_incidents == 2
        answer(Incident.objects.get(step_key="left"), ops, "give_up")
        settle()
        run.refresh_from_db()
        assert (run.status, run.open_incidents) == ("failed", 0)
        assert dict(Incident.objects.values_list("step_key", "answer")) == {"left": "give_up", "right": "run_ended"}
        assert dict(visits(run)) == {"split": "succeeded", "left": "failed", "right": "cancelled"}


class TestCancelling:
    def test_keeps_an_answer_that_came_before_but_was_not_read_yet(self, ops: Person) -> None:
        run = run_to_rest(make_version(ONE), {})
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        answer(Incident.objects.get(), ops, "retry")
        settle()
        run.refresh_from_db()
        incident = Incident.objects.get()
        assert (run.status, incident.answer, incident.answered_by_id) == ("cancelled", "retry", ops.pk)
        assert incident.closed_at is not None

    def test_says_who_did_it(self, ops: Person) -> None:
        run = run_to_rest(make_version(ONE), {})
        cancel_run(run_id=run.id, person=ops, reason="Not wanted.", now=datetime.now(UTC))
        settle()
        assert Event.objects.get(name="run.cancelled", correlation=str(run.id)).actor == f"person:{ops.pk}"


class TestRetry:
    def test_of_a_step_counts_the_attempt(self, ops: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        from flows.definition.kind import Advance, StepError
        from flows.kinds.set_fields import SET

        faults = [StepError("set.failed", "Not now.")]

        def execute(self: object, call: Any) -> Advance:
            if faults:
                raise faults.pop()
            return Advance(output=dict(call.settings))

        monkeypatch.setattr(type(SET), "execute", execute)
        run = run_to_rest(make_version(ONE), {"x": 1})
        answer(Incident.objects.get(), ops, "retry")
        settle()
        visit = StepVisit.objects.get(run=run, key="only")
        assert (visit.status, visit.attempt, json.loads(visit.error)) == ("succeeded", 2, None)
