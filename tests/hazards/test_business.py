"""Hazard row "business": nobody approves what they asked for, and nobody sets what is not theirs to set."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Task
from flows.models import Run
from integrator.people.models import AccessToken, Membership, Person
from tests.support.api import Api
from tests.support.cases import Office, add_role, ask_approval, ask_work, make_case, make_office, task_of
from tests.support.flows import make_version, run_to_rest

pytestmark = pytest.mark.django_db(transaction=True)

FLOW = """\
format: 1
flow: holiday
name: Holiday
team: marketing
trigger: {kind: webhook, path: holiday, auth: {kind: none}}
requested_by: "= body.by"
steps:
  open_case:
    kind: case.open
    with: {type: holiday, title: Holiday}
    next: review
  review:
    kind: task.approve
    with: {title: Holiday, approvers: [team:legal], rule: any}
    on: {approved: close, rejected: close}
  close: {kind: case.close, with: {status: "= steps.review.outcome"}}
"""
GREEDY: dict[str, Any] = {
    "status": "done",
    "state": "decided",
    "owner": "lee",
    "assignee": "lee",
    "decided_by": "bo",
    "decided_for": "bo",
    "decided_at": "2020-01-01T00:00:00Z",
    "requested_by": "bo",
    "requested_by_id": 1,
    "candidates": ["lee"],
    "team": "legal",
    "team_id": 1,
    "revision": 0,
    "closed_at": "2020-01-01T00:00:00Z",
    "is_superuser": True,
    "is_staff": True,
}


@pytest.fixture
def office() -> Office:
    return make_office()


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def as_stored(row: Case | Task) -> dict[str, Any]:
    return type(row).objects.filter(pk=row.pk).values()[0]


class TestOwnRequest:
    """lee asks by webhook; legal is asked. Whatever door lee takes, the answer is no, and lia's counts."""

    @pytest.fixture
    def task(self, office: Office) -> Task:
        run_to_rest(make_version(FLOW), {"by": "lee@example.org"}, requested_by="lee@example.org")
        return Task.objects.get()

    @pytest.mark.parametrize("outcome", ["approved", "rejected"])
    def test_is_decided_by_somebody_else(self, office: Office, task: Task, outcome: str) -> None:
        answer = {"outcome": outcome, "comment": "Mine."}
        lee = sign_in(office.lee)
        assert lee.post(f"/inbox/{task.pk}/", answer).status_code in {403, 404}
        lee.post(f"/inbox/{task.pk}/claim/")
        for verb in ("claim", "complete"):
            body = answer if verb == "complete" else None
            assert Api(person=office.lee).post(f"tasks/{task.pk}/{verb}", body).status_code in {403, 404}
        assert Task.objects.get().status == "open"
        assert Api(person=office.lia).post(f"tasks/{task.pk}/complete", answer).status_code == 200

    def test_is_not_helped_by_another_spelling_role_or_key(self, office: Office, task: Task) -> None:
        add_role(office, "lee", "legal", "lead")
        Person.objects.filter(pk=office.lee.pk).update(email="LEE@EXAMPLE.ORG")
        answer = Api(person=Person.objects.get(pk=office.lee.pk)).post(
            f"tasks/{task.pk}/complete", {"outcome": "approved"}, idempotency_key="once"
        )
        assert answer.status_code in {403, 404}
        assert Run.objects.get().status == "waiting"


class TestMassAssignment:
    def test_of_an_answer_over_the_api_is_refused_by_name(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal", "bo"]), 0)
        before = as_stored(task)
        for name, value in GREEDY.items():
            answer = Api(person=office.lee).post(f"tasks/{task.pk}/complete", {"outcome": "approved", name: value})
            assert answer.status_code == 400, name
            assert f"/{name}" in {fault["pointer"] for fault in answer.json()["errors"]}
        assert as_stored(task) == before

    def test_of_an_answer_on_the_page_is_not_read(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal", "bo"]), 0)
        sent = {**{name: str(value) for name, value in GREEDY.items()}, "outcome": "approved"}
        assert sign_in(office.lee).post(f"/inbox/{task.pk}/", sent).status_code == 302
        task.refresh_from_db()
        assert (task.status, task.decided_by, task.decided_for) == ("done", office.lee, "")
        assert task.team_id == office.team("marketing").pk
        assert task.decided_at is not None
        assert task.decided_at.year > 2020

    def test_of_a_claim_gives_the_task_to_nobody_else(self, office: Office) -> None:
        task = ask_work(office, "team:legal")
        sign_in(office.lee).post(f"/inbox/{task.pk}/claim/", {"assignee": "bo", "person": str(office.bo.pk)})
        task.refresh_from_db()
        assert task.assignee == office.lee
        assert Api(person=office.lia).post(f"tasks/{task.pk}/claim", {"assignee": "lia"}).status_code == 400

    def test_of_a_case_changes_its_priority_alone(self, office: Office) -> None:
        case = make_case(office)
        before = as_stored(case)
        sent = {**{name: str(value) for name, value in GREEDY.items()}, "priority": "high", "title": "Other"}
        assert sign_in(office.mo).post(f"/cases/{case.number}/priority/", sent).status_code == 302
        after = as_stored(case)
        changed = {name for name, value in after.items() if before[name] != value}
        assert changed <= {"priority", "revision", "changed_at", "updated_at"}
        assert after["priority"] == "high"

    @pytest.mark.parametrize("verb", ["put", "post", "delete"])
    def test_of_a_case_over_the_api_has_no_door(self, office: Office, verb: str) -> None:
        case = make_case(office)
        before = as_stored(case)
        headers = Api(person=office.adm).headers
        path, body = f"/api/v1/cases/{case.number}", json.dumps({"status": "closed", "owner": "lee"})
        answer = getattr(Client(), verb)(path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 405
        assert as_stored(case) == before

    def test_of_a_change_to_a_case_over_the_api_is_refused_by_name(self, office: Office) -> None:
        case = make_case(office)
        before = as_stored(case)
        shut = {name: value for name, value in GREEDY.items() if name not in {"status", "owner", "team"}}
        shut |= {"number": "C-1", "type": "other", "type_id": 1, "confidential": True, "sensitive": [], "id": 1}
        shut |= {"opened_at": "2020-01-01T00:00:00Z", "held_reason": "", "milestones": [], "business_key": "other"}
        for name, value in shut.items():
            answer = Api(person=office.adm).patch(f"cases/{case.number}", {"title": "Other", name: value})
            assert answer.status_code == 400, name
            assert f"/{name}" in {fault["pointer"] for fault in answer.json()["errors"]}
        assert as_stored(case) == before

    def test_of_a_change_to_a_case_is_for_those_who_change_its_teams_cases(self, office: Office) -> None:
        case = make_case(office)
        before = as_stored(case)
        sent = {"status": "closed", "owner": "lee", "team": "legal"}
        for name, status in (("lee", 404), ("aud", 403)):
            assert Api(person=office.people[name]).patch(f"cases/{case.number}", sent).status_code == status
        assert as_stored(case) == before

    def test_of_a_token_makes_ones_own(self, office: Office) -> None:
        sent = {"name": "mine", "person": str(office.adm.pk), "person_id": str(office.adm.pk), "digest": "0" * 64}
        sign_in(office.lee).post("/settings/tokens/", sent)
        assert set(AccessToken.objects.values_list("person__username", flat=True)) <= {"lee"}

    def test_of_ones_preferences_gives_no_right(self, office: Office) -> None:
        lee = sign_in(office.lee)
        before = Membership.objects.count()
        for path in ("/settings/", "/settings/preferences/", "/preferences/", "/accounts/password/change/"):
            lee.post(path, {**{name: str(value) for name, value in GREEDY.items()}, "role": "admin"})
        person = Person.objects.get(pk=office.lee.pk)
        assert (person.is_superuser, person.is_staff, person.is_active) == (False, False, True)
        assert Membership.objects.count() == before
