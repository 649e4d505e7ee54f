"""A table made ready to decide: its cells read, its values given places. Raises on the first faulty cell.

TableInvalid              table.invalid   a cell cannot be read; ``pointer`` says which
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.definition.decision_tables.cells import CellError, read_cell, read_value
from flows.definition.decision_tables.places import Interval, Scale, make_scale
from flows.definition.decision_tables.table import Table
from flows.definition.decision_tables.zen_door import Rules, make_rules
from flows.definition.model import JSON


class TableInvalid(ValueError):
    """A table that cannot decide."""

    code = "table.invalid"
    retryable = False

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer, self.message = pointer, message


@dataclass(frozen=True, kw_only=True)
class PlacedTable:
    """Each row's cells as intervals of places, column by column, and its outputs as plain JSON."""

    table: Table
    scales: tuple[Scale, ...]
    rows: tuple[tuple[tuple[Interval, ...], ...], ...]
    outputs: tuple[dict[str, JSON], ...]
    otherwise: dict[str, JSON] | None


@dataclass(frozen=True, kw_only=True)
class CompiledTable:
    """A table that decides; safe to share between threads."""

    placed: PlacedTable
    rules: Rules


def place_table(table: Table) -> PlacedTable:
    """Read all cells and give their values places. Raises TableInvalid."""
    columns = []
    for at, column in enumerate(table.inputs):
        cells = []
        for number, row in enumerate(table.rows):
            try:
                cells.append(read_cell(row.when[at], column.type))
            except CellError as error:
                raise TableInvalid(f"/rows/{number}/when/{column.name}", str(error)) from error
        scale = make_scale(column.type, cells)
        columns.append((scale, [scale.intervals_of(cell) for cell in cells]))
    return PlacedTable(
        table=table,
        scales=tuple(scale for scale, _ in columns),
        rows=tuple(tuple(found[number] for _, found in columns) for number in range(len(table.rows))),
        outputs=tuple(_outputs(table, row.then, f"/rows/{number}/then") for number, row in enumerate(table.rows)),
        otherwise=_outputs(table, table.otherwise, "/otherwise") if table.otherwise is not None else None,
    )


def compile_table(table: Table) -> CompiledTable:
    """Make the table ready. Raises TableInvalid."""
    placed = place_table(table)
    lasts = [scale.last for scale in placed.scales]
    return CompiledTable(placed=placed, rules=make_rules(placed.rows, lasts, stops_at_first=table.hit == "first"))


def _outputs(table: Table, cells: tuple[str, ...], here: str) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for column, cell in zip(table.outputs, cells, strict=True):
        try:
            found[column.name] = read_value(cell, column.type)
        except CellError as error:
            raise TableInvalid(f"{here}/{column.name}", str(error)) from error
    return found
