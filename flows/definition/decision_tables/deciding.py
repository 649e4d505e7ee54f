"""Deciding: what comes in is held against the columns, the rows that match give the result.

DecisionError             what came in cannot be decided
    decision.input_missing  decision.input_wrong  decision.no_row  decision.two_rows
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flows.definition.decision_tables.cells import Value
from flows.definition.decision_tables.compiling import CompiledTable
from flows.definition.decision_tables.table import Column, Table
from flows.definition.model import JSON
from flows.definition.words import join_words, nearest, type_words

_WANTED = {"text": "a text", "number": "a number", "date": "a date such as 2026-01-31", "yes_no": "true or false"}
_LISTED = 10


class DecisionError(ValueError):
    """Nothing was decided. ``message`` says what to do, ``details`` what came in."""

    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, JSON]) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, dict(details)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``rows`` are the numbers from 1 that gave ``result``; none when it is the table's "otherwise"."""

    rows: tuple[int, ...]
    result: JSON


@dataclass(frozen=True, kw_only=True)
class LiveTable:
    """The published version that steps use now."""

    key: str
    version: int
    compiled: CompiledTable


def decide(compiled: CompiledTable, given: JSON) -> Decision:
    """This will give the result for ``given``: a mapping, for ``collect`` a list of mappings. Raises DecisionError.

    Further members of ``given`` are left alone. null is a value (``empty``); a member that is missing is an error.
    """
    placed = compiled.placed
    table = placed.table
    if not isinstance(given, dict):
        raise DecisionError(
            "decision.input_wrong",
            f"'input' must be a mapping of the columns of '{table.key}', but is {type_words(given)}.",
            {"table": table.key},
        )
    places = [scale.place_of(_read(one, given, table)) for scale, one in zip(placed.scales, table.inputs, strict=True)]
    rows = compiled.rules.match(places)
    if table.hit == "collect":
        return Decision(rows=_from_one(rows), result=[placed.outputs[row] for row in rows])
    if len(rows) > 1:
        raise _two_rows(table, rows, given)
    if rows:
        return Decision(rows=_from_one(rows), result=placed.outputs[rows[0]])
    if placed.otherwise is not None:
        return Decision(rows=(), result=placed.otherwise)
    raise DecisionError(
        "decision.no_row",
        f"No row of the decision table '{table.key}' matches what came in. Add a row for it, or say what holds "
        "otherwise, and publish the table; then try again.",
        {"table": table.key, "input": _came_in(table, given)},
    )


def _read(column: Column, given: Mapping[str, JSON], table: Table) -> Value | None:
    if column.name not in given:
        guess = nearest(column.name, given)
        hint = (
            f" It has '{guess}'; rename it in the step." if guess else " Hand it over in 'input', if need be as null."
        )
        raise DecisionError(
            "decision.input_missing",
            f"The decision table '{table.key}' needs '{column.name}', but the input has none.{hint}",
            {"table": table.key, "column": column.name},
        )
    value = given[column.name]
    if value is None:
        return None
    read = _as_value(value, column.type)
    if read is None:
        raise DecisionError(
            "decision.input_wrong",
            f"'{column.name}' must be {_WANTED[column.type]} for the decision table '{table.key}', but is "
            f"{type_words(value)} that is none. Change 'input' in the step, or the type of the column."
            if isinstance(value, str) and column.type == "date"
            else f"'{column.name}' must be {_WANTED[column.type]} for the decision table '{table.key}', but is "
            f"{type_words(value)}. Change 'input' in the step, or the type of the column.",
            {"table": table.key, "column": column.name},
        )
    return read


def _as_value(value: JSON, kind: str) -> Value | None:
    """The value for the column's scale; None when it is of another type. A time counts as its day as written."""
    if isinstance(value, bool):
        return int(value) if kind == "yes_no" else None
    if isinstance(value, (int, float)):
        return Decimal(repr(value)) if kind == "number" and math.isfinite(value) else None
    if not isinstance(value, str) or kind not in {"text", "date"}:
        return None
    if kind == "text":
        return value
    try:
        return date.fromisoformat(value[:10]).toordinal() if len(value) == 10 or value[10:11] in "Tt " else None
    except ValueError:
        return None


def _two_rows(table: Table, rows: list[int], given: Mapping[str, JSON]) -> DecisionError:
    listed = [str(row + 1) for row in rows[:_LISTED]]
    more = f" and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
    return DecisionError(
        "decision.two_rows",
        f"Rows {join_words(listed)}{more} of the decision table '{table.key}' match at once, but only one may. Narrow "
        "them so that they exclude each other, or let the first one win, and publish the table; then try again.",
        {"table": table.key, "rows": [row + 1 for row in rows[:100]], "input": _came_in(table, given)},
    )


def _came_in(table: Table, given: Mapping[str, JSON]) -> dict[str, JSON]:
    return {column.name: given[column.name] for column in table.inputs}


def _from_one(rows: list[int]) -> tuple[int, ...]:
    return tuple(row + 1 for row in rows)
