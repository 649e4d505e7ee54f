"""The effect ledger: what leaves, how often, under which key, and what a run makes of each way it may end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows import registry
from flows.definition.effect import EffectAnswer, EffectCall
from flows.engine import effects
from flows.models import Effect, EffectAttempt, Incident, Run
from flows.operations.runs import answer_incident, cancel_run
from integrator.events.models import Event
from integrator.lib.concurrency import CONCURRENCY
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from tests.support import scripted
from tests.support.flows import make_run, make_team, make_version, run_to_rest, settle, visits
from tests.support.scripted import CUT_OFF, FAILED_400, FAILED_503, ScriptedConnector

pytestmark = pytest.mark.django_db(transaction=True)

SENDING = """
format: 1
flow: sending
name: Sending
team: marketing
steps:
  send: {kind: test.send, with: {repeat: REPEAT, value: "= trigger.body"}, RETRYnext: done}
  done: {kind: stop, with: {output: "= steps.send"}}
"""
OK = EffectAnswer(output={"status": 200}, exchange={"request": {}, "answer": {"status": 200}})
RETRY = "retry: {max_attempts: 3, first_delay_s: 60, factor: 2}, "


@pytest.fixture(autouse=True)
def connector(monkeypatch: pytest.MonkeyPatch) -> ScriptedConnector:
    connector = ScriptedConnector()
    monkeypatch.setattr(scripted, "CONNECTOR", connector)
    monkeypatch.setitem(registry.KINDS, "test.send", "tests.support.scripted:SEND")
    monkeypatch.setitem(registry.CONNECTORS, "scripted", "tests.support.scripted:CONNECTOR")
    return connector


@pytest.fixture
def ops() -> Person:
    person = Person.objects.create_user("ops", "ops@example.org")
    Membership.objects.create(person=person, team=make_team(), role=Role.OPERATOR)
    return person


def version(repeat: str = "ask", *, retry: bool = False) -> Any:
    return make_version(SENDING.replace("REPEAT", repeat).replace("RETRY", RETRY if retry else ""))


def make_due() -> None:
    Effect.objects.filter(status="planned").update(due_at=datetime.now(UTC) - timedelta(seconds=1))


def answer(incident: Incident, person: Person, word: str, **data: Any) -> None:
    answer_incident(incident_id=incident.id, person=person, answer=word, data=data, now=datetime.now(UTC))
    settle()


class TestConfirmed:
    def test_moves_the_run_on_with_the_answer(self, connector: ScriptedConnector) -> None:
        connector.answers = [OK]
        run = run_to_rest(version(), "hello")
        assert (run.status, json.loads(run.output)) == ("completed", {"status": 200})
        assert connector.calls[0].request == {"value": "hello"}
        assert Event.objects.filter(name="effect.confirmed", correlation=str(run.id)).count() == 1

    def test_keeps_the_exchange_of_the_attempt(self, connector: ScriptedConnector) -> None:
        connector.answers = [OK]
        run_to_rest(version())
        attempt = EffectAttempt.objects.get()
        assert (attempt.outcome, attempt.exchange["answer"]["status"]) == ("confirmed", 200)


class TestKnownFailure:
    def test_without_a_retry_policy_needs_a_person(self, connector: ScriptedConnector) -> None:
        connector.answers = [FAILED_503]
        run = run_to_rest(version())
        assert (run.status, len(connector.calls)) == ("waiting", 1)
        assert Incident.objects.get().code == "http.status"

    def test_is_tried_again_under_one_key_with_growing_delays(self, connector: ScriptedConnector) -> None:
        connector.answers = [FAILED_503, FAILED_503, OK]
        run = make_run(version(retry=True))
        settle()
        planned = Effect.objects.get()
        assert planned.status == "planned"
        first_delay_s = (planned.due_at - planned.planned_at).total_seconds()
        assert 59 < first_delay_s < 70
        for _ in range(2):
            make_due()
            settle()
        run.refresh_from_db()
        assert run.status == "completed"
        assert len({call.idempotency_key for call in connector.calls}) == 1
        assert [attempt.outcome for attempt in EffectAttempt.objects.all()] == ["failed", "failed", "confirmed"]

    def test_4xx_is_not_tried_again(self, connector: ScriptedConnector) -> None:
        connector.answers = [FAILED_400]
        run = run_to_rest(version(retry=True))
        assert (run.status, len(connector.calls)) == ("waiting", 1)

    def test_a_retry_by_a_person_keeps_the_key_and_gets_fresh_tries(
        self, connector: ScriptedConnector, ops: Person
    ) -> None:
        connector.answers = [FAILED_503, FAILED_503, FAILED_503, FAILED_503, OK]
        run = make_run(version(retry=True))
        for _ in range(3):
            settle()
            make_due()
        answer(Incident.objects.get(), ops, "retry")
        make_due()
        settle()
        run.refresh_from_db()
        assert run.status == "completed"
        assert len(connector.calls) == 5
        assert len({call.idempotency_key for call in connector.calls}) == 1

    def test_changed_data_get_a_new_key(self, connector: ScriptedConnector, ops: Person) -> None:
        connector.answers = [FAILED_400, OK]
        run = run_to_rest(version(), "wrong")
        answer(Incident.objects.get(), ops, "retry_edited", settings={"value": "right", "repeat": "ask"})
        run.refresh_from_db()
        assert run.status == "completed"
        assert connector.calls[1].request == {"value": "right"}
        assert connector.calls[0].idempotency_key != connector.calls[1].idempotency_key
        assert visits(run) == [("send", "failed"), ("send", "succeeded"), ("done", "succeeded")]

    def test_leaves_by_the_error_port_when_linked(self, connector: ScriptedConnector) -> None:
        connector.answers = [FAILED_400]
        text = SENDING.replace("REPEAT", "ask").replace("RETRYnext: done", "on: {next: done, error: done}")
        run = run_to_rest(make_version(text))
        assert json.loads(run.output)["error"]["code"] == "http.status"


class TestUnknownOutcome:
    def test_asks_a_person_and_never_repeats_by_itself(self, connector: ScriptedConnector) -> None:
        connector.answers = [CUT_OFF, OK]
        run = run_to_rest(version(retry=True))
        assert (run.status, len(connector.calls)) == ("waiting", 1)
        assert (Incident.objects.get().code, Effect.objects.get().status) == ("effect.unknown", "unknown")

    def test_it_happened(self, connector: ScriptedConnector, ops: Person) -> None:
        connector.answers = [CUT_OFF]
        run = run_to_rest(version())
        answer(Incident.objects.get(), ops, "happened", output={"status": 201})
        run.refresh_from_db()
        assert (run.status, json.loads(run.output)) == ("completed", {"status": 201})
        assert (len(connector.calls), Effect.objects.get().status) == (1, "confirmed")

    def test_it_did_not_so_it_is_sent_again_under_its_key(self, connector: ScriptedConnector, ops: Person) -> None:
        connector.answers = [CUT_OFF, OK]
        run = run_to_rest(version())
        answer(Incident.objects.get(), ops, "retry")
        run.refresh_from_db()
        assert run.status == "completed"
        assert len({call.idempotency_key for call in connector.calls}) == 1

    def test_safe_ones_are_repeated_by_the_policy(self, connector: ScriptedConnector) -> None:
        connector.answers = [CUT_OFF, OK]
        run = make_run(version("safe", retry=True))
        settle()
        make_due()
        settle()
        run.refresh_from_db()
        assert run.status == "completed"


class TestLostSender:
    def lose(self, repeat: str, connector: ScriptedConnector) -> tuple[Run, effects.ClaimedEffect]:
        """A worker that commits SENDING and is not heard of again."""
        connector.answers = [OK]
        run = make_run(version(repeat))
        from flows.engine.runner import advance_runs

        advance_runs()
        claimed = effects.claim_effect()
        assert claimed is not None
        Effect.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
        return run, claimed

    def test_safe_is_sent_again_under_its_key(self, connector: ScriptedConnector) -> None:
        run, claimed = self.lose("safe", connector)
        settle()
        run.refresh_from_db()
        assert run.status == "completed"
        assert connector.calls[0].idempotency_key == claimed.effect.idempotency_key

    def test_ask_is_unknown_and_a_late_answer_resolves_it_once(self, connector: ScriptedConnector) -> None:
        run, claimed = self.lose("ask", connector)
        settle()
        run.refresh_from_db()
        assert (run.status, Incident.objects.get().code, connector.calls) == ("waiting", "effect.unknown", [])
        effects.record_answer(claimed.effect, OK)
        effects.record_answer(claimed.effect, OK)
        settle()
        run.refresh_from_db()
        assert (run.status, run.open_incidents) == ("completed", 0)
        assert Incident.objects.get().answer == "late_answer"
        assert visits(run) == [("send", "succeeded"), ("done", "succeeded")]

    def test_the_answer_of_a_sender_that_lost_its_fence_moves_nothing(self, connector: ScriptedConnector) -> None:
        run, claimed = self.lose("safe", connector)
        settle()
        effects.record_answer(claimed.effect, FAILED_400)
        settle()
        run.refresh_from_db()
        assert (run.status, Effect.objects.get().status) == ("completed", "confirmed")

    def test_gives_up_before_the_socket_opens_when_its_lease_may_be_over(self, connector: ScriptedConnector) -> None:
        seen: list[bool] = []

        def ask(call: EffectCall) -> EffectAnswer:
            seen.append(call.abort_before_connect())
            return OK

        connector.answers = [ask]
        run_to_rest(version())
        assert seen == [False]


class TestCancel:
    def test_a_planned_effect_is_dropped(self, connector: ScriptedConnector, ops: Person) -> None:
        from flows.engine.runner import advance_runs

        run = make_run(version())
        advance_runs()
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        advance_runs()
        settle()
        assert (Effect.objects.get().status, connector.calls) == ("dropped", [])

    def test_one_under_way_is_recorded_and_moves_nothing(self, connector: ScriptedConnector, ops: Person) -> None:
        from flows.engine.runner import advance_runs

        run = make_run(version())
        advance_runs()
        claimed = effects.claim_effect()
        assert claimed is not None
        cancel_run(run_id=run.id, person=ops, reason="", now=datetime.now(UTC))
        advance_runs()
        effects.record_answer(claimed.effect, OK)
        settle()
        run.refresh_from_db()
        assert (run.status, Effect.objects.get().status) == ("cancelled", "confirmed")


class TestHostSlots:
    def test_are_as_many_as_the_process_does_jobs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(CONCURRENCY, "jobs", 40)
        assert effects.SLOTS.slots == 40
        assert effects.HostSlots(4).slots == 4

    def test_one_host_may_have_half_of_the_slots(self) -> None:
        slots = effects.HostSlots(4)
        with slots.occupy("slow.example"), slots.occupy("slow.example"):
            assert slots.full_hosts() == ["slow.example"]
            assert slots.free == 2
        assert slots.full_hosts() == []
