"""From the value of a flow file to rows, where it is one that the mapper wrote, or an object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from flows.definition.expressions import ExpressionError, compile_expression, is_expression
from flows.definition.mapping.pieces import cut, is_balanced, split, unwrapped
from flows.definition.mapping.rows import CONVERSIONS, MAX_DEPTH, MAX_ROWS, WRAPPED, Conversion, Mapped, Row, UnfitRow
from flows.definition.mapping.writing import convert, leaves_out, merged, source_of, value_of, write_mapping
from flows.definition.model import JSON


def read_mapping(value: JSON) -> Mapped:
    """This will give the rows of an object, or of an expression that this module wrote; else the value as it is."""
    rows: tuple[Row, ...] | None = None
    if value is None:
        rows = ()
    elif isinstance(value, dict):
        rows = _rows_of_object(value, MAX_DEPTH)
    elif isinstance(value, str) and is_expression(value):
        rows = _rows_of_expression(value[1:].strip(), MAX_DEPTH)
    if rows is None or (value is not None and not _is_written_so(rows, value)):
        return Mapped(value=value, rows=None)
    return Mapped(value=value, rows=rows)


def _is_written_so(rows: tuple[Row, ...], value: JSON) -> bool:
    try:
        return bool(write_mapping(rows) == value)
    except UnfitRow:
        return False


def _rows_of_object(value: Mapping[str, JSON], depth: int) -> tuple[Row, ...] | None:
    if depth <= 0 or len(value) > MAX_ROWS:
        return None
    return tuple(_row_of(str(name), below, depth) for name, below in value.items())


def _row_of(name: str, value: JSON, depth: int) -> Row:
    if isinstance(value, dict) and value:
        rows = _rows_of_object(value, depth - 1)
        return Row(name=name, value=value) if rows is None else Row(name=name, rows=rows)
    if isinstance(value, str) and is_expression(value):
        source = value[1:].strip()
        nested = _rows_of_expression(source, depth - 1)
        if nested is not None and f"= {merged(nested)}" == value:
            return Row(name=name, rows=nested)
        row = _read_conversion(name, source)
        return row if value_of(row) == value else Row(name=name, value=value)
    return Row(name=name, value=value)


def _rows_of_expression(source: str, depth: int) -> tuple[Row, ...] | None:
    """The rows of a ``$merge([…])`` as this module writes it; None for anything else."""
    inside = unwrapped(source, "$merge([", "])")
    if inside is None or depth <= 0:
        return None
    rows: list[Row] = []
    for part in split(inside, ","):
        found = _rows_of_part(part, depth)
        if found is None:
            return None
        rows.extend(found)
    names = [row.name for row in rows]
    is_sound = len(set(names)) == len(names) <= MAX_ROWS and any(leaves_out(row) for row in rows)
    return tuple(rows) if is_sound and merged(rows) == source else None


def _rows_of_part(part: str, depth: int) -> list[Row] | None:
    if not part.startswith("$exists("):
        return _rows_of_literal(part, depth)
    condition, mark, arms = part.partition(") ? {")
    source = condition.removeprefix("$exists(")
    while mark and not is_balanced(source):  # the mark may lie inside the source itself
        more, mark, arms = arms.partition(") ? {")
        source = f"{source}) ? {{{more}"
    name, colon, term = cut(arms.removesuffix("} : {}"), ":")
    key = _constant(name)
    if not colon or not isinstance(key, str):
        return None
    row = Row(name=key, value=f"= {source}", missing="leave_out")
    fitting = (replace(row, conversion=each) for each in CONVERSIONS)
    return next(([each] for each in fitting if convert(source, each) == term), None)


def _rows_of_literal(part: str, depth: int) -> list[Row] | None:
    inside = unwrapped(part, "{", "}")
    if inside is None:
        return None
    rows = []
    for field in split(inside, ","):
        name, mark, term = cut(field, ":")
        key = _constant(name)
        if not mark or not isinstance(key, str):
            return None
        rows.append(_row_of_term(key, term, depth))
    return rows


def _row_of_term(name: str, term: str, depth: int) -> Row:
    try:
        constant = json.loads(term)
    except ValueError:
        nested = _rows_of_expression(term, depth - 1)
        fields = nested if nested is not None else (_rows_of_literal(term, depth - 1) if depth > 1 else None)
        if fields is not None:
            return Row(name=name, rows=tuple(fields))
        return _read_conversion(name, term)
    if isinstance(constant, dict) and constant:
        rows = _rows_of_literal(term, depth - 1) if depth > 1 else None
        if rows is not None:
            return Row(name=name, rows=tuple(rows))
    return Row(name=name, value=f"={constant}" if isinstance(constant, str) and constant.startswith("=") else constant)


def _read_conversion(name: str, term: str) -> Row:
    """A field's source, conversion and default; what is no wrapping of ours is the source itself."""
    conversion: Conversion = "none"
    inner = term
    for known, (before, behind) in WRAPPED.items():
        found = unwrapped(term, before, behind)
        if found is not None:
            conversion, inner = known, found
            break
    row = Row(name=name, value=f"= {inner}", conversion=conversion)
    defaulted = unwrapped(inner, "$default(", ")")
    parts = split(defaulted, ",") if defaulted is not None else []
    if len(parts) == 2 and (default := _constant(parts[1], none=_NOTHING)) is not _NOTHING:
        row = replace(row, value=f"= {parts[0]}", missing="default", default=default)
    return (
        row
        if _is_sound(source_of(row.value)) and convert(source_of(row.value), row) == term
        else Row(name=name, value=f"= {term}")
    )


_NOTHING = object()


def _constant(text: str, *, none: object = None) -> JSON:
    try:
        return json.loads(text)
    except ValueError:
        return none


def _is_sound(source: str) -> bool:
    """Whether a source stands for itself: an expression by itself, with nothing that reaches out of it."""
    try:
        compile_expression(source)
    except ExpressionError:
        return False
    return True
