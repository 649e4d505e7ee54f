"""Rows of the mapper as values. Says which rows make no object; knows nothing of how they are written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from flows.definition.expressions import is_expression
from flows.definition.model import JSON

Conversion = Literal["none", "text", "number", "flag", "date", "list"]
Missing = Literal["error", "leave_out", "default"]
CONVERSIONS: tuple[Conversion, ...] = get_args(Conversion)
MISSINGS: tuple[Missing, ...] = get_args(Missing)
MAX_DEPTH = 6
MAX_ROWS = 200
# What stands before and behind the source of a converted field.
WRAPPED: Mapping[Conversion, tuple[str, str]] = {
    "text": ("$string(", ")"),
    "number": ("$number(", ")"),
    "date": ("$fromMillis($toMillis(", "))"),
    "list": ("$append([], ", ")"),
    "flag": ("$lowercase($string(", ")) in ['true', 'yes', 'on', '1']"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field. ``value`` is as in a flow file: a constant, or a text with "=". A row with ``rows`` is a nested object
    and has nothing else. ``default`` (plain JSON) counts where ``missing`` is "default".
    """

    name: str
    value: JSON = None
    conversion: Conversion = "none"
    missing: Missing = "error"
    default: JSON = None
    rows: tuple[Row, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """What stands at a setting. ``rows`` None: it is no object whose fields are known, and is shown as ``value``."""

    value: JSON
    rows: tuple[Row, ...] | None


class UnfitRow(ValueError):
    """Rows that make no object. ``message`` says what to do, ``name`` which row."""

    code = "mapping.unfit"
    retryable = False

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.message, self.details = message, {"name": name}


def settle(row: Row) -> Row:
    """The row, with a constant that a person typed and a conversion made into what it says: "3" as a number is 3.

    A constant is never missing. Raises UnfitRow where the text is no such thing.
    """
    if row.rows is not None:
        return replace(row, rows=tuple(settle(below) for below in row.rows))
    if is_expression(row.value) or (row.conversion == "none" and row.missing == "error"):
        return row
    return replace(row, value=_settled(row), conversion="none", missing="error", default=None)


def _settled(row: Row) -> JSON:
    value = row.value
    if row.conversion == "list":
        return value if isinstance(value, list) else [] if value in (None, "") else [value]
    if row.conversion == "text":
        return value if isinstance(value, str) else _show(value)
    text = str(value).strip().lower()
    if row.conversion == "number" and not isinstance(value, (int, float)):
        try:
            number = int(text) if re.fullmatch(r"-?\d{1,15}", text) else float(text)
        except ValueError as error:
            raise UnfitRow(f"“{row.name}” shall be a number, but “{_show(value)}” is none.", row.name) from error
        if not math.isfinite(number):
            raise UnfitRow(f"“{row.name}” shall be a number, but “{_show(value)}” is none.", row.name)
        return number
    if row.conversion == "flag" and not isinstance(value, bool):
        if text not in ("yes", "true", "no", "false"):
            raise UnfitRow(f"“{row.name}” shall be yes or no, but says “{_show(value)}”.", row.name)
        return text in ("yes", "true")
    return value


def check_rows(rows: Sequence[Row]) -> None:
    """Raises UnfitRow for a name that is empty or there twice, and where something else than data is converted."""
    seen: set[str] = set()
    for row in rows:
        if not row.name:
            raise UnfitRow("A field has no name. Type one at the left.", "")
        if row.name in seen:
            raise UnfitRow(f"“{row.name}” is there twice. Rename or remove one of them.", row.name)
        seen.add(row.name)
        if row.rows is not None:
            check_rows(row.rows)
        elif (row.conversion != "none" or row.missing != "error") and not is_expression(row.value):
            raise UnfitRow(
                f"“{row.name}” is always “{_show(row.value)}”, so there is nothing to convert and nothing can be "
                "missing. Pick data for it, or set both back.",
                row.name,
            )


def _show(value: JSON) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
