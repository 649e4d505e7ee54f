"""``retry:`` on steps that are no effects: only failures that may pass are tried again, by a timer, in one visit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from flows import registry
from flows.models import Incident, Run, StepVisit, Wait
from integrator.events.models import Event
from integrator.timers.models import Timer
from tests.support import toy_kind
from tests.support.flows import make_version, run_to_rest, settle

pytestmark = pytest.mark.django_db(transaction=True)

FLOW = """
format: 1
flow: stumbling
name: Stumbling
team: marketing
steps:
  a:
    kind: toy.stumble
    with: {failures: FAILURES}
    retry: {max_attempts: 3, first_delay_s: 60, factor: 2, max_delay_s: 90}
    next: done
  done: {kind: stop, with: {output: "= steps.a"}}
"""


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KINDS, "toy.stumble", "tests.support.toy_kind:STUMBLE")
    monkeypatch.setattr(toy_kind.STUMBLE, "seen", 0, raising=False)


def start(failures: int) -> Run:
    return run_to_rest(make_version(FLOW.replace("FAILURES", str(failures))), {})


def fire(run: Run) -> None:
    """Let its timer be due."""
    Timer.objects.filter(context=run.id).update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    settle()
    run.refresh_from_db()


class TestRetry:
    def test_waits_between_tries_and_grows_to_its_limit(self) -> None:
        run = start(2)
        delays_s = []
        for attempt in (1, 2):
            visit = StepVisit.objects.get(run=run, key="a")
            assert (run.status, visit.status, visit.attempt) == ("waiting", "retrying", attempt)
            assert json.loads(visit.error)["code"] == "toy.stumbled"
            assert run.waiting_for[0]["kind"] == "timer"
            wait = Wait.objects.get(run=run, closed_at__isnull=True)
            delays_s.append(round((wait.due_at - wait.opened_at).total_seconds()))
            fire(run)
        assert delays_s == [60, 90]
        assert (run.status, json.loads(run.output)) == ("completed", 2)
        visit = StepVisit.objects.get(run=run, key="a")
        assert (visit.status, visit.attempt, visit.error) == ("succeeded", 3, "null")
        assert Event.objects.filter(name="step.retried", correlation=str(run.id)).count() == 2

    def test_needs_a_person_when_no_try_is_left(self) -> None:
        run = start(5)
        fire(run)
        fire(run)
        assert run.open_incidents == 1
        assert Incident.objects.get(run=run).code == "toy.stumbled"
        assert StepVisit.objects.get(run=run, key="a").attempt == 3
