"""Tasks over the API: lists, claims, answers, and who was first."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Task
from cases.operations import claim_task, complete_task
from integrator.people.models import Person
from tests.support.api import Api
from tests.support.cases import Office, add_role, ask_approval, ask_work, events_of, make_case, task_of

pytestmark = pytest.mark.django_db
UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z")
FORM = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}}


@pytest.fixture
def task(office: Office) -> Task:
    """Legal's part of an approval that mo asked for."""
    return task_of(ask_approval(office, ["team:legal", "team:brand"], requested_by=office.mo), 0)


@pytest.fixture
def lee(office: Office) -> Api:
    return Api(person=office.lee)


class TestListTasks:
    def test_has_open_and_claimed_ones_that_the_caller_may_decide(self, office: Office, task: Task, lee: Api) -> None:
        claim_task(task_id=task.pk, person=office.lia, now=timezone.now())
        work = ask_work(office, "lee")
        ask_work(office, "sam")
        rows = lee.get("tasks?status=open").json()["results"]
        assert {row["id"]: row["status"] for row in rows} == {str(task.pk): "claimed", str(work.pk): "open"}
        assert [row["id"] for row in lee.get("tasks?status=claimed").json()["results"]] == [str(task.pk)]
        assert lee.get("tasks").json()["results"] == rows

    def test_has_no_request_of_ones_own(self, office: Office, lee: Api) -> None:
        ask_approval(office, ["team:legal"], requested_by=office.lee)
        assert lee.get("tasks?status=open").json()["results"] == []
        assert len(Api(person=office.lia).get("tasks?status=open").json()["results"]) == 1

    def test_goes_by_due_date_page_by_page(self, office: Office, lee: Api) -> None:
        now = timezone.now()
        late, none, soon = (ask_work(office, "lee", due_at=due) for due in (now + timedelta(days=1500), None, now))
        first = lee.get("tasks?limit=2").json()
        second = lee.get(first["next"].partition("/api/v1/")[2]).json()
        assert [row["id"] for row in first["results"] + second["results"]] == [
            str(each.pk) for each in (soon, late, none)
        ]
        assert second["next"] is None

    def test_goes_by_priority_or_the_newest_where_asked(self, office: Office, lee: Api) -> None:
        low, urgent, high = (ask_work(office, "lee", priority=each) for each in ("low", "urgent", "high"))
        first = lee.get("tasks?sort=priority&limit=2").json()
        second = lee.get(first["next"].partition("/api/v1/")[2]).json()
        listed = [row["id"] for row in first["results"] + second["results"]]
        assert listed == [str(each.pk) for each in (urgent, high, low)]
        newest = [row["id"] for row in lee.get("tasks?sort=newest").json()["results"]]
        assert newest == [str(each.pk) for each in (high, urgent, low)]
        assert lee.get("tasks?sort=title").status_code == 400

    def test_refuses_a_status_it_does_not_know(self, lee: Api) -> None:
        answer = lee.get("tasks?status=odd")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/status")

    def test_counts_more_than_200_a_page_as_200(self, lee: Api) -> None:
        assert lee.get("tasks?limit=5000").status_code == 200


class TestGetTask:
    def test_has_the_members_of_the_contract(self, office: Office, lee: Api) -> None:
        case = make_case(office)
        show = [{"label": "Asset", "value": "https://example.org/a.png", "as": "link"}]
        approval = ask_approval(office, ["team:legal", "bo"], case_number=case.number, show=show, rule="all")
        told = lee.get(f"tasks/{task_of(approval, 0).pk}").json()
        assert {
            "id", "title", "status", "outcomes", "show", "form", "case", "run", "assignee", "candidates", "due_at",
            "priority", "revision",
        } <= told.keys()  # fmt: skip
        assert (told["status"], told["outcomes"], told["show"]) == ("open", ["approved", "rejected"], show)
        assert (told["case"], told["run"], told["candidates"]) == (case.number, approval.correlation, ["team:legal"])
        assert [(entry["label"], entry["is_this"]) for entry in told["asked"]] == [("Legal", True), ("Bo", False)]

    def test_tells_what_the_others_answered(self, office: Office, task: Task, lee: Api) -> None:
        brand = task_of(task.approval, 1)  # type: ignore[arg-type]
        complete_task(task_id=brand.pk, person=office.bo, outcome="approved", comment="Nice.", now=timezone.now())
        asked = lee.get(f"tasks/{task.pk}").json()["asked"]
        assert (asked[1]["state"], asked[1]["outcome"], asked[1]["comment"]) == ("answered", "approved", "Nice.")


class TestClaimTask:
    def test_makes_it_ones_own_and_again(self, task: Task, lee: Api) -> None:
        for _ in range(2):
            answer = lee.post(f"tasks/{task.pk}/claim")
            assert (answer.status_code, answer.json()["status"], answer.json()["assignee"]) == (200, "claimed", "lee")
        assert len(events_of("task.claimed")) == 1

    def test_names_who_was_first(self, office: Office, task: Task, lee: Api) -> None:
        claim_task(task_id=task.pk, person=office.lia, now=timezone.now())
        answer = lee.post(f"tasks/{task.pk}/claim")
        assert (answer.status_code, answer.json()["claimed_by"]) == (409, "lia")
        assert UTC_TEXT.match(answer.json()["claimed_at"])
        refused = lee.post(f"tasks/{task.pk}/complete", {"outcome": "approved"})
        assert (refused.status_code, refused.json()["claimed_by"]) == (409, "lia")

    def test_is_given_back_by_its_holder_or_a_lead(self, office: Office, task: Task, lee: Api) -> None:
        lee.post(f"tasks/{task.pk}/claim")
        assert Api(person=office.lia).post(f"tasks/{task.pk}/release").json()["status"] == "open"
        lee.post(f"tasks/{task.pk}/claim")
        assert lee.post(f"tasks/{task.pk}/release").json()["assignee"] is None

    def test_of_another_is_not_given_back_by_a_colleague(self, office: Office, task: Task) -> None:
        add_role(office, "sam", "legal", "approver")
        claim_task(task_id=task.pk, person=office.lee, now=timezone.now())
        assert Api(person=office.sam).post(f"tasks/{task.pk}/release").status_code == 403


class TestCompleteTask:
    def test_answers_with_the_task(self, task: Task, lee: Api) -> None:
        answer = lee.post(f"tasks/{task.pk}/complete", {"outcome": "approved", "comment": "Fine."})
        told = answer.json()
        assert (answer.status_code, told["status"], told["outcome"], told["comment"]) == (
            200, "done", "approved", "Fine.",
        )  # fmt: skip
        assert (told["decided_by"], UTC_TEXT.match(told["decided_at"]) is not None) == ("lee", True)

    def test_takes_data_that_fit_the_form(self, office: Office, lee: Api) -> None:
        work = ask_work(office, "lee", form=FORM, outcomes=("paid", "refused"))
        refused = lee.post(f"tasks/{work.pk}/complete", {"outcome": "paid", "data": {"amount": "much"}})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/data/amount")
        told = lee.post(f"tasks/{work.pk}/complete", {"outcome": "paid", "data": {"amount": 5}}).json()
        assert told["data"] == {"amount": 5}

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/outcome"),
            ({"outcome": "perhaps"}, "/outcome"),
            ({"outcome": ["approved"]}, "/outcome"),
            ({"outcome": "rejected"}, "/comment"),
            ({"outcome": "rejected", "comment": " \n"}, "/comment"),
            ({"outcome": "approved", "comment": 5}, "/comment"),
            ({"outcome": "approved", "data": []}, "/data"),
            ({"outcome": "approved", "status": "done"}, "/status"),
            ({"outcome": "approved", "decided_by": "bo", "revision": 9}, "/decided_by"),
            ([], ""),
            ("approved", ""),
        ],
    )
    def test_refuses_faults_by_pointer(self, task: Task, lee: Api, body: Any, pointer: str) -> None:
        answer = lee.post(f"tasks/{task.pk}/complete", body)
        assert answer.status_code == 400
        assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]
        assert Task.objects.get(pk=task.pk).status == "open"

    def test_names_the_winner_also_to_the_winner(self, office: Office, task: Task, lee: Api) -> None:
        lee.post(f"tasks/{task.pk}/complete", {"outcome": "approved"})
        for api in (Api(person=office.lia), lee):
            answer = api.post(f"tasks/{task.pk}/complete", {"outcome": "rejected", "comment": "No."})
            assert (answer.status_code, answer.json()["decided_by"]) == (409, "lee")
            assert UTC_TEXT.match(answer.json()["decided_at"])

    def test_repeats_the_answer_for_the_same_key_of_the_same_person(self, office: Office, task: Task, lee: Api) -> None:
        path, body = f"tasks/{task.pk}/complete", {"outcome": "approved"}
        first = lee.post(path, body, idempotency_key="k-1")
        again = lee.post(path, {"outcome": "rejected", "comment": "No."}, idempotency_key="k-1")
        assert (again.status_code, again.json()) == (200, first.json())
        assert lee.post(path, body, idempotency_key="k-2").status_code == 409
        assert Api(person=office.lia).post(path, body, idempotency_key="k-1").status_code == 409
        assert len(events_of("task.decided")) == 1

    def test_hides_tasks_of_others(self, office: Office, task: Task) -> None:
        api = Api(person=office.sam)
        hidden = api.post(f"tasks/{task.pk}/complete", {"outcome": "approved"})
        missing = api.post(f"tasks/{uuid.uuid4()}/complete", {"outcome": "approved"})
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
        assert hidden.status_code == 404

    def test_refuses_the_requester_before_it_reads_the_answer(self, office: Office, lee: Api) -> None:
        own = task_of(ask_approval(office, ["team:legal"], requested_by=office.lee), 0)
        for body in ({"outcome": "approved"}, {"outcome": "odd"}, {"odd": 1}, []):
            answer = lee.post(f"tasks/{own.pk}/complete", body)
            assert (answer.status_code, answer.json()["code"]) == (403, "task.own_request")
        assert lee.post(f"tasks/{own.pk}/claim").status_code == 403

    def test_refuses_a_second_entry(self, office: Office) -> None:
        add_role(office, "lee", "brand", "approver")
        approval = ask_approval(office, ["team:legal", "team:brand"])
        lee = Api(person=office.lee)
        lee.post(f"tasks/{task_of(approval, 0).pk}/complete", {"outcome": "approved"})
        second = f"tasks/{task_of(approval, 1).pk}/complete"
        for body in ({"outcome": "approved"}, {"outcome": "odd"}, {"odd": 1}):
            answer = lee.post(second, body)
            assert (answer.status_code, answer.json()["code"]) == (403, "task.second_entry")

    def test_takes_effect_at_once_when_rights_change(self, office: Office, task: Task, lee: Api) -> None:
        assert lee.get(f"tasks/{task.pk}").status_code == 200
        office.lee.memberships.all().delete()
        assert lee.get(f"tasks/{task.pk}").status_code == 404
        Person.objects.filter(pk=office.lee.pk).update(is_active=False)
        assert lee.get(f"tasks/{task.pk}").status_code == 401
