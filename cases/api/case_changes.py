"""``/api/v1/cases`` for people who work on cases: opening, changing, closing, asking somebody, holding the data."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.case_shapes import AskSerializer, CloseSerializer, EditSerializer, HoldSerializer, OpenCaseSerializer
from cases.api.serializers import CaseSerializer, TaskRowSerializer
from cases.api.shapes import tell_task_row
from cases.models import Case
from cases.operations.changing import Edit, ask_somebody, edit_case, finish_case, get_case_to_change, hold_case
from cases.operations.starting import StartedCase, start_case
from cases.queries import get_case_for
from cases.queries.parts import with_parts
from cases.shapes import describe_case
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import WRITE_PROBLEMS, answers
from integrator.people.models import Person


def start(request: Request) -> Response:
    """Open a case by hand; the body is a ``OpenCaseSerializer``."""
    person = get_caller(request)
    given = dict(read_members(request, OpenCaseSerializer, first=lambda: None))
    new = StartedCase(type_key=given.pop("type"), **given)
    return answer_case(person, start_case(new=new, person=person, now=timezone.now()))


def edit(request: Request, number: str) -> Response:
    """Change fields of a case; the body is an ``EditSerializer``."""
    person = get_caller(request)
    given = dict(read_members(request, EditSerializer, first=lambda: get_case_to_change(person, number)))
    seen = given.pop("seen", {})
    case = edit_case(number=number, person=person, edit=Edit(changes=given, seen=seen), now=timezone.now())
    return answer_case(person, case)


def answer_case(person: Person, case: Case) -> Response:
    """The case as it is now, if the caller still sees it."""
    return Response(describe_case(get_case_for(person, case.number)))


class CloseView(APIView):
    """Closing a case."""

    @extend_schema(
        operation_id="close_case",
        tags=["cases"],
        request=CloseSerializer,
        responses=answers(CaseSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Close the case with a final status of its type. What has not come in is not waited for any more."""
        person = get_caller(request)
        given = read_members(request, CloseSerializer, first=lambda: get_case_to_change(person, number))
        case = finish_case(number=number, person=person, status=given["status"], now=timezone.now())
        return answer_case(person, case)


class HoldView(APIView):
    """Keeping a case's data."""

    @extend_schema(
        operation_id="hold_case",
        tags=["cases"],
        request=HoldSerializer,
        responses=answers(CaseSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Keep the data of the case whatever its type says about retention, or lift that with an empty reason."""
        person = get_caller(request)
        given = read_members(request, HoldSerializer, first=lambda: get_case_to_change(person, number))
        return answer_case(person, hold_case(number=number, person=person, reason=given["reason"]))


class AskView(APIView):
    """Asking somebody in a case."""

    @extend_schema(
        operation_id="ask_in_case",
        tags=["cases"],
        request=AskSerializer,
        responses=answers(TaskRowSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, number: str) -> Response:
        """Ask somebody to do something in the case. The answer stands in its timeline."""
        person = get_caller(request)
        given = read_members(request, AskSerializer, first=lambda: get_case_to_change(person, number))
        task = ask_somebody(number=number, person=person, request=given, now=timezone.now())
        return Response(tell_task_row(with_parts(type(task).objects.filter(pk=task.pk)).get()))
