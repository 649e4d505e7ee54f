"""``/api/v1/connections``: connections, read, added, changed and removed. No secret comes out.

Their environments are in ``connection_environments``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from flows.api.connection_serializers import (
    ConnectionBodySerializer,
    ConnectionRowSerializer,
    ConnectionSerializer,
    NewConnectionSerializer,
)
from flows.errors import NotFound
from flows.models import Connection
from flows.operations.connections import add_connection, change_connection, remove_connection
from flows.operations.connections.filling import read_data
from flows.queries.connection_rows import describe_connection, describe_connection_row
from flows.queries.connections import get_connection_for, list_connections
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, READ_PROBLEMS, WRITE_PROBLEMS, answers, page_of
from integrator.api.paging import answer_page
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can, can_anywhere


class ConnectionsView(APIView):
    """Connections by name."""

    @extend_schema(
        operation_id="list_connections",
        tags=["connections"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(ConnectionRowSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The connections of your teams, by name."""
        rows = list_connections(get_caller(request))
        return answer_page(request, rows, order=("name",), serialize=describe_connection_row)

    @extend_schema(
        operation_id="add_connection",
        tags=["connections"],
        request=NewConnectionSerializer,
        responses=answers(ConnectionSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add a connection with its environment ``live``. Its secret is kept encrypted and never shown."""
        person = get_caller(request)
        given = read_members(request, NewConnectionSerializer, first=partial(_refuse_outsiders, person))
        _refuse_outsiders(person)
        team = Team.objects.filter(slug=given["team"]).first()
        if team is None:
            raise NotFound("team")
        row = add_connection(
            team_id=team.pk,
            key=given["key"],
            data=read_data(given),
            secret=given.get("secret", ""),
            person=person,
            now=timezone.now(),
        )
        return answer_connection(person, team.slug, row.key)


class ConnectionView(APIView):
    """One connection."""

    @extend_schema(
        operation_id="get_connection", tags=["connections"], responses=answers(ConnectionSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, team: str, key: str) -> Response:
        """The connection with its environments; of secrets only whether they are set."""
        return answer_connection(get_caller(request), team, key)

    @extend_schema(
        operation_id="change_connection",
        tags=["connections"],
        request=ConnectionBodySerializer,
        responses=answers(ConnectionSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, team: str, key: str) -> Response:
        """Say anew all but team and key, with the address of one environment. The next call uses it.

        At another host the environment's secret is taken out and must be set anew.
        """
        person, row, given = take_for_connection(request, ConnectionBodySerializer, team, key)
        change_connection(connection_id=row.pk, data=read_data(given), person=person, environment=given["environment"])
        return answer_connection(person, team, key)

    @extend_schema(
        operation_id="remove_connection",
        tags=["connections"],
        responses={204: None, **answers(None, 401, 403, 404, 406, 409)},
    )
    def delete(self, request: Request, team: str, key: str) -> Response:
        """Remove it with its environments and secrets, unless a live flow uses it."""
        person = get_caller(request)
        row = manage_connection(person, team, key)
        remove_connection(connection_id=row.pk, person=person)
        return Response(status=204)


def answer_connection(person: Person, team: str, key: str) -> Response:
    """The connection as it is now."""
    return Response(describe_connection(get_connection_for(person, team, key)))


def manage_connection(person: Person, team: str, key: str) -> Connection:
    """This will give a connection to those who look after it. Raises NotFound, PermissionDenied."""
    row = get_connection_for(person, team, key)
    if not can(person, Action.CONNECTION_MANAGE, row.team):
        raise PermissionDenied
    return row


def take_for_connection(
    request: Request, serializer: type[Serializer[Any]], team: str, key: str
) -> tuple[Person, Connection, Mapping[str, Any]]:
    """Who asks, the connection they look after, and what they sent: 404, then 403, then 400."""
    person = get_caller(request)
    given = read_members(request, serializer, first=lambda: manage_connection(person, team, key))
    return person, manage_connection(person, team, key), given


def _refuse_outsiders(person: Person) -> None:
    """Raises NotFound for those who see no connections, PermissionDenied for those who look after none."""
    if not can_anywhere(person, Action.CONNECTION_READ):
        raise NotFound("team")
    if not can_anywhere(person, Action.CONNECTION_MANAGE):
        raise PermissionDenied
