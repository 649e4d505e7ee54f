"""Landings when the database or a local write fails: who is spared, who gets a strike, and that nothing spins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import OperationalError

from cases.errors import CaseClosed
from flows.definition.kind import Advance
from flows.engine import runner
from flows.engine.journal import get_journal
from flows.models import Incident, Run, StepVisit
from integrator.database.clock import is_postgresql
from tests.support.flows import make_run, make_version, settle

pytestmark = pytest.mark.django_db(transaction=True)

ONE = """
format: 1
flow: one
name: One
team: marketing
steps:
  only: {kind: set, with: {x: 1}}
"""
GONE = "server closed the connection unexpectedly"


def make_runs(number: int) -> list[Run]:
    version = make_version(ONE)
    return [make_run(version) for _ in range(number)]


def strikes_and_leases() -> set[tuple[int, datetime | None]]:
    return set(Run.objects.values_list("strikes", "lease_until"))


class FailingJournal:
    """The real journal, with the faults of a test in its way."""

    def __init__(self, **faults: Any) -> None:
        self._journal = get_journal()
        self._faults = faults
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            fault = self._faults.get(name)
            if fault is not None and fault(*args):
                raise OperationalError(GONE)
            return getattr(self._journal, name)(*args, **kwargs)

        return call


class TestLocalWriteThatIsRefused:
    def test_is_the_incident_of_its_run_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flows.kinds.set_fields import SET

        def refuse(context: object) -> None:
            raise CaseClosed("case.closed", "The case is closed.")

        def execute(self: object, call: Any) -> Advance:
            return Advance(output=1, writes=(refuse,) if call.settings["x"] == 2 else ())

        monkeypatch.setattr(type(SET), "execute", execute)
        good = make_version(ONE)
        bad = make_version(ONE.replace("flow: one", "flow: two").replace("x: 1", "x: 2"))
        runs = [make_run(good), make_run(bad), make_run(good)]
        settle()
        assert [Run.objects.get(id=run.id).status for run in runs] == ["completed", "waiting", "completed"]
        assert Incident.objects.get().code == "run.landing_failed"

    @pytest.mark.skipif(not is_postgresql(), reason="SQLite stores text with a NUL: nothing is refused")
    def test_text_that_the_database_refuses_spares_the_neighbours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from flows.engine import outcomes

        runs = make_runs(2)
        real = outcomes.close_visit

        def close_visit(burst: Any, token: Any, *args: Any, **kwargs: Any) -> str:
            text = real(burst, token, *args, **kwargs)
            if burst.run.id == runs[0].id:
                next(iter(burst.landing.visits.values())).output = "a\x00b"
            return text

        monkeypatch.setattr(outcomes, "close_visit", close_visit)
        settle()
        assert [Run.objects.get(id=run.id).status for run in runs] == ["waiting", "completed"]


class TestDatabaseThatFails:
    def test_while_computing_lets_the_batch_go_without_a_strike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_runs(3)
        real, asked = runner.COMPILED.get, []

        def get(version_id: int) -> Any:
            asked.append(version_id)
            if len(asked) == 2:
                raise OperationalError(GONE)
            return real(version_id)

        monkeypatch.setattr(runner.COMPILED, "get", get)
        assert runner.advance_batch() == 0
        assert strikes_and_leases() == {(0, None)}
        settle()
        assert set(Run.objects.values_list("status", flat=True)) == {"completed"}

    def test_at_the_landing_does_not_spin(self) -> None:
        make_runs(3)
        journal = FailingJournal(land=lambda landings: True)
        assert runner.advance_batch(journal=journal) == 0
        assert strikes_and_leases() == {(0, None)}

    def test_also_at_giving_back_is_made_good_when_it_answers_again(self) -> None:
        make_runs(3)
        assert runner.advance_batch(journal=FailingJournal(land=lambda rows: True, let_go=lambda *run: True)) == 0
        assert strikes_and_leases() != {(0, None)}
        runner.advance_runs()
        assert set(Run.objects.values_list("status", "strikes")) == {("completed", 0)}

    def test_at_the_incident_of_one_run_lands_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        runs = make_runs(3)
        real = runner.compute_run

        def compute(run: Any, **more: Any) -> Any:
            landing = real(run, **more)
            if run.id == runs[0].id:
                landing.writes.append(lambda context: 1 // 0)
            return landing

        monkeypatch.setattr(runner, "compute_run", compute)
        journal = FailingJournal(land=lambda landings: bool(landings[0].incidents))
        runner.advance_batch(journal=journal)
        assert [Run.objects.get(id=run.id).status for run in runs] == ["running", "completed", "completed"]

    def test_a_run_with_a_strike_that_is_let_go_is_taken_again(self) -> None:
        (run,) = make_runs(1)
        get_journal().claim(limit=1, lease_s=30, struck=False)
        Run.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        assert runner.advance_batch(struck=True, journal=FailingJournal(land=lambda landings: True)) == 0
        assert strikes_and_leases() == {(1, None)}
        settle()
        run.refresh_from_db()
        assert run.status == "completed"

    def test_a_run_that_landed_is_not_let_go_once_more(self) -> None:
        (run,) = make_runs(1)
        (claimed,) = get_journal().claim(limit=1, lease_s=30, struck=False)
        get_journal().land([runner.compute_run(claimed, until=monotonic() + 10)])
        get_journal().let_go(claimed.id, claimed.fence)
        run.refresh_from_db()
        assert (run.strikes, run.status) == (0, "completed")


class TestClaimWithoutNews:
    def test_completes_nothing(self) -> None:
        """Two claims may cross: the second one takes a run whose mail the first has read already."""
        (run,) = make_runs(1)
        (claimed,) = get_journal().claim(limit=1, lease_s=30, struck=False)
        from dataclasses import replace

        get_journal().land([runner.compute_run(replace(claimed, signals=()), until=monotonic() + 10)])
        run.refresh_from_db()
        assert (run.status, run.lease_until, StepVisit.objects.count()) == ("running", None, 0)
