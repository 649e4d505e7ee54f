"""Every fault of a table, and what is worth a look; and its saved tests. One sentence each, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flows.definition.decision_tables.analysis import analyse
from flows.definition.decision_tables.cells import CellError, read_cell, read_value
from flows.definition.decision_tables.compiling import CompiledTable, compile_table
from flows.definition.decision_tables.deciding import DecisionError, decide
from flows.definition.decision_tables.table import Column, Table, TableTest
from flows.definition.model import JSON
from flows.definition.words import did_you_mean

KEY = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
MAX_KEY_CHARS, MAX_NAME_CHARS = 100, 200


@dataclass(frozen=True, kw_only=True)
class TableFault:
    """A fault (``error``: it cannot be published) or a remark (``warning``). ``pointer`` is into the table's data."""

    pointer: str
    message: str
    severity: Literal["error", "warning"] = "error"
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """How a saved test came out. ``got`` is None when nothing was decided, and ``message`` says why."""

    __test__ = False  # not one of pytest's
    name: str
    passed: bool
    expected: JSON
    got: JSON
    rows: tuple[int, ...] = ()
    message: str = ""


def check_table(table: Table) -> list[TableFault]:
    """This will give all faults, and where there are none the remarks of the analysis."""
    faults = [*_check_head(table), *_check_columns(table), *_check_cells(table), *_check_tests(table)]
    if faults:
        return faults
    placed = compile_table(table).placed
    return [
        TableFault(
            pointer=f"/rows/{remark.rows[-1] - 1}" if remark.rows else "/rows",
            message=remark.message,
            severity="warning",
            rows=remark.rows,
        )
        for remark in analyse(placed)
    ]


def run_tests(table: Table, compiled: CompiledTable) -> list[TestResult]:
    """This will decide every saved test."""
    return [_run_test(one, number, compiled) for number, one in enumerate(table.tests, start=1)]


def _run_test(test: TableTest, number: int, compiled: CompiledTable) -> TestResult:
    name = test.name or f"Test {number}"
    try:
        decision = decide(compiled, dict(test.given))
    except DecisionError as error:
        is_expected = isinstance(test.expect, str) and test.expect == error.code
        return TestResult(name=name, passed=is_expected, expected=test.expect, got=None, message=str(error))
    return TestResult(
        name=name,
        passed=_is_same(decision.result, test.expect),
        expected=test.expect,
        got=decision.result,
        rows=decision.rows,
    )


def _is_same(left: JSON, right: JSON) -> bool:
    """Equal as JSON: true is not 1, but 10 is 10.0."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_is_same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_is_same(*pair) for pair in zip(left, right, strict=True))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _check_head(table: Table) -> Iterator[TableFault]:
    if not KEY.match(table.key) or len(table.key) > MAX_KEY_CHARS:
        text = f"The key has at most {MAX_KEY_CHARS} lower-case letters, digits, '-' and '_', such as triage-rules."
        yield TableFault(pointer="/table", message=text)
    if not table.name or len(table.name) > MAX_NAME_CHARS:
        yield TableFault(pointer="/name", message=f"Give the table a name of at most {MAX_NAME_CHARS} characters.")
    if table.hit == "collect" and table.otherwise is not None:
        text = "A table that collects gives an empty list when no row matches. Remove what holds otherwise."
        yield TableFault(pointer="/otherwise", message=text)


def _check_columns(table: Table) -> Iterator[TableFault]:
    for where, columns, what in (("inputs", table.inputs, "input"), ("outputs", table.outputs, "output")):
        if not columns:
            yield TableFault(pointer=f"/{where}", message=f"Add one {what} at least.")
        for at, column in enumerate(columns):
            if not NAME.match(column.name) or len(column.name) > MAX_KEY_CHARS:
                text = (
                    f"'{column.name[:60]}' cannot name a column. Use lower-case letters, digits and '_', and begin "
                    "with a letter, such as order_amount."
                )
                yield TableFault(pointer=f"/{where}/{at}/name", message=text)
            if len(column.label) > MAX_NAME_CHARS:
                text = f"A label has at most {MAX_NAME_CHARS} characters."
                yield TableFault(pointer=f"/{where}/{at}/label", message=text)


def _check_cells(table: Table) -> Iterator[TableFault]:
    if not table.rows and table.otherwise is None:
        yield TableFault(pointer="/rows", message="The table has no row yet. Add one.")
    for number, row in enumerate(table.rows):
        for column, cell in zip(table.inputs, row.when, strict=True):
            try:
                read_cell(cell, column.type)
            except CellError as error:
                yield TableFault(pointer=f"/rows/{number}/when/{column.name}", message=str(error))
        yield from _check_outputs(table.outputs, row.then, f"/rows/{number}/then")
    if table.otherwise is not None:
        yield from _check_outputs(table.outputs, table.otherwise, "/otherwise")


def _check_outputs(columns: tuple[Column, ...], cells: tuple[str, ...], here: str) -> Iterator[TableFault]:
    for column, cell in zip(columns, cells, strict=True):
        try:
            read_value(cell, column.type)
        except CellError as error:
            yield TableFault(pointer=f"{here}/{column.name}", message=str(error))


def _check_tests(table: Table) -> Iterator[TableFault]:
    inputs = [column.name for column in table.inputs]
    for number, test in enumerate(table.tests):
        for name in test.given:
            if name not in inputs:
                text = f"The test gives '{name[:60]}', but there is no such input.{did_you_mean(name, inputs)}"
                yield TableFault(pointer=f"/tests/{number}/given", message=text)
