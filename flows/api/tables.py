"""``/api/v1/tables``: decision tables, their drafts, what they decide, and their rows as CSV."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flows.api.table_serializers import (
    DecidedSerializer,
    DecideSerializer,
    NewTableSerializer,
    PublishTableSerializer,
    TableCsvSerializer,
    TableDraftSerializer,
    TablePublishedSerializer,
    TableRowSerializer,
    TableSerializer,
)
from flows.definition.decision_tables.compiling import compile_table
from flows.definition.decision_tables.csv_file import CsvError, read_csv
from flows.definition.decision_tables.deciding import decide
from flows.definition.decision_tables.table import table_from_data, table_to_data
from flows.definition.decision_tables.telling import tell_state
from flows.errors import NotFound
from flows.models import DecisionTable
from flows.operations.decision_tables import NewTable, add_table, export_csv_rows, publish_table, save_draft
from flows.queries.connections import list_teams_where
from flows.queries.decision_tables import get_table_for, list_tables
from integrator.api.bodies import get_caller, read_members
from integrator.api.docs import (
    LIST_PROBLEMS,
    PAGE_PARAMETERS,
    PROBLEM_TYPE,
    READ_PROBLEMS,
    WRITE_PROBLEMS,
    ProblemSerializer,
    answers,
    page_of,
)
from integrator.api.paging import answer_page
from integrator.api.text_files import CsvRenderer
from integrator.lib.clock import to_rfc3339
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can

CSV = "text/csv"


class TablesView(APIView):
    """Decision tables by name."""

    @extend_schema(
        operation_id="list_tables",
        tags=["tables"],
        parameters=[*PAGE_PARAMETERS],
        responses=answers(page_of(TableRowSerializer), *LIST_PROBLEMS),
    )
    def get(self, request: Request) -> Response:
        """The decision tables of your teams, by name."""
        return answer_page(request, list_tables(get_caller(request)), order=("name",), serialize=tell_row)

    @extend_schema(
        operation_id="add_table",
        tags=["tables"],
        request=NewTableSerializer,
        responses=answers(TableSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request) -> Response:
        """Add a table with one input, one output and an empty row."""
        person = get_caller(request)
        given = read_members(request, NewTableSerializer, first=partial(_refuse_outsiders, person))
        _refuse_outsiders(person)
        team = Team.objects.filter(slug=given["team"]).first()
        if team is None:
            raise NotFound("team")
        new = NewTable(team_id=team.pk, key=given["key"], name=given["name"])
        return Response(tell_table(add_table(new, person=person, now=timezone.now())))


class TableView(APIView):
    """One decision table."""

    @extend_schema(operation_id="get_table", tags=["tables"], responses=answers(TableSerializer, *READ_PROBLEMS))
    def get(self, request: Request, key: str) -> Response:
        """The table with its draft, its faults, and how its tests come out."""
        return Response(tell_table(get_table_for(get_caller(request), key)))


class TableDraftView(APIView):
    """The draft of a table."""

    @extend_schema(
        operation_id="put_table_draft",
        tags=["tables"],
        request=TableDraftSerializer,
        responses=answers(TableSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, key: str) -> Response:
        """Say the draft anew. Where somebody changed it meanwhile, theirs stays and comes with the 409."""
        person = get_caller(request)
        given = read_members(request, TableDraftSerializer, first=partial(_draft, person, key))
        _draft(person, key)
        save_draft(key=key, document=given["document"], revision=given["revision"], person=person, now=timezone.now())
        return Response(tell_table(get_table_for(person, key)))


class TableCsvView(APIView):
    """The rows of a table as CSV."""

    renderer_classes = (JSONRenderer, CsvRenderer)

    @extend_schema(
        operation_id="get_table_csv",
        tags=["tables"],
        responses={
            (200, CSV): OpenApiTypes.STR,
            **{(status, PROBLEM_TYPE): ProblemSerializer for status in READ_PROBLEMS},
        },
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        """The rows of the draft, safe for spreadsheets. That they were taken out is an event."""
        text = export_csv_rows(key=key, person=get_caller(request))
        headers = {"Content-Disposition": f'attachment; filename="{key}.csv"'}
        return HttpResponse(text, content_type=f"{CSV}; charset=utf-8", headers=headers)

    @extend_schema(
        operation_id="put_table_csv",
        tags=["tables"],
        request=TableCsvSerializer,
        responses=answers(TableSerializer, *WRITE_PROBLEMS),
    )
    def put(self, request: Request, key: str) -> Response:
        """Take these rows into the draft in place of its own."""
        person = get_caller(request)
        given = read_members(request, TableCsvSerializer, first=partial(_draft, person, key))
        row = _draft(person, key)
        try:
            changed = read_csv(given["csv"].encode("utf-8", "replace"), table_from_data(row.document))
        except CsvError as error:
            raise ValidationError({"csv": [str(error)]}) from error
        save_draft(
            key=key, document=table_to_data(changed), revision=given["revision"], person=person, now=timezone.now()
        )
        return Response(tell_table(get_table_for(person, key)))


class TablePublishView(APIView):
    """Publishing."""

    @extend_schema(
        operation_id="publish_table",
        tags=["tables"],
        request=PublishTableSerializer,
        responses=answers(TablePublishedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """Make the draft live; runs use it from then on. Refused with faults, and when a saved test fails."""
        person = get_caller(request)
        given = read_members(request, PublishTableSerializer, first=partial(_find, person, key, Action.TABLE_PUBLISH))
        result = publish_table(
            key=key, revision=given.get("revision"), note=given["note"], person=person, now=timezone.now()
        )
        told = {"version": result.version.number, "is_new": result.is_new, "message": result.message}
        return Response(told)


class TableDecideView(APIView):
    """Trying a table."""

    @extend_schema(
        operation_id="try_table",
        tags=["tables"],
        request=DecideSerializer,
        responses=answers(DecidedSerializer, *WRITE_PROBLEMS),
    )
    def post(self, request: Request, key: str) -> Response:
        """What the draft makes of this input. Nothing is kept."""
        person = get_caller(request)
        given = read_members(request, DecideSerializer, first=partial(_draft, person, key))
        decision = decide(compile_table(table_from_data(_draft(person, key).document)), given["given"])
        return Response({"result": decision.result, "rows": list(decision.rows)})


def tell_row(row: DecisionTable) -> dict[str, Any]:
    """A table of a list."""
    return {
        "key": row.key,
        "name": row.name,
        "team": row.team.slug,
        "revision": row.revision,
        "live_version": row.live_version.number if row.live_version else None,
        "changed_at": to_rfc3339(row.changed_at),
    }


def tell_table(row: DecisionTable) -> dict[str, Any]:
    """A table with its draft."""
    return {**tell_row(row), "document": row.document, **tell_state(row.revision, table_from_data(row.document))}


def _refuse_outsiders(person: Person) -> None:
    if not list_teams_where(person, Action.TABLE_DRAFT).exists():
        raise PermissionDenied


def _draft(person: Person, key: str) -> DecisionTable:
    return _find(person, key, Action.TABLE_DRAFT)


def _find(person: Person, key: str, action: Action) -> DecisionTable:
    """The table, for those who may do this: 404, then 403."""
    row = get_table_for(person, key)
    if not can(person, action, row.team):
        raise PermissionDenied
    return row
