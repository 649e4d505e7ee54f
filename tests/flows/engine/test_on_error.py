"""The flow's own step for errors: who gets there, what it sees, and that it is no loop."""

from __future__ import annotations

import json

import pytest

from flows.models import Incident, Wait
from integrator.events.models import Event
from tests.support.flows import make_version, run_to_rest, visits

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = """
format: 1
flow: handled
name: Handled
team: marketing
"""
PLAIN = (
    HEAD
    + """
steps:
  first: {kind: set, with: {a: "= trigger.body.missing"}, next: second}
  second: {kind: stop}
  tell:
    kind: stop
    with: {output: {failed: "= run.error.step", code: "= run.error.code", same: "= steps.first.error.code"}}
on_error: tell
"""
)
NESTED = (
    HEAD
    + """
steps:
  outer: {kind: parallel, on: {a: inner, b: rest}}
  rest: {kind: wait, with: {for: P1D}, next: out}
  inner: {kind: parallel, on: {c: doze, d: bad}}
  bad: {kind: set, with: {a: "= trigger.body.missing"}, next: in}
  doze: {kind: wait, with: {for: P2D}, next: in}
  in: {kind: join, next: out}
  out: {kind: join, next: end}
  end: {kind: stop}
  tell: {kind: set, with: {said: "= steps.bad.error.message"}, next: done}
  done: {kind: stop, with: {output: "= run.error.step"}}
on_error: tell
"""
)
TWICE = (
    HEAD
    + """
steps:
  first: {kind: set, with: {a: "= trigger.body.missing"}}
  tell: {kind: set, with: {a: "= trigger.body.missing_too"}}
on_error: tell
"""
)
BACK = (
    HEAD
    + """
steps:
  first: {kind: set, with: {a: "= trigger.body.missing"}, next: end}
  end: {kind: stop}
  again: {kind: set, with: {a: 1}, next: first}
on_error: again
"""
)
PORT = (
    HEAD
    + """
steps:
  first: {kind: set, with: {a: "= trigger.body.missing"}, on: {next: end, error: mine}}
  mine: {kind: stop, with: {output: mine}}
  end: {kind: stop}
  tell: {kind: stop, with: {output: flows}}
on_error: tell
"""
)


class TestOnError:
    def test_takes_over_and_knows_what_failed(self) -> None:
        run = run_to_rest(make_version(PLAIN), {})
        assert run.status == "completed"
        output = json.loads(run.output)
        assert output["failed"] == "first"
        assert output["code"] == output["same"]
        assert visits(run) == [("first", "failed"), ("tell", "succeeded")]
        assert Event.objects.filter(name="run.on_error", correlation=str(run.id)).count() == 1

    def test_leaves_every_scope_and_cancels_the_rest(self) -> None:
        run = run_to_rest(make_version(NESTED), {})
        assert (run.status, json.loads(run.output)) == ("completed", "bad")
        assert dict(visits(run)) == {
            "outer": "succeeded",
            "inner": "succeeded",
            "rest": "cancelled",
            "bad": "failed",
            "doze": "cancelled",
            "tell": "succeeded",
            "done": "succeeded",
        }
        assert not Wait.objects.filter(run=run, closed_at__isnull=True).exists()

    def test_needs_a_person_when_it_fails_itself(self) -> None:
        run = run_to_rest(make_version(TWICE), {})
        assert run.status == "waiting"
        assert Incident.objects.get(run=run).step_key == "tell"

    def test_is_taken_once_a_run(self) -> None:
        run = run_to_rest(make_version(BACK), {})
        assert visits(run) == [("first", "failed"), ("again", "succeeded"), ("first", "incident")]

    def test_comes_after_the_port_of_the_step(self) -> None:
        run = run_to_rest(make_version(PORT), {})
        assert json.loads(run.output) == "mine"
        assert not Event.objects.filter(name="run.on_error").exists()
