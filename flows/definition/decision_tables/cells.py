"""One cell of an input: read into ranges and single values, or refused with a sentence. The language is closed.

``-`` any · ``10`` · ``> 10`` ``>=`` ``<`` ``<=`` ``!=`` · ``10..20`` with both ends, ``(10..20]`` without the first ·
``A, B`` one of them · ``empty`` no value · ``not(…)`` everything else. Nothing in a cell is ever executed.

CellError                 the cell cannot be read; the message says what to write
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from flows.definition.decision_tables.table import ANY, ColumnType
from flows.definition.model import JSON

Value: TypeAlias = Decimal | str | int  # number; text; a date's ordinal, no 0 and yes 1
MAX_PARTS = 100
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?\Z", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_NOT = re.compile(r"not\s*\((.*)\)\Z", re.DOTALL | re.IGNORECASE)
_RANGE = re.compile(r"([\[(]?)\s*(.+?)\s*\.\.\s*(.+?)\s*([\])]?)\Z", re.DOTALL)
_COMPARED = re.compile(r"(>=|<=|!=|>|<|=)\s*(.*)\Z", re.DOTALL)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z", re.ASCII)
_DASH_RANGE = re.compile(r"([0-9.]+)\s*[-–]\s*([0-9.]+)\Z", re.ASCII)
_YES, _NO = frozenset({"yes", "true"}), frozenset({"no", "false"})
_EMPTY = "empty"


class CellError(ValueError):
    """A cell that cannot be read; the text says what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """All values from ``low`` to ``high``; None is unbounded. ``low_in`` and ``high_in`` say whether the ends count."""

    low: Value | None
    high: Value | None
    low_in: bool = True
    high_in: bool = True


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a cell lets through: any of ``parts``, with ``takes_empty`` no value too; ``negated`` turns all round."""

    parts: tuple[Part, ...] = ()
    takes_empty: bool = False
    negated: bool = False
    takes_any: bool = False


def read_cell(text: str, kind: ColumnType) -> Cell:
    """The cell of an input column. Raises CellError."""
    source = text.strip()
    if source in {ANY, ""}:
        return Cell(takes_any=True)
    found = _NOT.match(source)
    inner = found[1].strip() if found else source
    if found and inner in {ANY, ""}:
        raise CellError("not(-) would never match. Remove the row, or write what is to be left out: not(10).")
    if kind == "number" and _THOUSANDS.match(inner):
        plain = inner.replace(",", "")
        raise CellError(f"“{inner}” could be one number or several. Write {plain}, or put a space after each comma.")
    parts: list[Part] = []
    takes_empty = False
    for item, quoted in _split(inner):
        if not quoted and item.lower() == _EMPTY:
            takes_empty = True
        else:
            parts.extend(_read_item(item, quoted, kind))
    if len(parts) > MAX_PARTS:
        raise CellError(f"A cell may list {MAX_PARTS} values; this one lists {len(parts)}. Use several rows.")
    return Cell(parts=tuple(parts), takes_empty=takes_empty, negated=bool(found))


def read_value(text: str, kind: ColumnType) -> JSON:
    """The cell of an output column as plain JSON: a number, a text, a date as ISO text, a boolean; None when empty.

    Whole numbers are integers. Raises CellError.
    """
    source = text.strip()
    if not source:
        return None
    if kind == "text":
        return _unquote(source) if source[:1] == source[-1:] == '"' and len(source) > 1 else source
    value = READERS[kind](source)
    if kind == "yes_no":
        return bool(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return source


def _read_item(item: str, quoted: bool, kind: ColumnType) -> Iterator[Part]:
    read = READERS[kind]
    if kind in {"text", "yes_no"} or quoted:
        yield from _read_name(item, quoted, kind)
        return
    if found := _COMPARED.match(item):
        yield from _compare(found[1], read(found[2]))
    elif ".." in item and (found := _RANGE.match(item)):
        low, high = read(found[2]), read(found[3])
        if low > high:  # type: ignore[operator]  # both of one type
            raise CellError(f"The range “{item}” ends before it begins. Write the smaller end first.")
        ends = found[1] != "(", found[4] != ")"
        if low == high and not all(ends):
            raise CellError(f"Nothing lies in the range “{item}”. Write [{found[2]}..{found[3]}].")
        yield Part(low=low, high=high, low_in=ends[0], high_in=ends[1])
    elif kind == "number" and (found := _DASH_RANGE.match(item)):
        raise CellError(f"For a range write two dots: {found[1]}..{found[2]}.")
    else:
        value = read(item)
        yield Part(low=value, high=value)


def _read_name(item: str, quoted: bool, kind: ColumnType) -> Iterator[Part]:
    """Texts and yes or no are only equal or not."""
    if quoted and kind != "text":
        raise CellError("Quotes are for texts. Write it without them.")
    if not quoted and (found := _COMPARED.match(item)):
        if found[1] == "=":
            item = found[2].strip()
        elif found[1] == "!=":
            raise CellError(f"Write not({found[2].strip()}).")
        else:
            raise CellError(f"“{found[1]}” compares numbers and dates. List the values, such as A, B, or not(A).")
    if not quoted and kind == "text" and any(sign in item for sign in '"()'):
        raise CellError(f'Put the text in quotes: "{item.replace(chr(34), "")}".')
    value = item if quoted else READERS[kind](item)
    yield Part(low=value, high=value)


def _compare(sign: str, value: Value) -> Iterator[Part]:
    if sign in {">", ">="}:
        yield Part(low=value, high=None, low_in=sign == ">=")
    elif sign in {"<", "<="}:
        yield Part(low=None, high=value, high_in=sign == "<=")
    elif sign == "=":
        yield Part(low=value, high=value)
    else:
        yield Part(low=None, high=value, high_in=False)
        yield Part(low=value, high=None, low_in=False)


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """The items between commas that stand outside quotes: (item, whether it was quoted)."""
    item, at, quoted = "", 0, False
    while at < len(text):
        sign = text[at]
        if sign == '"' and not item.strip():
            end = _find_quote(text, at + 1)
            item, at, quoted = _unquote(text[at:end]), end, True
            rest = text[at:].lstrip()
            if rest and not rest.startswith(","):
                raise CellError('After a text in quotes a comma is expected, such as "A", "B".')
        elif sign == ",":
            yield _whole(item, quoted), quoted
            item, quoted, at = "", False, at + 1
        else:
            item, at = item if quoted else item + sign, at + 1
    yield _whole(item, quoted), quoted


def _whole(item: str, quoted: bool) -> str:
    item = item if quoted else item.strip()
    if not item and not quoted:
        raise CellError("A value is missing beside a comma. Write it, or remove the comma.")
    return item


def _find_quote(text: str, begin: int) -> int:
    at = begin
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == '"':
            return at + 1
        else:
            at += 1
    raise CellError('A quote is opened and not closed. Write "…" with both quotes.')


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _read_number(text: str) -> Value:
    if not _NUMBER.match(text):
        raise CellError(f"“{text[:60]}” is not a number. Write it like 10, 12.5 or > 10.")
    return Decimal(text)


def _read_date(text: str) -> Value:
    try:
        if _DATE.match(text):
            return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise CellError(f"“{text}” is no day of the calendar.") from error
    raise CellError(f"“{text[:60]}” is not a date. Write it like 2026-01-31.")


def _read_yes_no(text: str) -> Value:
    word = text.lower()
    if word not in _YES | _NO:
        raise CellError(f"“{text[:60]}” is neither yes nor no. Write yes, no, or - for both.")
    return int(word in _YES)


READERS: dict[ColumnType, Callable[[str], Value]] = {
    "number": _read_number,
    "date": _read_date,
    "yes_no": _read_yes_no,
    "text": lambda text: text,
}
