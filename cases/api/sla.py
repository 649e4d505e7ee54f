"""``/api/v1/sla/…``, ``/tasks/{id}/clock``, ``/tasks/{id}/due``, ``/cases/{number}/clock``: policies and clocks."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.sla_serializers import (
    ClockSerializer,
    DueBodySerializer,
    NewPolicySerializer,
    PolicyBodySerializer,
    PolicySerializer,
    RecountsSerializer,
)
from cases.models import SlaClock, Task
from cases.operations.reading import read_case
from cases.queries import get_task_for
from cases.sla.errors import ClockNotFound, PolicyNotFound
from cases.sla.operations.changing import change_due_date
from cases.sla.operations.policies import PolicyData, add_policy, change_policy, remove_policy
from cases.sla.queries import describe_clock, get_case_clock, get_task_clock, list_ledger
from cases.sla.queries.clocks_for import describe_clock_fully
from cases.sla.queries.policies import describe_policy, describe_recount, find_policy, list_policies, list_recounts
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import LIST_PROBLEMS, PAGE_PARAMETERS, READ_PROBLEMS, WRITE_PROBLEMS, answers, page_of
from integrator.api.paging import answer_page
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere


class PoliciesView(APIView):
    """SLA policies."""

    @extend_schema(
        operation_id="list_sla_policies",
        tags=["sla"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(PolicySerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The policies of your teams and of every team, by subject and name."""
        person = get_caller(request)
        _refuse_outsiders(person)
        return answer_page(request, list_policies(person), order=("subject", "name"), serialize=describe_policy)

    @extend_schema(
        operation_id="add_sla_policy",
        tags=["sla"],
        request=NewPolicySerializer,
        responses=answers(PolicySerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add a policy. Open clocks that it fits are counted anew."""
        person = get_caller(request)
        given = read_members(request, NewPolicySerializer, first=lambda: _refuse_outsiders(person))
        _refuse_outsiders(person)
        row = add_policy(key=given["key"], data=_read(given), person=person, now=timezone.now())
        return Response(describe_policy(row))


class PolicyView(APIView):
    """One SLA policy."""

    @extend_schema(operation_id="get_sla_policy", tags=["sla"], responses=answers(PolicySerializer, *READ_PROBLEMS))
    def get(self, request: Request, key: str) -> Response:
        """The policy."""
        return Response(describe_policy(_find(get_caller(request), key)()))

    @extend_schema(
        operation_id="change_sla_policy",
        tags=["sla"],
        request=PolicyBodySerializer,
        responses=answers(PolicySerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, key: str) -> Response:
        """Say anew all that the policy says. Open clocks are counted anew."""
        person = get_caller(request)
        given = read_members(request, PolicyBodySerializer, first=_find(person, key))
        row = change_policy(key=key, data=_read(given), person=person, now=timezone.now())
        return Response(describe_policy(row))

    @extend_schema(
        operation_id="remove_sla_policy", tags=["sla"], responses={204: None, **answers(None, 401, 403, 404)}
    )
    def delete(self, request: Request, key: str) -> Response:
        """Remove the policy; open clocks go by the next one that fits."""
        remove_policy(key=key, person=get_caller(request), now=timezone.now())
        return Response(status=204)


class RecountsView(APIView):
    """Counting open clocks anew."""

    @extend_schema(operation_id="list_sla_recounts", tags=["sla"], responses=answers(RecountsSerializer, 401, 404, 406))
    def get(self, request: Request) -> Response:
        """What is counted anew now, and what was last."""
        _refuse_outsiders(get_caller(request))
        return Response({"results": [describe_recount(row) for row in list_recounts()]})


class TaskClockView(APIView):
    """The clock of a task."""

    @extend_schema(operation_id="get_task_clock", tags=["sla"], responses=answers(ClockSerializer, *READ_PROBLEMS))
    def get(self, request: Request, task_id: uuid.UUID) -> Response:
        """What the clock of the task shows, and its ledger."""
        return _answer_clock(get_task_clock(get_task_for(get_caller(request), task_id)))


class CaseClockView(APIView):
    """The clock of a case."""

    @extend_schema(operation_id="get_case_clock", tags=["sla"], responses=answers(ClockSerializer, *READ_PROBLEMS))
    def get(self, request: Request, number: str) -> Response:
        """What the clock of the case shows, and its ledger."""
        return _answer_clock(get_case_clock(read_case(number=number, person=get_caller(request))))


class TaskDueView(APIView):
    """The due date of a task."""

    @extend_schema(
        operation_id="change_task_due",
        tags=["sla"],
        request=DueBodySerializer,
        responses=answers(ClockSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, task_id: uuid.UUID) -> Response:
        """Change when the task is due, and say why. For those who may give it to somebody else."""
        person = get_caller(request)
        given = read_members(request, DueBodySerializer, first=lambda: _see(person, task_id))
        task = change_due_date(task_id=task_id, **given, person=person, now=timezone.now())
        return _answer_clock(get_task_clock(task))


def _see(person: Person, task_id: uuid.UUID) -> None:
    if not Task.objects.reassignable_by(person).filter(pk=task_id).exists():
        get_task_for(person, task_id)
        raise PermissionDenied


def _answer_clock(clock: SlaClock | None) -> Response:
    if clock is None:
        raise ClockNotFound
    return Response(describe_clock_fully(describe_clock(clock, timezone.now()), list_ledger(clock)))


def _refuse_outsiders(person: Person) -> None:
    if not can_anywhere(person, Action.SLA_MANAGE):
        raise PolicyNotFound


def _find(person: Person, key: str) -> Callable[[], Any]:
    def find() -> Any:
        row = find_policy(person, key)
        if row is None:
            raise PolicyNotFound
        return row

    return find


def _read(given: Mapping[str, Any]) -> PolicyData:
    return PolicyData(
        name=given["name"],
        subject=given["subject"],
        budget=given["budget"],
        is_working_time=given["is_working_time"],
        case_type=given.get("case_type") or "",
        task_kind=given.get("task_kind") or "",
        priority=given.get("priority") or "",
        team=given.get("team") or "",
        warn_percent=given["warn_percent"],
        reminders=given["reminders"],
        pause_reasons=given["pause_reasons"],
        ladder=given["ladder"],
    )
