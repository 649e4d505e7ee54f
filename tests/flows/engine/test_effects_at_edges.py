"""The ledger at its edges: cancelled runs, lost senders, answers that are hard to store, slots, a process that ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from flows import registry
from flows.definition.effect import EffectAnswer
from flows.engine import effects, runner
from flows.models import Effect, EffectAttempt, Incident, Run, Signal
from flows.operations.runs import answer_incident, cancel_run
from integrator.lib import ending
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support import scripted
from tests.support.flows import make_run, make_team, make_version, run_to_rest, settle
from tests.support.scripted import CUT_OFF, FAILED_400, FAILED_503, ScriptedConnector

pytestmark = pytest.mark.django_db(transaction=True)

SENDING = """
format: 1
flow: sending
name: Sending
team: marketing
steps:
  send: {kind: test.send, with: {repeat: REPEAT, host: "= trigger.body.host"}, RETRYnext: done}
  done: {kind: stop, with: {output: "= steps.send"}}
"""
OK = EffectAnswer(output={"status": 200}, exchange={"answer": {"status": 200}})
RETRY = "retry: {max_attempts: 3, first_delay_s: 60, factor: 2}, "


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> ScriptedConnector:
    connector = ScriptedConnector(answers=[OK])
    monkeypatch.setattr(scripted, "CONNECTOR", connector)
    monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
    monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
    monkeypatch.setattr(effects, "RECORD_AGAIN_S", 0.01, raising=False)
    return connector


@pytest.fixture(autouse=True)
def _go_on_afterwards() -> Iterator[None]:
    yield
    ending.ENDING.clear()


@pytest.fixture
def ops() -> Person:
    person = Person.objects.create_user("ops", "ops@example.org")
    Membership.objects.create(person=person, team=make_team(), role=Role.OPERATOR)
    return person


def version(repeat: str = "ask", *, retry: bool = False) -> Any:
    return make_version(SENDING.replace("REPEAT", repeat).replace("RETRY", RETRY if retry else ""))


def plan(repeat: str = "ask", *, retry: bool = False, host: str = "hub.example") -> Run:
    run = make_run(version(repeat, retry=retry), {"host": host})
    runner.advance_runs()
    return run


def claim() -> effects.ClaimedEffect:
    claimed = effects.claim_effect()
    assert claimed is not None
    return claimed


def cancel(run: Run, person: Person) -> None:
    cancel_run(run_id=run.id, person=person, reason="", now=datetime.now(UTC))
    runner.advance_runs()


def lose_sender() -> None:
    Effect.objects.filter(status="sending").update(lease_until=datetime.now(UTC) - timedelta(seconds=1))


class TestCancelled:
    def test_a_failed_call_is_not_tried_again(self, ops: Person) -> None:
        run = plan(retry=True)
        claimed = claim()
        cancel(run, ops)
        effects.record_answer(claimed.effect, FAILED_503)
        assert Effect.objects.get().status == "failed"

    def test_a_lost_call_is_not_sent_again(self, ops: Person, connector: ScriptedConnector) -> None:
        run = plan("safe")
        claim()
        cancel(run, ops)
        lose_sender()
        settle()
        assert (Effect.objects.get().ended_at is not None, connector.calls) == (True, [])

    def test_an_order_to_send_again_that_came_before_is_void(self, ops: Person, connector: ScriptedConnector) -> None:
        connector.answers = [FAILED_400]
        run = run_to_rest(version(), {"host": "hub.example"})
        incident = Incident.objects.get()
        answer_incident(incident_id=incident.id, person=ops, answer="retry", data={}, now=datetime.now(UTC))
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        settle()
        assert (Effect.objects.get().status, len(connector.calls)) == ("failed", 1)


class TestUnknownOutcome:
    def test_stays_unknown_when_changed_data_are_sent_instead(self, ops: Person, connector: ScriptedConnector) -> None:
        connector.answers = [CUT_OFF, OK]
        run_to_rest(version(), {"host": "hub.example"})
        answer_incident(
            incident_id=Incident.objects.get().id,
            person=ops,
            answer="retry_edited",
            data={"settings": {"repeat": "ask", "host": "hub.example"}},
            now=datetime.now(UTC),
        )
        settle()
        assert list(Effect.objects.order_by("planned_at").values_list("status", flat=True)) == ["unknown", "confirmed"]


class TestLostSender:
    def test_a_late_answer_is_kept_with_its_exchange(self) -> None:
        plan()
        claimed = claim()
        lose_sender()
        effects.settle_lost()
        effects.record_answer(claimed.effect, OK)
        attempt = EffectAttempt.objects.get()
        assert (attempt.outcome, attempt.exchange) == ("confirmed", {"answer": {"status": 200}})

    def test_a_call_that_ends_three_workers_needs_a_person(self, connector: ScriptedConnector) -> None:
        plan("safe")
        for _ in range(3):
            claim()
            lose_sender()
            effects.settle_lost()
        settle()
        assert (connector.calls, Incident.objects.get().code) == ([], "effect.worker_lost")

    def test_one_that_cannot_be_settled_holds_up_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        plan("safe")
        claim()
        lose_sender()
        plan("ask")
        claim()
        lose_sender()
        settle_one = effects._plan_again
        monkeypatch.setattr(effects, "_plan_again", lambda *given: bool([].index(given)))
        assert effects.settle_lost() == 1
        assert dict(Effect.objects.values_list("repeat", "status")) == {"safe": "sending", "ask": "unknown"}
        assert effects.settle_lost() == 0
        monkeypatch.setattr(effects, "_plan_again", settle_one)
        lose_sender()
        assert effects.settle_lost() == 1
        assert dict(Effect.objects.values_list("repeat", "status")) == {"safe": "planned", "ask": "unknown"}

    def test_a_retry_by_a_person_begins_to_count_anew(self, connector: ScriptedConnector, ops: Person) -> None:
        self.test_a_call_that_ends_three_workers_needs_a_person(connector)
        incident = Incident.objects.get()
        answer_incident(incident_id=incident.id, person=ops, answer="retry", data={}, now=datetime.now(UTC))
        runner.advance_runs()
        claim()
        lose_sender()
        settle()
        assert Run.objects.get().status == "completed"


class TestRecording:
    def test_is_tried_until_the_database_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        plan()
        real, failed = effects.record_answer, []

        def record_answer(*args: Any) -> None:
            if len(failed) < 3:
                failed.append(args)
                raise OperationalError("server closed the connection unexpectedly")
            real(*args)

        monkeypatch.setattr(effects, "record_answer", record_answer)
        settle()
        assert (len(failed), Run.objects.get().status) == (3, "completed")

    @pytest.mark.parametrize(("repeat", "status"), [("ask", "unknown"), ("safe", "failed")])
    def test_of_what_cannot_be_stored_is_told(self, repeat: str, status: str, connector: ScriptedConnector) -> None:
        connector.answers = [EffectAnswer(output={"status": 200}, exchange={"answer": object()})]  # type: ignore[dict-item]
        plan(repeat)
        settle()
        assert (Effect.objects.get().status, len(connector.calls)) == (status, 1)
        assert "could not be stored" in Incident.objects.get().message


class TestSlots:
    def test_are_taken_with_the_claim(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two senders that claim at once must not both find the host's last slot free."""
        monkeypatch.setattr(effects, "SLOTS", effects.HostSlots(2))
        for host in ("slow.example", "slow.example", "quick.example", "third.example"):
            plan(host=host)
        taken = [effects.take_effect() for _ in range(3)]
        assert [each.effect.host if each else None for each in taken] == ["slow.example", "quick.example", None]

    def test_are_free_again_when_the_claim_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail() -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(effects, "claim_effect", fail)
        with pytest.raises(OperationalError):
            effects.take_effect()
        assert effects.SLOTS.free == effects.SLOTS.slots

    def test_a_sender_calls_the_next_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Or a hundred effects that were planned in one landing would be sent one after the other."""
        rung: list[int] = []
        monkeypatch.setattr(effects, "ring_effects", lambda: rung.append(1))
        plan()
        effects.send_effects()
        assert rung == [1]


class TestLeaseOfACall:
    def test_is_counted_from_before_the_database_told_the_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = [1_000.0]
        real = effects.get_database_now

        def tell_slowly() -> datetime:
            clock[0] += 5
            return real()

        monkeypatch.setattr(effects, "monotonic", lambda: clock[0])
        plan()
        monkeypatch.setattr(effects, "get_database_now", tell_slowly)
        claimed = claim()
        assert claimed.gives_up_at == 1_000 + claimed.effect.timeout_s + effects.GRACE_S


class TestEndingProcess:
    def test_lands_what_it_has_of_a_run_and_leaves_the_rest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        run = make_run(version(), {"host": "hub.example"})
        with monkeypatch.context() as patch:
            patch.setattr(runner, "reach", lambda point: ending.ENDING.set())
            runner.advance_batch()
        ending.ENDING.clear()
        run.refresh_from_db()
        assert (run.status, run.lease_until, run.strikes, run.visits.count()) == ("running", None, 0, 0)
        runner.advance_runs()
        run.refresh_from_db()
        assert run.status == "waiting"

    def test_takes_up_nothing_new(self, monkeypatch: pytest.MonkeyPatch, connector: ScriptedConnector) -> None:
        plan()
        ending.ENDING.set()
        make_run(version(), {"host": "hub.example"})
        assert (effects.send_effects(), runner.advance_runs(), connector.calls) == (0, 0, [])
        ending.ENDING.clear()
        settle()
        assert not Signal.objects.filter(consumed_at__isnull=True).exists()
        assert {json.loads(run.output)["status"] for run in Run.objects.all()} == {200}
