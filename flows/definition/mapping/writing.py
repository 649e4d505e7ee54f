"""From rows to the value that a flow file has."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flows.definition.expressions import is_expression
from flows.definition.mapping.rows import WRAPPED, Row, check_rows
from flows.definition.model import JSON


def write_mapping(rows: Sequence[Row]) -> JSON:
    """This will give the object as a flow file has it; an expression where a field may be left out. Raises UnfitRow."""
    check_rows(rows)
    if any(leaves_out(row) for row in rows):
        return f"= {merged(rows)}"
    return {row.name: value_of(row) for row in rows}


def convert(source: str, row: Row) -> str:
    """The JSONata of one field that reads ``source``."""
    if row.missing == "default":
        source = f"$default({source}, {_literal(row.default)})"
    before, behind = WRAPPED.get(row.conversion, ("", ""))
    return f"{before}{source}{behind}"


def value_of(row: Row) -> JSON:
    if row.rows is not None:
        return write_mapping(row.rows)
    if row.conversion == "none" and row.missing == "error":
        return row.value
    return f"= {convert(source_of(row.value), row)}"


def merged(rows: Sequence[Row]) -> str:
    """``$merge([…])`` in the order of the rows; neighbours that are always there share an object."""
    parts: list[str] = []
    fixed: list[str] = []
    for row in rows:
        if row.rows is None and row.missing == "leave_out":
            if fixed:
                parts.append(f"{{{', '.join(fixed)}}}")
                fixed = []
            source = source_of(row.value)
            parts.append(f"$exists({source}) ? {{{_key(row)}: {convert(source, row)}}} : {{}}")
        else:
            fixed.append(f"{_key(row)}: {_term(row)}")
    if fixed:
        parts.append(f"{{{', '.join(fixed)}}}")
    return f"$merge([{', '.join(parts)}])"


def _term(row: Row) -> str:
    """A field's value inside an expression."""
    if row.rows is not None:
        if any(leaves_out(below) for below in row.rows):
            return merged(row.rows)
        return f"{{{', '.join(f'{_key(below)}: {_term(below)}' for below in row.rows)}}}"
    if is_expression(row.value):
        return convert(source_of(row.value), row)
    return _literal(_plain(row.value))


def leaves_out(row: Row) -> bool:
    if row.rows is not None:
        return any(leaves_out(below) for below in row.rows)
    return row.missing == "leave_out"


def source_of(value: JSON) -> str:
    return str(value)[1:].strip()


def _plain(value: JSON) -> JSON:
    """A constant without the doubled "=" of flow files."""
    return value[1:] if isinstance(value, str) and value.startswith("==") else value


def _key(row: Row) -> str:
    return _literal(row.name)


def _literal(value: JSON) -> str:
    """A constant as JSONata has it, which is JSON."""
    return json.dumps(value, ensure_ascii=False)
