"""Answers to tasks: what counts, what is refused, and what follows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import transaction

from cases.errors import AnswerInvalid, CaseError, TaskNotFound, TaskRefused, TaskTaken
from cases.models import Approval, Task
from cases.operations import TaskDecision, claim_task, complete_task, withdraw_by_origin_in
from integrator.events.actors import SYSTEM
from integrator.people.models import Membership, Person, Team
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, events_of, make_case, task_of

SHOW = [
    {"label": "Asset", "value": "https://example.org/ä.png", "as": "link"},
    {"label": "Sum", "value": {"z": 1, "a": 2.5}, "as": "money"},
]


def approve(task: Task, person: Person, **answer: Any) -> TaskDecision:
    return complete_task(**{"task_id": task.pk, "person": person, "outcome": "approved", "now": NOW, **answer})


def reject(task: Task, person: Person, comment: str = "No.") -> TaskDecision:
    return approve(task, person, outcome="rejected", comment=comment)


def refused(task: Task, person: Person, **answer: Any) -> CaseError:
    with pytest.raises(CaseError) as caught:
        approve(task, person, **answer)
    return caught.value


class TestCompleteWork:
    def test_records_the_answer_and_tells_who_asked(self, office: Office) -> None:
        case = make_case(office)
        task = ask_work(
            office, "team:hr", outcomes=("mended", "given_up"), show=SHOW, case_number=case.number, correlation="run-1"
        )
        decision = approve(task, office.sam, outcome="mended", data={"hours": 2}, comment="Done.")
        stored = Task.objects.get(pk=task.pk)
        assert (stored.status, stored.outcome, stored.data, stored.comment) == ("done", "mended", {"hours": 2}, "Done.")
        assert (stored.decided_by, stored.decided_at, stored.revision) == (office.sam, NOW, 2)
        assert (decision.repeated, decision.task.status, decision.task.revision) == (False, "done", 2)
        (event,) = events_of("task.decided")
        assert event["origin"] == task.origin
        assert (event["kind"], event["outcome"], event["by"]) == ("assign", "mended", "sam")
        assert event["data"] == {"hours": 2}
        assert event["_correlation"] == "run-1"

    def test_keeps_exactly_what_was_shown_with_its_hash(self, office: Office) -> None:
        task = ask_work(office, "sam", show=SHOW)
        approve(task, office.sam, outcome="done")
        (event,) = events_of("task.decided")
        canonical = json.dumps(SHOW, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert event["show"] == SHOW
        assert event["show_sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
        assert Task.objects.get(pk=task.pk).show_sha256 == event["show_sha256"]

    def test_needs_no_claim_but_respects_one(self, office: Office) -> None:
        add_role(office, "bo", "hr", "operator")
        task = ask_work(office, "team:hr")
        claim_task(task_id=task.pk, person=office.bo, now=NOW)
        error = refused(task, office.sam, outcome="done")
        assert error.code == "task.claimed"
        assert error.details == {"claimed_by": "bo", "claimed_at": "2026-11-19T10:00:00Z"}
        assert approve(task, office.bo, outcome="done").task.status == "done"


class TestRefusals:
    def test_hide_a_task_from_strangers(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        for name in ("bo", "vi", "aud", "adm", "ana"):
            with pytest.raises(TaskNotFound):
                approve(task, office.people[name])

    def test_name_the_first_of_two_deciders(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        approve(task, office.lee)
        error = refused(task, office.lia)
        assert error.code == "task.decided_already"
        assert error.details == {"decided_by": "lee", "decided_at": "2026-11-19T10:00:00Z"}

    def test_leave_the_task_as_it_was(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        for answer in ({"outcome": "maybe"}, {"outcome": "rejected"}, {"data": []}):
            with pytest.raises(AnswerInvalid):
                approve(task, office.lee, **answer)
        task.refresh_from_db()
        assert (task.status, task.revision) == ("open", 1)
        assert events_of("task.decided") == []

    def test_come_in_the_order_not_yours_refused_invalid_taken(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"], requested_by=office.lee), 0)
        assert refused(task, office.bo, outcome="maybe").code == "task.not_found"
        assert refused(task, office.lee, outcome="maybe").code == "task.own_request"
        approve(task, office.lia)
        assert refused(task, office.lia, outcome="maybe").code == "task.unknown_outcome"
        assert refused(task, office.lia).code == "task.decided_already"

    def test_say_why_a_task_was_withdrawn_and_by_whom(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "team:brand"])
        reject(task_of(approval, 0), office.lee)
        error = refused(task_of(approval, 1), office.bo)
        assert error.code == "task.withdrawn"
        assert error.details == {"decided_by": "lee", "decided_at": "2026-11-19T10:00:00Z"}
        assert "Lee rejected for Legal" in error.message


class TestIdempotencyKeys:
    def test_give_the_same_person_the_first_result_again(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        first = approve(task, office.lee, idempotency_key="k1")
        again = approve(task, office.lee, idempotency_key="k1", outcome="rejected", comment="Changed my mind.")
        assert again.repeated
        assert not first.repeated
        assert (again.task.outcome, again.approval_outcome) == ("approved", "approved")
        assert len(events_of("task.decided")) == 1

    @pytest.mark.parametrize(("person", "key"), [("lia", "k1"), ("lee", "k2"), ("lee", "")])
    def test_give_nobody_else_anything(self, office: Office, person: str, key: str) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        approve(task, office.lee, idempotency_key="k1")
        assert refused(task, office.people[person], idempotency_key=key).code == "task.decided_already"

    def test_may_be_of_any_length_and_count_as_a_whole(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        approve(task, office.lee, idempotency_key="k" * 300)
        assert approve(task, office.lee, idempotency_key="k" * 300).repeated
        assert refused(task, office.lee, idempotency_key="k" * 299).code == "task.decided_already"

    def test_do_not_match_where_none_was_given(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"]), 0)
        approve(task, office.lee)
        assert isinstance(refused(task, office.lee), TaskTaken)


class TestApprovals:
    def test_are_approved_when_all_agree(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "team:brand"], correlation="run-1")
        assert approve(task_of(approval, 1), office.bo, comment="Fine.").approval_outcome == ""
        assert approve(task_of(approval, 0), office.lia).approval_outcome == "approved"
        (event,) = events_of("approval.decided")
        at = "2026-11-19T10:00:00Z"
        legal = {"approver": "team:legal", "by": "lia", "for": None, "outcome": "approved", "comment": None, "at": at}
        brand = {"approver": "team:brand", "by": "bo", "for": None, "outcome": "approved", "comment": "Fine.", "at": at}
        assert event["origin"] == approval.origin
        assert event["outcome"] == "approved"
        assert event["comments"] == [{"by": "bo", "comment": "Fine.", "at": at}]
        assert sorted(event["decisions"], key=str) == sorted([legal, brand], key=str)
        assert event["_correlation"] == "run-1"
        assert Approval.objects.get(pk=approval.pk).state == "decided"

    def test_withdraw_the_rest_at_the_first_rejection(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "team:brand"])
        assert reject(task_of(approval, 1), office.bo, "Red is wrong.").approval_outcome == "rejected"
        rest = task_of(approval, 0)
        assert (rest.status, rest.withdrawn_at) == ("withdrawn", NOW)
        assert rest.withdrawn_reason == "It is rejected already: Bo rejected for Brand."
        (event,) = events_of("task.withdrawn")
        assert (event["entry"], event["reason"]) == ("Legal", rest.withdrawn_reason)
        assert events_of("approval.decided")[0]["comments"][0]["comment"] == "Red is wrong."

    def test_withdraw_a_claimed_task_too(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "team:brand"], rule="any")
        claim_task(task_id=task_of(approval, 0).pk, person=office.lee, now=NOW)
        approve(task_of(approval, 1), office.bo)
        assert task_of(approval, 0).status == "withdrawn"

    @pytest.mark.parametrize(
        ("rule", "answers", "outcome"),
        [
            ("all", ["+", "+", "+"], "approved"),
            ("any", ["-", "-", "+"], "approved"),
            ("any", ["-", "-", "-"], "rejected"),
            ({"quorum": 2}, ["+", "-", "+"], "approved"),
            ({"quorum": 2}, ["-", "-"], "rejected"),
            ("veto", ["+", "+"], "approved"),
            ("veto", ["+", "-", "-"], "rejected"),
        ],
    )
    def test_follow_their_rule(self, office: Office, rule: Any, answers: list[str], outcome: str) -> None:
        approval = ask_approval(office, ["lee", "bo", "sam"], rule=rule)
        people = [office.lee, office.bo, office.sam]
        results = [
            (approve if answer == "+" else reject)(task_of(approval, position), people[position]).approval_outcome
            for position, answer in enumerate(answers)
        ]
        assert results == [*[""] * (len(answers) - 1), outcome]
        assert not Task.objects.active().filter(approval=approval).exists()

    def test_end_at_a_veto(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo", {"who": "sam", "veto": True}], rule="veto")
        approve(task_of(approval, 0), office.lee)
        assert reject(task_of(approval, 2), office.sam).approval_outcome == "rejected"

    def test_ask_one_after_the_other_in_series(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo", "sam"], order="serial")
        assert list(approval.tasks.values_list("position", flat=True)) == [0]
        approve(task_of(approval, 0), office.lee)
        assert list(approval.tasks.order_by("position").values_list("position", "status")) == [(0, "done"), (1, "open")]
        assert reject(task_of(approval, 1), office.bo).approval_outcome == "rejected"
        assert approval.tasks.count() == 2

    def test_make_a_task_for_each_member(self, office: Office) -> None:
        approval = ask_approval(office, ["each:team:legal"])
        approve(task_of(approval, 0), office.lee)
        assert approve(task_of(approval, 1), office.lia).approval_outcome == "approved"
        assert [row["approver"] for row in events_of("approval.decided")[0]["decisions"]] == ["lee", "lia"]

    def test_let_the_timeline_say_for_whom(self, office: Office) -> None:
        approve(task_of(ask_approval(office, ["team:legal"]), 0), office.lee)
        approve(task_of(ask_approval(office, ["lee"]), 0), office.lee)
        assert [row["for"] for row in events_of("task.decided")] == ["Legal", None]


class TestOnePersonOneEntry:
    def test_refuses_a_second_entry_and_leaves_it_to_others(self, office: Office) -> None:
        add_role(office, "lee", "brand", "approver")
        approval = ask_approval(office, ["team:legal", "team:brand"])
        approve(task_of(approval, 0), office.lee)
        error = refused(task_of(approval, 1), office.lee)
        assert isinstance(error, TaskRefused)
        assert error.code == "task.second_entry"
        assert error.message == "You answered for Legal already. For Brand somebody else has to answer."
        assert task_of(approval, 1).candidates.count() == 1
        assert approve(task_of(approval, 1), office.bo).approval_outcome == "approved"

    def test_lets_the_lead_stand_in_when_nobody_else_is_left(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "lee"])
        approve(task_of(approval, 0), office.lee)
        assert events_of("task.reassigned")[0]["to"] == ["lia"], "nobody has to try first"
        assert refused(task_of(approval, 1), office.lee).code == "task.second_entry"
        decision = approve(task_of(approval, 1), office.lia)
        assert decision.approval_outcome == "approved"
        row = events_of("approval.decided")[0]["decisions"][1]
        assert (row["approver"], row["by"], row["for"]) == ("lee", "lia", "lee")
        assert events_of("task.reassigned")[0]["to"] == ["lia"]

    def test_tells_of_an_entry_that_nobody_is_left_for(self, office: Office) -> None:
        Membership.objects.filter(person__in=[office.lia, office.mo]).delete()
        Team.objects.filter(slug="legal").update(lead=None)
        approval = ask_approval(office, ["lee", "team:legal", "bo"])
        approve(task_of(approval, 2), office.bo)
        assert events_of("alert.asked") == [], "lee may answer one of the two"
        approve(task_of(approval, 0), office.lee)
        (alert,) = events_of("alert.asked")
        assert (alert["type"], alert["people"]) == ("nobody-to-answer", [office.adm.pk])
        assert alert["body"].startswith("Everybody who is asked answered for another entry already. Hand over")

    def test_adds_the_lead_only_once(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "lee"])
        approve(task_of(approval, 0), office.lee)
        for _ in range(2):
            refused(task_of(approval, 1), office.lee)
        assert len(events_of("task.reassigned")) == 1


class TestOwnRequest:
    def test_is_refused_and_the_lead_decides(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"], requested_by=office.lee)
        task = task_of(approval, 0)
        error = refused(task, office.lee)
        assert (error.code, isinstance(error, TaskRefused)) == ("task.own_request", True)
        approve(task, office.lia)
        row = events_of("approval.decided")[0]["decisions"][0]
        assert (row["approver"], row["by"], row["for"]) == ("lee", "lia", "lee")

    def test_brings_in_the_lead_when_the_rest_of_the_team_has_left(self, office: Office) -> None:
        approval = ask_approval(office, ["team:brand"], requested_by=office.bo)
        Membership.objects.filter(person=office.bea).delete()
        assert refused(task_of(approval, 0), office.bo).code == "task.own_request"
        assert approve(task_of(approval, 0), office.mo).approval_outcome == "approved"

    def test_cannot_be_claimed(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"], requested_by=office.lee), 0)
        with pytest.raises(TaskRefused):
            claim_task(task_id=task.pk, person=office.lee, now=NOW)

    def test_is_no_bar_to_ones_own_work(self, office: Office) -> None:
        task = ask_work(office, "sam", requested_by_id=office.sam.pk)
        assert approve(task, office.sam, outcome="done").task.status == "done"


class TestWithdrawByOrigin:
    def test_takes_back_every_open_task_and_says_why(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "team:brand"])
        approve(task_of(approval, 0), office.lee)
        with transaction.atomic():
            count = withdraw_by_origin_in(
                origin=approval.origin, reason="The run was cancelled.", actor=SYSTEM, now=NOW
            )
        assert count == 1
        assert [task_of(approval, place).status for place in (0, 1)] == ["done", "withdrawn"]
        assert Approval.objects.get(pk=approval.pk).state == "withdrawn"
        assert [row["reason"] for row in events_of("task.withdrawn")] == ["The run was cancelled."]
        error = refused(task_of(approval, 1), office.bo)
        assert (error.code, error.details["decided_by"]) == ("task.withdrawn", None)
        assert "The run was cancelled." in error.message

    def test_leaves_answered_work_alone(self, office: Office) -> None:
        task = ask_work(office, "sam")
        approve(task, office.sam, outcome="done")
        with transaction.atomic():
            assert withdraw_by_origin_in(origin=task.origin, reason="Late.", actor=SYSTEM, now=NOW) == 0
        assert events_of("task.withdrawn") == []
