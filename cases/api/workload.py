"""``/api/v1/reports/workload``: who has what, for those who may hand work over. It is moved at ``/api/v1/tasks``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.periods import get_reader_who
from cases.models import Priority, Task, TaskKind, TaskStatus
from cases.queries.workload import DUE_FIRST, Holder, end_of_day, find_seen, list_held, list_holders, list_queues
from cases.shapes import as_time
from integrator.api.bodies import read_text
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, answers, page_of, query
from integrator.api.paging import get_page, wrap_page
from integrator.people.rights import Action


class LoadSerializer(serializers.Serializer[Any]):
    """How many tasks are open, how many of them overdue, and how many due by midnight."""

    name = serializers.CharField()
    open = serializers.IntegerField()
    late = serializers.IntegerField()
    due_today = serializers.IntegerField()


class QueueSerializer(LoadSerializer):
    """What a team is asked and nobody has taken. ``holder`` is what the list of tasks takes."""

    holder = serializers.CharField()
    team = serializers.CharField()


class HolderSerializer(LoadSerializer):
    """What somebody holds or is asked by name. ``substitute`` stands in until ``away_until``; both null: not away."""

    holder = serializers.CharField()
    person = serializers.CharField()
    away_until = serializers.DateTimeField(allow_null=True)
    substitute = serializers.CharField(allow_null=True)


class WorkloadSerializer(serializers.Serializer[Any]):
    """Teams and people, those with most open work first."""

    teams = QueueSerializer(many=True)
    people = HolderSerializer(many=True)


class HeldTaskSerializer(serializers.Serializer[Any]):
    """A task that you may hand over. ``may_open``: whether you see what it is about, too."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(TaskKind.choices)
    status = serializers.ChoiceField(TaskStatus.choices)
    priority = serializers.ChoiceField(Priority.choices)
    case = serializers.CharField(allow_null=True)
    assignee = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    may_open = serializers.BooleanField()


class WorkloadView(APIView):
    """Who has what."""

    @extend_schema(
        operation_id="report_workload", tags=["reports"], responses=answers(WorkloadSerializer, 401, 404, 406)
    )
    def get(self, request: Request) -> Response:
        """The open work of your teams now: by team what nobody has taken, and by person. For those who may move it."""
        person, now = get_reader_who(request, Action.TASK_REASSIGN), timezone.now()
        soon_at = end_of_day(now)
        queues, holders = (find(person, now=now, soon_at=soon_at) for find in (list_queues, list_holders))
        return Response(
            {"teams": [_tell_queue(row) for row in queues], "people": [_tell_holder(row) for row in holders]}
        )


class WorkloadTasksView(APIView):
    """The tasks of one of them."""

    @extend_schema(
        operation_id="list_workload_tasks",
        tags=["reports"],
        parameters=[
            query("holder", "A user name or team:legal, as in the report; without it everybody's."),
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(HeldTaskSerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The open tasks that you may hand over, by due date. `POST tasks/bulk` and `tasks/{id}/reassign` move them."""
        person = get_reader_who(request, Action.TASK_REASSIGN)
        page = get_page(request, list_held(person, read_text(request, "holder", max_chars=200)), order=DUE_FIRST)
        seen = find_seen(person, page.rows)
        rows = [_tell_task(task, seen) for task in page.rows]
        return Response(wrap_page(request.build_absolute_uri(), page, rows))


def _tell_queue(row: Holder) -> dict[str, Any]:
    team = row.team
    return {**_tell_load(row), "team": team.slug if team else ""}


def _tell_holder(row: Holder) -> dict[str, Any]:
    away = row.away
    return {
        **_tell_load(row),
        "person": row.key,
        "away_until": as_time(away.ends_at) if away else None,
        "substitute": away.substitute.username if away else None,
    }


def _tell_load(row: Holder) -> dict[str, Any]:
    figures = row.figures
    numbers = {"open": figures.open, "late": figures.late, "due_today": figures.soon}
    return {"holder": row.key, "name": str(row.team or row.person), **numbers}


def _tell_task(task: Task, seen: set[UUID]) -> dict[str, Any]:
    return {
        "id": str(task.pk),
        "title": task.title,
        "kind": task.kind,
        "status": task.status,
        "priority": task.priority,
        "case": task.case.number if task.case else None,
        "assignee": task.assignee.username if task.assignee else None,
        "due_at": as_time(task.due_at),
        "created_at": as_time(task.created_at),
        "may_open": task.pk in seen,
    }
