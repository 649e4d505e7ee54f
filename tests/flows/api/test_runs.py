"""Runs and incidents over the API."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flows.models import Incident, Run
from flows.operations.runs import answer_incident
from tests.support.api import Api
from tests.support.cases import NOW
from tests.support.company import Company
from tests.support.flows import run_to_rest, settle

pytestmark = pytest.mark.django_db
UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z")


@pytest.fixture
def operator(company: Company) -> Api:
    return Api(person=company.people["operator"])


class TestGetRun:
    def test_has_the_members_of_the_contract(self, company: Company, operator: Api) -> None:
        told = operator.get(f"runs/{company.run.id}").json()
        assert {
            "id", "flow", "version", "status", "waiting_for", "incidents", "case", "started_at", "ended_at", "steps",
        } <= told.keys()  # fmt: skip
        assert (told["id"], told["flow"], told["version"]) == (str(company.run.id), "content-approval", 1)
        assert (told["status"], told["case"], told["ended_at"]) == ("waiting", company.run.case_number, None)
        assert UTC_TEXT.match(told["started_at"])
        step = told["steps"][0]
        assert step.keys() == {
            "key", "visit", "index", "kind", "status", "attempt", "started_at", "ended_at", "output", "error",
        }  # fmt: skip
        assert (step["key"], step["kind"], step["status"], step["attempt"]) == (
            "open_case", "case.open", "succeeded", 1,
        )  # fmt: skip
        assert UTC_TEXT.match(step["started_at"])

    def test_names_the_incident_and_what_went_wrong(self, company: Company, operator: Api) -> None:
        told = operator.get(f"runs/{company.stuck.id}").json()
        assert told["incidents"] == [str(company.incident.id)]
        assert told["waiting_for"][0]["kind"] == "incident"
        assert told["steps"][0]["error"]["code"] == "expression.failed"


class TestListRuns:
    @pytest.mark.parametrize(
        ("query", "keys"),
        [
            ("", ["sum", "content-approval"]),
            ("?flow=sum", ["sum"]),
            ("?status=incident", ["sum"]),
            ("?status=completed", []),
            ("?q=order-7", ["content-approval"]),
            ("?team=hr", []),
        ],
    )
    def test_is_narrowed_by_the_query(self, operator: Api, query: str, keys: list[str]) -> None:
        assert [row["flow"] for row in operator.get(f"runs{query}").json()["results"]] == keys

    def test_goes_page_by_page(self, company: Company, operator: Api) -> None:
        first = operator.get("runs?limit=1").json()
        assert first["previous"] is None
        second = operator.get(first["next"].partition("/api/v1/")[2]).json()
        assert [row["flow"] for row in first["results"] + second["results"]] == ["sum", "content-approval"]
        assert second["next"] is None
        assert second["previous"] is not None

    @pytest.mark.parametrize("query", ["status=odd", "limit=0", "limit=x", "cursor=x", f"flow={'x' * 400}", "q=%00"])
    def test_refuses_a_query_it_does_not_know(self, operator: Api, query: str) -> None:
        assert operator.get(f"runs?{query}").status_code == 400


class TestCancelRun:
    def test_ends_the_run(self, company: Company, operator: Api) -> None:
        assert operator.post(f"runs/{company.run.id}/cancel", {"reason": "Came twice."}).status_code == 200
        settle()
        told = operator.get(f"runs/{company.run.id}").json()
        assert (told["status"], told["waiting_for"]) == ("cancelled", [])

    def test_refuses_one_that_has_ended(self, company: Company, operator: Api) -> None:
        operator.post(f"runs/{company.run.id}/cancel")
        settle()
        answer = operator.post(f"runs/{company.run.id}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (409, "run.final")

    @pytest.mark.parametrize("body", [{"status": "completed"}, {"reason": 5, "flow": 1}, [], "x", {"reason": ["x"]}])
    def test_takes_no_other_member(self, company: Company, operator: Api, body: Any) -> None:
        answer = operator.post(f"runs/{company.run.id}/cancel", body)
        assert answer.status_code == 400
        assert answer.json()["errors"]
        settle()
        assert Run.objects.get(id=company.run.id).status == "waiting"

    def test_tells_rights_before_faults(self, company: Company) -> None:
        for who, status in (("stranger", 404), ("analyst", 403), ("operator", 400)):
            api = Api(person=company.people[who])
            assert api.post(f"runs/{company.run.id}/cancel", {"odd": 1}).status_code == status
            assert api.post(f"runs/{company.run.id}/cancel", "no object").status_code == status


class TestListIncidents:
    def test_tells_open_and_answered_ones(self, company: Company, operator: Api) -> None:
        (row,) = operator.get("incidents?status=open").json()["results"]
        assert (row["id"], row["flow"], row["step"]) == (str(company.incident.id), "sum", "add")
        assert "trigger.body.b" in row["message"]
        operator.post(f"incidents/{company.incident.id}/close")
        assert operator.get("incidents?status=open").json()["results"] == []
        assert len(operator.get("incidents?status=answered").json()["results"]) == 1

    def test_hides_those_of_other_teams(self, company: Company) -> None:
        assert Api(person=company.people["stranger"]).get("incidents").json()["results"] == []


class TestAnswerIncident:
    def test_retries_with_changed_settings(self, company: Company, operator: Api) -> None:
        told = operator.post(f"incidents/{company.incident.id}/retry", {"settings": {"total": 9}}).json()
        assert (told["answer"], told["answered_by"]) == ("retry_edited", "operator")
        settle()
        assert Run.objects.get(id=company.stuck.id).status == "completed"

    def test_retries_as_it_was(self, company: Company, operator: Api) -> None:
        assert operator.post(f"incidents/{company.incident.id}/retry").json()["answer"] == "retry"
        settle()
        assert Incident.objects.filter(run=company.stuck).count() == 2

    def test_skips_with_an_output(self, company: Company, operator: Api) -> None:
        answer = operator.post(f"incidents/{company.incident.id}/skip", {"output": {"total": 3}})
        assert answer.json()["answer"] == "skip"
        settle()
        run = operator.get(f"runs/{company.stuck.id}").json()
        assert (run["status"], run["steps"][0]["status"], run["steps"][0]["output"]) == (
            "completed", "skipped", {"total": 3},
        )  # fmt: skip

    def test_gives_up(self, company: Company, operator: Api) -> None:
        operator.post(f"incidents/{company.incident.id}/close")
        settle()
        assert operator.get(f"runs/{company.stuck.id}").json()["status"] == "failed"

    def test_is_once(self, company: Company, operator: Api) -> None:
        answer_incident(
            incident_id=company.incident.id, person=company.people["publisher"], answer="give_up", data={}, now=NOW
        )
        refused = operator.post(f"incidents/{company.incident.id}/retry")
        assert (refused.status_code, refused.json()["code"]) == (409, "incident.answered_already")
        assert refused.json()["answered_by"] == "publisher"

    @pytest.mark.parametrize(
        ("word", "body"),
        [
            ("retry", {"settings": 1}),
            ("retry", {"settings": None}),
            ("retry", {"answer": "happened"}),
            ("skip", {"port": "sideways"}),
            ("skip", {"port": 1, "odd": 2}),
            ("close", {"reason": "no"}),
        ],
    )
    def test_refuses_what_does_not_fit(self, company: Company, operator: Api, word: str, body: Any) -> None:
        assert operator.post(f"incidents/{company.incident.id}/{word}", body).status_code == 400
        assert Incident.objects.get(id=company.incident.id).answer == ""


class TestSecondRun:
    def test_of_a_flow_shows_the_version_it_began_with(self, company: Company, operator: Api) -> None:
        run = run_to_rest(company.stuck.version, {"a": 1, "b": 2})
        told = operator.get(f"runs/{run.id}").json()
        assert (told["version"], told["status"]) == (1, "completed")
        assert UTC_TEXT.match(told["ended_at"])
