"""The life of one task over the API: each address works for its people and is nothing, or forbidden, for others."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from cases.models import GuestPass, InformationRequest, Task
from cases.operations import complete_task
from tests.support.api import Api
from tests.support.cases import Office, ask_approval, ask_work, make_case, task_of

pytestmark = pytest.mark.django_db

BODIES: dict[str, tuple[Any, Any]] = {  # address → a body that works for lee, who is asked; one with a fault
    "delegate": ({"to": "sam"}, {"to": 5, "odd": 1}),
    "priority": ({"priority": "high"}, {"priority": "odd"}),
    "follow-up": ({"at": "2027-01-01T10:00:00Z"}, {"at": "soon"}),
    "comments": ({"text": "Hello @lia"}, {"text": ""}),
    "draft": ({"typed": {"comment": "Half"}}, {"typed": 5}),
    "information": ({"question": "Which?", "who": "sam"}, {"question": ""}),
}


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.MAIL_SERVER = {"host": "mail.example"}
    settings.BASE_URL = "https://flows.example"


@pytest.fixture
def task(office: Office) -> Task:
    return ask_work(office, "lee")


@pytest.fixture
def lee(office: Office) -> Api:
    return Api(person=office.lee)


class TestEachAddress:
    @pytest.mark.parametrize("name", BODIES)
    def test_works_for_who_is_asked(self, task: Task, lee: Api, name: str) -> None:
        assert lee.post(f"tasks/{task.pk}/{name}", BODIES[name][0]).status_code == 200

    @pytest.mark.parametrize("name", BODIES)
    def test_names_what_is_wrong_in_the_body(self, task: Task, lee: Api, name: str) -> None:
        answer = lee.post(f"tasks/{task.pk}/{name}", BODIES[name][1])
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")

    @pytest.mark.parametrize("name", [*BODIES, "undo", "give-back", "reopen", "guests"])
    @pytest.mark.parametrize("body", [None, {"odd": 1}])
    def test_is_nothing_for_strangers_whatever_they_send(
        self, office: Office, task: Task, name: str, body: Any
    ) -> None:
        good = BODIES.get(name, ({"reason": "x", "email": "kim@example.com"}, None))[0]
        assert Api(person=office.bo).post(f"tasks/{task.pk}/{name}", body or good).status_code == 404

    @pytest.mark.parametrize("name", ["comments", "information", "draft", "guests"])
    def test_is_read_by_its_people_only(self, office: Office, task: Task, lee: Api, name: str) -> None:
        assert lee.get(f"tasks/{task.pk}/{name}").status_code == 200
        assert Api(person=office.bo).get(f"tasks/{task.pk}/{name}").status_code == 404


class TestUndo:
    def test_takes_an_answer_of_a_page_back_and_none_of_the_api(
        self, task: Task, lee: Api, office: Office, settings: Any
    ) -> None:
        settings.UNDO_S = 15
        complete_task(task_id=task.pk, person=office.lee, outcome="done", undoable=True, now=timezone.now())
        assert lee.get(f"tasks/{task.pk}").json()["settles_at"] is not None
        answer = lee.post(f"tasks/{task.pk}/undo")
        assert (answer.status_code, answer.json()["status"], answer.json()["settles_at"]) == (200, "open", None)
        assert lee.post(f"tasks/{task.pk}/complete", {"outcome": "done"}).json()["settles_at"] is None
        refusal = lee.post(f"tasks/{task.pk}/undo")
        assert (refusal.status_code, refusal.json()["code"]) == (409, "task.settled")


class TestDelegation:
    def test_brings_a_proposal(self, office: Office, task: Task, lee: Api) -> None:
        assert lee.post(f"tasks/{task.pk}/delegate", {"to": "sam"}).json()["delegated_by"] == "lee"
        sam = Api(person=office.sam)
        answer = sam.post(f"tasks/{task.pk}/complete", {"outcome": "done", "comment": "So."}).json()
        assert (answer["status"], answer["assignee"], answer["proposal"]["comment"]) == ("claimed", "lee", "So.")
        assert sam.post(f"tasks/{task.pk}/give-back").status_code == 400


class TestInformation:
    def test_is_asked_answered_and_read(self, office: Office, task: Task, lee: Api) -> None:
        asked = lee.post(f"tasks/{task.pk}/information", {"question": "Which?", "who": "sam"}).json()
        asking = Api(person=office.sam).get("tasks").json()["results"][0]
        assert (asking["kind"], asking["show"][0]["value"]) == ("information", "Which?")
        Api(person=office.sam).post(f"tasks/{asking['id']}/complete", {"outcome": "answered", "comment": "That one"})
        row = lee.get(f"tasks/{task.pk}/information").json()["results"][0]
        told = [row[name] for name in ("id", "asked_of", "state", "answer", "answered_by")]
        assert told == [asked["id"], "sam", "answered", "That one", "sam"]

    def test_is_withdrawn_under_its_own_task_only(self, office: Office, task: Task, lee: Api) -> None:
        lee.post(f"tasks/{task.pk}/information", {"question": "Which?", "who": "sam"})
        row = InformationRequest.objects.get()
        other = ask_work(office, "lee")
        assert lee.post(f"tasks/{other.pk}/information/{row.pk}/withdraw").status_code == 404
        assert lee.post(f"tasks/{task.pk}/information/{row.pk}/withdraw").json()["results"][0]["state"] == "withdrawn"
        assert lee.post(f"tasks/{task.pk}/information/{row.pk}/withdraw").status_code == 409


class TestGuests:
    def test_are_invited_and_revoked_by_a_lead_and_never_shown_a_link(self, office: Office, task: Task) -> None:
        mo = Api(person=office.mo)
        made = mo.post(f"tasks/{task.pk}/guests", {"email": "kim@example.com"})
        assert (made.status_code, made.json()["state"]) == (200, "open")
        assert GuestPass.objects.get().nonce not in made.content.decode()
        path = f"tasks/{task.pk}/guests/{made.json()['id']}/revoke"
        assert Api(person=office.lee).post(path).status_code == 403
        assert mo.post(path).json()["state"] == "revoked"
        assert mo.post(path).status_code == 409
        assert Api(person=office.lee).post(f"tasks/{task.pk}/guests", {"email": "kim@example.com"}).status_code == 403


class TestReopen:
    def test_asks_the_lead(self, office: Office, lee: Api) -> None:
        task = task_of(ask_approval(office, ["lee", "bo"]), 0)
        assert lee.post(f"tasks/{task.pk}/reopen", {"reason": "Wrong."}).status_code == 409
        lee.post(f"tasks/{task.pk}/complete", {"outcome": "approved"})
        assert lee.post(f"tasks/{task.pk}/reopen", {"reason": "Wrong."}).status_code == 200
        asked = Api(person=office.lia).get("tasks").json()["results"][0]
        assert (asked["kind"], asked["outcomes"]) == ("reopen", ["reopen", "leave"])


class TestCaseComments:
    def test_say_who_may_not_see_the_case(self, office: Office) -> None:
        case = make_case(office)
        ana = Api(person=office.ana)
        assert ana.post(f"cases/{case.number}/comments", {"text": "@lee look"}).json()["blind"] == ["lee"]
        assert [row["text"] for row in ana.get(f"cases/{case.number}/comments").json()["results"]] == ["@lee look"]
        assert Api(person=office.lee).get(f"cases/{case.number}/comments").status_code == 404
