"""What applications and people do with cases over the API."""

from __future__ import annotations

from typing import Any

import pytest

from cases.case_types import CaseTypeData
from cases.checklists import read_asked
from cases.models import Case
from cases.operations.types import add_case_type
from tests.support.api import Api
from tests.support.cases import NOW, Office, make_case

pytestmark = pytest.mark.django_db(transaction=True)
DISPUTE = CaseTypeData(
    name="Dispute",
    team="marketing",
    statuses=["received", "decided"],
    final_statuses=["decided"],
    fields={"type": "object", "properties": {"amount": {"type": "number"}}},
    is_offered=True,
)


@pytest.fixture
def case(office: Office) -> Case:
    return make_case(office, contributions=read_asked({"service": "http:brand", "legal": "team:legal"}))


class TestContributions:
    def test_count_once_and_say_why_not(self, office: Office, case: Case) -> None:
        bea = Api(person=office.bea)
        address = f"cases/{case.number}/contributions/service"
        first = bea.post(address, {"data": {"photos": 3}, "comment": "They match"})
        assert first.status_code == 200
        assert {name: first.json()[name] for name in ("counted", "complete", "code", "reason")} == {
            "counted": True, "complete": False, "code": None, "reason": None,
        }  # fmt: skip
        again = bea.post(address, {"data": {"photos": 4}}).json()
        assert (again["counted"], again["code"]) == (False, "repeated")
        assert again["contribution"]["data"] == {"photos": 3}
        listed = bea.get(f"cases/{case.number}/contributions").json()
        assert [(row["key"], row["status"], row["asked"]) for row in listed["results"]] == [
            ("service", "in", "team:brand"),
            ("legal", "waiting", "team:legal"),
        ]

    @pytest.mark.parametrize(
        ("by", "key", "body", "status"),
        [
            ("bea", "legal", {}, 403),
            ("bea", "legal", {"comment": 5}, 403),
            ("bea", "nothing", {}, 404),
            ("sam", "service", {}, 404),
            ("bea", "service", {"comment": 5}, 400),
            ("bea", "service", {"data": [1]}, 400),
            ("bea", "service", {"other": 1}, 400),
        ],
    )
    def test_refuse_in_order(
        self, office: Office, case: Case, by: str, key: str, body: dict[str, Any], status: int
    ) -> None:
        answer = Api(person=office.people[by]).post(f"cases/{case.number}/contributions/{key}", body)
        assert answer.status_code == status


class TestCases:
    def test_are_opened_edited_and_closed(self, office: Office) -> None:
        add_case_type(key="dispute", data=DISPUTE, person=office.mo, now=NOW)
        mo = Api(person=office.mo)
        body = {"type": "dispute", "title": "Pallets", "data": {"amount": 5}, "business_key": "A-1"}
        number = mo.post("cases", body).json()["number"]
        twice = mo.post("cases", body)
        assert (twice.status_code, twice.json()["cases"]) == (409, [number])
        edited = mo.patch(f"cases/{number}", {"data": {"amount": 6}, "seen": {"data": {"amount": 5}}})
        assert edited.json()["data"] == {"amount": 6}
        late = mo.patch(f"cases/{number}", {"data": {"amount": 7}, "seen": {"data": {"amount": 5}}})
        assert (late.status_code, late.json()["code"]) == (409, "case.edited")
        assert late.json()["fields"] == {"data.amount": {"seen": 5, "now": 6, "yours": 7}}
        assert mo.post(f"cases/{number}/close", {"status": "received"}).status_code == 400
        assert mo.post(f"cases/{number}/close", {"status": "decided"}).json()["status"] == "decided"
        assert mo.post(f"cases/{number}/close", {"status": "decided"}).status_code == 409

    def test_are_asked_about_linked_noted_and_held(self, office: Office, case: Case) -> None:
        mo, other = Api(person=office.mo), make_case(office)
        task = mo.post(f"cases/{case.number}/tasks", {"title": "Call them", "to": ["lee"]})
        assert task.json()["case"] == case.number
        assert mo.post(f"cases/{case.number}/tasks", {"title": "Call them", "to": ["nobody"]}).status_code == 400
        link = mo.post(f"cases/{case.number}/links", {"case": other.number, "kind": "blocks"}).json()
        assert mo.get(f"cases/{other.number}/links").json()["results"][0]["words"] == "is blocked by"
        assert mo.delete(f"cases/{case.number}/links/{link['id']}").status_code == 204
        note = mo.post(f"cases/{case.number}/notes", {"text": "Mine"}).json()
        assert Api(person=office.ana).get(f"cases/{case.number}/notes").json() == {"results": []}
        assert mo.delete(f"cases/{case.number}/notes/{note['id']}").status_code == 204
        party = mo.post(f"cases/{case.number}/parties", {"who": "lee", "role": "advises"}).json()
        assert mo.delete(f"cases/{case.number}/parties/{party['id']}").status_code == 204
        assert mo.post(f"cases/{case.number}/hold", {"reason": "Court"}).status_code == 200
        assert Api(person=office.ana).post(f"cases/{case.number}/hold", {"reason": "x"}).status_code == 403

    def test_are_exported_as_far_as_one_may(self, office: Office, case: Case) -> None:
        answer = Api(person=office.mo).get("cases/export?as=csv")
        assert case.number in b"".join(answer.streaming_content).decode()
        assert Api(person=office.ana).get("cases/export").status_code == 403
        assert Api(person=office.mo).get("cases/export?as=xml").status_code == 400

    @pytest.mark.parametrize(
        ("query", "count"),
        [("q=serv", 0), ("q=appr", 1), ("owner=nobody", 1), ("owner=me", 0), ("priority=high", 0), ("late=true", 0),
         ("since=2026-11-19", 1), ("until=2026-11-18", 0), ("since=never", 1), ("priority=odd", None)],
    )  # fmt: skip
    def test_are_found(self, office: Office, case: Case, query: str, count: int | None) -> None:
        answer = Api(person=office.mo).get(f"cases?{query}")
        assert answer.status_code == (400 if count is None else 200)
        assert count is None or len(answer.json()["results"]) == count


class TestCaseTypes:
    def test_are_read_by_all_and_changed_by_those_who_may(self, office: Office) -> None:
        mo, ana = Api(person=office.mo), Api(person=office.ana)
        body = {"key": "dispute", "name": "Dispute", "team": "marketing", "statuses": ["new"], "final_statuses": []}
        assert ana.post("case-types", body).status_code == 403
        assert mo.post("case-types", body).status_code == 200
        assert mo.post("case-types", body).status_code == 409
        assert ana.get("case-types/dispute").json()["statuses"] == ["new"]
        changed = {name: value for name, value in body.items() if name != "key"} | {"number_prefix": "D"}
        assert ana.put("case-types/dispute", changed).status_code == 403
        assert mo.put("case-types/dispute", changed).json()["number_prefix"] == "D"
        assert mo.put("case-types/dispute", {**changed, "number_prefix": "-"}).status_code == 400
        assert mo.delete("case-types/dispute").status_code == 204
        assert mo.get("case-types/dispute").status_code == 404
