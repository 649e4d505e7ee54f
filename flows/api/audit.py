"""``/api/v1/audit/…``: the event log searched, one event, its seals, its evidence. Each reading is an event itself."""

from __future__ import annotations

from datetime import UTC
from typing import cast

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.approvals import PACK, ZipRenderer, send_pack
from cases.operations.exporting import export_event_evidence
from cases.operations.reading import note_reading_of_event
from flows.api.audit_shapes import EventRowSerializer, EventSerializer, SealStateSerializer, SearchSerializer
from flows.api.audit_telling import tell_event, tell_events, tell_seal
from flows.queries.audit import AuditFilter
from flows.queries.audit_search import make_filter
from integrator.api.bodies import get_caller, read_choice
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    READ_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
    query,
)
from integrator.api.paging import get_page, wrap_page
from integrator.api.text_files import TEXT_RENDERERS
from integrator.events.catalogue import EVENT_TYPES
from integrator.events.export import CONTENT_TYPES, ExportFormat, export_events
from integrator.events.queries import (
    describe_events,
    events_visible_to,
    find_events,
    get_event,
    record_audit_read,
)
from integrator.events.sealing_state import find_seal, get_seal_state
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere
from integrator.streaming import send_lines

FORMATS = tuple(CONTENT_TYPES)
SEARCH_PARAMETERS = (
    query("since", "On this day or later, 2026-11-22 (UTC)."),
    query("until", "On this day or before."),
    query("name", "What happened.", choices=tuple(sorted(EVENT_TYPES))),
    query("actor", "Who did it: a user name, or an actor such as person:12."),
    query("flow", "The key of a flow: what happened to it and in its newest 2,000 runs of the period."),
    query("outcome", "Decisions with this outcome."),
    query("amount_from", "Decisions of this amount or more."),
    query("amount_to", "Decisions of this amount or less."),
    query("subject", "What it is about: a kind and an id, such as case C-2026-000123, or a kind alone."),
    query("correlation", "A run id or a case number."),
)


class EventsView(APIView):
    """The event log."""

    @extend_schema(
        operation_id="list_audit_events",
        tags=["audit"],
        parameters=[*SEARCH_PARAMETERS, *PAGE_PARAMETERS],
        responses=answers(page_of(EventRowSerializer), 404, *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The events that you may read, newest first. That you read them is an event."""
        person = get_auditor(request, Action.EVENT_READ)
        filters = read_search(request)
        page = get_page(request, find_events(person=person, filters=filters), order=("-id",))
        record_audit_read(person=person, filters=filters.describe())
        return Response(wrap_page(request.build_absolute_uri(), page, tell_events(describe_events(page.rows))))


class EventsFileView(APIView):
    """The event log as a file."""

    renderer_classes = TEXT_RENDERERS

    @extend_schema(
        operation_id="export_audit_events",
        tags=["audit"],
        parameters=[query("as", "csv (safe from formulas) or jsonl.", choices=FORMATS), *SEARCH_PARAMETERS],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            **{(status, PROBLEM_TYPE): ProblemSerializer for status in (400, 401, 404, 406)},
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The events that you may export, oldest first, as the search says; however many, they leave line by line.

        Without ``as`` it is CSV. The export is an event, written before the first line leaves.
        """
        person = get_auditor(request, Action.EVENT_EXPORT)
        known = cast("ExportFormat", read_choice(request, "as", FORMATS) or "csv")
        pieces = export_events(person=person, filters=read_search(request), file_format=known)
        return send_lines(request, pieces, name=f"audit-trail.{known}", content_type=CONTENT_TYPES[known])


class EventView(APIView):
    """One event."""

    @extend_schema(operation_id="get_audit_event", tags=["audit"], responses=answers(EventSerializer, *READ_PROBLEMS))
    def get(self, request: Request, event_id: int) -> Response:
        """The event with its data, its changes and its seal. That you read it is an event."""
        person = get_auditor(request, Action.EVENT_READ)
        event = get_event(person=person, event_id=event_id)
        if event is None:
            raise NotFound
        record_audit_read(person=person, event_id=event_id)
        about = (event.subject_type, event.subject_id)
        note_reading_of_event(subject=about, correlation=event.correlation, person=person)
        return Response(tell_event(event, find_seal(event_id)))


class EventEvidenceView(APIView):
    """The pack of one event."""

    renderer_classes = (JSONRenderer, ZipRenderer)

    @extend_schema(operation_id="get_audit_event_evidence", tags=["audit"], responses=PACK)
    def get(self, request: Request, event_id: int) -> HttpResponse:
        """The evidence pack of the approval, task or case that the event is about, else of the event itself."""
        person = get_auditor(request, Action.EVENT_EXPORT)
        rows = events_visible_to(person, Action.EVENT_EXPORT).filter(id=event_id)
        event = rows.select_related("payload").first()
        if event is None:
            raise NotFound
        return send_pack(export_event_evidence(event=event, person=person, now=timezone.now()))


class SealsView(APIView):
    """How far the log is sealed."""

    @extend_schema(
        operation_id="get_audit_seals", tags=["audit"], responses=answers(SealStateSerializer, *READ_PROBLEMS)
    )
    def get(self, request: Request) -> Response:
        """The newest seal, and how many events none covers yet. It proves nothing: `manage.py verify_events` does."""
        get_auditor(request, Action.EVENT_READ)
        state = get_seal_state()
        return Response({"seal": tell_seal(state.head), "unsealed": state.unsealed_count})


def get_auditor(request: Request, action: Action) -> Person:
    """This will give the caller. Raises NotFound for whoever may do ``action`` in no team, as the pages do."""
    person = get_caller(request)
    if not can_anywhere(person, action):
        raise NotFound
    return person


def read_search(request: Request) -> AuditFilter:
    """The filter of an address. Raises ValidationError."""
    names = map(str, SearchSerializer().fields)
    asked = SearchSerializer(data={name: text for name in names if (text := request.query_params.get(name))})
    if not asked.is_valid():
        raise ValidationError(asked.errors)
    return make_search(asked.validated_data)


def make_search(typed: dict[str, object]) -> AuditFilter:
    """The filter that checked members mean, their days in UTC."""
    with timezone.override(UTC):
        return make_filter(typed)
