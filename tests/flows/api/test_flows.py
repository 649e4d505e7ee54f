"""Flows over the API: lists, files in and out, publishing."""

from __future__ import annotations

from typing import Any

import pytest

from flows.models import Draft, Flow, FlowVersion
from tests.support.api import Api
from tests.support.cases import events_of
from tests.support.company import Company
from tests.support.flow_files import SUM

pytestmark = pytest.mark.django_db
CHANGED = SUM.replace("name: Sum", "name: Total").replace("output: ", "message: Done, output: ")


@pytest.fixture
def publisher(company: Company) -> Api:
    return Api(person=company.people["publisher"])


class TestListFlows:
    def test_says_how_each_goes(self, company: Company, publisher: Api) -> None:
        rows = {row["key"]: row for row in publisher.get("flows").json()["results"]}
        assert list(rows) == ["content-approval", "sum"]
        assert rows["sum"]["open_incidents"] == 1
        assert rows["sum"]["last_run"]["id"] == str(company.stuck.id)
        assert rows["sum"]["trigger"] == {"kind": "webhook", "path": "sum"}
        assert (rows["sum"]["team"], rows["sum"]["live_version"], rows["sum"]["paused"]) == ("marketing", 1, False)

    @pytest.mark.parametrize(("query", "keys"), [("?q=approv", ["content-approval"]), ("?team=hr", [])])
    def test_is_narrowed_by_the_query(self, publisher: Api, query: str, keys: list[str]) -> None:
        assert [row["key"] for row in publisher.get(f"flows{query}").json()["results"]] == keys

    def test_shows_strangers_nothing(self, company: Company) -> None:
        assert Api(person=company.people["stranger"]).get("flows").json()["results"] == []


class TestGetFlow:
    def test_lists_its_versions(self, publisher: Api) -> None:
        publisher.post("flows/import", {"file": CHANGED, "publish": True, "note": "Says so"})
        versions = publisher.get("flows/sum").json()["versions"]
        assert [(row["number"], row["note"], row["published_by"]) for row in versions] == [
            (2, "Says so", "publisher"),
            (1, None, None),
        ]


class TestExportAndImport:
    def test_give_the_same_bytes(self, publisher: Api) -> None:
        first = publisher.get("flows/content-approval/export")
        assert first.headers["Content-Disposition"] == 'attachment; filename="content-approval.yaml"'
        told = publisher.post("flows/import", {"file": first.content.decode(), "publish": True}).json()
        assert told["published"]["is_new"] is False
        assert told["published"]["message"].startswith("Nothing changed")
        assert publisher.get("flows/content-approval/export").content == first.content

    def test_give_an_old_version(self, publisher: Api) -> None:
        publisher.post("flows/import", {"file": CHANGED, "publish": True})
        assert b"name: Sum\n" in publisher.get("flows/sum/export?version=1").content
        assert b"name: Total\n" in publisher.get("flows/sum/export").content
        assert publisher.get("flows/sum/export?version=9").status_code == 404
        assert publisher.get("flows/sum/export?version=x").status_code == 400

    def test_record_each_export(self, company: Company, publisher: Api) -> None:
        publisher.get("flows/sum/export")
        (event,) = events_of("flow.exported")
        assert event["_actor"] == f"person:{company.people['publisher'].pk}"


class TestImportFlow:
    def test_keeps_a_draft(self, company: Company, publisher: Api) -> None:
        told = publisher.post("flows/import", {"file": CHANGED}).json()
        assert (told["published"], told["is_new"], told["flow"]["live_version"]) == (None, False, 1)
        assert Draft.objects.get(flow__key="sum").author == company.people["publisher"]

    def test_lists_every_fault_by_pointer(self, publisher: Api) -> None:
        faulty = SUM.replace("next: done", "next: dome").replace("kind: stop", "kind: stopp")
        answer = publisher.post("flows/import", {"file": faulty})
        assert (answer.status_code, answer.json()["code"]) == (400, "flow.invalid")
        pointers = [fault["pointer"] for fault in answer.json()["errors"]]
        assert {"/steps/add/next", "/steps/done/kind"} <= set(pointers)
        assert all(fault["message"].startswith("Line ") for fault in answer.json()["errors"])
        assert not Draft.objects.exists()

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/file"),
            ({"file": 5, "publish": "perhaps"}, "/publish"),
            ({"file": SUM, "teams": "hr"}, "/teams"),
            ({"file": SUM, "team": 5 * "hr" * 20}, "/team"),
            ({"file": SUM, "note": "n" * 501}, "/note"),
            ({"file": "format: ["}, ""),
        ],
    )
    def test_refuses_other_members(self, publisher: Api, body: Any, pointer: str) -> None:
        answer = publisher.post("flows/import", body)
        assert answer.status_code == 400
        assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]

    def test_goes_to_the_team_that_is_named(self, publisher: Api) -> None:
        text = SUM.replace("marketing", "elsewhere").replace("sum", "sums")
        answer = publisher.post("flows/import", {"file": text})
        assert answer.status_code == 404
        assert "You may import into marketing" in answer.json()["detail"]
        told = publisher.post("flows/import", {"file": text, "team": "marketing"}).json()
        assert (told["flow"]["team"], told["is_new"]) == ("marketing", True)

    def test_tells_rights_before_faults(self, company: Company) -> None:
        assert Api(person=company.people["viewer"]).post("flows/import", {"odd": 1}).status_code == 403


class TestPublishFlow:
    def test_publishes_ones_own_draft(self, publisher: Api) -> None:
        publisher.post("flows/import", {"file": CHANGED})
        told = publisher.post("flows/sum/publish", {"note": "Why"}).json()
        assert (told["version"]["number"], told["version"]["note"], told["is_new"]) == (2, "Why", True)
        assert Flow.objects.get(key="sum").name == "Total"

    def test_publishes_the_draft_of_an_analyst(self, company: Company, publisher: Api) -> None:
        Api(person=company.people["analyst"]).post("flows/import", {"file": CHANGED})
        assert publisher.post("flows/sum/publish").status_code == 409
        told = publisher.post("flows/sum/publish", {"author": "analyst"}).json()
        assert told["version"]["published_by"] == "publisher"

    @pytest.mark.parametrize("body", [{"author": "lee"}, {"author": ""}, {"version": 3}, {"published_by": "lee"}])
    def test_takes_no_other_member(self, publisher: Api, body: Any) -> None:
        publisher.post("flows/import", {"file": CHANGED})
        assert publisher.post("flows/sum/publish", body).status_code == 400
        assert FlowVersion.objects.filter(flow__key="sum").count() == 1


class TestMe:
    def test_names_the_caller_and_their_roles(self, company: Company) -> None:
        told = Api(person=company.people["stranger"]).get("me").json()
        assert told["username"] == "stranger"
        assert told["roles"] == [{"team": "hr", "role": "operator"}, {"team": "hr", "role": "publisher"}]
        overseer = Api(person=company.people["auditor"]).get("me").json()
        assert overseer["roles"] == [{"team": None, "role": "auditor"}]
