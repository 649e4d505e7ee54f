"""Leases, fences and strikes: slow workers, dead workers, landings that fail. Two journals stand for two workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from flows.definition.kind import Advance
from flows.engine import runner
from flows.engine.journal import get_journal
from flows.models import Incident, Run, Signal, StepVisit
from flows.operations.runs import answer_incident
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support.flows import make_run, make_team, make_version, settle

pytestmark = pytest.mark.django_db(transaction=True)

ONE = """
format: 1
flow: one
name: One
team: marketing
steps:
  only: {kind: set, with: {x: 1}}
"""


def claim_one() -> Any:
    (run,) = get_journal().claim(limit=50, lease_s=30, struck=False)
    return run


def expire_lease() -> None:
    Run.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))


def compute(run: Any) -> Any:
    return runner.compute_run(run, until=monotonic() + 10)


class TestLease:
    def test_a_claimed_run_is_nobody_elses(self) -> None:
        make_run(make_version(ONE))
        claim_one()
        assert get_journal().claim(limit=50, lease_s=30, struck=False) == []
        assert get_journal().claim(limit=50, lease_s=30, struck=True) == []

    def test_a_dead_workers_run_is_claimed_alone(self) -> None:
        version = make_version(ONE)
        make_run(version)
        make_run(version)
        get_journal().claim(limit=50, lease_s=30, struck=False)
        expire_lease()
        assert len(get_journal().claim(limit=50, lease_s=30, struck=True)) == 1

    def test_a_slow_worker_lands_nothing_after_its_lease_was_taken(self) -> None:
        run = make_run(make_version(ONE))
        slow = compute(claim_one())
        expire_lease()
        (second,) = get_journal().claim(limit=1, lease_s=30, struck=True)
        assert get_journal().land([compute(second)]) == {run.id}
        assert get_journal().land([slow]) == set()
        assert StepVisit.objects.filter(run=run).count() == 1

    def test_a_slow_worker_may_land_when_nobody_took_over(self) -> None:
        run = make_run(make_version(ONE))
        slow = compute(claim_one())
        expire_lease()
        assert get_journal().land([slow]) == {run.id}

    def test_signals_that_came_during_the_burst_are_read_next_time(self) -> None:
        run = make_run(make_version(ONE.replace("{kind: set, with: {x: 1}}", "{kind: wait, with: {for: PT1H}}")))
        landing = compute(claim_one())
        late = Signal.objects.create(run=run, kind="cancel", data="{}", created_at=datetime.now(UTC))
        get_journal().land([landing])
        assert Signal.objects.get(id=late.id).consumed_at is None
        settle()
        run.refresh_from_db()
        assert run.status == "cancelled"


class TestQuarantine:
    def test_three_dead_workers_set_the_run_apart(self) -> None:
        run = make_run(make_version(ONE))
        claim_one()
        for _ in range(2):
            expire_lease()
            get_journal().claim(limit=1, lease_s=30, struck=True)
        expire_lease()
        settle()
        run.refresh_from_db()
        incident = Incident.objects.get(run=run)
        assert (run.status, run.is_held, incident.code) == ("waiting", True, "run.quarantined")
        assert runner.advance_runs() == 0

    def test_a_persons_answer_lets_it_go_on(self) -> None:
        self.test_three_dead_workers_set_the_run_apart()
        ops = Person.objects.create_user("ops", "ops@example.org")
        Membership.objects.create(person=ops, team=make_team(), role=Role.OPERATOR)
        incident = Incident.objects.get()
        answer_incident(incident_id=incident.id, person=ops, answer="retry", data={}, now=datetime.now(UTC))
        settle()
        run = Run.objects.get()
        assert (run.status, run.is_held, run.open_incidents) == ("completed", False, 0)


class TestFailedLanding:
    def test_only_the_run_at_fault_gets_an_incident(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flows.kinds.set_fields import SET

        def refuse(context: object) -> None:
            raise ValueError("not to be stored")

        def execute(call: Any) -> Advance:
            return Advance(output=dict(call.settings), writes=(refuse,) if call.settings["x"] == 2 else ())

        monkeypatch.setattr(type(SET), "execute", lambda self, call: execute(call))
        good = make_version(ONE)
        bad = make_version(ONE.replace("flow: one", "flow: two").replace("x: 1", "x: 2"))
        runs = [make_run(good) for _ in range(3)] + [make_run(bad)]
        settle()
        assert [Run.objects.get(id=run.id).status for run in runs] == ["completed"] * 3 + ["waiting"]
        assert Incident.objects.get().code == "run.landing_failed"

    def test_a_fault_of_our_own_is_one_runs_incident(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flows.kinds.set_fields import SET

        def execute(self: object, call: Any) -> Advance:
            return Advance(output=1 // (call.settings["x"] - 2))

        monkeypatch.setattr(type(SET), "execute", execute)
        good = make_version(ONE)
        bad = make_version(ONE.replace("flow: one", "flow: two").replace("x: 1", "x: 2"))
        runs = [make_run(good), make_run(bad)]
        settle()
        assert [Run.objects.get(id=run.id).status for run in runs] == ["completed", "waiting"]
        assert Incident.objects.get().code == "run.engine_error"


class TestBounds:
    def test_a_loop_without_waiting_stops_at_an_incident(self) -> None:
        version = make_version(ONE.replace("{kind: set, with: {x: 1}}", "{kind: set, with: {x: 1}, next: only}"))
        run = make_run(version)
        settle()
        run.refresh_from_db()
        assert Incident.objects.get(run=run).code == "run.runaway"
        assert StepVisit.objects.filter(run=run).count() == 10_001

    def test_a_late_place_in_the_batch_does_not_put_the_clock_back(self) -> None:
        """Or a wait of the fiftieth run would be over before its time: each is computed after those before it."""
        make_run(make_version(ONE.replace("{kind: set, with: {x: 1}}", "{kind: wait, with: {for: PT1H}}")))
        claimed = claim_one()
        late = replace(claimed, taken_at_s=claimed.taken_at_s - 8)
        (wait,) = compute(late).waits.values()
        assert wait.due_at >= claimed.now + timedelta(hours=1, seconds=8)
