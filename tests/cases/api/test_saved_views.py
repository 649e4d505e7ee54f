"""Saved views and handing over, over the API."""

from __future__ import annotations

import pytest

from cases.models import Task
from tests.support.api import Api
from tests.support.cases import Office, ask_work

pytestmark = pytest.mark.django_db


class TestViews:
    def test_are_kept_listed_and_removed_by_their_owner_alone(self, office: Office) -> None:
        lee, bo = Api(person=office.lee), Api(person=office.bo)
        made = lee.post("views", {"page": "cases", "name": "Late", "query": "late=true&cursor=x"}).json()
        assert (made["name"], made["query"]) == ("Late", "late=true")
        again = lee.post("views", {"page": "cases", "name": "Late", "query": "late=true&type=loan"}).json()
        assert again["id"] == made["id"]
        assert [row["query"] for row in lee.get("views?page=cases").json()["results"]] == ["late=true&type=loan"]
        assert lee.get("views").json() == bo.get("views?page=cases").json() == {"results": []}
        assert bo.delete(f"views/{made['id']}").status_code == 404
        assert lee.delete(f"views/{made['id']}").status_code == 204
        assert lee.delete(f"views/{made['id']}").status_code == 404

    @pytest.mark.parametrize("body", [{}, {"page": "runs", "name": "x"}, {"page": "inbox", "name": " "}])
    def test_name_what_is_wrong(self, office: Office, body: dict[str, str]) -> None:
        assert Api(person=office.lee).post("views", body).status_code == 400


class TestReassigning:
    def test_is_for_leads_and_gives_the_task_to_one(self, office: Office) -> None:
        task = ask_work(office, "lee")
        told = Api(person=office.mo).post(f"tasks/{task.pk}/reassign", {"to": "sam"}).json()
        assert (told["status"], told["assignee"]) == ("claimed", "sam")
        assert Task.objects.get(pk=task.pk).assignee == office.sam
        assert Api(person=office.sam).post(f"tasks/{task.pk}/reassign", {"to": "lee"}).status_code == 403
        assert Api(person=office.mo).post(f"tasks/{task.pk}/reassign", {"to": "nobody-here"}).status_code == 400
        assert Api(person=office.bo).post(f"tasks/{task.pk}/reassign", {"to": 5}).status_code == 404
