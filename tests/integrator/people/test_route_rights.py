"""Every address of the covered parts, with every verb, as every persona."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import reverse

from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.personas import Personas, make_person, make_personas, make_team, sign_in
from tests.support.routes import ROUTES, Route, find_unlisted

CALLS = [pytest.param(route, verb, id=f"{verb} {route.name}") for route in ROUTES for verb in route.verbs]
VERBS = ("get", "post", "put", "patch", "delete")
OTHER_VERBS = [
    pytest.param(route, verb, id=f"{verb} {route.name}")
    for route in ROUTES
    for verb in VERBS
    if verb not in route.verbs
]


def personas_of(route: Route) -> Personas:
    from integrator.people.rights import Action

    return make_personas(route.action or Action.TOKEN_OWN, everywhere=route.everywhere)


def call(route: Route, verb: str, personas: Personas, person: Person | None) -> HttpResponse:
    path = reverse(route.name, kwargs=route.kwargs(personas))
    return getattr(sign_in(person), verb)(path, route.body(personas) if verb == "post" else None)


@pytest.mark.django_db
class TestEveryAddress:
    def test_is_in_the_registry(self) -> None:
        assert find_unlisted() == []

    @pytest.mark.parametrize(("route", "verb"), CALLS)
    def test_answers_its_owner(self, route: Route, verb: str) -> None:
        personas = personas_of(route)
        assert call(route, verb, personas, personas.owner).status_code == route.verbs[verb]

    @pytest.mark.parametrize(("route", "verb"), CALLS)
    def test_refuses_a_teammate_without_the_right(self, route: Route, verb: str) -> None:
        personas = personas_of(route)
        if personas.teammate is None or route.action is None:
            expected = 404 if route.is_scoped else route.verbs[verb]
            assert call(route, verb, personas, personas.stranger).status_code == expected
        else:
            assert call(route, verb, personas, personas.teammate).status_code == 404

    @pytest.mark.parametrize(("route", "verb"), CALLS)
    def test_shows_a_stranger_what_a_missing_thing_shows(self, route: Route, verb: str) -> None:
        personas = personas_of(route)
        answer = call(route, verb, personas, personas.stranger)
        if route.everywhere or route.is_scoped:
            assert answer.status_code == 404
            assert b"There is nothing here that you can see" in answer.content
        else:
            assert answer.status_code == route.verbs[verb]

    @pytest.mark.parametrize(("route", "verb"), CALLS)
    def test_refuses_nobody_and_the_deactivated(self, route: Route, verb: str) -> None:
        personas = personas_of(route)
        for person in (None, personas.deactivated):
            answer = call(route, verb, personas, person)
            if route.is_machine:
                assert answer.status_code == 401
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            else:
                assert answer.status_code == 302
                assert answer.headers["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize(("route", "verb"), OTHER_VERBS)
    def test_has_no_other_verb(self, route: Route, verb: str) -> None:
        personas = personas_of(route)
        assert call(route, verb, personas, personas.owner).status_code in {404, 405}


@pytest.mark.django_db
class TestAnAdminOfOneTeam:
    def test_may_not_add_teams_but_sees_that_there_are_some(self) -> None:
        from integrator.people.rights import Action

        personas = make_personas(Action.TEAM_MANAGE)
        client = sign_in(personas.owner)
        assert client.get(reverse("team_add")).status_code == 403
        page = client.get(reverse("teams")).content.decode()
        assert personas.team.name in page
        assert page.count('class="title"') == 1

    @pytest.mark.parametrize(("route", "verb"), [call for call in CALLS if call.values[0].everywhere])
    def test_changes_nothing_that_belongs_to_no_team(self, route: Route, verb: str) -> None:
        personas = personas_of(route)
        own = make_person("", (personas.team, Role.ADMIN))
        assert call(route, verb, personas, own).status_code in {403, 404}

    def test_does_not_become_one_of_all_teams(self) -> None:
        own = make_person("own", (make_team(), Role.ADMIN))
        path = reverse("person_give_role", kwargs={"username": "own"})
        assert sign_in(own).post(path, {"role": "admin", "team": ""}).status_code == 404
        assert [row.team is None for row in own.memberships.all()] == [False]

    def test_is_led_to_teams_alone(self) -> None:
        own = make_person("own", (make_team(), Role.ADMIN))
        page = sign_in(own).get(reverse("teams")).content.decode()
        shown = [path in page for path in ('"/settings/teams/"', '"/settings/people/"', '"/settings/calendars/"')]
        assert shown == [True, False, False]
