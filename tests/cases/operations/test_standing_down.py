"""What those hold whom a substitute covers, and what the substitute held when they act for them no more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from cases.errors import TaskTaken
from cases.models import Task
from cases.operations import claim_task, complete_task
from cases.operations.delegating import delegate_task
from integrator.people.models import Substitution
from integrator.people.operations import end_substitution
from integrator.people.operations.substitutes import tell_due
from integrator.timers.firing import FiredTimer
from tests.support.cases import Office, ask_work, cover, events_of


@pytest.fixture
def now() -> datetime:
    """Who may answer is asked of the clock, so it is the time of today."""
    return timezone.now()


def end(row: Substitution, now: datetime) -> None:
    end_substitution(substitution_id=row.pk, by=row.person, now=now)


class TestWhatTheyHold:
    def test_is_answered_for_them(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal")
        claim_task(task_id=task.pk, person=office.lee, now=now)
        cover(office.lia, office.sam, starts_at=now - timedelta(days=2))
        cover(office.lee, office.sam)
        answered = complete_task(task_id=task.pk, person=office.sam, outcome="done", now=now).task
        assert (answered.decided_by, answered.covered) == (office.sam, office.lee)

    def test_is_taken_for_everybody_else(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal")
        claim_task(task_id=task.pk, person=office.lee, now=now)
        cover(office.lia, office.sam)
        for person in (office.sam, office.lia):
            with pytest.raises(TaskTaken) as caught:
                complete_task(task_id=task.pk, person=person, outcome="done", now=now)
            assert caught.value.details["claimed_by"] == "lee"


class TestEndOfSubstitution:
    def test_opens_what_was_claimed_for_the_one_covered(self, office: Office, now: datetime) -> None:
        row, task = cover(office.lee, office.sam), ask_work(office, "team:legal")
        claim_task(task_id=task.pk, person=office.sam, now=now)
        end(row, now)
        task.refresh_from_db()
        assert (task.status, task.assignee, task.claimed_at) == ("open", None, None)
        (told,) = events_of("task.released")
        assert (told["for"], told["reason"]) == ("Lee", "Sam does not act for Lee any more")
        assert claim_task(task_id=task.pk, person=office.lee, now=now).assignee == office.lee

    def test_does_so_when_its_time_is_over_too(self, office: Office, now: datetime) -> None:
        row, task = cover(office.lee, office.sam), ask_work(office, "lee")
        claim_task(task_id=task.pk, person=office.sam, now=now)
        past = now - timedelta(minutes=1)
        Substitution.objects.filter(pk=row.pk).update(ends_at=past)
        tell_due.take([FiredTimer(subject=row.pk, context=None, due_at=past)], now)
        assert Task.objects.get(pk=task.pk).status == "open"

    def test_ends_a_delegation_that_nobody_could_confirm(self, office: Office, now: datetime) -> None:
        row, task = cover(office.lee, office.sam), ask_work(office, "lee")
        delegate_task(task_id=task.pk, person=office.sam, to="bo", now=now)
        end(row, now)
        task.refresh_from_db()
        assert (task.status, task.delegated_by, task.candidates.filter(is_delegate=True).count()) == ("open", None, 0)
        assert Task.objects.visible_to(office.bo).filter(pk=task.pk).exists()

    @pytest.mark.parametrize("why", ["asked too", "covers another", "of the team"])
    def test_leaves_what_they_may_answer_all_the_same(self, office: Office, now: datetime, why: str) -> None:
        substitute = office.lia if why == "of the team" else office.sam
        row = cover(office.lee, substitute)
        to: list[str] = ["team:legal", "sam"] if why == "asked too" else ["team:legal"]
        if why == "covers another":
            cover(office.lia, substitute)
        task = ask_work(office, to)
        claim_task(task_id=task.pk, person=substitute, now=now)
        end(row, now)
        assert Task.objects.get(pk=task.pk).assignee == substitute
        assert events_of("task.released") == []

    def test_leaves_what_they_hold_for_others(self, office: Office, now: datetime) -> None:
        row, task = cover(office.lee, office.sam), ask_work(office, "team:brand")
        cover(office.bo, office.sam)
        claim_task(task_id=task.pk, person=office.sam, now=now)
        end(row, now)
        assert Task.objects.get(pk=task.pk).assignee == office.sam
