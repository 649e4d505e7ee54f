"""``/api/v1/substitutes``: who acts for whom, named and ended. Thin: the operations are in ``integrator.people``."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, WRITE_PROBLEMS, answers, page_of
from integrator.api.paging import answer_page
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person, Substitution
from integrator.people.operations import NewSubstitution, end_substitution, name_substitute
from integrator.people.queries import describe_substitution_state, list_substitutions
from integrator.people.refs import get_active_person, get_team


class SubstituteSerializer(serializers.Serializer[Any]):
    """Somebody acts for somebody. ``team`` null: in every team. ``ended_at`` is set where it was ended early."""

    id = serializers.UUIDField()
    person = serializers.CharField()
    substitute = serializers.CharField()
    team = serializers.CharField(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(["active", "planned", "ended"])


class NewSubstituteSerializer(serializers.Serializer[Any]):
    """A substitute to name. Without ``person`` it is the caller's own, without ``starts_at`` it begins at once."""

    substitute = serializers.CharField(max_length=300, help_text="A user name or an e-mail address.")
    person = serializers.CharField(max_length=300, required=False, help_text="For whom; left out: for the caller.")
    team = serializers.CharField(max_length=60, required=False, allow_null=True, help_text="A team's short name.")
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class NothingSerializer(serializers.Serializer[Any]):
    """No member at all."""


class SubstitutesView(APIView):
    """Who acts for whom."""

    @extend_schema(
        operation_id="list_substitutes",
        tags=["people"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(SubstituteSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """Those you have a part in, and those of teams you look after, the latest start first."""
        return answer_page(request, list_substitutions(get_caller(request)), order=("-starts_at",), serialize=tell)

    @extend_schema(
        operation_id="name_substitute",
        tags=["people"],
        request=NewSubstituteSerializer,
        responses=answers(SubstituteSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Let somebody act for you, or for somebody of a team you lead. It begins and ends by itself."""
        person, now = get_caller(request), timezone.now()
        given = read_members(request, NewSubstituteSerializer, first=lambda: None)
        covered: Person = get_active_person(given["person"]) if given.get("person") else person
        new = NewSubstitution(
            person_id=covered.pk,
            substitute_id=get_active_person(given["substitute"]).pk,
            team_id=get_team(given["team"]).pk if given.get("team") else None,
            starts_at=given.get("starts_at") or now,
            ends_at=given["ends_at"],
            note=given.get("note", ""),
        )
        return Response(tell(name_substitute(new, by=person, now=now)))


class EndSubstituteView(APIView):
    """Ending a substitution."""

    @extend_schema(
        operation_id="end_substitute",
        tags=["people"],
        request=NothingSerializer,
        responses=answers(SubstituteSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, substitution_id: uuid.UUID) -> Response:
        """End it now. One that has ended stays as it is."""
        person, now = get_caller(request), timezone.now()
        read_members(request, NothingSerializer, first=lambda: None)
        return Response(tell(end_substitution(substitution_id=substitution_id, by=person, now=now)))


def tell(row: Substitution) -> dict[str, Any]:
    """One substitution as the API gives it."""
    return {
        "id": str(row.pk),
        "person": row.person.username,
        "substitute": row.substitute.username,
        "team": row.team.slug if row.team else None,
        "starts_at": to_rfc3339(row.starts_at),
        "ends_at": to_rfc3339(row.ends_at),
        "ended_at": to_rfc3339(row.ended_at) if row.ended_at else None,
        "note": row.note,
        "state": describe_substitution_state(row, now=timezone.now()),
    }
