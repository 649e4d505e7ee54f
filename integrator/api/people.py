"""``/api/v1/people``: people to choose from by a part of their name, as while somebody types in a field of a page."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integrator.api.bodies import read_text
from integrator.api.docs import LIST_PROBLEMS, answers, query
from integrator.api.people_care import AddingPeople
from integrator.people.queries import find_people_by_name


class FoundPersonSerializer(serializers.Serializer[Any]):
    """Somebody who may be named. ``teams`` are short names."""

    username = serializers.CharField()
    name = serializers.CharField()
    teams = serializers.ListField(child=serializers.CharField())


class FoundPeopleSerializer(serializers.Serializer[Any]):
    """Ten at most, by name."""

    results = FoundPersonSerializer(many=True)


class PeopleView(AddingPeople):
    """People to name, and adding some."""

    @extend_schema(
        operation_id="find_people",
        tags=["people"],
        parameters=[
            query("q", "Part of a name or user name, two characters at least; fewer find nobody."),
            query("team", "A team's short name: its members only."),
        ],
        responses=answers(FoundPeopleSerializer, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """Ten active people at most, whose name or user name has ``q`` in it."""
        people = find_people_by_name(
            read_text(request, "q", max_chars=100), team=read_text(request, "team", max_chars=100)
        )
        return Response({"results": [_tell(person) for person in people]})


def _tell(person: Any) -> dict[str, Any]:
    teams = sorted({row.team.slug for row in person.memberships.all() if row.team is not None})
    return {"username": person.username, "name": str(person), "teams": teams}
