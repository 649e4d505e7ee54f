"""Streams the log as CSV or JSON lines, a row at a time. Each export is recorded before its first byte leaves."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Literal, get_args

from django.db import transaction
from django.db.models import QuerySet

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.queries import EventFilter, EventRow, describe_events, find_events
from integrator.lib.csv_safe import safe_row
from integrator.people.models import Person
from integrator.people.rights import Action

ExportFormat = Literal["csv", "jsonl"]
CONTENT_TYPES: Mapping[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
}
COLUMNS = (
    *("id", "at", "name", "label", "summary", "actor_id", "actor", "subject_type", "subject_id"),
    *("correlation", "team_id", "data", "changes"),
)
_CHUNK_ROWS = 500


def export_events(*, person: Person, filters: EventFilter, file_format: ExportFormat) -> Iterator[str]:
    """This will record the export and give its text piece by piece, oldest event first, for a streaming response.

    Holds what the person may export; nothing for somebody who may not. Records ``export.made``.
    """
    rows = find_events(person=person, filters=filters, action=Action.EVENT_EXPORT)
    return export_rows(rows, person=person, described=filters.describe(), file_format=file_format)


def export_rows(
    rows: QuerySet[Event], *, person: Person, described: Mapping[str, str], file_format: ExportFormat
) -> Iterator[str]:
    """The same for rows that the caller has narrowed; ``described`` says how. Raises ValueError for another format."""
    if file_format not in get_args(ExportFormat):
        raise ValueError(f"{file_format!r} is no export format: use csv or jsonl.")
    with transaction.atomic():
        record(
            "export.made",
            actor=Actor.person(person),
            subject=("log", "events"),
            data={"what": "audit trail", "format": file_format, "filters": dict(described)},
        )
    write = _write_csv if file_format == "csv" else _write_json_lines
    return write(_stream(rows))


def _stream(rows: QuerySet[Event]) -> Iterator[EventRow]:
    events = rows.select_related("payload").order_by("id").iterator(chunk_size=_CHUNK_ROWS)
    while chunk := list(islice(events, _CHUNK_ROWS)):
        yield from describe_events(chunk)


def _write_csv(rows: Iterator[EventRow]) -> Iterator[str]:
    writer = csv.writer(_PassOn())
    yield writer.writerow(COLUMNS)  # what writerow gives is what _PassOn.write gave: the line
    for row in rows:
        cells = _as_dict(row)
        cells["data"], cells["changes"] = (_compact(cells[name]) for name in ("data", "changes"))
        yield writer.writerow(safe_row(cells[name] for name in COLUMNS))


def _write_json_lines(rows: Iterator[EventRow]) -> Iterator[str]:
    for row in rows:
        yield _compact(_as_dict(row)) + "\n"


def _as_dict(row: EventRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in COLUMNS} | {"at": row.at.isoformat()}


_compact: Callable[[object], str] = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class _PassOn:
    """A file for ``csv.writer`` that keeps nothing."""

    def write(self, line: str) -> str:
        return line
