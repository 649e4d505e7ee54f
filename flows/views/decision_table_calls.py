"""What the grid asks the server for while one works: check, save, try, read a CSV file. JSON in and out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from flows.definition.decision_tables.compiling import TableInvalid, compile_table
from flows.definition.decision_tables.csv_file import CsvError, read_csv
from flows.definition.decision_tables.deciding import DecisionError, decide
from flows.definition.decision_tables.diff import diff_tables
from flows.definition.decision_tables.table import table_to_data
from flows.definition.decision_tables.telling import tell_state
from flows.errors import TableRefused
from flows.operations.decision_tables import read_document, save_draft
from flows.queries.decision_tables import get_table_for
from flows.views.refusals import page_for
from integrator.lib.strict_json import StrictJSONError, parse
from integrator.people.access import get_reader
from integrator.people.rights import Action

MAX_BYTES = 2_097_152
STATUS = {"table.changed_meanwhile": 409}


class CallFault(ValueError):
    """The call cannot be read; the text says why."""


@page_for(Action.TABLE_DRAFT)
@require_POST
def check(request: HttpRequest, key: str) -> HttpResponse:
    """Faults, remarks and test results of the posted table; nothing is kept."""
    row = get_table_for(get_reader(request), key)
    try:
        table = read_document(_read(request).get("document"), row)
    except (CallFault, TableRefused) as error:
        return _refuse(error)
    return JsonResponse(tell_state(row.revision, table))


@page_for(Action.TABLE_DRAFT)
@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Keeps the draft; 409 with the other state when somebody else changed it meanwhile."""
    person = get_reader(request)
    get_table_for(person, key)
    try:
        posted = _read(request)
        row = save_draft(
            key=key,
            document=posted.get("document"),
            revision=_read_revision(posted),
            person=person,
            now=timezone.now(),
        )
        table = read_document(row.document, row)
    except (CallFault, TableRefused) as error:
        return _refuse(error)
    return JsonResponse({**tell_state(row.revision, table), "document": row.document})


@page_for(Action.TABLE_DRAFT)
@require_POST
def try_one(request: HttpRequest, key: str) -> HttpResponse:
    """What the posted table makes of one input: ``{result, rows}``, or ``{code, message}`` when nothing is decided."""
    row = get_table_for(get_reader(request), key)
    try:
        posted = _read(request)
        compiled = compile_table(read_document(posted.get("document"), row))
    except (CallFault, TableRefused, TableInvalid) as error:
        return _refuse(error)
    try:
        decision = decide(compiled, posted.get("given"))
    except DecisionError as error:
        return JsonResponse({"code": error.code, "message": error.message, "rows": error.details.get("rows", [])})
    return JsonResponse({"result": decision.result, "rows": list(decision.rows)})


@page_for(Action.TABLE_DRAFT)
@require_POST
def take_csv(request: HttpRequest, key: str) -> HttpResponse:
    """The posted table with a file's rows, and what that would change. The page applies it, nothing is kept."""
    row = get_table_for(get_reader(request), key)
    try:
        posted = _read(request)
        text = _read_text(posted)
        table = read_document(posted.get("document"), row)
        changed = read_csv(text.encode("utf-8"), table)
    except (CallFault, CsvError, TableRefused) as error:
        return _refuse(error)
    diff = diff_tables(table, changed)
    counts = {sort: diff.count(sort) for sort in ("added", "changed", "removed")}
    return JsonResponse({"document": table_to_data(changed), **counts})


def _read(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MAX_BYTES:
        raise CallFault("The table is too large to be kept. Split it.")
    try:
        posted = parse(request.body)
    except StrictJSONError as error:
        raise CallFault(f"The call is no JSON: {error}") from error
    if not isinstance(posted, dict):
        raise CallFault("The call must be a mapping.")
    return posted


def _read_text(posted: dict[str, Any]) -> str:
    text = posted.get("csv")
    if not isinstance(text, str):
        raise CallFault("Choose a CSV file first.")
    return text


def _read_revision(posted: dict[str, Any]) -> int:
    revision = posted.get("revision")
    if isinstance(revision, bool) or not isinstance(revision, int):
        raise CallFault("The call must name the revision that was changed.")
    return revision


def _refuse(error: CallFault | CsvError | TableRefused | TableInvalid) -> JsonResponse:
    code = getattr(error, "code", "table.call")
    details = error.details if isinstance(error, TableRefused) else {}
    return JsonResponse({"code": code, "message": str(error), **details}, status=STATUS.get(code, 400))
