"""One message that several waits heard too late: it is given back by all of them, and kept for the next one."""

from __future__ import annotations

import pytest

from flows.engine import runner
from flows.models import Message, MessageWait, Run
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tests.support.flows import make_run, make_version, run_to_rest, settle
from tests.support.messages import make_waiting_run, names_on, outcome_of, send

pytestmark = pytest.mark.django_db(transaction=True)

TWO_BRANCHES = """
format: 1
flow: branches
name: Waits in two branches
team: marketing
steps:
  both:
    kind: parallel
    on: {a: first, b: second}
  first: {kind: wait_for, with: {message: paid, key: A-1, timeout: "PT1H"}, on: {next: meet, timeout: meet}}
  second: {kind: wait_for, with: {message: paid, key: A-1, timeout: "PT1H"}, on: {next: meet, timeout: meet}}
  meet: {kind: join, next: done}
  done: {kind: stop}
"""


def _let_time_pass(runs: list[Run]) -> None:
    """The waits are due, and their timers fire before the message is sent."""
    timers = Timer.objects.filter(context__in=[run.id for run in runs])
    timers.update(due_at=min(run.started_at for run in runs))
    assert fire_due_timers() > 0


class TestLateForSeveral:
    def test_runs_of_one_landing_each_give_it_back(self) -> None:
        runs = [make_waiting_run(), make_waiting_run()]
        _let_time_pass(runs)
        assert outcome_of(send()) == (2, False, False)
        runner.advance_runs()
        assert Message.objects.get().status == "parked"
        assert not MessageWait.objects.filter(message__isnull=False).exists()
        assert [names_on(run)[-1] for run in runs] == ["message.late"] * 2
        assert run_to_rest(runs[0].version, {"order": "A-1"}).status == "completed"
        assert Message.objects.get().status == "delivered"

    def test_branches_of_one_run_each_give_it_back(self) -> None:
        run = make_run(make_version(TWO_BRANCHES))
        runner.advance_runs()
        _let_time_pass([run])
        assert outcome_of(send()) == (2, False, False)
        settle()
        run.refresh_from_db()
        assert run.status == "completed"
        assert Message.objects.get().status == "parked"
        assert not MessageWait.objects.filter(message__isnull=False).exists()
