"""Decision tables over the API: read, changed, tried, published, as CSV."""

from __future__ import annotations

from typing import Any

import pytest

from flows.models import DecisionTable
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.flows import make_team
from tests.support.personas import make_person
from tests.support.tables import make_live_table

pytestmark = pytest.mark.django_db(transaction=True)
ONE = "tables/triage"


@pytest.fixture
def api(transactional_db: None) -> Api:
    make_live_table()
    return Api(person=make_person("pub", (make_team("marketing"), Role.PUBLISHER)))


class TestTables:
    def test_are_read_changed_and_published(self, api: Api) -> None:
        (listed,) = api.get("tables").json()["results"]
        assert (listed["key"], listed["team"], listed["live_version"]) == ("triage", "marketing", 1)
        read = api.get(ONE).json()
        assert [test["passed"] for test in read["tests"]] == [True]
        document = {**read["document"], "rows": read["document"]["rows"][:2]}
        kept = api.send("put", f"{ONE}/draft", {"document": document, "revision": read["revision"]}).json()
        assert (len(kept["document"]["rows"]), kept["revision"]) == (2, read["revision"] + 1)
        told = api.post(f"{ONE}/publish", {"note": "Less"}).json()
        assert (told["version"], told["is_new"]) == (2, True)
        assert api.post(f"{ONE}/publish", {}).json()["is_new"] is False

    def test_changed_by_somebody_else_stay_as_they_are(self, api: Api) -> None:
        read = api.get(ONE).json()
        changed = {"document": {**read["document"], "name": "Other"}, "revision": read["revision"]}
        assert api.send("put", f"{ONE}/draft", changed).status_code == 200
        late = api.send("put", f"{ONE}/draft", {**changed, "document": read["document"]})
        assert (late.status_code, late.json()["code"]) == (409, "table.changed_meanwhile")
        assert late.json()["document"]["name"] == "Other"
        assert api.post(f"{ONE}/publish", {"revision": read["revision"]}).status_code == 409

    def test_decide_without_keeping_anything(self, api: Api) -> None:
        decided = api.post(f"{ONE}/try", {"given": {"amount": 2000, "region": "EU"}}).json()
        assert decided == {"result": {"team": "legal", "days": 2}, "rows": [1]}
        missing = api.post(f"{ONE}/try", {"given": {"amount": 5}})
        assert (missing.status_code, missing.json()["code"]) == (400, "decision.input_missing")

    def test_give_and_take_rows_as_csv(self, api: Api) -> None:
        text = api.get(f"{ONE}/csv").content.decode()
        assert text.startswith("if amount,if region,then team,then days,note")
        asked = api.client.get(f"/api/v1/{ONE}/csv", headers={**api.headers, "Accept": "text/csv"})
        assert (asked.status_code, asked.content.decode()) == (200, text)
        revision = DecisionTable.objects.get().revision
        fewer = "\r\n".join(text.split("\r\n")[:2])
        taken = api.send("put", f"{ONE}/csv", {"csv": fewer, "revision": revision}).json()
        assert len(taken["document"]["rows"]) == 1
        wrong = api.send("put", f"{ONE}/csv", {"csv": "if amont\n5\n", "revision": taken["revision"]})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/csv")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"team": "marketing", "key": "risk", "name": "Risk"}, 200),
            ({"team": "marketing", "key": "triage", "name": "Again"}, 409),
            ({"team": "marketing", "key": "A b", "name": "Risk"}, 400),
            ({"team": "moon", "key": "risk", "name": "Risk"}, 404),
        ],
    )
    def test_are_added(self, api: Api, body: dict[str, Any], status: int) -> None:
        assert api.post("tables", body).status_code == status
