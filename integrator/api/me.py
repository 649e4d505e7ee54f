"""``/api/v1/me``: who the caller is, and what they may do where."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrator.api.bodies import get_caller
from integrator.api.docs import answers
from integrator.people.models import Membership
from integrator.people.roles import Role


class HeldRoleSerializer(serializers.Serializer[Any]):
    """A role in a team; ``team`` null: everywhere."""

    team = serializers.CharField(allow_null=True)
    role = serializers.ChoiceField(Role.choices)


class MeSerializer(serializers.Serializer[Any]):
    """The caller."""

    username = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    time_zone = serializers.CharField()
    roles = HeldRoleSerializer(many=True)


class MeView(APIView):
    """The caller."""

    @extend_schema(operation_id="me", tags=["me"], responses=answers(MeSerializer, 401, 406))
    def get(self, request: Request) -> Response:
        """Who you are, and your roles."""
        person = get_caller(request)
        held = Membership.objects.filter(person=person).order_by("team__slug", "role", "id")
        return Response(
            {
                "username": person.username,
                "name": person.get_full_name(),
                "email": person.email,
                "time_zone": person.time_zone,
                "roles": [{"team": team, "role": role} for team, role in held.values_list("team__slug", "role")],
            }
        )
