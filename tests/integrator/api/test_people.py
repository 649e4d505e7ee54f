"""People, roles and teams over the API: as on their pages, held to the same rules, for those who look after them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrator.people.models import AccessToken, Membership, Person, Team
from integrator.people.roles import Role
from tests.support.api import Api
from tests.support.cases import events_of
from tests.support.personas import make_person, make_team, sign_in

pytestmark = pytest.mark.django_db
GOOD = "a long pass phrase"


@pytest.fixture
def api() -> Api:
    return Api(person=make_person("adm", (None, Role.ADMIN)))


@pytest.fixture
def team() -> Team:
    return make_team("legal")


def may_sign_in(username: str, password: str) -> bool:
    """Whether the sign-in takes this password."""
    return Client().login(username=username, password=password)


def warm_up(api: Api) -> None:
    """The use of a token is noted once a minute: not in the middle of what is counted, however long that takes."""
    api.get("me")
    AccessToken.objects.update(last_used_at=timezone.now() + timedelta(days=1))


class TestAddingSomebody:
    def test_tells_a_made_password_once(self, api: Api) -> None:
        added = api.post("people", {"username": "zoe", "name": "Zoe Moss", "email": "zoe@example.org"})
        told = added.json()
        assert may_sign_in("zoe", told["made_password"])
        assert added.headers["Cache-Control"] == "no-store"
        assert (told["name"], told["state"], told["roles"], told["last_login_at"]) == ("Zoe Moss", "active", [], None)
        again = api.get("people/of/zoe")
        assert "made_password" not in again.json()
        assert told["made_password"] not in again.content.decode()
        assert [row["username"] for row in events_of("person.added")] == ["zoe"]

    def test_takes_a_given_password_and_never_tells_it(self, api: Api) -> None:
        added = api.post("people", {"username": "zoe", "password": GOOD})
        assert added.json()["made_password"] is None
        assert GOOD not in added.content.decode()
        assert may_sign_in("zoe", GOOD)

    @pytest.mark.parametrize(
        ("wrong", "status", "pointer"),
        [
            ({"username": "ADM"}, 409, "/username"),
            ({"email": "adm@example.org"}, 409, "/email"),
            ({"email": "nobody"}, 400, "/email"),
            ({"username": "a b"}, 400, "/username"),
            ({"password": "12345"}, 400, "/password"),
            ({"is_superuser": True}, 400, "/is_superuser"),
        ],
    )
    def test_is_refused_with_what_is_wrong(self, api: Api, wrong: dict[str, Any], status: int, pointer: str) -> None:
        answer = api.post("people", {"username": "zoe", **wrong})
        assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (status, [pointer])
        assert Person.objects.count() == 1

    def test_is_for_those_who_look_after_people_everywhere(self, team: Team) -> None:
        for who in (make_person("", (team, Role.ADMIN)), make_person("", (team, Role.LEAD)), make_person()):
            assert Api(person=who).post("people", {"username": "zoe"}).status_code == 404
            assert Api(person=who).post("people", {}).status_code == 404
        assert not Person.objects.filter(username="zoe").exists()


class TestPeople:
    def test_are_found_with_their_roles(self, api: Api, team: Team) -> None:
        lee = make_person("lee", (team, Role.APPROVER), (None, Role.AUDITOR))
        Person.objects.filter(pk=make_person("lena").pk).update(is_active=False)
        found = api.get("people/all?q=lee@&state=active").json()["results"]
        assert [row["username"] for row in found] == ["lee"]
        held = {(role["role"], role["team"]) for role in found[0]["roles"]}
        assert held == {("approver", "legal"), ("auditor", None)}
        assert found[0] == api.get("people/of/lee").json()
        assert [row["username"] for row in api.get("people/all?state=deactivated").json()["results"]] == ["lena"]
        assert api.get("people/all?state=asleep").status_code == 400
        assert {role["id"] for role in found[0]["roles"]} == set(lee.memberships.values_list("pk", flat=True))

    def test_come_by_pages(self, api: Api) -> None:
        for name in "cab":
            make_person(name)
        first = api.get("people/all?limit=2").json()
        assert [row["username"] for row in first["results"]] == ["a", "adm"]
        path = first["next"].partition("/api/v1/")[2]
        assert [row["username"] for row in api.get(path).json()["results"]] == ["b", "c"]

    def test_take_as_many_queries_as_there_are_however_many(self, api: Api, django_assert_num_queries: Any) -> None:
        make_person("a", (make_team(), Role.VIEWER))
        warm_up(api)
        with django_assert_num_queries(4) as few:
            api.get("people/all")
        for _ in range(5):
            make_person("", (make_team(), Role.VIEWER))
        with django_assert_num_queries(len(few)):
            api.get("people/all")

    @pytest.mark.parametrize("name", ["nobody", "%00", "LEE"])
    def test_are_named_as_they_are_written(self, api: Api, name: str) -> None:
        make_person("lee")
        assert api.get(f"people/of/{name}").status_code == 404


class TestRolesOfSomebody:
    def test_are_given_and_taken_and_act_at_once(self, api: Api, team: Team) -> None:
        lee = make_person("lee")
        own = Api(person=lee)
        assert own.get("calendars").status_code == 404
        given = api.post("people/of/lee/roles", {"role": "admin", "team": "legal"}).json()
        given = api.post("people/of/lee/roles", {"role": "admin", "team": None}).json()
        assert {(role["role"], role["team"]) for role in given["roles"]} == {("admin", "legal"), ("admin", None)}
        assert own.get("calendars").status_code == 200
        again = api.post("people/of/lee/roles", {"role": "admin"}).json()
        assert again["roles"] == given["roles"]
        for role in given["roles"]:
            assert api.delete(f"people/of/lee/roles/{role['id']}").status_code == 204
            assert api.delete(f"people/of/lee/roles/{role['id']}").status_code == 404
        assert own.get("calendars").status_code == 404
        assert [len(events_of(f"membership.{what}")) for what in ("added", "removed")] == [2, 2]

    @pytest.mark.parametrize(
        "wrong", [{"role": "approver"}, {"role": "king"}, {"role": "admin", "team": "nothing"}, {"team": "legal"}]
    )
    def test_are_refused_with_what_is_wrong(self, api: Api, team: Team, wrong: dict[str, Any]) -> None:
        make_person("lee")
        assert api.post("people/of/lee/roles", wrong).status_code == 400
        assert Membership.objects.filter(person__username="lee").count() == 0

    def test_are_their_own_alone(self, api: Api, team: Team) -> None:
        bo = make_person("bo", (team, Role.VIEWER))
        make_person("lee")
        assert api.delete(f"people/of/lee/roles/{bo.memberships.get().pk}").status_code == 404
        assert bo.memberships.count() == 1

    def test_leave_an_administrator(self, api: Api) -> None:
        held = api.get("people/of/adm").json()["roles"][0]["id"]
        answer = api.delete(f"people/of/adm/roles/{held}")
        assert (answer.status_code, answer.json()["code"]) == (409, "person.last_admin")


class TestAccess:
    def test_ends_at_once_and_is_given_back_without_its_tokens(self, api: Api) -> None:
        lee = make_person("lee")
        browser, machine = sign_in(lee), Api(person=lee)
        ended = api.post("people/of/lee/deactivate", {}).json()
        assert (ended["state"], ended["deactivated_at"] is None) == ("deactivated", False)
        assert machine.get("me").status_code == 401
        assert browser.get("/inbox/").status_code == 302
        assert not may_sign_in("lee", "secret-password")
        assert api.post("people/of/lee/deactivate", {}).json() == ended
        back = api.post("people/of/lee/reactivate", {}).json()
        assert (back["state"], back["deactivated_at"]) == ("active", None)
        assert may_sign_in("lee", "secret-password")
        assert machine.get("me").status_code == 401

    def test_is_kept_by_the_only_administrator(self, api: Api) -> None:
        answer = api.post("people/of/adm/deactivate", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "person.last_admin")
        assert api.get("me").status_code == 200


class TestTeams:
    def test_are_added_filled_led_and_put_beneath_another(self, api: Api, team: Team) -> None:
        make_person("zoe")
        added = api.post("teams", {"slug": "support", "name": "Customer support"}).json()
        assert added == {
            "slug": "support",
            "name": "Customer support",
            "lead": None,
            "above": None,
            "calendar": None,
            "people_count": 0,
            "people": [],
        }
        given = api.post("teams/support/roles", {"person": "zoe@example.org", "role": "approver"}).json()
        assert [(row["username"], [role["role"] for role in row["roles"]]) for row in given["people"]] == [
            ("zoe", ["approver"])
        ]
        assert api.post("teams/support/lead", {"lead": "zoe"}).json()["lead"] == "zoe"
        assert api.post("teams/support/above", {"above": "legal"}).json()["above"] == "legal"
        read = api.get("teams/support").json()
        row = {name: value for name, value in read.items() if name != "people"}
        assert row in api.get("teams").json()["results"]
        assert (read["people_count"], row["lead"], row["above"]) == (1, "zoe", "legal")
        membership = read["people"][0]["roles"][0]["id"]
        assert api.delete(f"teams/legal/roles/{membership}").status_code == 404
        assert api.delete(f"teams/support/roles/{membership}").status_code == 204
        assert api.post("teams/support/lead", {"lead": None}).json()["lead"] is None
        assert api.post("teams/support/above", {"above": None}).json()["above"] is None
        assert api.get("teams/support").json()["people"] == []

    @pytest.mark.parametrize(
        ("path", "wrong", "status"),
        [
            ("teams", {"slug": "legal", "name": "Again"}, 409),
            ("teams", {"slug": "Two words", "name": "Again"}, 400),
            ("teams", {"slug": "Legal", "name": "Again"}, 400),
            ("teams", {"slug": "again"}, 400),
            ("teams/legal/roles", {"person": "gone", "role": "viewer"}, 400),
            ("teams/legal/roles", {"person": "nobody", "role": "viewer"}, 400),
            ("teams/legal/roles", {"person": "adm", "role": "king"}, 400),
            ("teams/legal/lead", {"lead": "gone"}, 400),
            ("teams/legal/lead", {}, 400),
            ("teams/legal/above", {"above": "legal"}, 400),
            ("teams/legal/above", {"above": "nothing"}, 400),
            ("teams/nothing/above", {"above": None}, 404),
        ],
    )
    def test_are_refused_with_what_is_wrong(
        self, api: Api, team: Team, path: str, wrong: dict[str, Any], status: int
    ) -> None:
        Person.objects.filter(pk=make_person("gone").pk).update(is_active=False)
        answer = api.post(path, wrong)
        assert (answer.status_code, Team.objects.count()) == (status, 1)
        assert Membership.objects.filter(team=team).count() == 0

    def test_are_looked_after_by_their_own_admins(self, team: Team) -> None:
        other = make_team("brand")
        own = Api(person=make_person("own", (team, Role.ADMIN)))
        make_person("zoe")
        assert [row["slug"] for row in own.get("teams").json()["results"]] == ["legal"]
        assert own.post("teams/legal/roles", {"person": "zoe", "role": "lead"}).status_code == 200
        assert own.post("teams/brand/roles", {"person": "zoe", "role": "lead"}).status_code == 404
        assert own.post("teams", {"slug": "mine", "name": "Mine"}).status_code == 403
        assert own.post("teams", {}).status_code == 403
        assert not Membership.objects.filter(team=other).exists()
        lead = Api(person=make_person("lead", (team, Role.LEAD)))
        assert [lead.get(path).status_code for path in ("teams", "teams/legal", "people/all")] == [404] * 3

    def test_take_as_many_queries_as_there_are_however_many(self, api: Api, django_assert_num_queries: Any) -> None:
        make_team()
        warm_up(api)
        with django_assert_num_queries(3):
            api.get("teams")
        for _ in range(5):
            Team.objects.filter(pk=make_team().pk).update(lead=make_person(), parent=make_team())
        with django_assert_num_queries(3):
            api.get("teams")
