"""``/api/v1/connections/…/environments``: the addresses of one connection, each with a secret of its own, and a test.

No secret comes out.
"""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flows.api.connection_serializers import (
    ConnectionSecretSerializer,
    ConnectionSerializer,
    EnvironmentBodySerializer,
    EnvironmentNameSerializer,
    NewEnvironmentSerializer,
    TrialBodySerializer,
    TrialSerializer,
)
from flows.api.connections import answer_connection, manage_connection, take_for_connection
from flows.operations.connections import (
    add_environment,
    change_connection,
    remove_environment,
    rename_environment,
    set_connection_secret,
)
from flows.operations.connections.filling import data_of
from flows.operations.connections.trying import try_connection
from integrator.api.bodies import get_caller
from integrator.api.docs import WRITE_PROBLEMS, answers


class EnvironmentsView(APIView):
    """Adding environments."""

    @extend_schema(
        operation_id="add_connection_environment",
        tags=["connections"],
        request=NewEnvironmentSerializer,
        responses=answers(ConnectionSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, team: str, key: str) -> Response:
        """Add an environment with an address and a secret of its own."""
        person, row, given = take_for_connection(request, NewEnvironmentSerializer, team, key)
        add_environment(
            connection_id=row.pk,
            name=given["name"],
            data=data_of(row, given),
            secret=given.get("secret", ""),
            person=person,
            now=timezone.now(),
        )
        return answer_connection(person, team, key)


class EnvironmentView(APIView):
    """One environment of a connection."""

    @extend_schema(
        operation_id="change_connection_environment",
        tags=["connections"],
        request=EnvironmentBodySerializer,
        responses=answers(ConnectionSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, team: str, key: str, environment: str) -> Response:
        """Say anew its address and settings. At another host its secret is taken out and must be set anew."""
        person, row, given = take_for_connection(request, EnvironmentBodySerializer, team, key)
        change_connection(connection_id=row.pk, data=data_of(row, given), person=person, environment=environment)
        return answer_connection(person, team, key)

    @extend_schema(
        operation_id="remove_connection_environment",
        tags=["connections"],
        responses={204: None, **answers(None, 400, 401, 403, 404, 409)},
    )
    def delete(self, request: Request, team: str, key: str, environment: str) -> Response:
        """Remove it with its secret. ``live`` stays, and so does one that a live flow names."""
        person = get_caller(request)
        row = manage_connection(person, team, key)
        remove_environment(connection_id=row.pk, name=environment, person=person)
        return Response(status=204)


class EnvironmentNameView(APIView):
    """Renaming."""

    @extend_schema(
        operation_id="rename_connection_environment",
        tags=["connections"],
        request=EnvironmentNameSerializer,
        responses=answers(ConnectionSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, team: str, key: str, environment: str) -> Response:
        """Give it another name; address and secret stay."""
        person, row, given = take_for_connection(request, EnvironmentNameSerializer, team, key)
        rename_environment(connection_id=row.pk, name=environment, to=given["name"], person=person)
        return answer_connection(person, team, key)


class EnvironmentSecretView(APIView):
    """The secret of one environment."""

    @extend_schema(
        operation_id="set_connection_secret",
        tags=["connections"],
        request=ConnectionSecretSerializer,
        responses=answers(ConnectionSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, team: str, key: str, environment: str) -> Response:
        """Set its secret; calls use it within two seconds. It is kept encrypted and never shown."""
        person, row, given = take_for_connection(request, ConnectionSecretSerializer, team, key)
        set_connection_secret(
            connection_id=row.pk,
            secret=given["secret"],
            person=person,
            now=timezone.now(),
            environment=environment,
        )
        return answer_connection(person, team, key)


class EnvironmentTestView(APIView):
    """The test of one environment."""

    @extend_schema(
        operation_id="test_connection",
        tags=["connections"],
        request=TrialBodySerializer,
        responses=answers(TrialSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, team: str, key: str, environment: str) -> Response:
        """Make one call that reads, with its credentials, and tell what came of it. That it was tested is an event."""
        person, row, given = take_for_connection(request, TrialBodySerializer, team, key)
        trial = try_connection(
            connection_id=row.pk,
            environment=environment,
            path=given["path"],
            method=given["method"],
            person=person,
            now=timezone.now(),
        )
        return Response(
            {
                "works": trial.works,
                "said": trial.said,
                "took_s": trial.took_s,
                "sent": trial.sent,
                "answered": trial.answered,
            }
        )
