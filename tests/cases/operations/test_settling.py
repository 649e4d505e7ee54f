"""Answers that can be undone for a while: they count once, afterwards, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from cases.errors import TaskNotFound, TaskRefused, TaskTaken
from cases.models import Approval, Task
from cases.operations import claim_task, complete_task, undo_decision, withdraw_by_origin_in
from integrator.events.actors import SYSTEM
from integrator.people.models import Person
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tests.support.cases import NOW, Office, ask_approval, ask_work, events_of, make_case, task_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _undo_for_15_s() -> Any:
    with override_settings(UNDO_S=15):
        yield


def answer(task: Task, person: Person, outcome: str = "approved", **fields: Any) -> Task:
    given = {"comment": "No." if outcome == "rejected" else None, "undoable": True, "now": NOW, **fields}
    return complete_task(task_id=task.pk, person=person, outcome=outcome, **given).task


def settle() -> int:
    """Let the clock pass every timer's time."""
    Timer.objects.update(due_at=NOW - timedelta(days=1000))
    Task.objects.filter(settles_at__isnull=False).update(settles_at=NOW - timedelta(days=1000))
    return fire_due_timers()


class TestAnAnswerThatCanBeUndone:
    def test_is_given_at_once_and_does_not_count_yet(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"])
        answer(task_of(approval, 0), office.lee)
        task = task_of(approval, 0)
        assert (task.status, task.outcome, task.settles_at) == ("done", "approved", NOW + timedelta(seconds=15))
        approval.refresh_from_db()
        assert approval.state == "open"
        assert events_of("task.decided") == []
        assert events_of("task.answered")[0]["until"] == "2026-11-19T10:00:15Z"

    def test_counts_once_when_its_time_is_over(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"])
        answer(task_of(approval, 0), office.lee)
        assert settle() == 1
        assert fire_due_timers() == 0
        approval.refresh_from_db()
        assert (approval.state, approval.outcome) == ("decided", "approved")
        assert [event["by"] for event in events_of("task.decided")] == ["lee"]
        assert [event["_actor"] for event in events_of("task.decided")] == [f"person:{office.lee.pk}"]
        assert len(events_of("approval.decided")) == 1
        assert task_of(approval, 0).settles_at is None

    def test_waits_in_a_timer_that_outlives_the_process(self, office: Office) -> None:
        task = answer(ask_work(office, "lee"), office.lee, "done")
        timer = Timer.objects.get(handler="cases.settle")
        assert (timer.subject, timer.due_at) == (task.pk, task.settles_at)

    def test_is_a_second_answer_s_bar_in_words(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal"])
        answer(task_of(approval, 0), office.lee)
        with pytest.raises(TaskTaken, match="They can still undo it") as refusal:
            answer(task_of(approval, 0), office.lia)
        assert refusal.value.details == {"decided_by": "lee", "decided_at": "2026-11-19T10:00:00Z"}

    def test_bars_its_giver_from_a_second_entry(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "team:legal"])
        answer(task_of(approval, 0), office.lee)
        with pytest.raises(TaskRefused):
            answer(task_of(approval, 1), office.lee)

    @pytest.mark.parametrize("regulated", [True, False])
    def test_does_not_exist_in_regulated_cases(self, office: Office, regulated: bool) -> None:
        case = make_case(office)
        case.type.regulated = regulated
        case.type.save()
        task = answer(ask_work(office, "lee", case_number=case.number), office.lee, "done")
        assert (task.settles_at is None) == regulated

    @pytest.mark.parametrize(("setting", "step", "seconds"), [(15, 0, 0), (15, 60, 60), (15, None, 15), (0, 60, 0)])
    def test_waits_as_setting_and_step_say(self, office: Office, setting: int, step: int | None, seconds: int) -> None:
        with override_settings(UNDO_S=setting):
            task = answer(ask_work(office, "lee", undo_s=step), office.lee, "done")
        assert task.settles_at == (NOW + timedelta(seconds=seconds) if seconds else None)
        assert len(events_of("task.decided")) == (0 if seconds else 1)

    def test_counts_at_once_when_it_came_by_the_api(self, office: Office) -> None:
        task = answer(ask_work(office, "lee"), office.lee, "done", undoable=False)
        assert task.settles_at is None
        assert len(events_of("task.decided")) == 1


class TestSeveralAnswersOfOneApproval:
    def test_each_wait_for_themselves(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"])
        answer(task_of(approval, 0), office.lee)
        answer(task_of(approval, 1), office.bo, now=LATER)
        assert settle() == 2
        approval.refresh_from_db()
        assert approval.outcome == "approved"
        assert [row["by"] for row in events_of("approval.decided")[0]["decisions"]] == ["lee", "bo"]

    def test_stay_on_record_when_the_first_to_count_decides(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"])
        answer(task_of(approval, 0), office.lee, "rejected")
        answer(task_of(approval, 1), office.bo, now=LATER)
        settle()
        decided = events_of("approval.decided")[0]
        assert (decided["outcome"], [row["by"] for row in decided["decisions"]]) == ("rejected", ["lee", "bo"])
        assert sorted(event["by"] for event in events_of("task.decided")) == ["bo", "lee"]
        assert not Timer.objects.exists()

    def test_ask_the_next_of_a_row_only_once_they_count(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"], order="serial")
        answer(task_of(approval, 0), office.lee)
        assert approval.tasks.count() == 1
        settle()
        assert approval.tasks.count() == 2


class TestUndoDecision:
    def test_puts_the_task_back_as_it_was(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal"])
        before = task_of(approval, 0)
        answer(before, office.lee, comment="Fine.")
        undo_decision(task_id=before.pk, person=office.lee, now=LATER)
        task = task_of(approval, 0)
        kept = ("status", "assignee_id", "outcome", "data", "comment", "decided_by_id", "decided_at", "settles_at")
        assert [getattr(task, name) for name in kept] == [getattr(before, name) for name in kept]
        assert task.show_sha256 == ""
        assert [event["outcome"] for event in events_of("task.undone")] == ["approved"]
        assert not Timer.objects.exists()
        answer(task, office.lia, "rejected", now=LATER)

    def test_leaves_it_with_whoever_had_claimed_it(self, office: Office) -> None:
        task = ask_work(office, ["lee", "lia"])
        claim_task(task_id=task.pk, person=office.lee, now=NOW)
        answer(task, office.lee, "done")
        task = undo_decision(task_id=task.pk, person=office.lee, now=LATER)
        assert (task.status, task.assignee_id) == ("claimed", office.lee.pk)

    @pytest.mark.parametrize("after_s", [15, 16, 3600])
    def test_is_over_when_the_time_is(self, office: Office, after_s: int) -> None:
        task = answer(ask_work(office, "lee"), office.lee, "done")
        with pytest.raises(TaskTaken) as refusal:
            undo_decision(task_id=task.pk, person=office.lee, now=NOW + timedelta(seconds=after_s))
        assert refusal.value.code == "task.settled"

    def test_loses_against_the_timer_that_was_first(self, office: Office) -> None:
        task = answer(ask_work(office, "lee"), office.lee, "done")
        settle()
        with pytest.raises(TaskTaken, match="Ask to reopen"):
            undo_decision(task_id=task.pk, person=office.lee, now=LATER)
        assert events_of("task.undone") == []

    def test_wins_against_a_timer_that_comes_late(self, office: Office) -> None:
        task = answer(ask_work(office, "lee"), office.lee, "done")
        timer = Timer.objects.get()
        undo_decision(task_id=task.pk, person=office.lee, now=LATER)
        answer(task, office.lee, "done", now=LATER)
        Timer.objects.create(due_at=NOW - timedelta(days=1000), handler=timer.handler, subject=timer.subject)
        Task.objects.filter(pk=task.pk).update(settles_at=datetime.now(NOW.tzinfo) + timedelta(days=1))
        fire_due_timers()
        assert events_of("task.decided") == []

    @pytest.mark.parametrize(("who", "refusal"), [("lia", TaskRefused), ("bo", TaskNotFound)])
    def test_is_for_the_one_who_answered(self, office: Office, who: str, refusal: type[Exception]) -> None:
        task = answer(task_of(ask_approval(office, ["team:legal"]), 0), office.lee)
        with pytest.raises(refusal):
            undo_decision(task_id=task.pk, person=office.people[who], now=LATER)

    def test_says_so_where_there_is_nothing_to_undo(self, office: Office) -> None:
        task = ask_work(office, "lee")
        with pytest.raises(TaskTaken):
            undo_decision(task_id=task.pk, person=office.lee, now=LATER)


class TestWithdrawing:
    def test_takes_answers_along_that_do_not_count_yet(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"])
        answer(task_of(approval, 0), office.lee)
        with transaction.atomic():
            withdraw_by_origin_in(origin=approval.origin, reason="The run was cancelled.", actor=SYSTEM, now=LATER)
        assert {task.status for task in Approval.objects.get().tasks.all()} == {"withdrawn"}
        assert not Timer.objects.exists()
        assert events_of("task.decided") == []
