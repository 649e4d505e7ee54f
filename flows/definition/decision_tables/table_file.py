"""A decision table as a file (YAML or JSON) and back, by the rules of flow files. It judges the shape only."""

from __future__ import annotations

from flows.definition.decision_tables.table import Table, TableShapeError, table_from_data, table_to_data
from flows.definition.flow_file import FlowFileError, read_data_file, write_data_file


def read_table_file(text: str | bytes) -> Table:
    """The table in a file. Raises TableShapeError, its message with the line where one is known."""
    try:
        data, lines = read_data_file(text)
    except FlowFileError as error:
        raise TableShapeError("", error.message) from error
    try:
        return table_from_data(data)
    except TableShapeError as error:
        line = _find_line(error.pointer, lines)
        raise TableShapeError(error.pointer, f"Line {line}: {error.message}" if line else error.message) from error


def write_table_file(table: Table) -> str:
    """The canonical text; reading it gives the same table."""
    return write_data_file(table_to_data(table))


def _find_line(pointer: str, lines: dict[tuple[str | int, ...], int]) -> int | None:
    parts = tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])
    for length in range(len(parts), -1, -1):
        if parts[:length] in lines:
            return lines[parts[:length]]
    return None
