"""``/api/v1/teams``: teams, who holds which role in them, who leads them and which team is above.

Thin: the operations are in ``integrator.people``. By which calendar a team works is in ``calendars``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, READ_PROBLEMS, WRITE_PROBLEMS, answers, page_of
from integrator.api.paging import answer_page
from integrator.api.people_care import TAKEN
from integrator.api.people_shapes import (
    AboveSerializer,
    LeadSerializer,
    NewMemberSerializer,
    NewTeamSerializer,
    TeamRowSerializer,
    TeamWithPeopleSerializer,
    tell_team,
    tell_team_row,
)
from integrator.events.actors import Actor
from integrator.people.models import Membership, Person, Team
from integrator.people.operations import add_membership, add_team, remove_membership, set_lead, set_parent
from integrator.people.queries import list_teams
from integrator.people.refs import get_active_person, get_team
from integrator.people.rights import Action, can, can_anywhere, team_ids_where


class TeamsView(APIView):
    """Teams."""

    @extend_schema(
        operation_id="list_teams",
        tags=["people"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(TeamRowSerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The teams that you look after, by name."""
        person = get_caller(request)
        if not can_anywhere(person, Action.TEAM_MANAGE):
            raise Http404
        rows = list_teams(team_ids_where(person, Action.TEAM_MANAGE)).select_related("lead", "parent", "calendar")
        return answer_page(request, rows, order=("name",), serialize=tell_team_row)

    @extend_schema(
        operation_id="add_team",
        tags=["people"],
        request=NewTeamSerializer,
        responses=answers(TeamWithPeopleSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add a team. For those who look after all teams."""
        person = get_caller(request)
        given = read_members(request, NewTeamSerializer, first=lambda: _refuse_adding(person))
        _refuse_adding(person)
        team = add_team(slug=given["slug"], name=given["name"], actor=Actor.person(person))
        return _answer(person, team.slug)


class TeamView(APIView):
    """One team."""

    @extend_schema(
        operation_id="get_team", tags=["people"], responses=answers(TeamWithPeopleSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, slug: str) -> Response:
        """The team with its people and their roles. For those who look after it."""
        return _answer(get_caller(request), slug)


class RolesInTeamView(APIView):
    """Roles in one team."""

    @extend_schema(
        operation_id="give_role_in_team",
        tags=["people"],
        request=NewMemberSerializer,
        responses=answers(TeamWithPeopleSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Give somebody a role in this team. It acts at once; one that is held already stays as it is."""
        person, team, given = take_for_team(request, NewMemberSerializer, slug)
        member = get_active_person(given["person"])
        add_membership(person_id=member.pk, team_id=team.pk, role=given["role"], actor=Actor.person(person))
        return _answer(person, slug)


class RoleInTeamView(APIView):
    """One role in one team."""

    @extend_schema(operation_id="take_role_in_team", tags=["people"], request=None, responses=TAKEN)
    def delete(self, request: Request, slug: str, membership_id: int) -> Response:
        """Take the role away. It acts at once, and what was claimed by it is open again."""
        person = get_caller(request)
        team = find_managed(person, slug)
        if not Membership.objects.filter(pk=membership_id, team=team).exists():
            raise Http404
        remove_membership(membership_id=membership_id, actor=Actor.person(person))
        return Response(status=204)


class TeamLeadView(APIView):
    """The lead of one team."""

    @extend_schema(
        operation_id="set_team_lead",
        tags=["people"],
        request=LeadSerializer,
        responses=answers(TeamWithPeopleSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Name who the team escalates to, or nobody."""
        person, team, given = take_for_team(request, LeadSerializer, slug)
        lead = get_active_person(given["lead"]).pk if given["lead"] is not None else None
        set_lead(team_id=team.pk, person_id=lead, actor=Actor.person(person))
        return _answer(person, slug)


class TeamAboveView(APIView):
    """The team above one team."""

    @extend_schema(
        operation_id="set_team_above",
        tags=["people"],
        request=AboveSerializer,
        responses=answers(TeamWithPeopleSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Name the team above, whose lead hears of what the team's own lead let lie, or none."""
        person, team, given = take_for_team(request, AboveSerializer, slug)
        above = get_team(given["above"]).pk if given["above"] is not None else None
        set_parent(team_id=team.pk, parent_id=above, actor=Actor.person(person))
        return _answer(person, slug)


def take_for_team(
    request: Request, serializer: type[Serializer[Any]], slug: str
) -> tuple[Person, Team, Mapping[str, Any]]:
    """Who asks, the team they look after, and what they sent: 404 first, then 400."""
    person = get_caller(request)
    given = read_members(request, serializer, first=lambda: find_managed(person, slug))
    return person, find_managed(person, slug), given


def find_managed(person: Person, slug: str) -> Team:
    """This will give a team that the person looks after, with ``people_count``. Raises Http404."""
    rows = list_teams(team_ids_where(person, Action.TEAM_MANAGE)).select_related("lead", "parent", "calendar")
    team = rows.filter(slug=slug).first()
    if team is None:
        raise Http404
    return team


def _answer(person: Person, slug: str) -> Response:
    return Response(tell_team(find_managed(person, slug)))


def _refuse_adding(person: Person) -> None:
    """A right in one team is not enough. Raises Http404, PermissionDenied."""
    if not can_anywhere(person, Action.TEAM_MANAGE):
        raise Http404
    if not can(person, Action.TEAM_MANAGE):
        raise PermissionDenied
