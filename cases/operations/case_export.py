"""Writes cases as CSV or JSON lines, a row at a time. Each export is recorded before its first byte leaves."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.errors import CaseForbidden
from cases.models import Case, CaseType
from cases.queries.case_lists import CaseFilter, find_cases
from cases.shapes import describe_case
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.csv_safe import safe_row
from integrator.people.models import Person
from integrator.people.rights import Action, limit_to_teams, team_ids_where

FORMATS = ("csv", "jsonl")
CONTENT_TYPES: Mapping[str, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}
MEMBERS = ("number", "type", "title", "status", "priority", "team", "owner", "business_key", "opened_at", "closed_at")
_CHUNK_ROWS = 500


def export_cases(*, person: Person, wanted: CaseFilter, file_format: str, now: datetime) -> Iterator[str]:
    """This will record the export and give its text piece by piece, newest case first, for a streaming response.

    Holds the cases that the person sees in teams whose cases they may export. Sensitive values are masked. CSV has a
    column for each field of the type where one type is asked for, else all data in one. Raises CaseForbidden.
    """
    scope = team_ids_where(person, Action.CASE_EXPORT)
    if not scope:
        raise CaseForbidden("Those who may export cases of a team can do this. Ask its lead.")
    cases = limit_to_teams(find_cases(person, wanted, now=now), scope)
    with transaction.atomic(durable=True):
        record(
            "export.made",
            actor=Actor.person(person),
            subject=("log", "cases"),
            data={"what": "cases", "format": file_format, "filters": wanted.describe()},
        )
    rows = cases.iterator(chunk_size=_CHUNK_ROWS)
    if file_format == "jsonl":
        return _write_json_lines(rows)
    case_type = CaseType.objects.filter(key=wanted.type).first() if wanted.type else None
    return _write_csv(rows, _list_fields(case_type))


def _list_fields(case_type: CaseType | None) -> list[str]:
    properties = (case_type.fields or {}).get("properties") if case_type else None
    return [str(key) for key in properties] if isinstance(properties, Mapping) else []


def _write_csv(rows: Iterable[Case], fields: list[str]) -> Iterator[str]:
    writer = csv.writer(_PassOn())
    yield writer.writerow(safe_row([*MEMBERS, "milestones", *(fields or ["data"])]))
    for case in rows:
        told = describe_case(case)
        data = told["data"]
        cells = [_cell(data.get(name)) for name in fields] if fields else [_compact(data)]
        reached = ", ".join(str(row.get("name")) for row in told["milestones"])
        yield writer.writerow(safe_row([*(told[name] for name in MEMBERS), reached, *cells]))


def _write_json_lines(rows: Iterable[Case]) -> Iterator[str]:
    for case in rows:
        yield _compact(describe_case(case)) + "\n"


def _cell(value: Any) -> Any:
    return _compact(value) if isinstance(value, dict | list) else value


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _PassOn:
    """A file that gives each line back to the writer."""

    def write(self, text: str) -> str:
        return text
