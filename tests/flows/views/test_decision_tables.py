"""What the pages of decision tables answer: to those who change them, those who look, and those who see nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from flows.models import DecisionTable
from integrator.people.roles import Role
from tests.support.flows import make_team, make_version
from tests.support.personas import make_person, sign_in
from tests.support.tables import TRIAGE, make_live_table, read_document

pytestmark = pytest.mark.django_db(transaction=True)
USING = """\
format: 1
flow: routing
name: Routing of requests
team: marketing
steps:
  look: {kind: decision_table, with: {table: triage, input: {amount: 1, region: EU}}}
"""


def client_of(*roles: Role, name: str = "ann") -> Client:
    team = make_team()
    return sign_in(make_person(name, *((team, role) for role in roles)))


def ask(client: Client, call: str, **body: Any) -> Any:
    return client.post(f"/tables/triage/{call}/", json.dumps(body), content_type="application/json")


class TestPages:
    def test_show_a_viewer_the_table_and_nothing_to_change(self) -> None:
        make_live_table()
        make_version(USING)
        client = client_of(Role.VIEWER)
        page = client.get("/tables/triage/")
        assert page.status_code == 200
        assert "Routing of requests" in page.text
        assert "version 1, step “Look”" in page.text
        assert 'data-part="save"' not in page.text
        assert "Publish…" not in page.text
        assert '"can_change": false' in page.text
        assert ask(client, "draft", revision=1, document={}).status_code == 404
        assert "1 step" in client.get("/tables/").text

    def test_add_a_table_and_tell_a_key_that_is_taken(self) -> None:
        client = client_of(Role.ANALYST)
        typed = {"team": make_team().pk, "name": "Risk", "key": "risk"}
        assert client.post("/tables/add/", typed).headers["Location"] == "/tables/risk/"
        again = client.post("/tables/add/", typed)
        assert again.status_code == 400
        assert "The key &#x27;risk&#x27; is taken. Choose another one." in again.text
        assert client.get("/tables/risk/").status_code == 200

    def test_show_versions_with_what_changed(self) -> None:
        make_live_table()
        make_live_table(TRIAGE, ("team: support", "team: desk"))
        make_live_table(TRIAGE, ("team: support", "team: draft"), publish=False)
        page = client_of(Role.VIEWER).get("/tables/triage/versions/").text
        assert "Changed against version 1: rows: 1 changed." in page
        assert "Against the newest version it changes rows: 1 changed." in page

    def test_publish_what_was_shown_and_refuse_what_was_not(self) -> None:
        make_live_table(publish=False)
        client = client_of(Role.PUBLISHER)
        refused = client.post("/tables/triage/publish/", {"revision": "7", "comment": "x"})
        assert refused.status_code == 409
        assert "The table was changed after you loaded this page." in refused.text
        assert client.post("/tables/triage/publish/", {"revision": "1", "comment": "x"}).status_code == 302
        assert DecisionTable.objects.get().live_version.note == "x"  # type: ignore[union-attr]

    def test_give_the_rows_as_csv(self) -> None:
        make_live_table(TRIAGE, ("team: support", 'team: "=cmd()"'))
        answer = client_of(Role.VIEWER).get("/tables/triage/csv/")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="triage.csv"'
        assert "'=cmd()" in answer.content.decode()

    def test_are_escaped(self) -> None:
        make_live_table(TRIAGE, ("team: support", 'team: "</script><b>x"'))
        assert "</script><b>" not in client_of(Role.ANALYST).get("/tables/triage/").text

    def test_hide_tables_of_other_teams(self) -> None:
        make_live_table()
        stranger = sign_in(make_person("sid", (make_team("legal"), Role.PUBLISHER)))
        assert "Triage" not in stranger.get("/tables/").text
        for path in ("/tables/triage/", "/tables/triage/versions/", "/tables/triage/csv/", "/tables/missing/"):
            assert stranger.get(path).status_code == 404
        assert ask(stranger, "check", document={}).status_code == 404
        assert ask(stranger, "draft", document={}, revision=1).status_code == 404


class TestCalls:
    def test_check_says_faults_by_their_place_and_keeps_nothing(self) -> None:
        table = make_live_table()
        document = read_document(table)
        document["rows"][0]["when"]["amount"] = "ten"
        found = ask(client_of(Role.ANALYST), "check", document=document).json()
        assert found["faults"] == [
            {
                "pointer": "/rows/0/when/amount",
                "message": "“ten” is not a number. Write it like 10, 12.5 or > 10.",
                "severity": "error",
            }
        ]
        assert read_document(table)["rows"][0]["when"]["amount"] == "> 1000"

    def test_save_tells_how_the_tests_came_out(self) -> None:
        document = read_document(make_live_table())
        document["rows"][0]["then"]["days"] = "9"
        client = client_of(Role.ANALYST)
        kept = ask(client, "draft", document=document, revision=1).json()
        assert (kept["revision"], kept["tests"][0]["passed"]) == (2, False)
        assert kept["tests"][0]["got"] == {"team": "legal", "days": 9}
        clash = ask(client, "draft", document=document, revision=1)
        assert clash.status_code == 409
        assert "Nothing of yours is lost" in clash.json()["message"]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"amount": 2000, "region": "EU"}, {"result": {"team": "legal", "days": 2}, "rows": [1]}),
            ({"amount": 1, "region": "CH"}, "decision.no_row"),
            ({"amount": "x", "region": "CH"}, "decision.input_wrong"),
        ],
    )
    def test_try_decides_what_is_shown(self, given: Any, expected: Any) -> None:
        document = read_document(make_live_table())
        answer = ask(client_of(Role.ANALYST), "try", document=document, given=given).json()
        assert answer.get("code", answer) == expected

    def test_read_csv_says_what_it_would_change(self) -> None:
        document = read_document(make_live_table())
        client = client_of(Role.ANALYST)
        text = "if amount,if region,then team,then days,note\n> 1000,EU,legal,2,\n> 100,,finance,6,\n"
        answer = ask(client, "read-csv", document=document, csv=text).json()
        assert (answer["added"], answer["changed"], answer["removed"]) == (0, 1, 1)
        refused = ask(client, "read-csv", document=document, csv="a,b\n")
        assert (refused.status_code, "“a”" in refused.json()["message"]) == (400, True)

    @pytest.mark.parametrize("call", ["check", "draft", "try", "read-csv"])
    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"document": 5}', b'{"a": 1, "a": 2}', b'{"document": NaN}'])
    def test_refuse_what_they_cannot_read(self, call: str, body: bytes) -> None:
        make_live_table()
        answer = client_of(Role.ANALYST).post(f"/tables/triage/{call}/", body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()["message"]
