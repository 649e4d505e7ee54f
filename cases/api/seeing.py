"""Why somebody sees a task or case, who follows it, whom a case concerns, and one thing done to many tasks."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.serializers import ObjectOrNullField
from cases.operations.bulk import ACTIONS, MAX_TASKS, do_in_bulk
from cases.operations.claiming import find_for_hand_over
from cases.operations.confidentiality import set_confidential
from cases.operations.reading import read_case
from cases.operations.watching import refuse_to_change, unwatch_case, unwatch_task, watch_case, watch_task
from cases.queries import get_case_for, get_task_for
from cases.shapes import as_time
from cases.visibility import Reason, explain_case, explain_task
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import READ_PROBLEMS, WRITE_PROBLEMS, answers
from integrator.people.models import Person


class WhyRowSerializer(serializers.Serializer[Any]):
    """One reason why somebody sees something: ``member of Legal since 3 May 2026``."""

    rule = serializers.CharField()
    words = serializers.CharField()
    since_at = serializers.DateTimeField(allow_null=True)


class WhySerializer(serializers.Serializer[Any]):
    """Every reason."""

    reasons = WhyRowSerializer(many=True)


class WatchSerializer(serializers.Serializer[Any]):
    """Whether to follow it; ``who`` is somebody else, by user name or e-mail address."""

    watching = serializers.BooleanField()
    who = serializers.CharField(max_length=254, required=False)


class WatchersSerializer(serializers.Serializer[Any]):
    """Who follows it."""

    watchers = serializers.ListField(child=serializers.CharField())


class ConfidentialSerializer(serializers.Serializer[Any]):
    """Whether the case is confidential."""

    confidential = serializers.BooleanField()


class BulkSerializer(serializers.Serializer[Any]):
    """What to do to which tasks. ``to`` is for reassign, ``at`` for follow_up, the rest for complete."""

    action = serializers.ChoiceField(ACTIONS)
    tasks = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_TASKS)
    to = serializers.CharField(max_length=254, required=False)
    at = serializers.DateTimeField(required=False, allow_null=True)
    outcome = serializers.CharField(max_length=100, required=False)
    data = ObjectOrNullField(required=False)  # type: ignore[assignment]
    comment = serializers.CharField(required=False, allow_null=True)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What came of one task; ``code`` and ``message`` say why it was refused."""

    task = serializers.UUIDField()
    done = serializers.BooleanField()
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """How many were done, how many refused, and each."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkResultSerializer(many=True)


class WhyTaskView(APIView):
    """Why the caller sees a task."""

    @extend_schema(operation_id="explain_task", tags=["tasks"], responses=answers(WhySerializer, *READ_PROBLEMS))
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """Each rule that lets you see the task, with the row behind it."""
        person = get_caller(request)
        return Response({"reasons": _tell_reasons(explain_task(person, get_task_for(person, task_id)))})


class WhyCaseView(APIView):
    """Why the caller sees a case."""

    @extend_schema(operation_id="explain_case", tags=["cases"], responses=answers(WhySerializer, *READ_PROBLEMS))
    def get(self, request: Request, number: str) -> Response:
        """Each rule that lets you see the case, with the row behind it."""
        person = get_caller(request)
        return Response({"reasons": _tell_reasons(explain_case(person, read_case(number=number, person=person)))})


class WatchTaskView(APIView):
    """Following a task."""

    @extend_schema(
        operation_id="watch_task",
        tags=["tasks"],
        request=WatchSerializer,
        responses=answers(WatchersSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Follow the task, or stop; those who are asked may say so for others. Watchers read, they decide nothing."""
        person = get_caller(request)
        given = read_members(request, WatchSerializer, first=lambda: find_for_hand_over(task_id, person))
        who = given.get("who", "")
        if given["watching"]:
            task = watch_task(task_id=task_id, person=person, who=who, now=timezone.now())
        else:
            task = unwatch_task(task_id=task_id, person=person, who=who)
        return Response({"watchers": list(task.watchers.values_list("person__username", flat=True))})


class WatchCaseView(APIView):
    """Following a case."""

    @extend_schema(
        operation_id="watch_case",
        tags=["cases"],
        request=WatchSerializer,
        responses=answers(WatchersSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Follow the case, or stop; who may change it may say so for others."""
        person = get_caller(request)
        given = read_members(request, WatchSerializer, first=lambda: get_case_for(person, number))
        who = given.get("who", "")
        if given["watching"]:
            case = watch_case(number=number, person=person, who=who, now=timezone.now())
        else:
            case = unwatch_case(number=number, person=person, who=who)
        return Response({"watchers": list(case.watchers.values_list("person__username", flat=True))})


class ConfidentialView(APIView):
    """Who sees a case at all."""

    @extend_schema(
        operation_id="set_confidential",
        tags=["cases"],
        request=ConfidentialSerializer,
        responses=answers(ConfidentialSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Keep the case to its owner, its parties and those with a task in it, or open it to its team again."""
        person = get_caller(request)
        given = read_members(request, ConfidentialSerializer, first=lambda: _check_case(person, number))
        case = set_confidential(number=number, confidential=given["confidential"], person=person)
        return Response({"confidential": case.confidential})


class BulkView(APIView):
    """One thing done to many tasks."""

    @extend_schema(
        operation_id="do_in_bulk",
        tags=["tasks"],
        request=BulkSerializer,
        responses=answers(BulkAnswerSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Claim, release, reassign, answer or put off many tasks: each by itself, and each says what came of it."""
        person = get_caller(request)
        given = dict(read_members(request, BulkSerializer, first=lambda: None))
        action, task_ids = given.pop("action"), given.pop("tasks")
        results = do_in_bulk(action, task_ids, person=person, given=given, now=timezone.now())
        done = sum(result.is_done for result in results)
        rows = [
            {
                "task": str(result.task_id),
                "done": result.is_done,
                "code": result.code or None,
                "message": result.message or None,
            }
            for result in results
        ]
        return Response({"done": done, "refused": len(rows) - done, "results": rows})


def _check_case(person: Person, number: str) -> None:
    refuse_to_change(get_case_for(person, number), person)


def _tell_reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"rule": row.rule, "words": row.words, "since_at": as_time(row.since_at)} for row in reasons]
