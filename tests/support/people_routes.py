"""The addresses about people and teams, pages and API, by right; a part of the registry in ``routes``."""

from __future__ import annotations

from typing import Any

from integrator.people.models import Membership
from integrator.people.rights import Action
from tests.support.personas import Personas
from tests.support.route import Route


def person(personas: Personas) -> dict[str, Any]:
    """Somebody from elsewhere."""
    return {"username": personas.stranger.username}


def team(personas: Personas) -> dict[str, Any]:
    """The personas' team."""
    return {"slug": personas.team.slug}


def _role_of_team(personas: Personas) -> dict[str, Any]:
    row = Membership.objects.filter(team=personas.team).exclude(person=personas.owner).order_by("pk")[0]
    return {**team(personas), "membership_id": row.pk}


def _role_of_person(personas: Personas) -> dict[str, Any]:
    row, _ = Membership.objects.get_or_create(person=personas.stranger, team=personas.team, role="viewer")
    return {**person(personas), "membership_id": row.pk}


MANAGE_PEOPLE: dict[str, Any] = {"action": Action.PEOPLE_MANAGE, "everywhere": True}
ONE_PERSON: dict[str, Any] = {**MANAGE_PEOPLE, "kwargs": person}
ONE_ROLE: dict[str, Any] = {**MANAGE_PEOPLE, "kwargs": _role_of_person}
MANAGE_TEAM: dict[str, Any] = {"action": Action.TEAM_MANAGE, "is_scoped": True}
ONE_TEAM: dict[str, Any] = {**MANAGE_TEAM, "kwargs": team}
ONE_ROLE_OF_TEAM: dict[str, Any] = {**MANAGE_TEAM, "kwargs": _role_of_team}

PEOPLE_ROUTES: tuple[Route, ...] = (
    Route(name="people", verbs={"get": 200}, **MANAGE_PEOPLE),
    Route(name="person_add", verbs={"get": 200, "post": 400}, **MANAGE_PEOPLE),
    Route(name="person", verbs={"get": 200}, **ONE_PERSON),
    Route(name="person_give_role", verbs={"post": 400}, **ONE_PERSON),
    Route(name="person_take_role", verbs={"post": 302}, **ONE_ROLE),
    Route(name="person_state", verbs={"post": 302}, body=lambda personas: {"state": "deactivated"}, **ONE_PERSON),
    Route(name="person_password", verbs={"post": 200}, **ONE_PERSON),
    Route(name="teams", verbs={"get": 200}, action=Action.TEAM_MANAGE),
    Route(name="team_add", verbs={"get": 200, "post": 400}, action=Action.TEAM_MANAGE, everywhere=True),
    Route(name="team", verbs={"get": 200}, **ONE_TEAM),
    Route(name="team_give_role", verbs={"post": 400}, **ONE_TEAM),
    Route(name="team_take_role", verbs={"post": 302}, **ONE_ROLE_OF_TEAM),
    Route(name="team_lead", verbs={"post": 302}, **ONE_TEAM),
    Route(name="team_above", verbs={"post": 302}, **ONE_TEAM),
    Route(name="team_calendar", verbs={"post": 302}, **ONE_TEAM),
    Route(name="api_people", verbs={"get": 200, "post": 404}, action=None, is_machine=True),  # adding: test_people
    Route(name="api_people_all", verbs={"get": 200}, is_machine=True, **MANAGE_PEOPLE),
    Route(name="api_person", verbs={"get": 200}, is_machine=True, **ONE_PERSON),
    Route(name="api_person_roles", verbs={"post": 415}, is_machine=True, **ONE_PERSON),
    Route(name="api_person_role", verbs={"delete": 204}, is_machine=True, **ONE_ROLE),
    Route(name="api_person_deactivate", verbs={"post": 415}, is_machine=True, **ONE_PERSON),
    Route(name="api_person_reactivate", verbs={"post": 415}, is_machine=True, **ONE_PERSON),
    Route(name="api_teams", verbs={"get": 200, "post": 403}, is_machine=True, action=Action.TEAM_MANAGE),
    Route(name="api_team", verbs={"get": 200}, is_machine=True, **ONE_TEAM),
    Route(name="api_team_roles", verbs={"post": 415}, is_machine=True, **ONE_TEAM),
    Route(name="api_team_role", verbs={"delete": 204}, is_machine=True, **ONE_ROLE_OF_TEAM),
    Route(name="api_team_lead", verbs={"post": 415}, is_machine=True, **ONE_TEAM),
    Route(name="api_team_above", verbs={"post": 415}, is_machine=True, **ONE_TEAM),
    Route(name="api_team_calendar", verbs={"post": 415}, is_machine=True, **ONE_TEAM),
)
