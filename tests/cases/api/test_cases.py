"""Cases and their timelines over the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cases.models import Case
from cases.operations import claim_task, close_case
from integrator.events.actors import SYSTEM
from tests.support.api import Api
from tests.support.cases import Office, ask_work, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office, title="Bänner & <b>", business_key="order-7", data={"amount": 5})


class TestGetCase:
    def test_has_exactly_the_members_of_the_contract(self, office: Office, case: Case) -> None:
        told = Api(person=office.ana).get(f"cases/{case.number}").json()
        assert told == {
            "number": case.number,
            "type": "content-approval",
            "title": "Bänner & <b>",
            "status": "open",
            "priority": "normal",
            "team": "marketing",
            "owner": None,
            "business_key": "order-7",
            "milestones": [],
            "data": {"amount": 5},
            "opened_at": "2026-11-19T10:00:00Z",
            "closed_at": None,
        }

    def test_is_hidden_from_strangers_and_open_to_overseers(self, office: Office, case: Case) -> None:
        stranger = Api(person=office.sam)
        assert stranger.get(f"cases/{case.number}").content == stranger.get("cases/C-1999-000001").content
        assert Api(person=office.aud).get(f"cases/{case.number}").status_code == 200
        assert Api(person=office.adm).get(f"cases/{case.number}").status_code == 200

    def test_is_open_to_whoever_works_in_it(self, office: Office, case: Case) -> None:
        ask_work(office, "sam", case_number=case.number)
        assert Api(person=office.sam).get(f"cases/{case.number}").status_code == 200


class TestListCases:
    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 2),
            ("?state=open", 1),
            ("?state=closed", 1),
            ("?status=approved", 1),
            ("?type=content-approval", 2),
            ("?type=other", 0),
            ("?team=legal", 0),
            ("?business_key=order-7", 1),
        ],
    )
    def test_is_narrowed_by_the_query(self, office: Office, case: Case, query: str, count: int) -> None:
        other = make_case(office)
        close_case(number=other.number, status="approved", actor=SYSTEM, now=timezone.now())
        assert len(Api(person=office.ana).get(f"cases{query}").json()["results"]) == count

    def test_goes_newest_first_page_by_page(self, office: Office, case: Case) -> None:
        numbers = [case.number, *(make_case(office).number for _ in range(2))]
        api, found, path = Api(person=office.ana), [], "cases?limit=2"
        while path:
            page = api.get(path).json()
            found += [row["number"] for row in page["results"]]
            path = (page["next"] or "").partition("/api/v1/")[2]
        assert found == numbers[::-1]

    def test_shows_strangers_nothing(self, office: Office, case: Case) -> None:
        assert Api(person=office.sam).get("cases").json()["results"] == []


class TestTimeline:
    def test_tells_every_event_oldest_first(self, office: Office, case: Case) -> None:
        task = ask_work(office, "sam", case_number=case.number, title="Mend it", correlation=case.number)
        claim_task(task_id=task.pk, person=office.sam, now=timezone.now())
        told = Api(person=office.ana).get(f"cases/{case.number}/timeline").json()
        rows = told["results"]
        assert (rows[0]["name"], rows[-1]["name"]) == ("case.opened", "task.claimed")
        assert rows[-1].keys() == {"id", "at", "name", "actor", "summary", "data"}
        assert (rows[-1]["actor"], rows[-1]["summary"]) == ("Sam", "Sam claimed “Mend it”")
        assert rows[-1]["at"].endswith("Z")

    def test_goes_page_by_page(self, office: Office, case: Case) -> None:
        ask_work(office, "sam", case_number=case.number, correlation=case.number)
        api = Api(person=office.ana)
        first = api.get(f"cases/{case.number}/timeline?limit=1").json()
        second = api.get(first["next"].partition("/api/v1/")[2]).json()
        assert first["results"][0]["id"] < second["results"][0]["id"]
