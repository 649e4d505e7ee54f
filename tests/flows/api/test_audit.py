"""The audit trail over HTTP: the page's own search, samples with their seed, rights as they were; each is recorded."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from cases.evidence.loop import make_all
from cases.models import AuditSample
from cases.operations import complete_task
from integrator.events.actors import SYSTEM
from integrator.events.evidence.checking import check_pack
from integrator.events.keys import find_public_key
from integrator.events.models import Event, Seal
from integrator.events.sealing_state import find_seal
from integrator.people.models import Person
from integrator.people.operations import add_membership
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.cases import NOW, Office, ask_approval, ask_chain, events_of, make_office, task_of
from tests.support.event_log import seal_all

pytestmark = pytest.mark.django_db
DECIDED = ["approval.decided", "task.decided"]


@pytest.fixture
def office(settings: Any, tmp_path: Path) -> Office:
    """One approval by amount, one without that was rejected."""
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"
    office = make_office()
    approval = ask_chain(office, (("0", ["lee"]),), amount="10.50")
    complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", now=NOW)
    approval = ask_approval(office, ["bo"])
    complete_task(task_id=task_of(approval, 0).pk, person=office.bo, outcome="rejected", comment="No.", now=NOW)
    return office


@pytest.fixture
def api(office: Office) -> Api:
    return Api(person=office.aud)


def last_read() -> dict[str, Any]:
    """What the newest reading of the log was about."""
    event = Event.objects.filter(name="audit.read").select_related("payload").latest("id")
    data: dict[str, Any] = json.loads(event.payload.payload)["data"]
    return data


class TestEvents:
    @pytest.mark.parametrize(
        ("search", "names"),
        [
            ("outcome=rejected", DECIDED),
            ("outcome=never", []),
            ("amount_from=10.5&amount_to=10.5", DECIDED),
            ("amount_from=10.51", []),
            ("name=approval.decided&actor=BO", ["approval.decided"]),
            ("name=task.decided&since=2999-01-01", []),
            ("name=task.decided&since=0001-01-01&until=9999-12-31&actor=bo", ["task.decided"]),
            ("flow=no-such-flow", []),
        ],
    )
    def test_are_found_as_on_the_page(self, api: Api, search: str, names: list[str]) -> None:
        assert [row["name"] for row in api.get(f"audit/events?{search}").json()["results"]] == names

    def test_come_in_pages_each_of_which_is_recorded(self, api: Api) -> None:
        first = api.get("audit/events?outcome=rejected&limit=1").json()
        assert last_read()["filters"] == {"outcome": "rejected"}
        following = api.get(first["next"].partition("/api/v1/")[2]).json()
        assert [row["name"] for page in (first, following) for row in page["results"]] == DECIDED
        assert following["next"] is None
        assert Event.objects.filter(name="audit.read").count() == 2

    @pytest.mark.parametrize(
        "search", ["since=yesterday", "name=nothing.happened", "amount_from=NaN", "subject=%00", "limit=0", "cursor=x"]
    )
    def test_say_what_cannot_be_searched(self, api: Api, search: str) -> None:
        assert api.get(f"audit/events?{search}").status_code == 400
        assert not Event.objects.filter(name="audit.read").exists()

    def test_open_with_data_changes_and_seal(self, api: Api) -> None:
        event = Event.objects.filter(name="approval.decided").latest("id")
        told = api.get(f"audit/events/{event.id}").json()
        assert (told["data"]["outcome"], told["seal"]) == ("rejected", None)
        assert last_read()["event"] == event.id
        assert api.get("audit/events/99999999999999999999").status_code == 404

    @pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
    def test_are_told_how_far_they_are_sealed(self, api: Api) -> None:
        assert api.get("audit/seals").json()["seal"] is None
        seal_all()
        told = api.get("audit/seals").json()
        assert (told["seal"]["number"], told["unsealed"]) == (Seal.objects.latest("number").number, 0)
        event = Event.objects.filter(name="approval.decided").latest("id")
        seal = find_seal(event.id)  # it may lie before the newest
        assert seal is not None
        assert api.get(f"audit/events/{event.id}").json()["seal"]["number"] == seal.number

    def test_are_those_of_an_auditors_teams(self, office: Office) -> None:
        api = Api(person=office.lee)
        assert api.get("audit/events").status_code == 404
        add_membership(person_id=office.lee.pk, team_id=office.team("legal").pk, role=Role.AUDITOR, actor=SYSTEM)
        found = api.get("audit/events").json()["results"]
        assert {row["team"] for row in found} == {"legal"}


class TestTheLogAsAFile:
    def read(self, api: Api, search: str) -> str:
        answer = api.get(f"audit/events/export?{search}")
        assert (answer.status_code, answer.streaming) == (200, True)
        return b"".join(answer.streaming_content).decode()

    def test_is_lines_of_json_oldest_first(self, api: Api) -> None:
        rows = [json.loads(line) for line in self.read(api, "as=jsonl&outcome=rejected").splitlines()]
        assert [row["name"] for row in rows] == list(reversed(DECIDED))
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
        assert rows[0]["data"]["outcome"] == "rejected"

    def test_is_csv_without_formulas(self, office: Office, api: Api) -> None:
        Person.objects.filter(pk=office.bo.pk).update(name="=HYPERLINK()")
        rows = list(csv.DictReader(io.StringIO(self.read(api, "outcome=rejected"), newline="")))
        assert [(row["name"], row["actor"]) for row in rows] == [(name, "'=HYPERLINK()") for name in reversed(DECIDED)]

    def test_is_recorded_before_it_leaves(self, api: Api) -> None:
        answer = api.get("audit/events/export?as=csv&name=task.decided")
        (made,) = events_of("export.made")
        assert (made["format"], made["filters"]) == ("csv", {"name": "task.decided"})
        assert made["_actor"] == f"person:{api.person.pk if api.person else None}"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="audit-trail.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        b"".join(answer.streaming_content)

    @pytest.mark.parametrize("accepted", ["text/csv", "application/x-ndjson", "*/*"])
    def test_is_given_to_who_asks_for_its_type(self, api: Api, accepted: str) -> None:
        answer = api.client.get(
            "/api/v1/audit/events/export?name=task.decided", headers={**api.headers, "Accept": accepted}
        )
        assert (answer.status_code, len(b"".join(answer.streaming_content)) > 0) == (200, True)

    @pytest.mark.parametrize("search", ["as=xlsx", "name=nothing.happened", "since=yesterday"])
    def test_is_not_made_of_what_cannot_be_searched(self, api: Api, search: str) -> None:
        assert api.get(f"audit/events/export?{search}").status_code == 400
        assert events_of("export.made") == []

    def test_is_of_an_auditors_teams(self, office: Office) -> None:
        api = Api(person=office.lee)
        assert api.get("audit/events/export").status_code == 404
        add_membership(person_id=office.lee.pk, team_id=office.team("legal").pk, role=Role.AUDITOR, actor=SYSTEM)
        rows = [json.loads(line) for line in self.read(api, "as=jsonl").splitlines()]
        assert {row["team_id"] for row in rows} == {office.team("legal").pk}


class TestSamples:
    def draw(self, api: Api, **more: Any) -> dict[str, Any]:
        told: dict[str, Any] = api.post("audit/samples", {"n": 1, "name": "task.decided", **more}).json()
        return told

    def test_are_the_same_by_the_same_seed(self, api: Api) -> None:
        first, again, other = self.draw(api, seed="2026-11"), self.draw(api, seed="2026-11"), self.draw(api)
        assert first["events"] == again["events"] == [row["id"] for row in first["members"]]
        assert (first["population"], first["search"], first["seed"]) == (2, {"name": "task.decided"}, "2026-11")
        assert len(other["seed"]) == 16
        assert [row["id"] for row in api.get("audit/samples").json()["results"]] == [
            str(pk) for pk in AuditSample.objects.order_by("-drawn_at", "-id").values_list("pk", flat=True)
        ]
        assert Event.objects.filter(name="audit.sampled").count() == 3

    def test_are_recorded_when_they_are_read(self, api: Api) -> None:
        drawn = self.draw(api)
        assert api.get(f"audit/samples/{drawn['id']}").json() == drawn
        assert last_read()["filters"] == {"sample": drawn["id"]}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"n": 0}, "request.invalid"),
            ({"n": 501}, "request.invalid"),
            ({}, "request.invalid"),
            ({"n": 5, "outcome": "never"}, "audit.empty"),
        ],
    )
    def test_say_what_cannot_be_drawn(self, api: Api, body: dict[str, Any], code: str) -> None:
        answer = api.post("audit/samples", body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert not AuditSample.objects.exists()

    def test_are_ones_own(self, api: Api, office: Office) -> None:
        drawn = self.draw(api)
        other = Api(person=office.adm)
        for more in ("", "/zip"):
            assert other.get(f"audit/samples/{drawn['id']}{more}").status_code == 404


class TestRightsReport:
    def test_tells_who_held_what_by_pages(self, api: Api, office: Office) -> None:
        add_membership(person_id=office.lee.pk, team_id=office.team("legal").pk, role=Role.LEAD, actor=SYSTEM)
        add_membership(person_id=office.bo.pk, team_id=office.team("brand").pk, role=Role.VIEWER, actor=SYSTEM)
        first = api.get("audit/rights?limit=1").json()
        add_membership(person_id=office.bo.pk, team_id=office.team("brand").pk, role=Role.ANALYST, actor=SYSTEM)
        following = api.get(first["next"].partition("/api/v1/")[2]).json()  # of the same moment
        rows = first["results"] + following["results"]
        assert [(row["user_name"], row["role"]) for row in rows] == [("bo", "viewer"), ("lee", "lead")]
        assert (following["at"], following["next"]) == (first["at"], None)
        assert last_read()["filters"]["report"] == "rights"

    def test_is_narrowed_by_day_team_and_person(self, api: Api, office: Office) -> None:
        add_membership(person_id=office.lee.pk, team_id=office.team("legal").pk, role=Role.LEAD, actor=SYSTEM)
        held = {search: len(api.get(f"audit/rights?{search}").json()["results"]) for search in (
            "team=legal", "team=brand", "person=LEE", "person=bo", "on=2020-01-01", "on=0001-01-01", "on=9999-12-31",
        )}  # fmt: skip
        assert held == {
            "team=legal": 1, "team=brand": 0, "person=LEE": 1, "person=bo": 0,
            "on=2020-01-01": 0, "on=0001-01-01": 0, "on=9999-12-31": 1,
        }  # fmt: skip
        for search in ("on=soon", "cursor=x", "cursor=MjAyNi0xMS0yMlQwMDowMDowMFogLTU="):
            assert api.get(f"audit/rights?{search}").status_code == 400


@pytest.mark.django_db(transaction=True)
class TestZip:
    def test_checks_out_offline(self, api: Api) -> None:
        seal_all()
        drawn = api.post("audit/samples", {"n": 2, "name": "task.decided"}).json()
        address = f"audit/samples/{drawn['id']}"
        assert (drawn["packs"]["state"], api.get(f"{address}/zip").status_code) == ("none", 409)
        assert api.post(f"{address}/packs", {}).json() == {
            "state": "making", "done": 0, "total": 2, "failed": [], "kept_until": None,
        }  # fmt: skip
        make_all()
        told = api.get(address).json()["packs"]
        assert (told["state"], told["done"], bool(told["kept_until"])) == ("ready", 2, True)
        answer: Any = api.get(f"{address}/zip")
        content = b"".join(answer.streaming_content)
        assert check_pack(io.BytesIO(content), find_public_key()).kind == "sample"

    def test_holds_one_event_too(self, api: Api) -> None:
        seal_all()
        event = Event.objects.filter(name="task.decided").latest("id")
        pack = api.get(f"audit/events/{event.id}/evidence")
        assert check_pack(io.BytesIO(pack.content), find_public_key()).kind == "approval"
