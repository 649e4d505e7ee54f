"""``/api/v1/tasks/{id}/reveal`` and ``/api/v1/cases/{number}/reveal``: masked values, one at a time, with a reason."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.serializers import RevealedSerializer, RevealSerializer
from cases.operations.revealing import reveal_case_field, reveal_task_field
from cases.queries import get_case_for, get_task_for
from cases.queries.revealing import can_reveal_case, can_reveal_task
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import WRITE_PROBLEMS, answers
from integrator.people.models import Person
from integrator.people.revealing import RevealForbidden


class RevealTaskView(APIView):
    """Revealing what a task shows."""

    @extend_schema(
        operation_id="reveal_task_field",
        tags=["tasks"],
        request=RevealSerializer,
        responses=answers(RevealedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Reveal one masked value of the task. Who, what and why is kept; the value is not."""
        person = get_caller(request)
        given = read_members(request, RevealSerializer, first=lambda: _check_task(person, task_id))
        value = reveal_task_field(task_id=task_id, person=person, path=given["path"], reason=given["reason"])
        return answer_revealed(given["path"], value)


class RevealCaseView(APIView):
    """Revealing what a case holds."""

    @extend_schema(
        operation_id="reveal_case_field",
        tags=["cases"],
        request=RevealSerializer,
        responses=answers(RevealedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Reveal one masked value of the case. Who, what and why is kept; the value is not."""
        person = get_caller(request)
        given = read_members(request, RevealSerializer, first=lambda: _check_case(person, number))
        value = reveal_case_field(number=number, person=person, path=given["path"], reason=given["reason"])
        return answer_revealed(given["path"], value)


def answer_revealed(path: str, value: Any) -> Response:
    """The value, which no cache keeps."""
    return Response({"path": path, "value": value}, headers={"Cache-Control": "no-store"})


def _check_task(person: Person, task_id: uuid.UUID) -> None:
    if not can_reveal_task(person, get_task_for(person, task_id)):
        raise RevealForbidden


def _check_case(person: Person, number: str) -> None:
    if not can_reveal_case(person, get_case_for(person, number)):
        raise RevealForbidden
