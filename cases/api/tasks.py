"""``/api/v1/tasks``: what the caller may decide, and claiming, releasing, answering it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.serializers import (
    AnswerBodySerializer,
    AnswerSerializer,
    NothingSerializer,
    TaskRowSerializer,
    TaskSerializer,
)
from cases.api.shapes import tell_task
from cases.api.task_list import PARAMETERS, answer_tasks
from cases.operations import claim_task, complete_task, release_task
from cases.operations.deciding import refuse_those_who_may_not
from cases.operations.reading import read_task
from cases.queries import get_task_for
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import (
    IDEMPOTENCY_KEY,
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    answers,
    page_of,
)
from integrator.people.models import Person


class TasksView(APIView):
    """Tasks in an order."""

    @extend_schema(
        operation_id="list_tasks",
        tags=["tasks"],
        parameters=[*PARAMETERS, *PAGE_PARAMETERS],
        responses=answers(page_of(TaskRowSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """Your tasks as the inbox lists them: what waits for you, by due date, or by how urgent or new they are."""
        return answer_tasks(request)


class TaskView(APIView):
    """One task."""

    @extend_schema(operation_id="get_task", tags=["tasks"], responses=answers(TaskSerializer, *READ_PROBLEMS))
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """The task, with who else is asked."""
        return Response(tell_task(read_task(task_id=task_id, person=get_caller(request))))


class ClaimView(APIView):
    """Claiming."""

    @extend_schema(
        operation_id="claim_task",
        tags=["tasks"],
        request=NothingSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Make the task your own, so that nobody else answers it."""
        person = get_caller(request)
        read_members(request, NothingSerializer, first=refusing(person, task_id))
        claim_task(task_id=task_id, person=person, now=timezone.now())
        return answer_task(person, task_id)


class ReleaseView(APIView):
    """Releasing."""

    @extend_schema(
        operation_id="release_task",
        tags=["tasks"],
        request=NothingSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Give a claimed task back to all who were asked."""
        person = get_caller(request)
        read_members(request, NothingSerializer, first=lambda: get_task_for(person, task_id))
        return Response(tell_task(release_task(task_id=task_id, person=person, now=timezone.now())))


class CompleteView(APIView):
    """Answering."""

    @extend_schema(
        operation_id="complete_task",
        tags=["tasks"],
        parameters=[IDEMPOTENCY_KEY],
        request=AnswerBodySerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Answer the task. Of several who answer at once one wins; the others learn who it was (409)."""
        person = get_caller(request)
        given = read_members(request, AnswerSerializer, first=refusing(person, task_id))
        decision = complete_task(
            task_id=task_id,
            person=person,
            outcome=given.get("outcome"),
            data=given.get("data"),
            comment=given.get("comment"),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            now=timezone.now(),
        )
        return Response(tell_task(decision.task))


def answer_task(person: Person, task_id: uuid.UUID) -> Response:
    """The task as it is now. Raises TaskNotFound."""
    return Response(tell_task(get_task_for(person, task_id)))


def refusing(person: Person, task_id: uuid.UUID) -> Callable[[], Any]:
    """A check that raises for those who do not see the task, and for those who see it but may not answer it."""
    return lambda: refuse_those_who_may_not(get_task_for(person, task_id), person)
