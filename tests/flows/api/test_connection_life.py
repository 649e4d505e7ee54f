"""Connections over the API: added, changed, tried and removed, as on their pages. No secret comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.models import Connection
from flows.operations.publishing import import_flow
from integrator.events.models import Event, EventPayload
from integrator.people.models import Person
from integrator.people.roles import Role
from integrator.secrets.models import Secret
from integrator.secrets.store import resolve_secrets
from tests.support.api import Api
from tests.support.cases import NOW, events_of
from tests.support.echo import echoing_target
from tests.support.flows import make_team
from tests.support.personas import make_person

pytestmark = pytest.mark.django_db(transaction=True)
ONE = "connections/marketing/crm"
SECRET = "s3cret-Value/42"
BODY: dict[str, Any] = {
    "name": "CRM",
    "kind": "api_key",
    "base_url": "https://crm.example/api",
    "settings": {"header": "X-Key"},
    "repeat_safe": True,
    "rate": {"requests": 10, "per_s": 1.5},
}
NEW: dict[str, Any] = {"team": "marketing", "key": "crm", "secret": SECRET, **BODY}
ADDRESS = ("base_url", "settings")
FLOW = """\
format: 1
flow: caller
name: Caller
team: marketing
trigger: {kind: manual}
steps:
  call: {kind: http.request, with: {url: orders, connection: crm}}
"""


@pytest.fixture
def person(transactional_db: None) -> Person:
    return make_person("pub", (make_team("marketing"), Role.PUBLISHER))


@pytest.fixture
def api(person: Person) -> Api:
    return Api(person=person)


def read_log() -> str:
    """Whatever the event log holds."""
    return str([*Event.objects.values(), *EventPayload.objects.values()])


class TestConnections:
    def test_live_through_a_life(self, api: Api) -> None:
        team_id = make_team("marketing").pk
        added = api.post("connections", NEW).json()
        (live,) = added["environments"]
        assert (added["rate"], added["repeat_safe"]) == ({"requests": 10, "per_s": 1.5}, True)
        assert (live["name"], live["has_secret"], live["settings"]) == ("live", True, {"header": "X-Key"})
        assert resolve_secrets(team_id, "connection.crm") == [SECRET]
        nearby = {**BODY, "name": "Customers", "base_url": "https://crm.example/v2", "rate": None}
        changed = api.put(ONE, nearby).json()
        assert (changed["name"], changed["rate"], changed["environments"][0]["has_secret"]) == ("Customers", None, True)
        moved = api.put(ONE, {**BODY, "base_url": "https://elsewhere.example"}).json()
        assert moved["environments"][0]["has_secret"] is False
        assert not Secret.objects.filter(team_id=team_id, name="connection.crm").exists()
        api.put(f"{ONE}/environments/live/secret", {"secret": SECRET})
        assert api.delete(ONE).status_code == 204
        assert api.get(ONE).status_code == 404
        assert not Secret.objects.filter(team_id=team_id).exists()
        assert [len(events_of(f"connection.{what}")) for what in ("added", "changed", "removed")] == [1, 2, 1]
        for told in (added, changed, moved, read_log()):
            assert SECRET not in str(told)

    def test_get_a_short_name_of_their_name_where_none_is_given(self, api: Api) -> None:
        make_team("marketing")
        named = {**{member: value for member, value in NEW.items() if member != "key"}, "name": "CRM, old one"}
        assert api.post("connections", named).json()["key"] == "crm-old-one"
        nameless = api.post("connections", {**named, "name": "東"})
        assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (400, "/key")

    @pytest.mark.parametrize(
        ("wrong", "status", "pointer"),
        [
            ({"key": "A b"}, 400, "/key"),
            ({"kind": "telepathy"}, 400, "/kind"),
            ({"base_url": ""}, 400, "/base_url"),
            ({"base_url": "ftp://crm.example"}, 400, "/base_url"),
            ({"settings": {"hedder": "X"}}, 400, "/settings"),
            ({"secret": ""}, 400, "/secret"),
            ({"rate": {"requests": 0, "per_s": 1}}, 400, "/rate/requests"),
            ({"allow": ["everything everywhere"]}, 400, "/allow"),
            ({"trust": "no certificate"}, 400, "/trust"),
            ({"environment": "test"}, 400, "/environment"),
            ({"created_by": "ana"}, 400, "/created_by"),
        ],
    )
    def test_are_refused_with_what_is_wrong(self, api: Api, wrong: dict[str, Any], status: int, pointer: str) -> None:
        answer = api.post("connections", {**NEW, **wrong})
        assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (status, [pointer])
        assert SECRET not in answer.content.decode()
        assert Connection.objects.count() == 0

    def test_have_one_of_each_short_name(self, api: Api) -> None:
        assert [api.post("connections", NEW).status_code for _ in range(2)] == [200, 409]

    def test_are_of_teams_that_one_looks_after(self, api: Api) -> None:
        make_team("legal")
        for team in ("legal", "nothing"):
            assert api.post("connections", {**NEW, "team": team}).status_code == 404
        reader = Api(person=make_person("ops", (make_team("marketing"), Role.OPERATOR)))
        assert reader.post("connections", NEW).status_code == 403
        assert reader.post("connections", {}).status_code == 403
        assert Connection.objects.count() == 0

    def test_that_a_live_flow_uses_stay(self, api: Api) -> None:
        api.post("connections", NEW)
        import_flow(text=FLOW, person=None, publish=True, now=NOW)
        answer = api.delete(ONE)
        assert (answer.status_code, answer.json()["code"]) == (409, "connection.in_use")
        assert "Caller (version 1) uses 'CRM'" in answer.json()["detail"]
        assert api.get(ONE).json()["environments"][0]["has_secret"] is True

    def test_are_changed_in_the_environment_that_is_named(self, api: Api) -> None:
        api.post("connections", NEW)
        api.post(f"{ONE}/environments", {"name": "test", "secret": "t", **{key: BODY[key] for key in ADDRESS}})
        changed = api.put(ONE, {**BODY, "base_url": "https://crm.example/test", "environment": "test"}).json()
        addresses = {place["name"]: place["base_url"] for place in changed["environments"]}
        assert addresses == {"live": "https://crm.example/api", "test": "https://crm.example/test"}
        assert api.put(ONE, {**BODY, "environment": "moon"}).status_code == 400

    def test_say_what_came_of_a_call(self, api: Api, settings: Any) -> None:
        settings.OUTBOUND_ALLOW = ["127.0.0.0/8"]
        with echoing_target() as target:
            api.post("connections", {**NEW, "base_url": target})
            told = api.post(f"{ONE}/environments/live/test", {"path": "/fail"}).json()
        assert (told["works"], told["sent"]["method"]) == (False, "GET")
        assert "answered 500" in told["said"]
        settings.OUTBOUND_ALLOW = []
        gone = api.post(f"{ONE}/environments/live/test", {}).json()
        assert (gone["works"], gone["answered"]) == (False, None)
        assert [row["environment"] for row in events_of("connection.tested")] == ["live", "live"]
        assert SECRET not in json.dumps([told, gone]) + read_log()
        assert api.post(f"{ONE}/environments/moon/test", {}).status_code == 400
