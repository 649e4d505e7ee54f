"""Starting a run by hand: who may, what fits, and a key that starts one run."""

from __future__ import annotations

from typing import Any

import pytest

from flows.errors import FlowRefused, Forbidden, NotFound
from flows.models import Flow, Run
from flows.operations.publishing import pause_flow
from flows.operations.triggering import StartedByHand, start_by_hand
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flows import make_team
from tests.support.personas import make_person
from tests.support.triggers import NOW, bodies_of, publish

pytestmark = pytest.mark.django_db(transaction=True)
FORM = (
    "{kind: manual, business_key: = body.order, schema: {type: object, required: [order], "
    "properties: {order: {type: string}, amount: {type: number}}}}"
)


@pytest.fixture
def flow() -> Flow:
    return publish(FORM)


def start(person: Person, given: Any, **more: Any) -> StartedByHand:
    return start_by_hand(key="timed", person=person, given=given, now=NOW, **more)


def operator(team: str = "marketing") -> Person:
    return make_person(f"op-{team}", (make_team(team), Role.OPERATOR))


class TestStartByHand:
    def test_starts_a_run(self, flow: Flow) -> None:
        person = operator()
        started = start(person, {"order": "A-1", "amount": 5}, base_url="https://f.example")
        run = Run.objects.get()
        assert started.answer["run"] == str(run.id)
        assert started.answer["status_url"] == f"https://f.example/status/{run.status_token}"
        assert (run.started_by, run.business_key, bodies_of(flow)) == (person, "A-1", [{"order": "A-1", "amount": 5}])

    def test_starts_one_run_for_a_key(self, flow: Flow) -> None:
        person = operator()
        first = start(person, {"order": "A-1"}, idempotency_key="k")
        second = start(person, {"order": "A-1"}, idempotency_key="k")
        assert (second.is_repeat, second.answer) == (True, {**first.answer, "duplicate": True})
        start(person, {"order": "A-1"})
        other = make_person("other", (make_team(), Role.LEAD))
        assert not start(other, {"order": "A-1"}, idempotency_key="k").is_repeat
        assert Run.objects.count() == 3

    def test_names_every_fault(self, flow: Flow) -> None:
        with pytest.raises(FlowRefused) as refused:
            start(operator(), {"amount": "much"})
        assert refused.value.code == "flow.input_invalid"
        assert {fault["pointer"] for fault in refused.value.details["errors"]} == {"/order", "/amount"}

    def test_is_for_those_who_may(self, flow: Flow) -> None:
        with pytest.raises(NotFound):
            start(operator("legal"), {"order": "A-1"})
        with pytest.raises(Forbidden):
            start(make_person("an", (make_team(), Role.ANALYST)), {"order": "A-1"})

    def test_refuses_a_paused_flow_and_one_of_another_trigger(self, flow: Flow) -> None:
        person = operator()
        pause_flow(key="timed", person=None, now=NOW)
        with pytest.raises(FlowRefused, match="is paused"):
            start(person, {"order": "A-1"})
        publish("{kind: schedule, every: PT5M}", key="clock")
        with pytest.raises(FlowRefused, match="is not started by hand"):
            start_by_hand(key="clock", person=person, given={}, now=NOW)
