"""Running another flow: input and output, errors, cancelling both ways, depth, versions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from flows.models import Incident, Run, Signal, Wait
from flows.operations.runs import answer_incident, cancel_run
from integrator.events.models import Event
from integrator.people.models import Person
from integrator.people.roles import Role
from integrator.timers.models import Timer
from tests.support.flows import make_team, make_version, run_to_rest, settle, visits
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)

CHILD = """
format: 1
flow: child
name: Child
team: marketing
trigger: {kind: webhook, path: child, auth: {kind: none}, schema: {type: object, required: [n]}}
steps:
  double: {kind: set, with: {twice: "= trigger.body.n * 2"}, next: done}
  done: {kind: stop, with: {output: "= steps.double.twice"}}
"""
FAILING = """
format: 1
flow: child
name: Child
team: marketing
steps:
  done: {kind: stop, with: {failed: true, message: No money}}
"""
WAITING = """
format: 1
flow: child
name: Child
team: marketing
steps:
  rest: {kind: wait, with: {for: P1D}}
"""
PARENT = """
format: 1
flow: parent
name: Parent
team: marketing
steps:
  call: {kind: subflow, with: {flow: child, input: {n: "= trigger.body.n"}}, next: done}
  done: {kind: stop, with: {output: "= steps.call"}}
"""
CATCHING = """
format: 1
flow: parent
name: Parent
team: marketing
steps:
  call: {kind: subflow, with: {flow: child, input: {}}, on: {next: done, error: caught}}
  done: {kind: stop}
  caught: {kind: stop, with: {output: "= steps.call.error"}}
"""
RACING = """
format: 1
flow: parent
name: Parent
team: marketing
steps:
  both: {kind: parallel, on: {slow: call, fast: quick}}
  call: {kind: subflow, with: {flow: child, input: {}}, next: first}
  quick: {kind: set, with: {a: 1}, next: first}
  first: {kind: join, with: {mode: any}}
"""
SELF = """
format: 1
flow: self
name: Self
team: marketing
steps:
  call: {kind: subflow, with: {flow: self}, on: {next: done, error: caught}}
  done: {kind: stop, with: {output: "= steps.call"}}
  caught: {kind: stop, with: {output: "= steps.call.error.code"}}
"""


@pytest.fixture
def ana() -> Person:
    """An operator of the flow's team."""
    return make_person("ana", (make_team(), Role.OPERATOR))


def child_of(run: Run) -> Run:
    return Run.objects.get(parent=run)


HIDING = """
format: 1
flow: parent
name: Parent
team: marketing
sensitive: [trigger.body.iban]
steps:
  call: {kind: subflow, with: {flow: child, input: {to: "= trigger.body.iban"}}, on: {next: done, error: caught}}
  done: {kind: stop, with: {output: done}}
  caught: {kind: stop, with: {output: "= steps.call.error.code"}}
"""
SHOWING = """
format: 1
flow: child
name: Child
team: marketing
steps:
  done: {kind: stop, with: {failed: true, message: "= 'No account ' & trigger.body.to"}}
"""
COVERED = SHOWING.replace("steps:", "sensitive: [trigger.body.to]\nsteps:")
IBAN = "DE02120300000000202051"


class TestSubflowWithSensitiveData:
    def test_is_not_started_where_it_would_be_shown(self) -> None:
        make_version(SHOWING)
        run = run_to_rest(make_version(HIDING), {"iban": IBAN})
        assert json.loads(run.output) == "subflow.unveiled"
        assert not Run.objects.filter(parent=run).exists()

    def test_masks_what_the_child_tells_of_its_failure(self) -> None:
        make_version(COVERED)
        run = run_to_rest(make_version(HIDING), {"iban": IBAN})
        assert json.loads(run.output) == "subflow.failed"
        assert IBAN not in json.dumps(child_of(run).error)
        assert IBAN not in Signal.objects.get(run=run, kind="wait").data
        assert IBAN not in "".join(run.visits.values_list("error", flat=True))


class TestSubflow:
    def test_gives_what_the_child_returns(self) -> None:
        make_version(CHILD)
        run = run_to_rest(make_version(PARENT), {"n": 21}, business_key="K1", requested_by="ana")
        assert (run.status, json.loads(run.output)) == ("completed", 42)
        child = child_of(run)
        assert (child.status, child.depth, child.business_key, child.requested_by) == ("completed", 1, "K1", "ana")
        assert visits(child) == [("double", "succeeded"), ("done", "succeeded")]

    def test_waits_for_the_child_by_its_id(self) -> None:
        make_version(WAITING)
        run = run_to_rest(make_version(PARENT), {"n": 1})
        child = child_of(run)
        (waiting,) = run.waiting_for
        assert (run.status, waiting["kind"], waiting["step"], waiting["id"]) == (
            "waiting",
            "child",
            "call",
            child.id.hex,
        )
        assert Wait.objects.get(id=child.id).run_id == run.id
        started = Event.objects.filter(name="run.started", correlation=str(child.id)).get()
        assert started.team_id == run.team_id

    def test_names_the_faults_of_an_input_that_does_not_fit(self) -> None:
        make_version(CHILD)
        run = run_to_rest(make_version(CATCHING))
        error = json.loads(run.output)
        assert error["code"] == "subflow.invalid_input"
        assert error["details"]["errors"][0]["pointer"] == "/n"
        assert not Run.objects.filter(parent=run).exists()

    def test_fails_with_the_error_of_the_child(self) -> None:
        make_version(FAILING)
        run = run_to_rest(make_version(CATCHING))
        error = json.loads(run.output)
        assert error["code"] == "subflow.failed"
        assert error["details"]["run"] == str(child_of(run).id)
        assert error["details"]["error"] == {"code": "run.stopped", "message": "No money"}

    def test_retries_in_a_new_run_after_a_failed_one(self, ana: Person) -> None:
        make_version(FAILING)
        run = run_to_rest(make_version(PARENT), {"n": 2})
        incident = Incident.objects.get(run=run, closed_at__isnull=True)
        assert "No money" in incident.message
        make_version(CHILD)
        answer_incident(incident_id=incident.id, person=ana, answer="retry", data={}, now=datetime.now(UTC))
        settle()
        run.refresh_from_db()
        assert (run.status, json.loads(run.output)) == ("completed", 4)
        assert Run.objects.filter(parent=run).count() == 2

    def test_retries_by_its_own_rule(self) -> None:
        make_version(FAILING)
        text = CATCHING.replace("input: {}}", "input: {}}, retry: {max_attempts: 3, first_delay_s: 0}")
        run = run_to_rest(make_version(text))
        assert Run.objects.filter(parent=run, status="failed").count() == 3
        assert run.visits.get(key="call").attempt == 3

    @pytest.mark.parametrize(
        ("version", "expected"), [("latest", 4), ("1", "subflow.failed"), ("9", "subflow.unknown_version")]
    )
    def test_takes_the_version_asked_for(self, version: str, expected: object) -> None:
        make_version(FAILING)
        make_version(CHILD)
        text = CATCHING.replace("input: {}", f"version: {version}, input: {{n: 2}}").replace("{kind: stop}", DONE)
        output = json.loads(run_to_rest(make_version(text)).output)
        assert (output if isinstance(output, int) else output["code"]) == expected

    def test_knows_no_flow_of_another_team(self) -> None:
        make_version(CHILD.replace("team: marketing", "team: legal"))
        assert json.loads(run_to_rest(make_version(CATCHING)).output)["code"] == "subflow.unknown_flow"

    def test_stops_ten_flows_deep(self) -> None:
        run = run_to_rest(make_version(SELF))
        assert json.loads(run.output) == "subflow.too_deep"
        assert Run.objects.count() == 11

    def test_cancels_its_child_with_itself(self, ana: Person) -> None:
        make_version(WAITING)
        run = run_to_rest(make_version(PARENT), {"n": 1})
        cancel_run(run_id=run.id, person=ana, reason="Not needed", now=datetime.now(UTC))
        settle()
        assert child_of(run).status == "cancelled"
        assert Wait.objects.filter(closed_at__isnull=True).count() == 0

    def test_fails_when_its_child_is_cancelled(self, ana: Person) -> None:
        make_version(WAITING)
        run = run_to_rest(make_version(CATCHING))
        cancel_run(run_id=child_of(run).id, person=ana, reason="", now=datetime.now(UTC))
        settle()
        run.refresh_from_db()
        assert json.loads(run.output)["code"] == "subflow.cancelled"

    def test_never_stores_a_child_that_a_join_outran(self) -> None:
        make_version(WAITING)
        run = run_to_rest(make_version(RACING))
        assert run.status == "completed"
        assert not Run.objects.filter(parent=run).exists()
        assert not Event.objects.filter(name="run.started").exclude(correlation=str(run.id)).exists()

    def test_cancels_a_child_that_a_join_outran_later(self) -> None:
        make_version(WAITING)
        slow = RACING.replace("quick: {kind: set, with: {a: 1}, next: first}", QUICK)
        run = run_to_rest(make_version(slow))
        fire_timers_of(run)
        assert (run.status, child_of(run).status) == ("completed", "cancelled")

    def test_tells_a_parent_that_ended_first_nothing(self) -> None:
        make_version(WAITING)
        run = run_to_rest(make_version(RACING.replace("quick: {kind: set, with: {a: 1}, next: first}", QUICK)))
        fire_timers_of(run)
        late = Signal.objects.filter(run=run, kind="wait", subject=child_of(run).id).get()
        assert late.ignored == "The run had ended."


DONE = '{kind: stop, with: {output: "= steps.call"}}'
QUICK = "quick: {kind: wait, with: {for: PT1H}, next: first}"


def fire_timers_of(run: Run) -> None:
    """Let its timers be due, and settle."""
    Timer.objects.filter(context=run.id).update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    settle()
    run.refresh_from_db()
