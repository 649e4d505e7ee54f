"""``/api/v1/tasks/{id}/comments``, ``/information``, ``/guests``, and comments on cases."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.life_serializers import (
    CommentBodySerializer,
    CommentsSerializer,
    GuestBodySerializer,
    GuestSerializer,
    GuestsSerializer,
    QuestionBodySerializer,
    QuestionSerializer,
    QuestionsSerializer,
    SaidSerializer,
)
from cases.api.serializers import NothingSerializer
from cases.api.tasks import refusing
from cases.operations import (
    Question,
    Said,
    comment_case,
    comment_task,
    invite_guest,
    request_information,
    revoke_guest,
    withdraw_information,
)
from cases.operations.claiming import find_for_hand_over
from cases.operations.reading import read_case
from cases.queries import get_case_for, get_task_for
from cases.queries.task_life import (
    list_case_comments,
    list_comments,
    list_guests,
    list_questions,
    tell_comment,
    tell_guest,
    tell_question,
)
from cases.visibility.auditing import refuse_auditors
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers


class TaskCommentsView(APIView):
    """Comments on a task."""

    @extend_schema(
        operation_id="list_task_comments", tags=["tasks"], responses=answers(CommentsSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """The comments on the task, oldest first."""
        task = get_task_for(get_caller(request), task_id)
        return Response({"results": [tell_comment(each) for each in list_comments(task)]})

    @extend_schema(
        operation_id="comment_task",
        tags=["tasks"],
        request=CommentBodySerializer,
        responses=answers(SaidSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Add a comment; ``@name`` calls on somebody, who is told when they may see the task."""
        person = get_caller(request)
        given = read_members(request, CommentBodySerializer, first=lambda: get_task_for(person, task_id))
        return Response(_tell(comment_task(task_id=task_id, person=person, text=given["text"], now=timezone.now())))


class CaseCommentsView(APIView):
    """Comments on a case."""

    @extend_schema(
        operation_id="list_case_comments", tags=["cases"], responses=answers(CommentsSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request, number: str) -> Response:
        """The comments on the case, oldest first."""
        case = read_case(number=number, person=get_caller(request))
        return Response({"results": [tell_comment(each) for each in list_case_comments(case)]})

    @extend_schema(
        operation_id="comment_case",
        tags=["cases"],
        request=CommentBodySerializer,
        responses=answers(SaidSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Add a comment; ``@name`` calls on somebody, who is told when they may see the case."""
        person = get_caller(request)
        refuse = lambda: refuse_auditors(person, get_case_for(person, number))  # noqa: E731  asked when needed
        given = read_members(request, CommentBodySerializer, first=refuse)
        return Response(_tell(comment_case(number=number, person=person, text=given["text"], now=timezone.now())))


class InformationView(APIView):
    """Questions about a task."""

    @extend_schema(
        operation_id="list_information_requests",
        tags=["tasks"],
        responses=answers(QuestionsSerializer, *READ_PROBLEMS),
    )
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """What was asked about the task, oldest first, with the answers."""
        task = get_task_for(get_caller(request), task_id)
        return Response({"results": [tell_question(each) for each in list_questions(task)]})

    @extend_schema(
        operation_id="request_information",
        tags=["tasks"],
        request=QuestionBodySerializer,
        responses=answers(QuestionSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Ask for information before you answer. The task's clock stands still until it is there."""
        person = get_caller(request)
        given = read_members(request, QuestionBodySerializer, first=refusing(person, task_id))
        question = Question(
            text=given["question"], who=given.get("who") or "", due_at=given.get("due_at"), form=given.get("form")
        )
        row = request_information(task_id=task_id, person=person, question=question, now=timezone.now())
        asked = list_questions(get_task_for(person, task_id))
        return Response(next(tell_question(each) for each in asked if each.request.pk == row.pk))


class WithdrawInformationView(APIView):
    """Withdrawing a question."""

    @extend_schema(
        operation_id="withdraw_information",
        tags=["tasks"],
        request=NothingSerializer,
        responses=answers(QuestionsSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID, request_id: uuid.UUID) -> Response:
        """Withdraw a question that nobody has answered yet."""
        person = get_caller(request)
        read_members(request, NothingSerializer, first=lambda: get_task_for(person, task_id))
        withdraw_information(task_id=task_id, request_id=request_id, person=person, now=timezone.now())
        task = get_task_for(person, task_id)
        return Response({"results": [tell_question(each) for each in list_questions(task)]})


class GuestsView(APIView):
    """Guests of a task."""

    @extend_schema(operation_id="list_task_guests", tags=["tasks"], responses=answers(GuestsSerializer, *READ_PROBLEMS))
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """Who was invited to answer the task without an account, and what became of it."""
        task = find_for_hand_over(task_id, get_caller(request))
        return Response({"results": [tell_guest(each, now=timezone.now()) for each in list_guests(task)]})

    @extend_schema(
        operation_id="invite_guest",
        tags=["tasks"],
        request=GuestBodySerializer,
        responses=answers(GuestSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Mail somebody without an account a link to this one task. For those who may hand it over."""
        person = get_caller(request)
        given = read_members(request, GuestBodySerializer, first=lambda: find_for_hand_over(task_id, person))
        now = timezone.now()
        row = invite_guest(
            task_id=task_id, person=person, email=given["email"], expires_at=given.get("expires_at"), now=now
        )
        return Response(tell_guest(row, now=now))


class RevokeGuestView(APIView):
    """Taking a link back."""

    @extend_schema(
        operation_id="revoke_guest",
        tags=["tasks"],
        request=NothingSerializer,
        responses=answers(GuestSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID, pass_id: uuid.UUID) -> Response:
        """Make a guest's link useless."""
        person, now = get_caller(request), timezone.now()
        read_members(request, NothingSerializer, first=lambda: find_for_hand_over(task_id, person))
        return Response(tell_guest(revoke_guest(task_id=task_id, pass_id=pass_id, person=person, now=now), now=now))


def _tell(said: Said) -> dict[str, Any]:
    return {**tell_comment(said.comment), "blind": [one.username for one in said.blind]}
