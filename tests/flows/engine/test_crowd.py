"""Many workers, timers, answers and cancels at once: afterwards the books of every run must balance."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

import pytest
from django.db import close_old_connections, connection

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.engine import effects, runner
from flows.engine.bells import EFFECTS, RUNS
from flows.errors import FlowsError
from flows.models import Effect, EffectAttempt, Incident, Run, Signal, StepVisit, Wait
from flows.operations.runs import answer_incident, cancel_run
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tests.support import scripted
from tests.support.flows import make_run, make_team, make_version
from tests.support.scripted import CUT_OFF, FAILED_400, FAILED_503, ScriptedConnector

pytestmark = pytest.mark.django_db(transaction=True)

RUNS_MADE = 30
ENDS_WITHIN_S = 90
FLOW = """
format: 1
flow: crowd
name: Crowd
team: marketing
steps:
  split: {kind: parallel, on: {call: send, pause: nap, quick: note}}
  send: {kind: test.send, with: {repeat: ask, value: 1}, retry: {max_attempts: 3, first_delay_s: 0}, next: meet}
  nap: {kind: wait, with: {for: PT0.2S}, next: meet}
  note: {kind: wait, with: {for: PT0.1S}, next: meet}
  meet: {kind: join, with: {mode: MODE}, next: again}
  again: {kind: test.send, with: {repeat: safe, value: 2}, retry: {max_attempts: 2, first_delay_s: 0}, next: done}
  done: {kind: stop, with: {output: "= $exists(steps.meet.send)"}}
"""
OK = EffectAnswer(output={"status": 200})


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> ScriptedConnector:
    connector = ScriptedConnector(answers=[OK, FAILED_503, OK, CUT_OFF, OK, FAILED_400] * 60 + [OK])
    monkeypatch.setattr(scripted, "CONNECTOR", connector)
    monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
    monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
    for bell in (RUNS, EFFECTS):
        monkeypatch.setattr(bell, "ring", lambda: None)
    return connector


@pytest.fixture
def ops() -> Person:
    person = Person.objects.create_user("ops", "ops@example.org")
    Membership.objects.create(person=person, team=make_team(), role=Role.OPERATOR)
    return person


class Crowd:
    """Threads that do one thing over and over until told to stop; what they could not bear is kept."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.faults: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def add(self, work: Callable[[], object], *, times: int = 1) -> None:
        for _ in range(times):
            thread = threading.Thread(target=self._keep_on, args=(work,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _keep_on(self, work: Callable[[], object]) -> None:
        try:
            while not self.stop.wait(0.01):
                close_old_connections()
                work()
        except Exception as error:
            self.faults.append(error)
        finally:
            connection.close()

    def end(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(30)


def answer_any(person: Person) -> None:
    """An operator who answers whatever incident is open, each in the way that its id says."""
    for incident in Incident.objects.filter(closed_at__isnull=True, answer="").order_by("opened_at", "id")[:3]:
        word = ("retry", "skip")[incident.id.int % 2]
        try:
            answer_incident(incident_id=incident.id, person=person, answer=word, data={}, now=datetime.now(UTC))
        except FlowsError:
            continue  # somebody else was first


def cancel_some(person: Person) -> None:
    """An operator who cancels every tenth run, whatever it does just then."""
    for run in Run.objects.exclude(status__in=Run.FINAL)[:20]:
        if run.id.int % 10 == 0:
            try:
                cancel_run(run_id=run.id, person=person, reason="", now=datetime.now(UTC))
            except FlowsError:
                continue  # it has ended


def has_ended() -> bool:
    return (
        not Run.objects.exclude(status__in=Run.FINAL).exists()
        and not Signal.objects.filter(consumed_at__isnull=True).exists()
        and not Effect.objects.filter(status__in=["planned", "sending"]).exists()
    )


@pytest.mark.parametrize("mode", ["all", "any", "2"])
def test_the_books_balance(mode: str, ops: Person, connector: ScriptedConnector) -> None:
    version = make_version(FLOW.replace("MODE", mode))
    crowd = Crowd()
    crowd.add(runner.advance_runs, times=3)
    crowd.add(effects.send_effects, times=2)
    crowd.add(fire_due_timers, times=2)
    crowd.add(lambda: answer_any(ops), times=2)
    crowd.add(lambda: cancel_some(ops))
    for _ in range(RUNS_MADE):
        make_run(version)
    until = monotonic() + ENDS_WITHIN_S
    while not has_ended() and monotonic() < until and not crowd.faults:
        crowd.stop.wait(0.1)
    crowd.end()
    assert crowd.faults == []
    assert has_ended()
    assert Run.objects.filter(ended_at__isnull=False, lease_until__isnull=True, strikes=0).count() == RUNS_MADE
    assert not Run.objects.exclude(open_incidents=0).exists()
    assert not Incident.objects.filter(closed_at__isnull=True).exists()
    assert not Wait.objects.filter(closed_at__isnull=True).exists()
    assert not Timer.objects.exists()
    assert not StepVisit.objects.filter(ended_at__isnull=True).exists()
    assert not EffectAttempt.objects.filter(ended_at__isnull=True).exists()
    check_visits()
    assert len({call.idempotency_key for call in connector.calls}) <= Effect.objects.count()


def check_visits() -> None:
    """No step of a loopless flow is visited twice, and none is left out or numbered twice."""
    for run in Run.objects.all():
        visits = list(run.visits.order_by("sequence"))
        assert [visit.sequence for visit in visits] == list(range(1, len(visits) + 1))
        assert max(Counter(visit.key for visit in visits).values(), default=0) <= 1
        if run.status == Run.Status.COMPLETED:
            assert {"split", "meet", "again", "done"} <= {visit.key for visit in visits}
