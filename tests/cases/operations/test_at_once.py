"""Many answers at the same moment: one winner, and everybody else learns who it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.errors import CaseError
from cases.models import Approval, Case, SlaEntry, Task
from cases.operations import (
    Question,
    answer_information,
    claim_task,
    complete_task,
    request_information,
    undo_decision,
    update_case,
)
from cases.shapes import as_time
from integrator.events.actors import SYSTEM
from integrator.people.models import Membership, Person, Team
from integrator.timers.firing import fire_due_timers
from integrator.timers.models import Timer
from tests.support.at_once import do_at_once
from tests.support.cases import (
    NOW,
    Office,
    add_role,
    ask_approval,
    ask_work,
    events_of,
    make_case,
    make_office,
    task_of,
)

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


@pytest.fixture
def office() -> Office:
    """The office in a test that commits."""
    return make_office()


def race(jobs: list[Callable[[], str]]) -> Counter[str]:
    """Do all jobs at the same moment; count what they gave or the code they raised."""
    return Counter(each.code if isinstance(each, CaseError) else each for each in do_at_once(jobs, refusal=CaseError))


def join_legal(count: int) -> list[Person]:
    """So many approvers more in legal."""
    names = [f"p{number:02}" for number in range(AT_ONCE)]
    people = Person.objects.bulk_create(Person(username=name, email=f"{name}@example.org") for name in names)
    legal = Team.objects.get(slug="legal")
    Membership.objects.bulk_create(Membership(person=person, team=legal, role="approver") for person in people)
    return people


class TestDecisionsAtOnce:
    def test_have_one_winner_of_whom_all_others_are_told(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)

        def decide(person: Person) -> Callable[[], str]:
            return lambda: str(
                complete_task(
                    task_id=task.pk, person=person, outcome="approved", comment=f"By {person.username}.", now=NOW
                ).task.comment
            )

        results = do_at_once([decide(person) for person in join_legal(AT_ONCE)], refusal=CaseError)
        task.refresh_from_db()
        winner = task.decided_by
        assert winner is not None
        assert [each for each in results if isinstance(each, str)] == [f"By {winner.username}."] == [task.comment]
        refused = [each for each in results if isinstance(each, CaseError)]
        told = {"decided_by": winner.username, "decided_at": as_time(NOW)}
        assert {(each.code, each.message) for each in refused} == {
            ("task.decided_already", f"{winner} decided this already: approved.")
        }
        assert all(each.details == told for each in refused)
        assert len(refused) == AT_ONCE - 1
        assert len(events_of("task.decided")) == len(events_of("approval.decided")) == 1

    def test_give_parallel_repeats_of_one_key_the_first_result(self, office: Office) -> None:
        task = ask_work(office, "sam", outcomes=("mended", "given_up"))

        def decide(outcome: str) -> Callable[[], str]:
            return lambda: (
                complete_task(
                    task_id=task.pk, person=office.sam, outcome=outcome, idempotency_key="k", now=NOW
                ).task.outcome
            )

        results = race([decide(("mended", "given_up")[place % 2]) for place in range(AT_ONCE)])
        assert sum(results.values()) == AT_ONCE
        assert len(results) == 1
        assert set(results) <= {"mended", "given_up"}
        assert len(events_of("task.decided")) == 1

    def test_of_one_approval_are_all_counted(self, office: Office) -> None:
        names = ["lee", "lia", "bo", "bea", "ana", "mo", "sam"]
        approval = ask_approval(office, names)

        def decide(position: int, name: str) -> Callable[[], str]:
            task_id = task_of(approval, position).pk
            return lambda: (
                complete_task(task_id=task_id, person=office.people[name], outcome="approved", now=NOW).approval_outcome
                or "open"
            )

        results = race([decide(position, name) for position, name in enumerate(names)])
        assert results == {"open": len(names) - 1, "approved": 1}
        assert Approval.objects.get(pk=approval.pk).outcome == "approved"

    def test_of_one_person_fill_one_entry(self, office: Office) -> None:
        add_role(office, "lee", "brand", "approver")
        approval = ask_approval(office, ["team:legal", "team:brand"])
        ids = [task_of(approval, place).pk for place in (0, 1)]

        def decide(place: int) -> Callable[[], str]:
            return lambda: (
                complete_task(task_id=ids[place], person=office.lee, outcome="approved", now=NOW).task.outcome
            )

        assert race([decide(0), decide(1)]) == {"approved": 1, "task.second_entry": 1}
        assert Task.objects.filter(approval=approval, decided_by=office.lee).count() == 1

    def test_of_rejections_leave_one_and_withdraw_the_rest(self, office: Office) -> None:
        names = ["lee", "lia", "bo", "bea", "sam"]
        approval = ask_approval(office, names)

        def decide(position: int, name: str) -> Callable[[], str]:
            task_id = task_of(approval, position).pk
            return lambda: (
                complete_task(
                    task_id=task_id, person=office.people[name], outcome="rejected", comment="No.", now=NOW
                ).approval_outcome
            )

        results = race([decide(position, name) for position, name in enumerate(names)])
        assert results == {"rejected": 1, "task.withdrawn": 4}
        assert Counter(approval.tasks.values_list("status", flat=True)) == {"done": 1, "withdrawn": 4}


class TestUndoingAgainstTheTimer:
    def test_has_one_winner(self, office: Office, settings: Any) -> None:
        settings.UNDO_S = 15
        task = ask_work(office, "lee")
        given = timezone.now() - timedelta(seconds=16)
        complete_task(task_id=task.pk, person=office.lee, outcome="done", undoable=True, now=given)

        def undo() -> str:
            return undo_decision(task_id=task.pk, person=office.lee, now=given).status

        results = race([undo, lambda: "fired" if fire_due_timers() >= 0 else ""])
        task.refresh_from_db()
        assert not Timer.objects.exists()
        told = (len(events_of("task.undone")), len(events_of("task.decided")))
        outcome = (dict(results), task.status, task.settles_at, told)
        assert outcome in (
            ({"open": 1, "fired": 1}, "open", None, (1, 0)),
            ({"task.settled": 1, "fired": 1}, "done", None, (0, 1)),
        )


class TestClaimsAtOnce:
    def test_have_one_winner_of_whom_all_others_are_told(self, office: Office) -> None:
        task = ask_work(office, "team:legal")

        def claim(person: Person) -> Callable[[], str]:
            return lambda: str(claim_task(task_id=task.pk, person=person, now=NOW).assignee)

        results = do_at_once([claim(person) for person in join_legal(AT_ONCE)], refusal=CaseError)
        winner = Task.objects.get(pk=task.pk).assignee
        assert winner is not None
        assert [each for each in results if isinstance(each, str)] == [str(winner)]
        refused = [each for each in results if isinstance(each, CaseError)]
        assert {each.code for each in refused} == {"task.claimed"}
        assert all(each.details == {"claimed_by": winner.username, "claimed_at": as_time(NOW)} for each in refused)
        assert len(refused) == AT_ONCE - 1
        assert len(events_of("task.claimed")) == 1


class TestAnswersToAQuestionAtOnce:
    def test_count_once_and_the_clock_goes_on_once(self, office: Office) -> None:
        task = ask_work(office, "lee", due_at=NOW + timedelta(days=1))
        asked = request_information(
            task_id=task.pk, person=office.lee, question=Question(text="Which one?", who="bo"), now=NOW
        )

        def answer(place: int) -> Callable[[], str]:
            return lambda: str(
                answer_information(
                    request_id=asked.pk, person=office.bo, answer=f"Number {place}.", now=NOW
                ).task.comment
            )

        results = do_at_once([answer(place) for place in range(AT_ONCE)], refusal=CaseError)
        asked.refresh_from_db()
        assert [each for each in results if isinstance(each, str)] == [asked.asking.comment]
        refused = [each for each in results if isinstance(each, CaseError)]
        assert {each.code for each in refused} == {"task.decided_already"}
        assert all(each.details == {"decided_by": "bo", "decided_at": as_time(NOW)} for each in refused)
        assert asked.state == "answered"
        assert len(events_of("task.information_given")) == 1
        assert [entry.what for entry in SlaEntry.objects.filter(clock__task=task)].count("resumed") == 1


class TestChangesAtOnce:
    def test_of_one_case_are_all_kept(self, office: Office) -> None:
        case = make_case(office)
        teams = ["legal", "brand", "hr", "marketing"]

        def change(place: int) -> Callable[[], str]:
            changes = {"data": {f"f{place}": place}, "team": teams[place % 4]}
            return lambda: update_case(number=case.number, changes=changes, actor=SYSTEM, now=NOW).status

        assert race([change(place) for place in range(12)]) == {"open": 12}
        stored = Case.objects.get(pk=case.pk)
        assert stored.data == {f"f{place}": place for place in range(12)}
        assert stored.revision == 13
