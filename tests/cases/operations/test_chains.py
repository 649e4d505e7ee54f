"""Approvals by amount as they are kept: asked level by level, started again by another amount, added to, withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cases.errors import ApprovalEnded, ApprovalNotFound, ApprovalRefused, AskInvalid, ReasonMissing, TaskRefused
from cases.models import Approval, Task
from cases.operations import (
    NewCase,
    add_approver,
    change_amount,
    change_amount_in,
    complete_task,
    open_case,
    reserve_case_number,
    update_case,
    withdraw_approval,
)
from cases.queries import describe_co_askers, describe_task_rule, get_task_for
from integrator.events.actors import SYSTEM, Actor
from tests.support.cases import NOW, Office, ask_approval, ask_chain, events_of, make_case, task_of

LEVELS = (("0", ["team:legal"]), ("10000", ["team:brand"]), ("50000", ["mo"]))


def approve(office: Office, task: Task, name: str, outcome: str = "approved") -> str:
    person = office.people[name]
    comment = "No." if outcome == "rejected" else None
    return complete_task(task_id=task.pk, person=person, outcome=outcome, comment=comment, now=NOW).approval_outcome


def open_tasks(approval: Approval) -> list[tuple[str, int]]:
    rows = Task.objects.active().filter(approval=approval).order_by("position")
    return [(task.entry, task.position) for task in rows]


def shown_amounts(approval: Approval) -> list[Any]:
    (task,) = Task.objects.active().filter(approval=approval)
    return [row["value"] for row in task.show if row["as"] == "money"]


class TestLevels:
    @pytest.mark.parametrize(
        ("amount", "people"),
        [("9999.99", ["lee"]), (10000, ["lee"]), ("10000.01", ["lee", "bo"]), (50000.01, ["lee", "bo", "mo"])],
    )
    def test_ask_whom_the_amount_needs_and_no_more(self, office: Office, amount: Any, people: list[str]) -> None:
        approval = ask_chain(office, LEVELS, amount=amount)
        outcomes = [approve(office, task_of(approval, at), name) for at, name in enumerate(people)]
        assert outcomes == [*[""] * (len(people) - 1), "approved"]
        assert approval.tasks.count() == len(people)
        (decided,) = events_of("approval.decided")
        assert [row["by"] for row in decided["decisions"]] == people
        assert decided["amount"] == approval.amount

    def test_end_with_the_first_rejection(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=60000)
        approve(office, task_of(approval, 0), "lee")
        assert approve(office, task_of(approval, 1), "bo", "rejected") == "rejected"
        assert approval.tasks.count() == 2

    def test_show_the_amount_that_they_go_by(self, office: Office) -> None:
        show = [{"label": "Price", "value": 12000, "as": "money"}]
        assert shown_amounts(ask_chain(office, LEVELS, amount=12000, show=show)) == [12000]
        assert shown_amounts(ask_chain(office, LEVELS, amount=12000)) == [{"amount": "12000", "currency": "EUR"}]

    def test_say_their_place_in_the_chain(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=20000)
        task = get_task_for(office.lee, task_of(approval, 0).pk)
        assert describe_task_rule(task) == "Level 1 of 2 (any amount). One answer decides."
        rows = [(row.label, row.state, row.level, row.is_peer) for row in describe_co_askers(task)]
        assert rows == [("Legal", "open", "any amount", True), ("Brand", "next", "over 10,000.00 EUR", False)]


class TestChangeAmount:
    def test_starts_again_from_the_level_that_it_now_needs(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=20000, requested_by=office.ana)
        approve(office, task_of(approval, 0), "lee")
        assert open_tasks(approval) == [("Brand", 1)]
        change_amount(approval_id=approval.pk, person=office.ana, amount="60000.50", now=NOW)
        assert open_tasks(approval) == [("Brand", 3)]  # level 1 agreed and stays, level 2 saw another amount
        assert shown_amounts(approval) == [{"amount": "60000.50", "currency": "EUR"}]
        old = task_of(approval, 1)
        assert (old.status, old.overtaken) == ("withdrawn", True)
        assert old.withdrawn_reason == (
            "The amount changed from 20,000.00 EUR to 60,000.50 EUR, so it is asked again where this amount needs it."
        )
        (event,) = events_of("approval.restarted")
        assert (event["old"], event["new"], event["levels"]) == ("20,000.00 EUR", "60,000.50 EUR", ["2"])
        approve(office, task_of(approval, 3), "bo")
        assert approve(office, task_of(approval, 2), "mo") == "approved"

    def test_goes_back_to_a_lower_level(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=20000, requested_by=office.ana)
        approve(office, task_of(approval, 0), "lee")
        change_amount(approval_id=approval.pk, person=office.ana, amount=500, now=NOW)
        assert open_tasks(approval) == [("Legal", 3)]
        assert approve(office, task_of(approval, 3), "lee") == "approved", "an overtaken answer bars nobody"
        (decided,) = events_of("approval.decided")
        assert len(decided["decisions"]) == 1

    def test_changes_nothing_for_the_same_amount(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount="20000.00", requested_by=office.ana)
        change_amount(approval_id=approval.pk, person=office.ana, amount=20000, now=NOW)
        assert (open_tasks(approval), events_of("approval.restarted")) == ([("Legal", 0)], [])

    def test_bars_whoever_changed_it(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=20000)
        change_amount(approval_id=approval.pk, person=office.lia, amount=30000, now=NOW)
        (_, position) = open_tasks(approval)[0]
        with pytest.raises(TaskRefused, match="You changed the amount, so somebody else") as refused:
            approve(office, task_of(approval, position), "lia")
        assert refused.value.code == "task.edited"
        assert not Task.objects.decidable_by(office.lia).exists()
        assert approve(office, task_of(approval, position), "lee") == ""

    def test_is_refused_in_the_order_of_the_contract(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=20000, requested_by=office.ana)
        with pytest.raises(ApprovalNotFound):
            change_amount(approval_id=approval.pk, person=office.bea, amount=1, now=NOW)
        with pytest.raises(ApprovalRefused):
            change_amount(approval_id=approval.pk, person=office.aud, amount="x", now=NOW)
        with pytest.raises(AskInvalid, match="in USD, but the levels are in EUR"):
            change_amount(approval_id=approval.pk, person=office.ana, amount={"amount": 1, "currency": "USD"}, now=NOW)
        approve(office, task_of(approval, 0), "lee", "rejected")
        with pytest.raises(ApprovalEnded, match="rejected already"):
            change_amount(approval_id=approval.pk, person=office.ana, amount=5, now=NOW)

    def test_needs_an_approval_by_amount(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"], requested_by=office.ana)
        with pytest.raises(AskInvalid, match="does not go by an amount"):
            change_amount(approval_id=approval.pk, person=office.ana, amount=5, now=NOW)


class TestFollowCase:
    def ask(self, office: Office, amount: Any = 20000) -> Approval:
        case = make_case(office, data={"amount": amount, "note": "old"}, team_id=office.team("legal").pk)
        return ask_chain(office, LEVELS, amount=amount, case_number=case.number, amount_field="amount")

    def change(self, approval: Approval, data: dict[str, Any], actor: Any) -> None:
        assert approval.case is not None
        update_case(number=approval.case.number, changes={"data": data}, actor=actor, now=NOW)

    def test_follows_the_field_of_the_data(self, office: Office) -> None:
        approval = self.ask(office)
        self.change(approval, {"amount": 60000}, SYSTEM)
        approval.refresh_from_db()
        assert (approval.amount, open_tasks(approval)) == ("60000", [("Legal", 3)])
        assert not approval.editors.exists()

    def test_gives_the_field_what_somebody_changed(self, office: Office) -> None:
        approval = self.ask(office)
        change_amount(approval_id=approval.pk, person=office.lia, amount="700.25", now=NOW)
        approval = Approval.objects.select_related("case").get()
        assert approval.case is not None
        assert (approval.amount, approval.case.data["amount"]) == ("700.25", 700.25)
        assert approval.editors.get().what == "the case (amount)"

    def test_bars_whoever_changed_any_of_its_data(self, office: Office) -> None:
        approval = self.ask(office)
        self.change(approval, {"note": "new"}, Actor.person(office.lee))
        with pytest.raises(TaskRefused, match=r"You changed the case \(note\)"):
            approve(office, task_of(approval, 0), "lee")
        assert open_tasks(approval) == [("Legal", 0)]

    def test_asks_the_leads_where_nobody_else_is_left(self, office: Office) -> None:
        case = make_case(office, data={"note": "old"}, team_id=office.team("legal").pk)
        approval = ask_approval(office, ["lee"], case_number=case.number)
        update_case(number=case.number, changes={"data": {"note": "n"}}, actor=Actor.person(office.lee), now=NOW)
        assert Task.objects.decidable_by(office.lia).get().approval_id == approval.pk

    def test_bars_whoever_changed_it_before_it_was_asked(self, office: Office) -> None:
        case = make_case(office, data={"note": "old"}, team_id=office.team("legal").pk)
        update_case(number=case.number, changes={"data": {"note": "n"}}, actor=Actor.person(office.lee), now=NOW)
        update_case(number=case.number, changes={"priority": "high"}, actor=Actor.person(office.bo), now=NOW)
        approval = ask_approval(office, ["team:legal", "bo"], case_number=case.number)
        with pytest.raises(TaskRefused, match=r"You changed the case \(note\)") as refused:
            approve(office, task_of(approval, 0), "lee")
        assert refused.value.code == "task.edited"
        assert not Task.objects.decidable_by(office.lee).exists()
        approve(office, task_of(approval, 1), "bo")
        approve(office, task_of(approval, 0), "lia")

    def test_bars_whoever_opened_it_by_hand(self, office: Office) -> None:
        kind = make_case(office).type.key
        new = NewCase(
            number=reserve_case_number(NOW), type_key=kind, title="T", team_id=office.team("legal").pk, data={"a": 1}
        )
        case = open_case(new, actor=Actor.person(office.lee), now=NOW)
        approval = ask_approval(office, ["lee"], case_number=case.number)
        assert [row.what for row in approval.editors.all()] == ["the case (a, title)"]
        assert Task.objects.decidable_by(office.lia).get().approval_id == approval.pk

    def test_asks_the_leads_of_a_later_entry_too(self, office: Office) -> None:
        case = make_case(office, data={"note": "old"}, team_id=office.team("legal").pk)
        approval = ask_approval(office, ["bo", "lee"], case_number=case.number, order="serial")
        update_case(number=case.number, changes={"data": {"note": "n"}}, actor=Actor.person(office.lee), now=NOW)
        approve(office, task_of(approval, 0), "bo")
        assert Task.objects.decidable_by(office.lia).get().entry == "Lee"

    def test_refuses_an_amount_that_somebody_cannot_mean(self, office: Office) -> None:
        approval = self.ask(office)
        with pytest.raises(AskInvalid, match="no usable number"):
            self.change(approval, {"amount": "much"}, Actor.person(office.lia))

    def test_is_withdrawn_where_a_flow_sets_an_amount_that_is_none(self, office: Office) -> None:
        approval = self.ask(office)
        self.change(approval, {"amount": None}, SYSTEM)
        approval.refresh_from_db()
        assert (approval.state, open_tasks(approval)) == ("withdrawn", [])
        assert "There is no amount" in events_of("approval.withdrawn")[0]["reason"]

    def test_takes_every_open_approval_of_a_case_along(self, office: Office) -> None:
        approval = self.ask(office)
        assert approval.case is not None
        with transaction.atomic():
            found = change_amount_in(case_number=approval.case.number, amount=5, actor=SYSTEM, now=NOW)
        assert [one.pk for one in found] == [approval.pk]


class TestAddApprover:
    def add(
        self, office: Office, approval: Approval, by: str, who: str, place: str = "after", reason: str = "Budget."
    ) -> None:
        add_approver(approval_id=approval.pk, person=office.people[by], who=who, place=place, reason=reason, now=NOW)

    def test_asks_them_after_the_others(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"], rule="any")
        self.add(office, approval, "lee", "bea")
        assert open_tasks(approval) == [("Lee", 0), ("Bo", 1)]
        assert approve(office, task_of(approval, 0), "lee") == ""  # any one was enough, but one more has to agree
        assert open_tasks(approval) == [("Bea", 2)]
        assert task_of(approval, 1).withdrawn_reason == "Enough agreed here already: Lee approved for Lee."
        assert approve(office, task_of(approval, 2), "bea") == "approved"

    def test_asks_them_first_and_the_others_again(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"])
        approve(office, task_of(approval, 1), "bo")
        self.add(office, approval, "lee", "bea", place="before")
        assert open_tasks(approval) == [("Bea", 2)]
        assert task_of(approval, 0).withdrawn_reason == "Lee asked Bea first: Budget."
        approve(office, task_of(approval, 2), "bea")
        assert open_tasks(approval) == [("Lee", 3)]  # bo's answer stays
        assert approve(office, task_of(approval, 3), "lee") == "approved"
        assert events_of("approval.approver_added")[0]["place"] == "before"

    def test_ends_it_with_their_rejection(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"])
        self.add(office, approval, "lee", "bea", "before")
        assert approve(office, task_of(approval, 1), "bea", "rejected") == "rejected"

    def test_is_for_those_who_are_asked_and_for_leads(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"], requested_by=office.ana)
        with pytest.raises(ApprovalRefused):
            self.add(office, approval, "ana", "bea")
        with pytest.raises(ApprovalNotFound):
            self.add(office, approval, "bo", "bea")
        self.add(office, approval, "mo", "bea")

    @pytest.mark.parametrize(
        ("who", "place", "reason", "words"),
        [
            ("nobody", "after", "x", "nobody"),
            ("ana", "after", "x", "asked for this"),
            ("lee", "after", "x", "Lee is asked already"),
            ("each:team:legal", "after", "x", "one person or one team"),
            ("bea", "between", "x", "before or after"),
            ("bea", "after", "  ", "Say why they are asked"),
        ],
    )
    def test_says_what_cannot_be(self, office: Office, who: str, place: str, reason: str, words: str) -> None:
        approval = ask_approval(office, ["lee"], requested_by=office.ana)
        with pytest.raises((AskInvalid, ReasonMissing), match=words):
            self.add(office, approval, "lee", who, place, reason)

    def test_survives_a_changed_amount(self, office: Office) -> None:
        approval = ask_chain(office, LEVELS, amount=20000, requested_by=office.ana)
        self.add(office, approval, "lee", "bea")
        approve(office, task_of(approval, 0), "lee")
        approve(office, task_of(approval, 3), "bea")
        change_amount(approval_id=approval.pk, person=office.ana, amount=30000, now=NOW)
        assert open_tasks(approval) == [("Brand", 4)]


class TestWithdraw:
    def test_takes_all_tasks_back_and_tells_who_asked(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"], requested_by=office.ana)
        withdraw_approval(
            approval_id=approval.pk, person=office.ana, reason="Not needed.", now=NOW + timedelta(hours=1)
        )
        approval.refresh_from_db()
        assert (approval.state, open_tasks(approval)) == ("withdrawn", [])
        assert task_of(approval, 0).withdrawn_reason == "Ana withdrew the approval: Not needed."
        (event,) = events_of("approval.withdrawn")
        assert event["withdrawn"] == {"by": "ana", "reason": "Not needed.", "at": "2026-11-19T11:00:00Z"}
        with pytest.raises(ApprovalEnded, match="withdrawn already"):
            withdraw_approval(approval_id=approval.pk, person=office.mo, reason="Again.", now=NOW)

    def test_is_for_who_asked_and_for_leads(self, office: Office) -> None:
        approval = ask_approval(office, ["lee"], requested_by=office.ana)
        with pytest.raises(ApprovalRefused):
            withdraw_approval(approval_id=approval.pk, person=office.lee, reason="", now=NOW)
        with pytest.raises(ApprovalNotFound):
            withdraw_approval(approval_id=approval.pk, person=office.bea, reason="x", now=NOW)
        with pytest.raises(ReasonMissing):
            withdraw_approval(approval_id=approval.pk, person=office.mo, reason=" ", now=NOW)
