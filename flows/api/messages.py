"""``/api/v1/messages``: news from other systems for runs that wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flows.api.serializers import AnyField
from flows.operations.messages import NewMessage, find_team_to_send, publish_message
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import WRITE_PROBLEMS, answers
from integrator.events.actors import Actor


class MessageSerializer(serializers.Serializer[Any]):
    """A message. ``name`` and ``key`` say who hears it; the same ``id`` again changes nothing."""

    name = serializers.CharField(max_length=200, trim_whitespace=False)
    key = serializers.CharField(max_length=300, trim_whitespace=False)
    data = AnyField(required=False, allow_null=True)  # type: ignore[assignment]
    id = serializers.CharField(required=False, max_length=300, trim_whitespace=False)
    team = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="Needed for those who may send to several teams."
    )


class PublishedMessageSerializer(serializers.Serializer[Any]):
    """``delivered`` counts the waiting steps that heard it; ``parked``: it is kept for the first one that will wait."""

    delivered = serializers.IntegerField(min_value=0)
    parked = serializers.BooleanField()


class MessagesView(APIView):
    """Messages from other systems."""

    @extend_schema(
        operation_id="send_message",
        tags=["messages"],
        request=MessageSerializer,
        responses={202: PublishedMessageSerializer, **answers(PublishedMessageSerializer, *WRITE_PROBLEMS)},
    )
    def post(self, request: Request) -> Response:
        """Give it to every run that waits for it, else keep it; 200 and the first answer for a repeated id."""
        person, named = get_caller(request), _read_team(request)
        given = read_members(request, MessageSerializer, first=lambda: find_team_to_send(person, named))
        team = find_team_to_send(person, named)
        new = NewMessage(
            team_id=team.pk,
            name=given["name"],
            key=given["key"],
            data=given.get("data"),
            message_id=given.get("id"),
            sent_by=person,
        )
        published = publish_message(new=new, actor=Actor.person(person), now=timezone.now())
        answer = {"delivered": published.delivered, "parked": published.parked}
        return Response(answer, status=200 if published.is_repeat else 202)


def _read_team(request: Request) -> str:
    """The named team, as far as the body can be read; its faults are told afterwards."""
    body = request.data
    named = body.get("team") if isinstance(body, Mapping) else None
    return named if isinstance(named, str) else ""
