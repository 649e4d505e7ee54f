"""``/api/v1/tasks/{id}/…``: undoing, delegating, urgency, follow-up, reopening, drafts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.life_serializers import (
    DraftBodySerializer,
    DraftSerializer,
    FollowUpSerializer,
    PrioritySerializer,
    ReopenSerializer,
    ToSerializer,
)
from cases.api.serializers import NothingSerializer, TaskSerializer
from cases.api.shapes import tell_task
from cases.api.tasks import answer_task, refusing
from cases.operations import (
    ask_to_reopen,
    delegate_task,
    give_back_task,
    reassign_task,
    save_draft,
    set_follow_up,
    set_priority,
    undo_decision,
)
from cases.operations.claiming import find_for_hand_over
from cases.queries import get_task_for
from cases.queries.task_life import get_draft
from cases.shapes import as_time
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers
from integrator.people.models import Person


class _TaskWrite(APIView):
    """What the changes of one task have in common: refusals of rights come before faults of the body."""

    body: type[serializers.Serializer[Any]] = NothingSerializer

    def read(self, request: Request, task_id: uuid.UUID) -> tuple[Person, Mapping[str, Any]]:
        """The caller, and the members of the body."""
        person = get_caller(request)
        return person, read_members(request, self.body, first=lambda: self.refuse(person, task_id))

    def refuse(self, person: Person, task_id: uuid.UUID) -> object:
        """Raises for those who do not see the task, or see it and may not do this."""
        return get_task_for(person, task_id)


class UndoView(_TaskWrite):
    """Undoing."""

    @extend_schema(
        operation_id="undo_decision",
        tags=["tasks"],
        request=NothingSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Take back your own answer, given on a page, while it does not count yet (409 afterwards)."""
        person, _ = self.read(request, task_id)
        undo_decision(task_id=task_id, person=person, now=timezone.now())
        return answer_task(person, task_id)


class DelegateView(_TaskWrite):
    """Delegating."""

    body = ToSerializer

    def refuse(self, person: Person, task_id: uuid.UUID) -> object:
        """Those who may answer may delegate."""
        return refusing(person, task_id)()

    @extend_schema(
        operation_id="delegate_task",
        tags=["tasks"],
        request=ToSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Let somebody prepare the answer; it comes back to you to confirm."""
        person, given = self.read(request, task_id)
        delegate_task(task_id=task_id, person=person, to=given["to"], now=timezone.now())
        return answer_task(person, task_id)


class ReassignView(_TaskWrite):
    """Handing over for good."""

    body = ToSerializer

    def refuse(self, person: Person, task_id: uuid.UUID) -> object:
        """Those who see the task, and those who may hand it over without being asked themselves."""
        return find_for_hand_over(task_id, person)

    @extend_schema(
        operation_id="reassign_task",
        tags=["tasks"],
        request=ToSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Give the task to one person, asked before or not. For leads of an asked team or of the flow's team."""
        person, given = self.read(request, task_id)
        return Response(tell_task(reassign_task(task_id=task_id, person=person, to=given["to"], now=timezone.now())))


class GiveBackView(_TaskWrite):
    """Ending a delegation."""

    @extend_schema(
        operation_id="give_back_task",
        tags=["tasks"],
        request=NothingSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Give a delegated task back, or take back what you delegated."""
        person, _ = self.read(request, task_id)
        give_back_task(task_id=task_id, person=person, now=timezone.now())
        return answer_task(person, task_id)


class _MarkView(_TaskWrite):
    """For those who may answer the task or hand it over, who need not be asked themselves."""

    def refuse(self, person: Person, task_id: uuid.UUID) -> object:
        """Those who see the task either way."""
        return find_for_hand_over(task_id, person)


class PriorityView(_MarkView):
    """Urgency."""

    body = PrioritySerializer

    @extend_schema(
        operation_id="set_task_priority",
        tags=["tasks"],
        request=PrioritySerializer,
        responses=answers(PrioritySerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Change how urgent the task is."""
        person, given = self.read(request, task_id)
        task = set_priority(task_id=task_id, person=person, priority=given["priority"], now=timezone.now())
        return Response({"priority": task.priority})


class FollowUpView(_MarkView):
    """When to look again."""

    body = FollowUpSerializer

    @extend_schema(
        operation_id="set_task_follow_up",
        tags=["tasks"],
        request=FollowUpSerializer,
        responses=answers(FollowUpSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Note when to look at the task again; null for no more."""
        person, given = self.read(request, task_id)
        task = set_follow_up(task_id=task_id, person=person, at=given["at"], now=timezone.now())
        return Response({"at": as_time(task.follow_up_at)})


class ReopenView(_TaskWrite):
    """Asking to reopen."""

    body = ReopenSerializer

    @extend_schema(
        operation_id="ask_to_reopen",
        tags=["tasks"],
        request=ReopenSerializer,
        responses=answers(TaskSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Ask the lead whether an answered task should be asked again. What was decided stays in the log."""
        person, given = self.read(request, task_id)
        ask_to_reopen(task_id=task_id, person=person, reason=given["reason"], now=timezone.now())
        return answer_task(person, task_id)


class DraftView(_TaskWrite):
    """The caller's half-written answer."""

    body = DraftBodySerializer

    def refuse(self, person: Person, task_id: uuid.UUID) -> object:
        """Those who may answer may write a draft."""
        return refusing(person, task_id)()

    @extend_schema(operation_id="get_task_draft", tags=["tasks"], responses=answers(DraftSerializer, *READ_PROBLEMS))
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """Your own half-written answer; nobody else sees it."""
        person = get_caller(request)
        draft = get_draft(get_task_for(person, task_id), person)
        return Response({"typed": draft.typed if draft else {}, "saved_at": as_time(draft.saved_at if draft else None)})

    @extend_schema(
        operation_id="save_task_draft",
        tags=["tasks"],
        request=DraftBodySerializer,
        responses=answers(DraftSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Keep what you have typed so far, on any device, until the task is answered."""
        person, given = self.read(request, task_id)
        draft = save_draft(task_id=task_id, person=person, typed=given["typed"], now=timezone.now())
        return Response({"typed": draft.typed if draft else {}, "saved_at": as_time(draft.saved_at if draft else None)})
