"""Stores many changed clocks in one round trip on PostgreSQL, past the ORM on purpose. Called by ``keeping`` alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from cases.models import SlaClock, SlaEntry
from integrator.database.rows import select_rows, write_rows

_MADE_TEXT = frozenset({"spans", "holds", "marks"})  # JSON that its column keeps as text
_ENTRY = ("clock_id", "at", "what", "why", "budget_s", "used_s", "due_at", "actor")


def store_in(
    clocks: Sequence[SlaClock], entries: Sequence[SlaEntry], columns: Sequence[str], *, handler: str, show_due: bool
) -> None:
    """This will store ``columns`` of clocks that exist, their lines in order, their timers, and their tasks' due dates.

    Every step sees the rows as they were before the statement: the timers that go are those of before.
    """
    if not clocks:
        return
    given = write_rows([_as_row(clock, columns) for clock in clocks])
    lines = write_rows([{name: getattr(entry, name) for name in _ENTRY} for entry in entries])
    with connection.cursor() as cursor:
        cursor.execute(_write(columns, show_due=show_due), [given, lines, handler, handler])


def columns_of(names: Sequence[str]) -> tuple[str, ...]:
    """The columns of these fields of a clock."""
    fields = {field.name: field for field in SlaClock._meta.concrete_fields}
    return tuple(fields[name].attname for name in names)


def _as_row(clock: SlaClock, columns: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": clock.pk, "task_id": clock.task_id}
    for name in columns:
        value = getattr(clock, name)
        row[name] = json.dumps(value, ensure_ascii=False) if name in _MADE_TEXT else value
    return row


def _write(columns: Sequence[str], *, show_due: bool) -> str:
    values = ", ".join(f'"{name}" = given."{name}"' for name in columns)
    last = (
        "UPDATE cases_task SET due_at = given.due_at FROM given WHERE cases_task.id = given.task_id"
        " AND given.due_at IS NOT NULL AND given.ended_at IS NULL"
        if show_due
        else "SELECT 1"
    )
    return f"""
        WITH given AS MATERIALIZED (
            SELECT * FROM json_populate_recordset(NULL::cases_slaclock, %s::json)
        ), kept AS (
            UPDATE cases_slaclock SET {values} FROM given WHERE cases_slaclock.id = given.id
        ), told AS (
            {select_rows(SlaEntry)}
        ), gone AS (
            DELETE FROM timers_timer USING given WHERE handler = %s AND subject = given.id
        ), wound AS (
            INSERT INTO timers_timer (due_at, handler, subject)
            SELECT next_at, %s, id FROM given WHERE next_at IS NOT NULL
        ) {last}
    """  # noqa: S608 - names of our models' columns
