"""``/api/v1/cases``: the caller's cases and their timelines."""

from __future__ import annotations

from dataclasses import replace

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.case_changes import edit, start
from cases.api.case_shapes import EditSerializer, OpenCaseSerializer
from cases.api.serializers import CaseSerializer, TimelineRowSerializer
from cases.api.shapes import tell_event
from cases.models import Priority
from cases.operations.case_export import CONTENT_TYPES, FORMATS, export_cases
from cases.operations.reading import read_case
from cases.queries import list_case_events
from cases.queries.case_lists import FILTERS, CaseFilter, find_cases, read_case_filter
from cases.shapes import describe_case
from integrator.api.bodies import get_caller, read_choice, read_text
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
    query,
)
from integrator.api.paging import answer_page, get_page, wrap_page
from integrator.api.text_files import TEXT_RENDERERS
from integrator.events.queries import describe_events
from integrator.streaming import send_lines

STATES = ("open", "closed")
FILTER_PARAMETERS = (
    query("state", "open: not closed yet; closed: the others.", choices=STATES),
    query("q", "A case number, or words of number, title, the partner's id and data; their beginnings suffice."),
    query("type", "The key of a case type."),
    query("status", "A status, exactly."),
    query("team", "A team's short name."),
    query("owner", "A user name, me or nobody."),
    query("priority", "A priority.", choices=tuple(Priority.values)),
    query("business_key", "The partner's own id, exactly."),
    query("since", "Opened on this day or later, 2026-11-22 (UTC)."),
    query("until", "Opened on this day or before."),
    query("late", "true: something in it is overdue.", choices=("true",)),
)


class CasesView(APIView):
    """Cases, newest first."""

    @extend_schema(
        operation_id="list_cases",
        tags=["cases"],
        parameters=[
            *FILTER_PARAMETERS,
            *PAGE_PARAMETERS,
        ],
        responses=answers(page_of(CaseSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The cases you may see, newest first."""
        person, wanted, now = get_caller(request), _read_filter(request), timezone.now()
        cases = find_cases(person, wanted, now=now)
        walked = find_cases(person, wanted, now=now, is_walked=True) if wanted.q else None
        return answer_page(request, cases, order=("-opened_at",), serialize=describe_case, walked=walked)

    @extend_schema(
        operation_id="open_case",
        tags=["cases"],
        request=OpenCaseSerializer,
        responses=answers(CaseSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Open a case of a type that is offered. One with the same business key that is open is told of (409)."""
        return start(request)


class ExportView(APIView):
    """Cases as a file."""

    renderer_classes = TEXT_RENDERERS

    @extend_schema(
        operation_id="export_cases",
        tags=["cases"],
        parameters=[query("as", "csv (safe from formulas) or jsonl.", choices=FORMATS), *FILTER_PARAMETERS],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            **{(status, PROBLEM_TYPE): ProblemSerializer for status in (400, 401, 403, 406)},
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The cases that you may export, newest first, as the list's filters say. The export is an event."""
        file_format = read_choice(request, "as", FORMATS) or "csv"
        wanted = _read_filter(request)
        text = export_cases(person=get_caller(request), wanted=wanted, file_format=file_format, now=timezone.now())
        return send_lines(request, text, name=f"cases.{file_format}", content_type=CONTENT_TYPES[file_format])


class CaseView(APIView):
    """One case."""

    @extend_schema(operation_id="get_case", tags=["cases"], responses=answers(CaseSerializer, *READ_PROBLEMS))
    def get(self, request: Request, number: str) -> Response:
        """The case."""
        return Response(describe_case(read_case(number=number, person=get_caller(request))))

    @extend_schema(
        operation_id="edit_case",
        tags=["cases"],
        request=EditSerializer,
        responses=answers(CaseSerializer, *WRITE_PROBLEMS),
    )
    def patch(self, request: Request, number: str) -> Response:
        """Change fields. Of two who change the same field the later one is told both values (409, ``fields``)."""
        return edit(request, number)


class TimelineView(APIView):
    """What happened in a case."""

    @extend_schema(
        operation_id="get_case_timeline",
        tags=["cases"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(TimelineRowSerializer), 400, *READ_PROBLEMS),
    )
    def get(self, request: Request, number: str) -> Response:
        """Every event of the case, its tasks and its runs, oldest first."""
        case = read_case(number=number, person=get_caller(request))
        page = get_page(request, list_case_events(case), order=("id",))
        rows = [tell_event(row) for row in describe_events(page.rows)]
        return Response(wrap_page(request.build_absolute_uri(), page, rows))


def _read_filter(request: Request) -> CaseFilter:
    """The filter of an address. Raises ValidationError."""
    state = read_choice(request, "state", STATES)
    given = {name: read_text(request, name, max_chars=500) for name in FILTERS}
    given["priority"] = read_choice(request, "priority", tuple(Priority.values))
    given["late"] = read_choice(request, "late", ("true",))
    return replace(read_case_filter(given, state=state), business_key=given["business_key"])
