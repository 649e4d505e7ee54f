"""``/api/v1/people/all`` and ``/people/of/{username}``: looking after people and the roles they hold.

Thin: the operations are in ``integrator.people``. A password is never replaced here: a token may not take over
somebody's sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from integrator.api.bodies import get_caller, read_choice, read_members, read_text
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
    query,
)
from integrator.api.paging import answer_page
from integrator.api.people_shapes import (
    STATES,
    AddedPersonSerializer,
    NewPersonSerializer,
    NewRoleSerializer,
    NothingSerializer,
    PersonSerializer,
    tell_person,
)
from integrator.events.actors import Actor
from integrator.people.models import Membership, Person
from integrator.people.operations import (
    add_membership,
    add_person,
    deactivate_person,
    make_password,
    reactivate_person,
    remove_membership,
)
from integrator.people.queries import get_person, list_people
from integrator.people.refs import get_team
from integrator.people.rights import Action, can

TAKEN: dict[Any, Any] = {
    204: OpenApiResponse(description="Done."),
    **{(status, PROBLEM_TYPE): ProblemSerializer for status in (401, 403, 404, 406, 409)},
}


class EverybodyView(APIView):
    """Everybody who can sign in, and who could."""

    @extend_schema(
        operation_id="list_people",
        tags=["people"],
        parameters=[
            query("q", "Part of a name, user name or address."),
            query("state", "Only the active, or only the deactivated.", choices=STATES),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(PersonSerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """People with their roles, by user name. For those who look after people."""
        get_carer(request)
        rows = list_people(find=read_text(request, "q").strip(), state=read_choice(request, "state", STATES))
        return answer_page(request, rows, order=("username",), serialize=tell_person)


class PersonView(APIView):
    """One person."""

    @extend_schema(operation_id="get_person", tags=["people"], responses=answers(PersonSerializer, *READ_PROBLEMS))
    def get(self, request: Request, username: str) -> Response:
        """Who it is, and the roles held."""
        get_carer(request)
        return Response(tell_person(_find(username)))


class RolesOfPersonView(APIView):
    """Roles of one person."""

    @extend_schema(
        operation_id="give_role",
        tags=["people"],
        request=NewRoleSerializer,
        responses=answers(PersonSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, username: str) -> Response:
        """Give a role in a team, or everywhere. It acts at once; one that is held already stays as it is."""
        actor, person, given = _take(request, NewRoleSerializer, username)
        team = get_team(given["team"]) if given.get("team") is not None else None
        add_membership(person_id=person.pk, team_id=team.pk if team else None, role=given["role"], actor=actor)
        return Response(tell_person(_find(username)))


class RoleOfPersonView(APIView):
    """One role of one person."""

    @extend_schema(operation_id="take_role", tags=["people"], request=None, responses=TAKEN)
    def delete(self, request: Request, username: str, membership_id: int) -> Response:
        """Take the role away. It acts at once. The only administrator keeps theirs."""
        actor, person = Actor.person(get_carer(request)), _find(username)
        if not Membership.objects.filter(pk=membership_id, person=person).exists():
            raise Http404
        remove_membership(membership_id=membership_id, actor=actor)
        return Response(status=204)


class DeactivatePersonView(APIView):
    """Ending somebody's access."""

    @extend_schema(
        operation_id="deactivate_person",
        tags=["people"],
        request=NothingSerializer,
        responses=answers(PersonSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, username: str) -> Response:
        """End their access: sessions and tokens are dead at once, and what they had claimed is open again."""
        actor, person, _ = _take(request, NothingSerializer, username)
        deactivate_person(person_id=person.pk, actor=actor, now=timezone.now())
        return Response(tell_person(_find(username)))


class ReactivatePersonView(APIView):
    """Giving access back."""

    @extend_schema(
        operation_id="reactivate_person",
        tags=["people"],
        request=NothingSerializer,
        responses=answers(PersonSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, username: str) -> Response:
        """Let them sign in again. Earlier sessions and tokens stay dead."""
        actor, person, _ = _take(request, NothingSerializer, username)
        reactivate_person(person_id=person.pk, actor=actor)
        return Response(tell_person(_find(username)))


class AddingPeople(APIView):
    """Adding people; the view at ``/api/v1/people`` is one of these, which also finds people to name."""

    @extend_schema(
        operation_id="add_person",
        tags=["people"],
        request=NewPersonSerializer,
        responses=answers(AddedPersonSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add somebody who holds no role yet. A first password that we make is told in this answer alone."""
        given = read_members(request, NewPersonSerializer, first=lambda: get_carer(request))
        actor = Actor.person(get_carer(request))
        made = None if given["password"] else make_password()
        person = add_person(
            username=given["username"],
            name=given["name"],
            email=given["email"],
            password=made or given["password"],
            actor=actor,
        )
        return Response({**tell_person(person), "made_password": made})


def get_carer(request: Request) -> Person:
    """This will give a caller who looks after people everywhere. Raises Http404 for everybody else, as the pages do."""
    person = get_caller(request)
    if not can(person, Action.PEOPLE_MANAGE):
        raise Http404
    return person


def _take(
    request: Request, serializer: type[Serializer[Any]], username: str
) -> tuple[Actor, Person, Mapping[str, Any]]:
    """Who asks, the person they look after, and what they sent: 404 first, then 400."""
    given = read_members(request, serializer, first=lambda: (get_carer(request), _find(username)))
    return Actor.person(get_carer(request)), _find(username), given


def _find(username: str) -> Person:
    person = None if "\x00" in username else get_person(username)
    if person is None:
        raise Http404
    return person
