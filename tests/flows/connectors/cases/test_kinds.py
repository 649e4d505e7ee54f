"""The case and task kinds: what they check before landing, what they write at landing, how they go on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cases.models import Approval, Case, Task
from cases.operations import ensure_case_types_in
from cases.queries import get_case_for
from cases.shapes import describe_case
from flows.connectors.cases.case_steps import CASE_CLOSE, CASE_OPEN, CASE_UPDATE
from flows.connectors.cases.task_approve import TASK_APPROVE
from flows.connectors.cases.task_assign import TASK_ASSIGN
from flows.definition.kind import Advance, Outcome, Park, RunFacts, StepCall, StepError, WriteContext
from flows.definition.model import Step
from flows.registry import get_kind
from integrator.events.actors import SYSTEM
from tests.support.cases import NOW, Office, events_of, make_office

OPEN = {"type": "content-approval", "title": "Approve: banner"}
APPROVE = {"title": "Banner", "approvers": ["team:legal", "team:brand"]}
ASSIGN = {"title": "Mend it", "to": ["team:hr"]}


@pytest.fixture
def office(db: None) -> Office:
    """The office, and the case type that publishing would have made."""
    with transaction.atomic():
        ensure_case_types_in(["content-approval"], actor=SYSTEM, now=NOW)
    return make_office()


def call(office: Office, settings: Mapping[str, Any], **facts: Any) -> StepCall:
    run = RunFacts(
        run_id=uuid.UUID(int=1),
        flow_key="content-approval",
        flow_name="Content approval",
        version=1,
        team_id=office.team("marketing").pk,
        team="marketing",
        **facts,
    )
    return StepCall(run=run, step=Step(key="step", kind="x"), visit_id=uuid.uuid4(), settings=settings, now=NOW)


def land(outcome: Outcome) -> None:
    """Do the writes of an outcome, as a landing does."""
    assert isinstance(outcome, Advance | Park)
    with transaction.atomic():
        for write in outcome.writes:
            write(WriteContext(now=NOW))


def advance(outcome: Outcome) -> Advance:
    assert isinstance(outcome, Advance)
    return outcome


def open_case_step(office: Office, settings: Mapping[str, Any] = OPEN, **facts: Any) -> Mapping[str, Any]:
    """Execute and land ``case.open``; the run's case afterwards."""
    outcome = advance(CASE_OPEN.execute(call(office, settings, **facts)))
    land(outcome)
    assert outcome.case is not None
    return outcome.case


def failed(kind: Any, step_call: StepCall) -> StepError:
    with pytest.raises(StepError) as caught:
        kind.execute(step_call)
    return caught.value


class TestRegistry:
    @pytest.mark.parametrize(
        ("key", "kind"),
        [
            ("case.open", CASE_OPEN),
            ("case.update", CASE_UPDATE),
            ("case.close", CASE_CLOSE),
            ("task.assign", TASK_ASSIGN),
            ("task.approve", TASK_APPROVE),
        ],
    )
    def test_finds_each_kind_by_its_own_key(self, key: str, kind: Any) -> None:
        assert get_kind(key) is kind
        assert kind.spec.key == key


class TestCaseOpen:
    def test_lands_the_case_that_it_said(self, office: Office) -> None:
        settings = {**OPEN, "priority": "high", "data": {"a": 1}, "team": "legal", "milestone": "submitted"}
        outcome = advance(CASE_OPEN.execute(call(office, settings, business_key="REQ-1")))
        assert not Case.objects.exists()
        land(outcome)
        case = Case.objects.get()
        assert describe_case(case) == outcome.case == outcome.output
        assert (case.team, case.business_key) == (office.team("legal"), "REQ-1")
        assert list(case.correlations.values_list("correlation", flat=True)) == [str(uuid.UUID(int=1))]
        assert events_of("case.opened")[0]["_correlation"] == str(uuid.UUID(int=1))

    def test_uses_the_number_of_the_intake_for_the_first_case_only(self, office: Office) -> None:
        first = open_case_step(office, reserved_case_number="C-2026-777777")
        assert first["number"] == "C-2026-777777"
        second = open_case_step(office, reserved_case_number="C-2026-777777", case=first)
        assert second["number"] != "C-2026-777777"

    @pytest.mark.parametrize(
        ("settings", "code"),
        [
            ({"title": ""}, "case.title_missing"),
            ({"title": None}, "case.title_missing"),
            ({"title": "x" * 501}, "case.title_long"),
            ({"title": ["x"]}, "case.title_invalid"),
            ({"type": "nope"}, "case.unknown_type"),
            ({"type": None}, "case.unknown_type"),
            ({"team": "nope"}, "case.unknown_team"),
            ({"team": 5}, "case.unknown_team"),
            ({"priority": "asap"}, "case.unknown_priority"),
            ({"data": "x"}, "case.data_invalid"),
            ({"data": {"x": "\x00"}}, "case.data_invalid"),
            ({"status": ""}, "case.status_invalid"),
            ({"milestone": 3}, "case.milestone_invalid"),
        ],
    )
    def test_fails_as_a_step_before_anything_is_written(
        self, office: Office, settings: Mapping[str, Any], code: str
    ) -> None:
        error = failed(CASE_OPEN, call(office, {**OPEN, **settings}))
        assert (error.code, error.retryable) == (code, False)
        assert not Case.objects.exists()


class TestCaseUpdateAndClose:
    def test_need_a_case(self, office: Office) -> None:
        for kind in (CASE_UPDATE, CASE_CLOSE):
            assert failed(kind, call(office, {"status": "x"})).code == "case.none_open"

    def test_change_what_they_say(self, office: Office) -> None:
        case = open_case_step(office)
        settings = {
            "status": "in review",
            "data": {"n": 1},
            "milestone": "accepted",
            "team": "legal",
            "priority": "low",
        }
        outcome = advance(CASE_UPDATE.execute(call(office, settings, case=case)))
        land(outcome)
        assert describe_case(Case.objects.get()) == outcome.case

    def test_close_with_the_decision(self, office: Office) -> None:
        case = open_case_step(office)
        outcome = advance(CASE_CLOSE.execute(call(office, {"status": "approved", "data": {"n": 1}}, case=case)))
        land(outcome)
        assert describe_case(Case.objects.get()) == outcome.case
        assert outcome.case is not None
        assert (outcome.case["status"], outcome.case["closed_at"]) == ("approved", "2026-11-19T10:00:00Z")

    def test_close_as_closed_where_nothing_is_said(self, office: Office) -> None:
        outcome = advance(CASE_CLOSE.execute(call(office, {}, case=open_case_step(office))))
        assert outcome.output["status"] == "closed"

    def test_work_on_a_case_that_has_not_landed_yet(self, office: Office) -> None:
        opened = advance(CASE_OPEN.execute(call(office, OPEN)))
        closed = advance(CASE_CLOSE.execute(call(office, {"status": "done"}, case=opened.case)))
        land(opened)
        land(closed)
        assert describe_case(get_case_for(office.ana, str(closed.output["number"]))) == closed.output

    def test_refuse_to_touch_the_status_of_a_closed_case(self, office: Office) -> None:
        case = {**open_case_step(office), "status": "done", "closed_at": "2026-11-19T10:00:00Z"}
        assert failed(CASE_CLOSE, call(office, {}, case=case)).code == "case.closed"
        assert failed(CASE_UPDATE, call(office, {"status": "open"}, case=case)).code == "case.closed"

    def test_refuse_an_unknown_team(self, office: Office) -> None:
        error = failed(CASE_UPDATE, call(office, {"team": "nope"}, case=open_case_step(office)))
        assert error.code == "case.unknown_team"


class TestTaskAssign:
    def test_parks_on_the_task_that_it_lands(self, office: Office) -> None:
        case = open_case_step(office, {**OPEN, "priority": "urgent"})
        form = {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "number"}}}
        show = [{"label": "Sum", "value": 12}]
        settings = {**ASSIGN, "outcomes": ["mended", "given_up"], "form": form, "show": show, "due_in": "PT2H"}
        outcome = TASK_ASSIGN.execute(call(office, settings, case=case))
        assert isinstance(outcome, Park)
        assert (outcome.wait.kind, outcome.wait.subject, outcome.wait.due_at) == ("task", "Mend it", None)
        land(outcome)
        task = Task.objects.get()
        assert (task.pk, task.origin) == (outcome.wait.wait_id, str(outcome.wait.wait_id))
        assert (task.outcomes, task.due_at) == (["mended", "given_up"], NOW + timedelta(hours=2))
        assert task.show == [{"label": "Sum", "value": 12, "as": "text"}]
        assert list(task.form["properties"]) == ["z", "a"]
        assert task.case is not None
        assert (task.case.number, task.priority) == (case["number"], "urgent")
        assert task.correlation == str(uuid.UUID(int=1))
        assert events_of("task.created")[0]["to"] == ["team:hr"]

    def test_says_how_its_outcomes_look_and_how_long_they_can_be_undone(self, office: Office) -> None:
        outcomes = ["mended", {"name": "give_up", "label": "Give up", "needs_comment": True, "style": "danger"}]
        land(TASK_ASSIGN.execute(call(office, {**ASSIGN, "outcomes": outcomes, "undo_s": 0})))
        task = Task.objects.get()
        assert (task.outcomes, task.undo_s) == (["mended", "give_up"], 0)
        assert task.outcome_looks == {"give_up": {"label": "Give up", "needs_comment": True, "style": "danger"}}
        step = Step(key="a", kind="task.assign", settings={"outcomes": outcomes})
        assert TASK_ASSIGN.spec.exits(step) == ("mended", "give_up")

    def test_leaves_by_the_outcome(self) -> None:
        news = {"origin": "x", "outcome": "mended", "data": {"n": 1}, "comment": None, "by": "sam", "show": []}
        outcome = advance(TASK_ASSIGN.resume(Step(key="a", kind="task.assign"), news))
        assert outcome.port == "mended"
        assert outcome.output == {"outcome": "mended", "data": {"n": 1}, "comment": None, "by": "sam"}

    @pytest.mark.parametrize(
        ("settings", "code"),
        [
            ({"title": ""}, "task.title_missing"),
            ({"title": "x" * 501}, "task.title_long"),
            ({"to": "zoe"}, "task.unknown_person"),
            ({"to": ["team:empty"]}, "task.nobody"),
            ({"to": []}, "task.nobody"),
            ({"show": "x"}, "task.show_invalid"),
            ({"show": [{"value": 1}]}, "task.show_invalid"),
            ({"show": [{"label": "x", "as": "html"}]}, "task.show_invalid"),
            ({"show": [{"label": "x", "value": "\x00"}]}, "task.show_invalid"),
            ({"form": {"type": "array"}}, "task.form_invalid"),
            ({"form": {"type": "object", "properties": 3}}, "task.form_invalid"),
            ({"outcomes": "done"}, "task.outcomes_invalid"),
            ({"outcomes": [""]}, "task.outcomes_invalid"),
            ({"due_in": "2 days"}, "task.due_invalid"),
            ({"due_in": 5}, "task.due_invalid"),
            ({"due_in": {"working": "P2D"}}, "task.due_invalid"),
        ],
    )
    def test_fails_as_a_step(self, office: Office, settings: Mapping[str, Any], code: str) -> None:
        error = failed(TASK_ASSIGN, call(office, {**ASSIGN, **settings}))
        assert error.code == code
        assert len(error.message) > 10


class TestTaskApprove:
    def test_parks_on_the_approval_that_it_lands(self, office: Office) -> None:
        settings = {**APPROVE, "rule": {"quorum": 2}, "order": "serial"}
        outcome = TASK_APPROVE.execute(call(office, settings, requested_by="ana@example.org"))
        assert isinstance(outcome, Park)
        land(outcome)
        approval = Approval.objects.get()
        assert (approval.pk, approval.origin) == (outcome.wait.wait_id, str(outcome.wait.wait_id))
        assert (approval.rule, approval.order, approval.requested_by) == ({"quorum": 2}, "serial", office.ana)
        assert Task.objects.get().entry == "Legal"

    def test_asks_all_at_once_where_nothing_else_is_said(self, office: Office) -> None:
        land(TASK_APPROVE.execute(call(office, APPROVE, requested_by="somebody@elsewhere.example")))
        assert Approval.objects.get().requested_by is None
        assert [task.entry_ref for task in Task.objects.order_by("position")] == ["team:legal", "team:brand"]

    def test_leaves_by_the_decision(self) -> None:
        news = {"origin": "x", "outcome": "rejected", "comments": [{"by": "lee"}], "decisions": [{"by": "lee"}]}
        outcome = advance(TASK_APPROVE.resume(Step(key="a", kind="task.approve"), news))
        assert outcome.port == "rejected"
        assert outcome.output == {"outcome": "rejected", "comments": [{"by": "lee"}], "decisions": [{"by": "lee"}]}

    @pytest.mark.parametrize(
        ("settings", "code"),
        [
            ({"approvers": ["zoe"]}, "task.unknown_person"),
            ({"approvers": ["each:team:empty"]}, "task.nobody"),
            ({"approvers": []}, "task.nobody"),
            ({"rule": "most"}, "task.rule_invalid"),
            ({"rule": {"quorum": 3}}, "task.quorum_too_high"),
            ({"order": "random"}, "task.rule_invalid"),
            ({"title": None}, "task.title_missing"),
        ],
    )
    def test_fails_as_a_step(self, office: Office, settings: Mapping[str, Any], code: str) -> None:
        assert failed(TASK_APPROVE, call(office, {**APPROVE, **settings})).code == code


LEVELS = [{"above": 10000, "approvers": ["lia"]}, {"above": 0, "approvers": ["team:legal"]}]


class TestLevels:
    def ask(self, office: Office, **settings: Any) -> Approval:
        given = {"title": "Laptop", "levels": LEVELS, "currency": "EUR", **settings}
        land(TASK_APPROVE.execute(call(office, given)))
        return Approval.objects.get()

    def test_are_asked_from_the_lowest_on(self, office: Office) -> None:
        approval = self.ask(office, amount=12000.5)
        assert [row["key"] for row in approval.chain] == ["1", "2"]
        assert [(entry["ref"], entry["level"]) for entry in approval.entries] == [("team:legal", "1"), ("lia", "2")]
        assert (approval.amount, approval.currency) == ("12000.5", "EUR")
        assert [task.entry_ref for task in approval.tasks.all()] == ["team:legal"]

    def test_come_after_those_of_any_amount(self, office: Office) -> None:
        approval = self.ask(office, amount={"amount": "5.00", "currency": "EUR"}, approvers=["bo"])
        assert [row["key"] for row in approval.chain] == ["0", "1", "2"]
        assert [task.entry_ref for task in approval.tasks.all()] == ["bo"]

    @pytest.mark.parametrize(
        ("settings", "code"),
        [
            ({}, "task.amount_missing"),
            ({"amount": "many"}, "task.amount_invalid"),
            ({"amount": {"amount": 5, "currency": "USD"}}, "task.currency_mismatch"),
            (
                {"amount": 5, "levels": [{"above": 1, "approvers": ["lee"], "rule": {"quorum": 2}}]},
                "task.quorum_too_high",
            ),
            ({"amount": 5, "levels": [{"above": 1}]}, "task.levels_invalid"),
            ({"amount": 5, "levels": [{"above": 1, "approvers": ["ghost"]}]}, "task.unknown_person"),
        ],
    )
    def test_fail_the_step_where_they_cannot_be_asked(self, office: Office, settings: Any, code: str) -> None:
        given = {"title": "Laptop", "levels": LEVELS, "currency": "EUR", **settings}
        assert failed(TASK_APPROVE, call(office, given)).code == code

    def test_follow_the_field_that_the_amount_is_written_as(self, office: Office) -> None:
        asked = call(office, {"title": "Laptop", "levels": LEVELS, "amount": 5})
        step = Step(key="step", kind="task.approve", settings={"amount": "= case.data.amount"})
        land(TASK_APPROVE.execute(replace(asked, step=step)))
        assert Approval.objects.get().amount_field == "amount"

    def test_fail_the_step_when_the_approval_is_withdrawn(self) -> None:
        news = {"withdrawn": {"by": "mo", "reason": "Not needed."}, "reason": "It was withdrawn."}
        with pytest.raises(StepError, match=r"The approval was withdrawn: Not needed\.") as failure:
            TASK_APPROVE.resume(Step(key="step", kind="task.approve"), news)
        assert failure.value.code == "approval.withdrawn"
