"""Delegating, commenting, drafts, urgency, questions and reopening: who may, what is kept, what is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.errors import AskInvalid, CaseInvalid, TaskError, TaskNotFound, TaskRefused, TaskTaken
from cases.models import GuestPass, InformationRequest, Task, TaskComment, TaskDraft
from cases.operations import (
    Question,
    ask_to_reopen,
    comment_case,
    comment_task,
    complete_task,
    delegate_task,
    give_back_task,
    reassign_task,
    release_task,
    request_information,
    save_draft,
    set_follow_up,
    set_priority,
    withdraw_information,
)
from integrator.people.models import Person
from tests.support.cases import NOW, Office, ask_approval, ask_work, events_of, make_case, task_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.MAIL_SERVER = {"host": "mail.example"}
    settings.BASE_URL = "https://flows.example"


def answer(task: Task, person: Person, outcome: str = "approved", **fields: Any) -> Task:
    return complete_task(task_id=task.pk, person=person, outcome=outcome, **{"now": LATER, **fields}).task


class TestDelegateTask:
    def test_brings_the_answer_back_to_the_owner(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"])
        task = task_of(approval, 0)
        delegate_task(task_id=task.pk, person=office.lee, to="sam", now=NOW)
        with pytest.raises(TaskTaken, match="Sam prepares the answer"):
            answer(task, office.lee)
        answer(task, office.sam, comment="Looks good.")
        task = task_of(approval, 0)
        assert (task.status, task.assignee, task.delegated_by) == ("claimed", office.lee, None)
        assert task.proposal == {
            "outcome": "approved", "data": None, "comment": "Looks good.", "by": "sam", "at": "2026-11-19T10:05:00Z",
        }  # fmt: skip
        approval.refresh_from_db()
        assert approval.state == "open"
        answer(task, office.lee)
        approval.refresh_from_db()
        assert (approval.outcome, task_of(approval, 0).decided_by) == ("approved", office.lee)
        assert [event["to"] for event in events_of("task.proposed")] == ["lee"]

    def test_leaves_the_delegate_a_reader(self, office: Office) -> None:
        task = ask_work(office, "lee")
        delegate_task(task_id=task.pk, person=office.lee, to="sam", now=NOW)
        assert Task.objects.decidable_by(office.sam).filter(pk=task.pk).exists()
        answer(task, office.sam, "done")
        assert Task.objects.visible_to(office.sam).filter(pk=task.pk).exists()
        release_task(task_id=task.pk, person=office.lee, now=LATER)
        with pytest.raises(TaskRefused):
            answer(task, office.sam, "done")

    @pytest.mark.parametrize("who", ["sam", "lee"])
    def test_ends_when_either_of_the_two_ends_it(self, office: Office, who: str) -> None:
        task = ask_work(office, "lee")
        delegate_task(task_id=task.pk, person=office.lee, to="sam", now=NOW)
        task = give_back_task(task_id=task.pk, person=office.people[who], now=LATER)
        assert (task.assignee, task.delegated_by, task.status) == (office.lee, None, "claimed")
        assert not task.candidates.filter(person=office.sam).exists()
        assert [event["to"] for event in events_of("task.given_back")] == ["lee"]

    @pytest.mark.parametrize(
        ("to", "code"), [("lee", "task.nobody"), ("nobody", "task.unknown_person"), ("mo", "task.own_request")]
    )
    def test_refuses_whom_it_cannot_go_to(self, office: Office, to: str, code: str) -> None:
        task = task_of(ask_approval(office, ["lee"], requested_by=office.mo), 0)
        with pytest.raises(TaskError) as refusal:
            delegate_task(task_id=task.pk, person=office.lee, to=to, now=NOW)
        assert refusal.value.code == code

    def test_refuses_to_be_passed_on_or_released(self, office: Office) -> None:
        task = ask_work(office, "lee")
        delegate_task(task_id=task.pk, person=office.lee, to="sam", now=NOW)
        with pytest.raises(AskInvalid, match="Propose an answer"):
            delegate_task(task_id=task.pk, person=office.sam, to="bo", now=NOW)
        with pytest.raises(TaskRefused, match="Give it back"):
            release_task(task_id=task.pk, person=office.sam, now=NOW)
        with pytest.raises(TaskNotFound):
            give_back_task(task_id=task.pk, person=office.bo, now=NOW)

    def test_ends_when_a_lead_hands_the_task_over(self, office: Office) -> None:
        task = ask_work(office, "lee")
        delegate_task(task_id=task.pk, person=office.lee, to="sam", now=NOW)
        task = reassign_task(task_id=task.pk, person=office.mo, to="bo", now=LATER)
        assert (task.assignee, task.delegated_by) == (office.bo, None)
        with pytest.raises(AskInvalid):
            give_back_task(task_id=task.pk, person=office.lee, now=LATER)


class TestComments:
    def test_call_on_those_who_may_see_the_task_and_name_the_others(self, office: Office) -> None:
        task = ask_work(office, ["lee", "lia"])
        text = "@lia please look, @sam knows. Write to x@bo.example, @nobody"
        said = comment_task(task_id=task.pk, person=office.lee, text=text, now=NOW)
        assert (said.told, said.blind) == ((office.lia,), (office.sam,))
        event = events_of("task.commented")[0]
        assert (event["mentions"], event["people"]) == (["lia", "sam"], [office.lia.pk])
        assert TaskComment.objects.get().text == text

    def test_of_a_case_are_for_those_who_see_it(self, office: Office) -> None:
        case = make_case(office)
        said = comment_case(number=case.number, person=office.ana, text="@lee, see this", now=NOW)
        assert (said.told, said.blind) == ((), (office.lee,))
        assert events_of("case.commented")[0]["_correlation"] == case.number

    @pytest.mark.parametrize("text", ["", "  \n", None, 5, "x" * 10_001, "a\ud800"])
    def test_refuse_what_cannot_be_kept(self, office: Office, text: Any) -> None:
        task = ask_work(office, "lee")
        with pytest.raises(CaseInvalid):
            comment_task(task_id=task.pk, person=office.lee, text=text, now=NOW)
        assert not TaskComment.objects.exists()

    def test_are_nothing_for_strangers(self, office: Office) -> None:
        task = ask_work(office, "lee")
        with pytest.raises(TaskNotFound):
            comment_task(task_id=task.pk, person=office.bo, text="Hello", now=NOW)


class TestSaveDraft:
    def test_keeps_the_newest_and_goes_with_the_answer(self, office: Office) -> None:
        task = ask_work(office, "lee")
        for text in ("Half", "Half written"):
            save_draft(task_id=task.pk, person=office.lee, typed={"comment": text, "field-0": " "}, now=NOW)
        assert TaskDraft.objects.get().typed == {"comment": "Half written"}
        answer(task, office.lee, "done")
        assert not TaskDraft.objects.exists()

    def test_of_nothing_is_none(self, office: Office) -> None:
        task = ask_work(office, "lee")
        save_draft(task_id=task.pk, person=office.lee, typed={"comment": "x"}, now=NOW)
        assert save_draft(task_id=task.pk, person=office.lee, typed={"comment": ""}, now=NOW) is None
        assert not TaskDraft.objects.exists()

    def test_refuses_those_who_may_not_answer(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"], requested_by=office.lee), 0)
        with pytest.raises(TaskRefused):
            save_draft(task_id=task.pk, person=office.lee, typed={"comment": "x"}, now=NOW)
        with pytest.raises(TaskNotFound):
            save_draft(task_id=task.pk, person=office.bo, typed={"comment": "x"}, now=NOW)


class TestMarks:
    def test_change_urgency_and_follow_up_with_old_and_new(self, office: Office) -> None:
        task = ask_work(office, "lee")
        set_priority(task_id=task.pk, person=office.lee, priority="urgent", now=NOW)
        set_follow_up(task_id=task.pk, person=office.mo, at=LATER, now=NOW)
        set_follow_up(task_id=task.pk, person=office.mo, at=LATER, now=NOW)
        task.refresh_from_db()
        assert (task.priority, task.follow_up_at, task.revision) == ("urgent", LATER, 1)
        changes = [event["_changes"] for event in events_of("task.changed")]
        assert changes == [{"priority": ("normal", "urgent")}, {"follow_up_at": (None, "2026-11-19T10:05:00Z")}]

    def test_refuse_strangers_and_unknown_words(self, office: Office) -> None:
        task = ask_work(office, "lee")
        with pytest.raises(TaskNotFound):
            set_priority(task_id=task.pk, person=office.bo, priority="low", now=NOW)
        with pytest.raises(CaseInvalid):
            set_priority(task_id=task.pk, person=office.lee, priority="odd", now=NOW)


def ask(task: Task, person: Person, **fields: Any) -> InformationRequest:
    question = Question(**{"text": "Which cost centre?", **fields})
    return request_information(task_id=task.pk, person=person, question=question, now=NOW)


class TestRequestInformation:
    def test_asks_the_requester_and_brings_the_answer(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["lee"], requested_by=office.mo), 0)
        row = ask(task, office.lee)
        asking = Task.objects.decidable_by(office.mo).get()
        assert (asking.kind, asking.pk, asking.show[0]["value"]) == ("information", row.asking_id, "Which cost centre?")
        answer(asking, office.mo, "answered", comment="4711")
        row.refresh_from_db()
        assert row.state == "answered"
        given = events_of("task.information_given")[0]
        assert (given["question"], given["answer"], given["by"]) == ("Which cost centre?", "4711", "mo")
        task.refresh_from_db()
        assert task.status == "open"

    def test_needs_words_or_the_form(self, office: Office) -> None:
        task = ask_work(office, "lee")
        asking = ask(task, office.lee, who="sam").asking
        with pytest.raises(TaskError, match="Write your answer"):
            answer(asking, office.sam, "answered")
        form = {"type": "object", "required": ["centre"], "properties": {"centre": {"type": "string"}}}
        other = ask(task, office.lee, who="sam", form=form).asking
        with pytest.raises(TaskError):
            answer(other, office.sam, "answered", data={})
        answer(other, office.sam, "answered", data={"centre": "4711"})
        assert events_of("task.information_given")[0]["data"] == {"centre": "4711"}

    def test_opens_neither_task_nor_case_to_who_is_asked(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(office, "lee", case_number=case.number)
        ask(task, office.lee, who="sam")
        assert not Task.objects.visible_to(office.sam).filter(pk=task.pk).exists()
        assert not type(case).objects.visible_to(office.sam).filter(pk=case.pk).exists()

    def test_goes_by_a_link_to_somebody_without_an_account(self, office: Office) -> None:
        row = ask(ask_work(office, "lee"), office.lee, who="Kim@Example.com")
        assert (row.person, row.guest, GuestPass.objects.get().task_id) == (None, "kim@example.com", row.asking_id)
        assert not row.asking.candidates.exists()

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"who": ""}, "task.nobody"),
            ({"who": "lee"}, "task.nobody"),
            ({"who": "team:hr"}, "task.unknown_person"),
            ({"who": "nobody"}, "task.unknown_person"),
            ({"who": "sam", "text": " "}, "task.question_invalid"),
            ({"who": "sam", "form": {"type": "string"}}, "task.form_invalid"),
        ],
    )
    def test_refuses_what_cannot_be_asked(self, office: Office, fields: dict[str, Any], code: str) -> None:
        with pytest.raises(AskInvalid) as refusal:
            ask(ask_work(office, "lee"), office.lee, **fields)
        assert refusal.value.code == code
        assert Task.objects.count() == 1

    def test_is_withdrawn_by_who_asked(self, office: Office) -> None:
        task = ask_work(office, "lee")
        row = ask(task, office.lee, who="sam")
        with pytest.raises(TaskNotFound):
            withdraw_information(task_id=task.pk, request_id=row.pk, person=office.bo, now=LATER)
        withdraw_information(task_id=task.pk, request_id=row.pk, person=office.lee, now=LATER)
        row.refresh_from_db()
        row.asking.refresh_from_db()
        assert (row.state, row.asking.status) == ("withdrawn", "withdrawn")
        with pytest.raises(TaskTaken):
            withdraw_information(task_id=task.pk, request_id=row.pk, person=office.lee, now=LATER)
        assert len(events_of("task.information_withdrawn")) == 1

    def test_is_withdrawn_when_the_task_is_answered_meanwhile(self, office: Office) -> None:
        task = ask_work(office, "lee")
        rows = [ask(task, office.lee, who=who) for who in ("sam", "bo")]
        answer(task, office.lee, "done")
        for row in rows:
            row.refresh_from_db()
            assert (row.state, row.withdrawn_reason) == ("withdrawn", "The task was answered meanwhile.")
        with pytest.raises(TaskTaken, match="answered meanwhile"):
            answer(rows[0].asking, office.sam, "answered", comment="Late")

    def test_is_withdrawn_with_its_task(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"], rule="any")
        row = ask(task_of(approval, 1), office.bo, who="sam")
        answer(task_of(approval, 0), office.lee)
        row.refresh_from_db()
        assert row.state == "withdrawn"


class TestAskToReopen:
    def test_asks_the_same_again_while_the_approval_is_open(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"])
        answer(task_of(approval, 0), office.lee)
        asking = ask_to_reopen(task_id=task_of(approval, 0).pk, person=office.lee, reason="Wrong version.", now=LATER)
        assert "asked again" in asking.show[2]["value"]
        answer(asking, office.lia, "reopen")
        task = task_of(approval, 0)
        assert (task.status, task.decided_by, task.assignee) == ("open", None, None)
        assert [event["outcome"] for event in events_of("task.reopened")] == ["approved"]
        assert len(events_of("task.decided")) == 2
        answer(task, office.lee, "rejected", comment="No.")
        approval.refresh_from_db()
        assert approval.outcome == "rejected"

    def test_tells_the_flow_s_leads_where_the_flow_went_on(self, office: Office) -> None:
        task = ask_work(office, "lee")
        answer(task, office.lee, "done")
        asking = ask_to_reopen(task_id=task.pk, person=office.lee, reason="Wrong.", now=LATER)
        assert "stays decided" in asking.show[2]["value"]
        answer(asking, office.lia, "reopen", comment="Please look.")
        note = Task.objects.decidable_by(office.mo).get()
        assert note.title == "See what to do about “Mend it”"
        task.refresh_from_db()
        assert (task.status, task.outcome) == ("done", "done")

    def test_changes_nothing_when_the_lead_says_no(self, office: Office) -> None:
        task = ask_work(office, "lee")
        answer(task, office.lee, "done")
        asking = ask_to_reopen(task_id=task.pk, person=office.lee, reason="Wrong.", now=LATER)
        with pytest.raises(TaskTaken):
            ask_to_reopen(task_id=task.pk, person=office.lee, reason="Again.", now=LATER)
        answer(asking, office.lia, "leave")
        assert Task.objects.count() == 2

    def test_refuses_where_nothing_was_answered(self, office: Office) -> None:
        task = ask_work(office, "lee")
        with pytest.raises(TaskTaken):
            ask_to_reopen(task_id=task.pk, person=office.lee, reason="Why?", now=LATER)
        answer(task, office.lee, "done")
        with pytest.raises(AskInvalid):
            ask_to_reopen(task_id=task.pk, person=office.lee, reason=" ", now=LATER)
        with pytest.raises(TaskNotFound):
            ask_to_reopen(task_id=task.pk, person=office.bo, reason="Why?", now=LATER)
