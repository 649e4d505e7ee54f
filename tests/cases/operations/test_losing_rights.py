"""What somebody holds when they are deactivated, or lose the role or lead by which they could claim it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from cases.models import Case, CaseParty, GuestPass, SlaClock, Task, TaskDraft
from cases.operations import claim_task, complete_task, idle_teams, losing_rights
from cases.operations.claiming import reassign_task
from cases.operations.delegating import delegate_task
from cases.operations.drafting import save_draft
from cases.operations.losing_rights import TIMER, look_again
from integrator.events.actors import SYSTEM
from integrator.lib.ids import new_uuid
from integrator.people.models import Membership, Person
from integrator.people.operations import deactivate_person, remove_membership, set_lead
from integrator.timers.firing import FiredTimer
from integrator.timers.models import Timer
from tests.support.cases import Office, add_role, ask_approval, ask_work, cover, events_of, make_case, task_of


@pytest.fixture
def now() -> datetime:
    """Who may answer is asked of the clock, so it is the time of today."""
    return timezone.now()


def deactivate(person: Person, now: datetime) -> None:
    deactivate_person(person_id=person.pk, actor=SYSTEM, now=now)


def take_role(person: Person, slug: str) -> None:
    membership = Membership.objects.get(person=person, team__slug=slug)
    remove_membership(membership_id=membership.pk, actor=SYSTEM)


def fire(now: datetime) -> None:
    """Everything that is to be looked at again, until nothing is."""
    handlers = {
        TIMER: look_again,
        "cases.idle_to_approve": idle_teams.look_for_approvals,
        "cases.idle_to_work": idle_teams.look_for_work,
    }
    while row := Timer.objects.filter(handler__in=handlers).order_by("due_at", "id").first():
        row.delete()
        fired = FiredTimer(subject=row.subject, context=row.context, due_at=row.due_at)
        handlers[row.handler].take([fired], now)


def status_of(task: Task) -> tuple[str, Person | None]:
    task.refresh_from_db()
    return task.status, task.assignee


LOSSES: dict[str, tuple[Callable[[Office, datetime], None], str]] = {
    "deactivated": (lambda office, now: deactivate(office.lee, now), "Lee was deactivated"),
    "role taken": (lambda office, now: take_role(office.lee, "legal"), "Lee is no longer approver in Legal"),
}


class TestClaims:
    @pytest.mark.parametrize("loss", LOSSES)
    def test_are_open_again_at_once_with_the_reason(self, office: Office, now: datetime, loss: str) -> None:
        task, (lose, reason) = ask_work(office, "team:legal"), LOSSES[loss]
        claim_task(task_id=task.pk, person=office.lee, now=now)
        lose(office, now)
        assert status_of(task) == ("open", None)
        (told,) = events_of("task.released")
        assert (told["title"], told["for"], told["reason"]) == ("Mend it", None, reason)
        assert claim_task(task_id=task.pk, person=office.lia, now=now).assignee == office.lia

    def test_keep_clock_and_drafts(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal", due_at=now + timedelta(days=9))
        claim_task(task_id=task.pk, person=office.lee, now=now)
        save_draft(task_id=task.pk, person=office.lee, typed={"comment": "Half a"}, now=now)
        before = SlaClock.objects.filter(task=task).values().get()
        deactivate(office.lee, now)
        assert SlaClock.objects.filter(task=task).values().get() == before
        assert TaskDraft.objects.filter(task=task, person=office.lee).count() == 1

    def test_of_a_lead_are_open_when_somebody_else_leads(self, office: Office, now: datetime) -> None:
        Membership.objects.filter(person=office.lia).delete()
        task = ask_work(office, "team:legal")
        claim_task(task_id=task.pk, person=office.lia, now=now)
        set_lead(team_id=office.team("legal").pk, person_id=None, actor=SYSTEM)
        assert status_of(task) == ("open", None)
        assert [event["reason"] for event in events_of("task.released")] == ["Lia no longer leads Legal"]

    @pytest.mark.parametrize("why", ["another role", "asked by name", "covers somebody", "another team"])
    def test_stay_with_who_may_answer_all_the_same(self, office: Office, now: datetime, why: str) -> None:
        add_role(office, "lee", "legal" if why == "another role" else "brand", "operator")
        if why == "covers somebody":
            cover(office.lia, office.lee)
        to = {"asked by name": ["team:legal", "lee"], "another team": ["team:legal", "team:brand"]}
        task = ask_work(office, to.get(why, "team:legal"))
        claim_task(task_id=task.pk, person=office.lee, now=now)
        remove_membership(membership_id=Membership.objects.get(person=office.lee, role="approver").pk, actor=SYSTEM)
        fire(now)
        assert status_of(task) == ("claimed", office.lee)
        assert events_of("task.released") == []

    def test_of_a_substitute_for_them_are_open_too(self, office: Office, now: datetime) -> None:
        cover(office.lee, office.sam)
        task, own = ask_work(office, "team:legal"), ask_work(office)
        for each in (task, own):
            claim_task(task_id=each.pk, person=office.sam, now=now)
        deactivate(office.lee, now)
        assert (status_of(task), status_of(own)) == (("open", None), ("claimed", office.sam))
        assert [event["for"] for event in events_of("task.released")] == ["Lee"]

    def test_of_an_answered_task_stay_on_record(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal")
        claim_task(task_id=task.pk, person=office.lee, now=now)
        complete_task(task_id=task.pk, person=office.lee, outcome="done", now=now)
        deactivate(office.lee, now)
        assert status_of(task) == ("done", office.lee)

    def test_of_many_are_opened_by_batches(
        self, office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(losing_rights, "BATCH", 2)
        for _ in range(5):
            claim_task(task_id=ask_work(office, "team:legal").pk, person=office.lee, now=now)
        deactivate(office.lee, now)
        assert Task.objects.filter(status="claimed").count() == 3
        fire(now)
        assert Task.objects.filter(status="open").count() == 5
        assert len(events_of("task.released")) == 5

    def test_that_came_in_that_moment_are_found_soon_after(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal")
        deactivate(office.lee, now)
        Task.objects.filter(pk=task.pk).update(status="claimed", assignee=office.lee, claimed_at=now)  # was under way
        assert [row.subject for row in Timer.objects.filter(handler=TIMER)] == [UUID(int=office.lee.pk)]
        fire(now)
        assert status_of(task) == ("open", None)


class TestDelegations:
    def test_go_back_to_their_owner_when_the_delegate_is_deactivated(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal")
        delegate_task(task_id=task.pk, person=office.lee, to="bo", now=now)
        deactivate(office.bo, now)
        task.refresh_from_db()
        assert (task.status, task.assignee, task.delegated_by) == ("claimed", office.lee, None)
        told = events_of("task.given_back")
        assert [(event["to"], event["reason"]) for event in told] == [("lee", "Bo was deactivated")]

    def test_end_when_nobody_could_confirm(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:legal")
        delegate_task(task_id=task.pk, person=office.lee, to="bo", now=now)
        take_role(office.lee, "legal")
        task.refresh_from_db()
        assert (task.status, task.delegated_by, task.candidates.filter(is_delegate=True).count()) == ("open", None, 0)
        assert Task.objects.visible_to(office.bo).filter(pk=task.pk).exists()


class TestWhatNobodyHolds:
    def test_is_told_once_when_its_last_member_goes(self, office: Office, now: datetime) -> None:
        held, free = ask_work(office, "team:hr", title="Held"), ask_work(office, "team:hr", title="Free")
        ask_work(office, ["team:hr", "lee"], title="Of somebody else too")
        claim_task(task_id=held.pk, person=office.sam, now=now)
        deactivate(office.sam, now)
        fire(now)
        (asked,) = events_of("alert.asked")
        assert asked["body"].startswith("Nobody is left in Hr who may answer it.")
        assert sorted(asked["body"].splitlines()[1:]) == ["Free", "Held"]
        assert asked["people"] == [office.mo.pk]
        assert status_of(free) == status_of(held) == ("open", None)

    def test_of_an_approval_is_answered_by_leads_where_there_are_some(self, office: Office, now: datetime) -> None:
        add_role(office, "ana", "hr", "approver")
        ask_approval(office, ["team:hr"])
        ask_work(office, "team:hr")  # which the operator can still do
        take_role(office.ana, "hr")
        fire(now)
        assert [event["to"] for event in events_of("task.reassigned")] == [["mo"]]
        assert events_of("alert.asked") == []

    def test_is_not_told_while_somebody_is_left_or_has_come(self, office: Office, now: datetime) -> None:
        ask_work(office, "team:hr")
        add_role(office, "lee", "hr", "operator")
        deactivate(office.lee, now)
        take_role(office.sam, "hr")
        add_role(office, "bo", "hr", "operator")  # before anybody was told
        fire(now)
        assert events_of("alert.asked") == []

    def test_is_told_by_batches(self, office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(idle_teams, "BATCH", 2)
        for number in range(3):
            ask_work(office, "team:hr", title=f"Count {number}")
        deactivate(office.sam, now)
        fire(now)
        told = [asked["body"].splitlines()[1:] for asked in events_of("alert.asked")]
        assert told == [["Count 0", "Count 1"], ["Count 2"]]


class TestWhatIsAskedByName:
    def test_is_told_to_the_lead_once(self, office: Office, now: datetime) -> None:
        task, other = ask_work(office, "sam", title="Call Kim"), ask_work(office, ["sam", "team:legal"])
        claim_task(task_id=task.pk, person=office.sam, now=now)
        deactivate(office.sam, now)
        fire(now)
        assert status_of(task) == status_of(other) == ("open", None)
        (asked,) = events_of("alert.asked")
        assert asked["title"] == "“Call Kim” waits, and nobody who is asked can answer it"
        assert asked["body"].startswith("Sam was deactivated. Hand over what waits")
        assert (asked["people"], asked["link"]) == ([office.mo.pk], "/workload/?holder=sam")

    def test_is_handed_over_by_that_lead(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "sam")
        deactivate(office.sam, now)
        assert reassign_task(task_id=task.pk, person=office.mo, to="bo", now=now).assignee == office.bo

    def test_is_told_in_one_alert_however_many(self, office: Office, now: datetime) -> None:
        for number in range(3):
            ask_work(office, "sam", title=f"Call {number}")
        deactivate(office.sam, now)
        fire(now)
        (asked,) = events_of("alert.asked")
        assert asked["title"] == "3 tasks wait, and nobody who is asked can answer them"
        assert asked["body"].splitlines()[1:] == ["Call 0", "Call 1", "Call 2"]

    def test_goes_by_batches(self, office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(losing_rights, "BATCH", 2)
        for number in range(5):
            ask_work(office, "sam", title=f"Call {number}")
        deactivate(office.sam, now)
        fire(now)
        bodies = [asked["body"].splitlines()[1:] for asked in events_of("alert.asked")]
        assert bodies == [["Call 0", "Call 1"], ["Call 2", "Call 3"], ["Call 4"]]

    def test_is_told_to_administrators_where_nobody_leads(self, office: Office, now: datetime) -> None:
        Membership.objects.filter(person=office.mo).delete()
        ask_work(office, "sam")
        deactivate(office.sam, now)
        fire(now)
        assert [asked["people"] for asked in events_of("alert.asked")] == [[office.adm.pk]]

    @pytest.mark.parametrize("is_party", [False, True])
    def test_of_a_confidential_case_is_told_to_who_sees_it(self, office: Office, now: datetime, is_party: bool) -> None:
        case = make_case(office)
        Case.objects.filter(pk=case.pk).update(confidential=True)
        if is_party:
            CaseParty.objects.create(case=case, person=office.mo, role="controller", since_at=now)
        ask_work(office, "sam", case_number=case.number)
        deactivate(office.sam, now)
        fire(now)
        assert [asked["people"] for asked in events_of("alert.asked")] == ([[office.mo.pk]] if is_party else [])

    def test_is_left_to_a_guest_who_was_invited_too(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "sam")
        until = now + timedelta(days=1)
        GuestPass.objects.create(
            id=new_uuid(), task=task, email="kim@example.com", revision=1, created_at=now, expires_at=until
        )
        deactivate(office.sam, now)
        fire(now)
        assert events_of("alert.asked") == []

    def test_of_an_approval_is_answered_by_the_lead(self, office: Office, now: datetime) -> None:
        approval = ask_approval(office, ["lee", "bo"])
        deactivate(office.lee, now)
        fire(now)
        task = task_of(approval, 0)
        assert Task.objects.decidable_by(office.lia).filter(pk=task.pk).exists()
        assert [(event["to"], event["reason"]) for event in events_of("task.reassigned")] == [
            (["lia"], "Nobody else who was asked for Lee may answer.")
        ]
        assert events_of("alert.asked") == []

    def test_stays_theirs_when_only_a_role_is_taken(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "sam")
        claim_task(task_id=task.pk, person=office.sam, now=now)
        take_role(office.sam, "hr")
        fire(now)
        assert status_of(task) == ("claimed", office.sam)
        assert events_of("alert.asked") == []


class TestWhatIsAskedOfATeam:
    def test_is_told_to_the_lead_when_its_last_member_goes(self, office: Office, now: datetime) -> None:
        task = ask_work(office, "team:hr")
        claim_task(task_id=task.pk, person=office.sam, now=now)
        take_role(office.sam, "hr")
        fire(now)
        assert status_of(task) == ("open", None)
        assert [(asked["people"], asked["link"]) for asked in events_of("alert.asked")] == [
            ([office.mo.pk], "/workload/")
        ]
