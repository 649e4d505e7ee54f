"""Messages and the runs that wait for them, in every order: heard once each; repeats and late ones change nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from flows.engine import runner
from flows.models import Message, MessageWait, Run, Signal, Wait
from flows.operations.messages import NewMessage, expire_parked_messages, publish_in, publish_message
from flows.operations.runs import cancel_run
from integrator.events.actors import SYSTEM
from integrator.events.models import Event
from integrator.people.models import Membership, Person
from integrator.people.roles import Role
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tests.support.flows import make_run, make_team, make_version, run_to_rest, settle, visits
from tests.support.messages import (
    make_waiting,
    make_waiting_run,
    names_on,
    outcome_of,
    parked,
    send,
)

pytestmark = pytest.mark.django_db(transaction=True)
LOOP = """
format: 1
flow: looping
name: Hears twice
team: marketing
steps:
  first: {kind: wait_for, with: {message: paid, key: A-1}, next: second}
  second: {kind: wait_for, with: {message: paid, key: A-1}, next: done}
  done: {kind: stop, with: {output: ["= steps.first.data", "= steps.second.data"]}}
"""
FIRST_OF_TWO = """
format: 1
flow: either
name: Takes what comes first
team: marketing
steps:
  split: {kind: parallel, on: {a: left, b: right}}
  left: {kind: wait_for, with: {message: left, key: A-1}, next: meet}
  right: {kind: wait_for, with: {message: right, key: A-1}, next: meet}
  meet: {kind: join, with: {mode: any}, next: pause}
  pause: {kind: wait, with: {for: PT1H}}
"""


def output_of(run: Run) -> object:
    run.refresh_from_db()
    assert run.status == "completed", run.status
    return json.loads(run.output)


def let_time_pass() -> None:
    Timer.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))


class TestPublish:
    def test_wakes_the_run_that_waits(self) -> None:
        run = make_waiting_run()
        assert (run.status, run.waiting_for[0]["kind"]) == ("waiting", "message")
        assert outcome_of(send(data={"amount": 7})) == (1, False, False)
        settle()
        assert output_of(run) == {"amount": 7}
        assert names_on(run) == ["message.delivered"]
        assert Wait.objects.get().close_reason == "The message “paid” came."
        assert not Timer.objects.exists()

    def test_keeps_what_comes_before_its_run(self) -> None:
        assert outcome_of(send(data=1)) == (0, True, False)
        run = make_waiting_run()
        assert output_of(run) == 1
        assert parked() == 0
        assert names_on(run) == ["message.delivered"]

    def test_gives_name_key_data_and_id_as_output(self) -> None:
        run = make_waiting_run()
        send(data=[1], message_id="m-1")
        settle()
        visit = run.visits.get(key="paid")
        assert json.loads(visit.output) == {"name": "paid", "key": "A-1", "data": [1], "id": "m-1"}

    def test_goes_to_every_run_that_waits(self) -> None:
        runs = [make_waiting_run() for _ in range(3)]
        other = make_waiting_run("A-2")
        assert outcome_of(send(data=1)) == (3, False, False)
        settle()
        assert [output_of(run) for run in runs] == [1, 1, 1]
        other.refresh_from_db()
        assert other.status == "waiting"

    def test_gives_a_kept_message_to_one_run_only(self) -> None:
        send(data=1)
        first, second = make_waiting_run(), make_waiting_run()
        assert output_of(first) == 1
        assert second.status == "waiting"

    def test_hands_out_kept_messages_in_their_order(self) -> None:
        send(data=1)
        send(data=2)
        run = run_to_rest(make_version(LOOP))
        assert output_of(run) == [1, 2]

    def test_keeps_a_second_message_for_the_next_wait_of_a_run(self) -> None:
        run = run_to_rest(make_version(LOOP))
        assert outcome_of(send(data=1)) == (1, False, False)
        assert outcome_of(send(data=2)) == (0, True, False)  # the run has not been taken up yet
        settle()
        assert output_of(run) == [1, 2]

    @pytest.mark.parametrize(
        ("name", "key", "team"), [("paid", "A-2", "marketing"), ("Paid", "A-1", "marketing"), ("paid", "A-1", "legal")]
    )
    def test_is_not_heard_by_others(self, name: str, key: str, team: str) -> None:
        run = make_waiting_run()
        new = NewMessage(team_id=make_team(team).pk, name=name, key=key)
        assert publish_message(new=new, actor=SYSTEM, now=datetime.now(UTC)).parked
        run.refresh_from_db()
        assert run.status == "waiting"

    def test_takes_a_number_as_key(self) -> None:
        run = make_waiting_run(4711)
        assert run.waiting_for[0]["subject"] == "“paid” for 4711"
        assert outcome_of(send("4711")) == (1, False, False)

    def test_wants_a_transaction(self) -> None:
        with pytest.raises(RuntimeError):
            publish_in(NewMessage(team_id=make_team().pk, name="paid", key="A-1"), actor=SYSTEM, now=datetime.now(UTC))

    def test_keeps_messages_of_a_case_for_runs_of_that_case(self) -> None:
        send(data="mine", case_number="C-2026-000001")
        assert make_waiting_run().status == "waiting"
        assert parked() == 1


ORDERS = list(permutations(["run", "message", "repeat", "other"]))


class TestOrder:
    @pytest.mark.parametrize("settles", [True, False], ids=["one by one", "all at once"])
    @pytest.mark.parametrize("order", ORDERS, ids=" ".join)
    def test_does_not_matter(self, order: tuple[str, ...], settles: bool) -> None:
        version = make_waiting()
        runs = []
        for each in order:
            if each == "run":
                runs.append(make_run(version, {"order": "A-1"}))
            elif each == "other":
                send("A-2", "not mine")
            else:
                send(data=1, message_id="m-1")
            if settles:
                settle()
        settle()
        assert [output_of(run) for run in runs] == [1]
        assert sorted(Message.objects.values_list("key", "status")) == [("A-1", "delivered"), ("A-2", "parked")]
        assert names_on(runs[0])[0] == "message.delivered"
        assert MessageWait.objects.count() == 1


class TestRepeats:
    def test_change_nothing_and_get_the_first_answer(self) -> None:
        run = make_waiting_run()
        first = send(data=1, message_id="m-1")
        settle()
        again = make_waiting_run()
        assert outcome_of(send(data=1, message_id="m-1")) == (first.delivered, first.parked, True)
        settle()
        again.refresh_from_db()
        assert (output_of(run), again.status) == (1, "waiting")
        assert names_on(run) == ["message.delivered", "message.duplicate"]
        assert Message.objects.count() == 1

    def test_tell_the_first_answer_when_the_first_was_kept_and_heard_since(self) -> None:
        send(data=1, message_id="m-1")
        make_waiting_run()
        assert outcome_of(send(data=1, message_id="m-1")) == (0, True, True)

    def test_with_other_content_are_told_apart(self) -> None:
        run = make_waiting_run()
        send(data=1, message_id="m-1")
        assert outcome_of(send(data=2, message_id="m-1")) == (1, False, True)
        assert outcome_of(send("A-2", 1, message_id="m-1")) == (1, False, True)
        assert names_on(run) == ["message.delivered", *["message.duplicate_differs"] * 2]
        settle()
        assert output_of(run) == 1

    def test_count_in_their_team_alone(self) -> None:
        send(data=1, message_id="m-1")
        new = NewMessage(team_id=make_team("legal").pk, name="paid", key="A-1", data=1, message_id="m-1")
        assert not publish_message(new=new, actor=SYSTEM, now=datetime.now(UTC)).is_repeat


class TestLateMessages:
    def test_come_after_the_time_was_over(self) -> None:
        run = make_waiting_run()
        let_time_pass()
        settle()
        assert output_of(run) == "too late"
        assert outcome_of(send(data=1)) == (0, True, False)
        settle()
        assert output_of(run) == "too late"
        assert names_on(run) == ["message.late"]

    def test_are_given_back_when_the_run_had_moved_on(self) -> None:
        run = make_waiting_run()
        let_time_pass()
        fire_due_timers()
        assert outcome_of(send(data=1)) == (1, False, False)
        settle()
        assert output_of(run) == "too late"
        assert names_on(run) == ["message.delivered", "message.late"]
        assert parked() == 1
        assert output_of(make_waiting_run()) == 1

    def test_are_given_back_by_a_run_that_was_cancelled(self) -> None:
        run, other = make_waiting_run(), None
        person = Person.objects.create_user("ops", "ops@example.org")
        Membership.objects.create(person=person, team=make_team(), role=Role.OPERATOR)
        cancel_run(run_id=run.id, person=person, reason="", now=datetime.now(UTC))
        assert outcome_of(send(data=1)) == (1, False, False)
        settle()
        run.refresh_from_db()
        assert (run.status, parked()) == ("cancelled", 1)
        assert Signal.objects.filter(ignored="The run had ended.").count() == 1
        other = make_waiting_run()
        assert output_of(other) == 1

    def test_given_back_go_to_whoever_waits_by_then(self) -> None:
        run = make_waiting_run()
        let_time_pass()
        fire_due_timers()
        send(data=1)
        other = make_run(run.version, {"order": "A-1"})
        settle()
        assert (output_of(run), output_of(other)) == ("too late", 1)

    def test_find_no_wait_that_a_join_closed(self) -> None:
        run = run_to_rest(make_version(FIRST_OF_TWO))
        send(name="left")
        settle()
        assert dict(visits(run)) | {"meet": "succeeded"} == {
            "split": "succeeded",
            "left": "succeeded",
            "right": "cancelled",
            "meet": "succeeded",
            "pause": "waiting",
        }
        assert MessageWait.objects.filter(closed_at__isnull=True).count() == 0
        assert outcome_of(send(name="right")) == (0, True, False)


class TestExpiry:
    def test_lets_go_of_what_nobody_waited_for(self) -> None:
        now = datetime.now(UTC)
        send(data=1, now=now - timedelta(days=8))
        send(data=2, now=now)
        assert expire_parked_messages(now) == 1
        assert expire_parked_messages(now) == 0
        assert sorted(Message.objects.values_list("data", "status")) == [("1", "expired"), ("2", "parked")]
        assert Event.objects.filter(name="message.expired").count() == 1

    def test_gives_no_run_what_is_too_old_though_not_marked_yet(self) -> None:
        send(data=1, now=datetime.now(UTC) - timedelta(days=8))
        assert make_waiting_run().status == "waiting"

    def test_goes_by_the_setting(self, settings: object) -> None:
        settings.MESSAGE_PARKED_DAYS = 1  # type: ignore[attr-defined]
        send(data=1, now=datetime.now(UTC) - timedelta(days=2))
        assert expire_parked_messages(datetime.now(UTC)) == 1


class TestLanding:
    def test_that_fails_leaves_the_message_where_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send(data=1)
        make_run(make_waiting(), {"order": "A-1"})

        def fail(*_: object) -> None:
            raise RuntimeError("the landing broke")

        with monkeypatch.context() as broken:
            broken.setattr("flows.engine.journal.portable.parts.write_incidents", fail)
            runner.advance_runs()
        assert (parked(), MessageWait.objects.count()) == (1, 0)
