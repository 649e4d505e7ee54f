"""What pages and API read."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from cases.errors import CaseNotFound, TaskNotFound
from cases.operations import claim_task, close_case, complete_task, update_case
from cases.queries import (
    case_timeline,
    count_tasks,
    describe_co_askers,
    describe_task_rule,
    get_case_for,
    get_task_for,
    list_case_tasks,
    list_cases,
    list_tasks,
)
from cases.shapes import describe_task
from integrator.events.actors import Actor
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_work, make_case, task_of


class TestGetTaskFor:
    def test_gives_the_shape_of_the_api(self, office: Office) -> None:
        case = make_case(office)
        show: list[Any] = [{"label": "Asset", "value": "x", "as": "text"}]
        approval = ask_approval(
            office,
            ["lee"],
            requested_by=office.lee,
            case_number=case.number,
            correlation="run-1",
            show=show,
            due_at=NOW,
        )
        task = get_task_for(office.lia, task_of(approval, 0).pk)
        assert describe_task(task) == {
            "id": str(task.pk),
            "title": "Banner",
            "status": "open",
            "outcomes": ["approved", "rejected"],
            "show": show,
            "form": None,
            "case": case.number,
            "run": "run-1",
            "assignee": None,
            "candidates": ["lia"],
            "due_at": "2026-11-19T10:00:00Z",
            "priority": "normal",
            "revision": 1,
        }

    def test_hides_it_from_strangers_as_if_it_were_missing(self, office: Office) -> None:
        task = ask_work(office, "sam")
        for task_id in (task.pk, uuid.uuid4()):
            with pytest.raises(TaskNotFound) as caught:
                get_task_for(office.lee, task_id)
            assert caught.value.message == "There is no such task, or it is not yours."


class TestListTasks:
    def test_sorts_by_due_date_with_those_without_one_last(self, office: Office) -> None:
        late = ask_work(office, "sam", due_at=NOW + timedelta(days=2))
        never = ask_work(office, "sam")
        soon = ask_work(office, "sam", due_at=NOW + timedelta(hours=1))
        assert list(list_tasks(office.sam)) == [soon, late, never]
        assert count_tasks(office.sam) == 3

    def test_narrows_by_status(self, office: Office) -> None:
        open_task, claimed, done = (ask_work(office, "sam") for _ in range(3))
        claim_task(task_id=claimed.pk, person=office.sam, now=NOW)
        complete_task(task_id=done.pk, person=office.sam, outcome="done", now=NOW)
        found = {status: list(list_tasks(office.sam, status=status)) for status in ("open", "claimed", "done")}
        assert found == {"open": [open_task], "claimed": [claimed], "done": [done]}
        assert list(list_tasks(office.sam, mine=True)) == [claimed]
        assert list(list_tasks(office.lee, status="done")) == []

    def test_takes_the_same_queries_for_one_task_as_for_many(
        self, office: Office, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(5):
            ask_work(office, ["sam", "team:hr"])
        with django_assert_max_num_queries(8):
            assert len([describe_task(task) for task in list_tasks(office.sam)]) == 5


class TestDescribeCoAskers:
    def test_says_who_is_asked_and_what_they_answered(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "bo", {"who": "sam", "veto": True}])
        complete_task(task_id=task_of(approval, 1).pk, person=office.bo, outcome="approved", comment="Fine.", now=NOW)
        rows = describe_co_askers(get_task_for(office.lee, task_of(approval, 0).pk))
        assert [(row.label, row.state, row.sentence, row.is_this, row.veto) for row in rows] == [
            ("Legal", "open", "any one of Lee and Lia, not answered", True, False),
            ("Bo", "answered", "Bo approved", False, False),
            ("Sam", "open", "Sam, not answered", False, True),
        ]
        assert (rows[1].by, rows[1].comment, rows[1].at) == ("Bo", "Fine.", NOW)

    def test_names_those_still_to_be_asked_in_series(self, office: Office) -> None:
        approval = ask_approval(office, ["lee", "bo"], order="serial")
        task = get_task_for(office.lee, task_of(approval, 0).pk)
        assert [row.state for row in describe_co_askers(task)] == ["open", "next"]
        assert describe_task_rule(task).endswith("They are asked one after the other.")
        complete_task(task_id=task.pk, person=office.lee, outcome="rejected", comment="No.", now=NOW)
        task = get_task_for(office.lee, task.pk)
        assert [row.state for row in describe_co_askers(task)] == ["answered", "withdrawn"]

    def test_leaves_out_the_one_who_asked(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal"], requested_by=office.lee)
        (row,) = describe_co_askers(get_task_for(office.lia, task_of(approval, 0).pk))
        assert row.sentence == "Lia, not answered"

    def test_names_who_has_claimed_and_what_is_no_longer_needed(self, office: Office) -> None:
        approval = ask_approval(office, ["team:legal", "bo"], rule="any")
        claim_task(task_id=task_of(approval, 0).pk, person=office.lia, now=NOW)
        task = get_task_for(office.bo, task_of(approval, 1).pk)
        assert describe_co_askers(task)[0].sentence == "claimed by Lia, not answered"
        complete_task(task_id=task.pk, person=office.bo, outcome="approved", now=NOW)
        assert describe_co_askers(task)[0].sentence == "no longer needed"

    def test_is_empty_for_work(self, office: Office) -> None:
        task = get_task_for(office.sam, ask_work(office, "sam").pk)
        assert describe_co_askers(task) == []
        assert describe_task_rule(task) == ""


class TestCases:
    def test_are_listed_newest_first_and_by_state(self, office: Office) -> None:
        first, second = make_case(office), make_case(office)
        close_case(number=first.number, status="closed", actor=Actor.person(office.mo), now=NOW)
        assert list(list_cases(office.ana)) == [second, first]
        assert list(list_cases(office.ana, unclosed=True)) == [second]
        assert list(list_cases(office.ana, unclosed=False, team="marketing")) == [first]
        assert list(list_cases(office.bo)) == []

    def test_are_given_to_those_who_may_see_them(self, office: Office) -> None:
        case = make_case(office)
        assert get_case_for(office.aud, case.number) == case
        for person, number in ((office.bo, case.number), (office.aud, "C-2026-999999")):
            with pytest.raises(CaseNotFound):
                get_case_for(person, number)

    def test_list_their_tasks(self, office: Office) -> None:
        case = make_case(office)
        approval = ask_approval(office, ["lee", "bo"], case_number=case.number)
        assert list(list_case_tasks(case)) == [task_of(approval, 0), task_of(approval, 1)]

    def test_keep_their_lists_within_few_queries(self, office: Office, django_assert_max_num_queries: Any) -> None:
        for _ in range(4):
            make_case(office)
        with django_assert_max_num_queries(8) as captured:
            assert isinstance(captured, CaptureQueriesContext)
            assert {case.team.slug for case in list_cases(office.ana)} == {"marketing"}


class TestCaseTimeline:
    def test_tells_the_whole_story_in_words(self, office: Office) -> None:
        case = make_case(office, correlation="run-1")
        approval = ask_approval(office, ["team:legal"], case_number=case.number, correlation="run-1")
        complete_task(
            task_id=task_of(approval, 0).pk, person=office.lee, outcome="rejected", comment="Not ours.", now=NOW
        )
        update_case(number=case.number, changes={"priority": "high"}, actor=Actor.person(office.mo), now=NOW)
        rows = case_timeline(case)
        names = sorted(row.name for row in rows)
        assert names == ["approval.decided", "case.changed", "case.opened", "task.created", "task.decided"]
        told = {row.name: row.summary for row in rows}
        assert told["task.decided"] == "Lee rejected for Legal: “Not ours.”"
        assert told["case.changed"] == "Mo changed priority of the case"

    def test_holds_nothing_of_other_cases(self, office: Office) -> None:
        case = make_case(office, correlation="run-1")
        add_role(office, "lee", "brand", "approver")
        make_case(office, correlation="run-2")
        assert [row.name for row in case_timeline(case)] == ["case.opened"]
