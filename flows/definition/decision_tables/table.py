"""The shape of a decision table: columns, rows as they are written, saved tests. It judges no cell.

TableShapeError           table.shape   stored or posted data that is no decision table; the message says where
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from flows.definition.model import JSON
from flows.definition.words import type_words

ColumnType = Literal["text", "number", "date", "yes_no"]
HitPolicy = Literal["first", "unique", "collect"]
TYPES: tuple[str, ...] = get_args(ColumnType)
HITS: tuple[str, ...] = get_args(HitPolicy)
ANY = "-"
MAX_ROWS, MAX_COLUMNS, MAX_TESTS, MAX_CELL, MAX_TEXT = 2_000, 40, 200, 500, 2_000


class TableShapeError(ValueError):
    """The data is no decision table. ``pointer`` says where, the message what to do."""

    code = "table.shape"
    retryable = False

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer, self.message = pointer, message


@dataclass(frozen=True, kw_only=True)
class Column:
    """An input or output. ``name`` is what flows write, ``label`` what people read."""

    name: str
    label: str
    type: ColumnType

    @property
    def title(self) -> str:
        """What a sentence calls it."""
        return self.label or self.name


@dataclass(frozen=True, kw_only=True)
class Row:
    """One rule as it is written: a cell for each input and for each output, in the order of the columns."""

    when: tuple[str, ...]
    then: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TableTest:
    """What should come out (``expect``: a mapping, for ``collect`` a list of them) when ``given`` comes in."""

    given: Mapping[str, JSON]
    expect: JSON
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A decision table. ``otherwise`` has a cell for each output, None when no matching row is an error."""

    key: str
    name: str
    team: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    description: str = ""
    hit: HitPolicy = "first"
    rows: tuple[Row, ...] = ()
    otherwise: tuple[str, ...] | None = None
    tests: tuple[TableTest, ...] = field(default=())


def table_to_data(table: Table) -> dict[str, JSON]:
    """The table as plain JSON, in the order of the file; ``table_from_data`` takes it back unchanged."""
    ins, outs = [one.name for one in table.inputs], [one.name for one in table.outputs]
    data: dict[str, JSON] = {
        "format": 1,
        "table": table.key,
        "name": table.name,
        "team": table.team,
        "description": table.description,
        "hit": table.hit,
        "inputs": [_column_data(one) for one in table.inputs],
        "outputs": [_column_data(one) for one in table.outputs],
        "rows": [
            {
                "when": {name: cell for name, cell in zip(ins, row.when, strict=True) if cell != ANY},
                "then": dict(zip(outs, row.then, strict=True)),
                **({"note": row.note} if row.note else {}),
            }
            for row in table.rows
        ],
    }
    if table.otherwise is not None:
        data["otherwise"] = dict(zip(outs, table.otherwise, strict=True))
    if table.tests:
        data["tests"] = [
            {**({"name": one.name} if one.name else {}), "given": dict(one.given), "expect": one.expect}
            for one in table.tests
        ]
    return data


def table_from_data(data: JSON) -> Table:
    """The table that this JSON describes. Raises TableShapeError for the first thing that has another shape."""
    root = _mapping(data, "")
    known = ("format", "table", "name", "team", "description", "hit", "inputs", "outputs", "rows", "otherwise", "tests")
    _refuse_others(root, known, "")
    if root.get("format", 1) != 1:
        raise TableShapeError("/format", "This version reads 'format: 1' only.")
    inputs, outputs = _columns(root, "inputs"), _columns(root, "outputs")
    rows = _list(root.get("rows", []), "/rows", MAX_ROWS)
    other = root.get("otherwise")
    return Table(
        key=_text(root, "table", ""),
        name=_text(root, "name", ""),
        team=_text(root, "team", ""),
        description=_text(root, "description", ""),
        hit=_one_of(root.get("hit", "first"), HITS, "/hit"),
        inputs=inputs,
        outputs=outputs,
        rows=tuple(_row(one, f"/rows/{at}", inputs, outputs) for at, one in enumerate(rows)),
        otherwise=_cells(other, "/otherwise", outputs, "") if other is not None else None,
        tests=tuple(
            _test(one, f"/tests/{at}") for at, one in enumerate(_list(root.get("tests", []), "/tests", MAX_TESTS))
        ),
    )


def _column_data(column: Column) -> dict[str, JSON]:
    return {"name": column.name, "label": column.label, "type": column.type}


def _columns(root: Mapping[str, Any], name: str) -> tuple[Column, ...]:
    found = []
    for at, one in enumerate(_list(root.get(name, []), f"/{name}", MAX_COLUMNS)):
        here = f"/{name}/{at}"
        row = _mapping(one, here)
        _refuse_others(row, ("name", "label", "type"), here)
        kind = _one_of(row.get("type", "text"), TYPES, f"{here}/type")
        found.append(Column(name=_text(row, "name", here), label=_text(row, "label", here), type=kind))
    names = [one.name for one in found]
    if len(set(names)) != len(names):
        raise TableShapeError(f"/{name}", "Two columns have the same name. Give each a name of its own.")
    return tuple(found)


def _row(data: JSON, here: str, inputs: tuple[Column, ...], outputs: tuple[Column, ...]) -> Row:
    row = _mapping(data, here)
    _refuse_others(row, ("when", "then", "note"), here)
    return Row(
        when=_cells(row.get("when", {}), f"{here}/when", inputs, ANY),
        then=_cells(row.get("then", {}), f"{here}/then", outputs, ""),
        note=_text(row, "note", here),
    )


def _cells(data: JSON, here: str, columns: tuple[Column, ...], missing: str) -> tuple[str, ...]:
    cells = _mapping(data, here)
    _refuse_others(cells, tuple(one.name for one in columns), here)
    return tuple(_cell(cells.get(one.name), f"{here}/{one.name}", missing) for one in columns)


def _cell(value: JSON, here: str, missing: str) -> str:
    """A cell as it would be typed: a number or yes/no of a file is written out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    if value is None:
        return missing
    if not isinstance(value, str):
        raise TableShapeError(here, f"A cell must be a text, but this is {type_words(value)}.")
    if len(value) > MAX_CELL:
        raise TableShapeError(here, f"A cell may have {MAX_CELL} characters; this one has {len(value):,}.")
    return value.strip() or missing


def _test(data: JSON, here: str) -> TableTest:
    row = _mapping(data, here)
    _refuse_others(row, ("name", "given", "expect"), here)
    return TableTest(
        name=_text(row, "name", here), given=_mapping(row.get("given", {}), f"{here}/given"), expect=row.get("expect")
    )


def _mapping(value: JSON, here: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TableShapeError(here, f"Here a mapping of names was expected, but this is {type_words(value)}.")
    return value


def _list(value: JSON, here: str, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise TableShapeError(here, f"Here a list was expected, but this is {type_words(value)}.")
    if len(value) > most:
        raise TableShapeError(here, f"There may be {most:,} entries here; these are {len(value):,}. Split the table.")
    return value


def _text(row: Mapping[str, Any], name: str, here: str) -> str:
    value = row.get(name, "")
    value = "" if value is None else value
    if not isinstance(value, str) or "\x00" in value:
        raise TableShapeError(f"{here}/{name}", f"'{name}' must be a text, but is {type_words(value)}.")
    if len(value) > MAX_TEXT:
        raise TableShapeError(f"{here}/{name}", f"'{name}' may have {MAX_TEXT:,} characters. Shorten it.")
    return value.strip()


def _one_of(value: JSON, choices: tuple[str, ...], here: str) -> Any:
    if value not in choices:
        raise TableShapeError(here, f"Choose one of: {', '.join(choices)}.")
    return value


def _refuse_others(row: Mapping[str, Any], known: tuple[str, ...], here: str) -> None:
    for name in row:
        if name not in known:
            names = ", ".join(known) or "none yet"
            raise TableShapeError(f"{here}/{name}", f"'{name[:60]}' is not known here. Known are: {names}.")
