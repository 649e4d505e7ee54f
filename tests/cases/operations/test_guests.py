"""Guests: one link, one task, one answer; every other use of it is refused and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cases.errors import AnswerInvalid, AskInvalid, TaskError, TaskNotFound, TaskRefused, TaskTaken
from cases.models import GuestPass, Task
from cases.operations import (
    answer_as_guest,
    claim_task,
    complete_task,
    invite_guest,
    open_guest_task,
    reassign_task,
    revoke_guest,
    withdraw_by_origin_in,
)
from cases.operations.invitations import make_token
from cases.operations.settling import undo_decision
from integrator.events.actors import SYSTEM
from integrator.events.models import Event, EventPayload
from tests.support.cases import NOW, Office, ask_approval, ask_work, events_of, task_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
KIM = "kim@example.com"


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.MAIL_SERVER = {"host": "mail.example"}
    settings.BASE_URL = "https://flows.example"


def invite(office: Office, task: Task, email: str = KIM) -> GuestPass:
    return invite_guest(task_id=task.pk, person=office.mo, email=email, now=NOW)


def answer(token: str, outcome: str = "done", **fields: Any) -> Task:
    given = {"data": None, "comment": None, "now": LATER, **fields}
    return answer_as_guest(token=token, outcome=outcome, **given).task


class TestInviteGuest:
    def test_is_for_those_who_may_hand_the_task_over(self, office: Office) -> None:
        task = ask_work(office, "lee")
        row = invite(office, task, " Kim@Example.com ")
        assert (row.email, row.expires_at) == (KIM, NOW + timedelta(days=14))
        for who, refusal in (("lee", TaskRefused), ("bo", TaskNotFound)):
            with pytest.raises(refusal):
                invite_guest(task_id=task.pk, person=office.people[who], email=KIM, now=NOW)

    @pytest.mark.parametrize(
        ("email", "code"), [("kim", "task.unknown_person"), ("lee@example.org", "guest.has_account")]
    )
    def test_refuses_what_is_no_outsider_s_address(self, office: Office, email: str, code: str) -> None:
        with pytest.raises(AskInvalid) as refusal:
            invite(office, ask_work(office, "lee"), email)
        assert refusal.value.code == code

    def test_revokes_the_link_of_before(self, office: Office) -> None:
        task = ask_work(office, "lee")
        first, second = make_token(invite(office, task)), make_token(invite(office, task))
        with pytest.raises(TaskRefused, match="taken back"):
            answer(first)
        assert answer(second).status == "done"

    def test_keeps_the_link_out_of_the_log(self, office: Office) -> None:
        row = invite(office, ask_work(office, "lee"))
        kept = "".join(EventPayload.objects.values_list("payload", flat=True)[:100])
        assert make_token(row).rpartition(".")[2] not in kept
        assert row.nonce not in kept
        assert Event.objects.filter(name="task.guest_invited").count() == 1


class TestAnswerAsGuest:
    def test_counts_once_and_says_who(self, office: Office) -> None:
        task = ask_work(office, "lee")
        token = make_token(invite(office, task))
        done = answer(token, comment="Mended.")
        assert (done.status, done.decided_by, done.decided_by_guest) == ("done", None, KIM)
        event = events_of("task.decided")[0]
        assert (event["by"], event["comment"], event["_actor"]) == (f"guest:{KIM}", "Mended.", f"guest:{task.pk}")
        with pytest.raises(TaskTaken, match="answered this already"):
            answer(token)
        assert len(events_of("task.decided")) == 1

    def test_carries_an_approval_on(self, office: Office) -> None:
        approval = ask_approval(office, [f"guest:{KIM}", "lee"])
        token = make_token(GuestPass.objects.get())
        answer(token, "approved")
        complete_task(task_id=task_of(approval, 1).pk, person=office.lee, outcome="approved", now=LATER)
        decided = events_of("approval.decided")[0]
        assert [row["by"] for row in decided["decisions"]] == [f"guest:{KIM}", "lee"]
        assert approval.entries[0]["label"] == f"Guest {KIM}"

    def test_is_refused_for_a_second_entry(self, office: Office) -> None:
        ask_approval(office, [f"guest:{KIM}", f"guest:{KIM}"])
        tokens = [make_token(row) for row in GuestPass.objects.order_by("created_at", "id")]
        answer(tokens[0], "approved")
        with pytest.raises(TaskRefused, match="another part"):
            answer(tokens[1], "approved")

    def test_needs_what_everybody_s_answer_needs(self, office: Office) -> None:
        ask_approval(office, [f"guest:{KIM}"])
        token = make_token(GuestPass.objects.get())
        for outcome in ("rejected", "odd"):
            with pytest.raises(AnswerInvalid):
                answer(token, outcome)
        assert GuestPass.objects.get().used_at is None

    @pytest.mark.parametrize(
        "spoil", ["", "x", "{p}", "{p}.", "{p}.0", "{s}", "{p}.{s}0", "{p}{s}", "{P}.{s}", "{o}.{s}"]
    )
    def test_refuses_a_link_that_is_not_ours(self, office: Office, spoil: str) -> None:
        task, other = ask_work(office, "lee"), ask_work(office, "lee")
        row, alien = invite(office, task), invite(office, other)
        name, _, sign = make_token(row).partition(".")
        token = spoil.format(p=name, s=sign, P=name.upper() + "A", o=alien.pk.hex)
        with pytest.raises(TaskNotFound):
            open_guest_task(token=token, now=NOW)
        with pytest.raises(TaskNotFound):
            answer(token)
        assert set(Task.objects.values_list("status", flat=True)) == {"open"}

    def test_is_over_with_its_time(self, office: Office) -> None:
        row = invite(office, ask_work(office, "lee"))
        with pytest.raises(TaskRefused, match="is over"):
            answer(make_token(row), now=row.expires_at)
        assert open_guest_task(token=make_token(row), now=row.expires_at).bar is not None

    def test_is_refused_once_revoked(self, office: Office) -> None:
        row = invite(office, ask_work(office, "lee"))
        revoke_guest(task_id=row.task_id, pass_id=row.pk, person=office.mo, now=LATER)
        with pytest.raises(TaskRefused, match="taken back"):
            answer(make_token(row))
        with pytest.raises(TaskTaken):
            revoke_guest(task_id=row.task_id, pass_id=row.pk, person=office.mo, now=LATER)
        with pytest.raises(TaskNotFound):
            revoke_guest(task_id=ask_work(office, "lee").pk, pass_id=row.pk, person=office.mo, now=LATER)

    @pytest.mark.parametrize("what", ["claimed", "reassigned", "decided", "withdrawn", "undone"])
    def test_is_refused_when_the_task_went_another_way(self, office: Office, what: str, settings: Any) -> None:
        settings.UNDO_S = 15
        task = ask_work(office, ["lee", "lia"])
        token = make_token(invite(office, task))
        if what == "claimed":
            claim_task(task_id=task.pk, person=office.lee, now=LATER)
        elif what == "reassigned":
            reassign_task(task_id=task.pk, person=office.mo, to="bo", now=LATER)
        elif what == "withdrawn":
            with transaction.atomic():
                withdraw_by_origin_in(origin=task.origin, reason="Cancelled.", actor=SYSTEM, now=LATER)
        else:
            complete_task(task_id=task.pk, person=office.lee, outcome="done", undoable=what == "undone", now=LATER)
        if what == "undone":
            undo_decision(task_id=task.pk, person=office.lee, now=LATER)
        told = len(events_of("task.decided"))
        with pytest.raises(TaskError):
            answer(token)
        assert open_guest_task(token=token, now=LATER).bar is not None
        assert (len(events_of("task.decided")), GuestPass.objects.get().used_at) == (told, None)

    def test_shows_and_changes_nothing_by_looking(self, office: Office) -> None:
        row = invite(office, ask_work(office, "lee"))
        before = Event.objects.count()
        view = open_guest_task(token=make_token(row), now=LATER)
        assert (view.task.title, view.bar) == ("Mend it", None)
        assert Event.objects.count() == before


class TestFlowsThatAskGuests:
    def test_know_somebody_of_here_by_their_address(self, office: Office) -> None:
        task = ask_work(office, ["guest:lee@example.org"])
        assert [row.person for row in task.candidates.all()] == [office.lee]
        assert not GuestPass.objects.exists()

    def test_refuse_where_no_mail_can_be_sent(self, office: Office, settings: Any) -> None:
        settings.BASE_URL = ""
        with pytest.raises(AskInvalid, match="INTEGRATOR_BASE_URL"):
            ask_work(office, [f"guest:{KIM}"])
        with pytest.raises(AskInvalid, match="INTEGRATOR_EMAIL_HOST"):
            invite(office, ask_work(office, "lee"))

    def test_refuse_what_is_no_address(self, office: Office) -> None:
        with pytest.raises(AskInvalid, match="no e-mail address"):
            ask_work(office, ["guest:kim"])
