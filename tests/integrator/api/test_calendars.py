"""Calendars over the API: written as on the page, held to the same rules, for those who look after them."""

from __future__ import annotations

from typing import Any

import pytest

from integrator.people.models import BusinessCalendar, Person, Team
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.cases import events_of
from tests.support.personas import make_person, make_team

pytestmark = pytest.mark.django_db
BODY: dict[str, Any] = {
    "name": "Bavaria",
    "zone": "Europe/Berlin",
    "week": {"monday": "13:00-17:00, 9-12", "friday": "9:00–12:00"},
    "country": "DE",
    "region": "by",
    "own_days": [{"date": "2026-12-24", "name": "Christmas Eve", "hours": "9:00-12:00"}, {"date": "2026-12-31"}],
}


@pytest.fixture
def api() -> Api:
    return Api(person=make_person("adm", (None, Role.ADMIN)))


@pytest.fixture
def team() -> Team:
    return make_team("legal")


class TestCalendars:
    def test_are_added_read_changed_and_removed(self, api: Api) -> None:
        added = api.post("calendars", {"key": "bavaria", **BODY}).json()
        assert added["week"]["monday"] == "09:00–12:00, 13:00–17:00"
        assert (added["week"]["tuesday"], added["region"], added["teams"]) == ("", "BY", [])
        assert added["own_days"][1] == {"date": "2026-12-31", "name": "", "hours": ""}
        read = api.get("calendars/bavaria").json()
        assert {**read, "holidays": []} == {**added, "holidays": []}
        assert read["holidays"]
        assert api.get("calendars").json()["results"] == [added]
        taken = {name: read[name] for name in BODY}
        changed = api.put("calendars/bavaria", {**taken, "name": "Office"}).json()
        assert {**changed, "name": "Bavaria", "changed_at": ""} == {**added, "changed_at": ""}
        assert api.delete("calendars/bavaria").status_code == 204
        assert api.get("calendars/bavaria").status_code == 404
        told = [events_of(f"calendar.{what}") for what in ("added", "changed", "removed")]
        assert [[row["calendar"] for row in rows] for rows in told] == [["bavaria"]] * 3

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"zone": "Mars"}, None),
            ({"week": {"monday": "17-9"}}, "/week/monday"),
            ({"week": {}, "own_days": []}, None),
            ({"country": "XX"}, None),
            ({"own_days": [{"date": "2026-12-24"}, {"date": "2026-12-24"}]}, "/own_days"),
            ({"own_days": [{"date": "2026-12-24", "hours": "x"}]}, "/own_days/0/hours"),
            ({"colour": "red"}, "/colour"),
        ],
    )
    def test_are_refused_with_what_is_wrong(self, api: Api, wrong: dict[str, Any], pointer: str | None) -> None:
        answer = api.post("calendars", {"key": "bavaria", **BODY, **wrong})
        assert answer.status_code == 400
        if pointer is not None:
            assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]
        assert BusinessCalendar.objects.count() == 0

    def test_get_a_short_name_of_their_name_where_none_is_given(self, api: Api) -> None:
        assert api.post("calendars", {**BODY, "name": "Büro, Süd"}).json()["key"] == "buro-sud"
        taken = api.post("calendars", {**BODY, "name": "Buro Sud", "key": ""})
        assert (taken.status_code, taken.json()["detail"]) == (409, "There is a calendar buro-sud already.")
        nameless = api.post("calendars", {**BODY, "name": "東"})
        assert nameless.status_code == 400
        assert nameless.json()["errors"][0]["pointer"] == "/key"

    def test_have_one_of_each_key(self, api: Api) -> None:
        assert [api.post("calendars", {"key": "bavaria", **BODY}).status_code for _ in range(2)] == [200, 409]


class TestTheCalendarOfATeam:
    def test_is_chosen_and_left_for_the_default(self, api: Api, team: Team) -> None:
        api.post("calendars", {"key": "bavaria", **BODY})
        assert api.post("teams/legal/calendar", {"calendar": "bavaria"}).json() == {
            "team": "legal",
            "calendar": "bavaria",
        }
        assert api.get("calendars/bavaria").json()["teams"] == ["legal"]
        assert api.delete("calendars/bavaria").status_code == 409
        assert api.post("teams/legal/calendar", {"calendar": None}).json()["calendar"] is None
        assert api.delete("calendars/bavaria").status_code == 204

    def test_is_one_that_there_is(self, api: Api, team: Team) -> None:
        assert api.post("teams/legal/calendar", {"calendar": "nothing"}).status_code == 404
        assert api.post("teams/nothing/calendar", {"calendar": None}).status_code == 404

    def test_is_for_its_admins_and_calendars_are_for_those_of_all_teams(self, team: Team) -> None:
        own, other = make_person("", (team, Role.ADMIN)), make_person("", (make_team(), Role.ADMIN))
        body = {"calendar": None}
        told = [Api(person=who).post("teams/legal/calendar", body).status_code for who in (own, other)]
        assert told == [200, 404]
        assert Api(person=own).get("calendars").status_code == 403
        assert Api(person=make_person("", (team, Role.LEAD))).get("calendars").status_code == 404


class TestPeople:
    def test_are_found_by_a_part_of_their_name(self, team: Team) -> None:
        lee = make_person("lee", (team, Role.APPROVER))
        Person.objects.filter(pk=lee.pk).update(name="Lee Moss")
        make_person("lena", (make_team("brand"), Role.APPROVER))
        api = Api(person=make_person("x"))
        assert api.get("people?q=moss").json()["results"] == [
            {"username": "lee", "name": "Lee Moss", "teams": ["legal"]}
        ]
        assert [row["username"] for row in api.get("people?q=le&team=brand").json()["results"]] == ["lena"]
        assert api.get("people?q=l").json()["results"] == []
        assert api.get("people?q=%00").status_code == 400
