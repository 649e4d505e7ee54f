"""Rows of a table as CSV and back. Cells are safe for spreadsheets: none of them is a formula there.

CsvError                  the file does not fit the table; the message says what to do
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from flows.definition.decision_tables.table import ANY, MAX_CELL, MAX_ROWS, MAX_TEXT, Row, Table
from flows.definition.words import did_you_mean
from integrator.lib.csv_safe import safe_row

MAX_BYTES = 2_097_152
_RISKY = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # as in csv_safe
_NOTE = "note"


class CsvError(ValueError):
    """The file cannot be taken; the text says what to do."""


def write_csv(table: Table) -> str:
    """The rows with a head of ``if <input>``, ``then <output>`` and ``note``; any value is an empty cell."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(safe_row(_head(table)))
    for row in table.rows:
        when = ["" if cell == ANY else cell for cell in row.when]
        writer.writerow(safe_row([*when, *row.then, row.note]))
    return target.getvalue()


def read_csv(raw: bytes, table: Table) -> Table:
    """The table with the file's rows instead of its own; columns may stand in any order. Raises CsvError."""
    if len(raw) > MAX_BYTES:
        raise CsvError(f"The file has {len(raw):,} bytes; {MAX_BYTES:,} are the most. Split the table.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError("This is not UTF-8 text. Save the file as “CSV UTF-8”.") from error
    lines = _lines(text)
    head = next(lines, None)
    if head is None:
        raise CsvError("The file is empty. Export the table to see the form.")
    places = _find_columns(head, table)
    rows = [
        _row(line, places, table, number) for number, line in enumerate(lines, start=2) if any(map(str.strip, line))
    ]
    if len(rows) > MAX_ROWS:
        raise CsvError(f"A table has at most {MAX_ROWS:,} rows; these are {len(rows):,}. Split the table.")
    return replace(table, rows=tuple(rows))


def _head(table: Table) -> list[str]:
    return [*(f"if {one.name}" for one in table.inputs), *(f"then {one.name}" for one in table.outputs), _NOTE]


def _lines(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise CsvError(f"The file is no CSV ({error}). Export the table to see the form.") from error


def _find_columns(head: list[str], table: Table) -> list[int | None]:
    """For each column of the table its place in the file."""
    wanted, found = _head(table), [" ".join(cell.split()).lower() for cell in head]
    for cell in found:
        if cell and cell not in wanted:
            raise CsvError(f"The file has a column “{cell[:60]}”, the table has none.{did_you_mean(cell, wanted)}")
    for name in wanted:
        if name != _NOTE and name not in found:
            raise CsvError(f"The file lacks the column “{name}”. Its first line must be: {', '.join(wanted)}.")
        if found.count(name) > 1:
            raise CsvError(f"The file has the column “{name}” twice. Remove one.")
    return [found.index(name) if name in found else None for name in wanted]


def _row(line: list[str], places: list[int | None], table: Table, number: int) -> Row:
    cells = [_cell(line[at]) if at is not None and at < len(line) else "" for at in places]
    if any(len(cell) > MAX_CELL for cell in cells[:-1]) or len(cells[-1]) > MAX_TEXT:
        raise CsvError(f"Line {number} has a cell of more than {MAX_CELL} characters. Shorten it.")
    if any("\x00" in cell for cell in cells):
        raise CsvError(f"Line {number} holds a NUL character. Remove it.")
    split = len(table.inputs)
    return Row(when=tuple(cell or ANY for cell in cells[:split]), then=tuple(cells[split:-1]), note=cells[-1])


def _cell(text: str) -> str:
    """The cell without the apostrophe that an export puts before what could be a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _RISKY else text
