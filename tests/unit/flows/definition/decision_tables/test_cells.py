"""Each form that a cell may have, what it lets through, and what is said of each that cannot be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flows.definition.decision_tables.cells import CellError, read_cell, read_value
from flows.definition.decision_tables.compiling import compile_table
from flows.definition.decision_tables.deciding import decide
from tests.unit.flows.definition.decision_tables.tables import make_table

MATCHES: list[tuple[str, str, list[Any], list[Any]]] = [
    ("number", "-", [1, -5, 1e300, None], []),
    ("number", "", [0, None], []),
    ("number", "10", [10, 10.0], [9, 11, None]),
    ("number", "= 10", [10], [9]),
    ("number", "> 10", [10.5, 10**40], [10, -1, None]),
    ("number", ">=10", [10, 11], [9.99]),
    ("number", "< 0.1", [0, -1], [0.1, 0.11]),
    ("number", "<= 0.3", [0.3, 0.1], [0.31]),
    ("number", "!= 5", [4, 6], [5, None]),
    ("number", "10..20", [10, 15, 20], [9, 21]),
    ("number", "(10..20]", [10.01, 20], [10, 21]),
    ("number", "[10..20)", [10, 19.99], [20]),
    ("number", "-5..-1", [-5, -1, -3], [0, -6]),
    ("number", "1, 5, 10..12", [1, 5, 11], [2, 13]),
    ("number", "not(10..20)", [9, 21, None], [10, 20]),
    ("number", "not(1, empty)", [2], [1, None]),
    ("number", "empty", [None], [0]),
    ("number", "9007199254740993", [9007199254740993], [9007199254740992]),
    ("text", "EU", ["EU"], ["eu", "E", None]),
    ("text", '"A", "B, C"', ["A", "B, C"], ["B", "C"]),
    ("text", "A, B C", ["A", "B C"], ["B"]),
    ("text", 'not("A")', ["B", "", None], ["A"]),
    ("text", r'"a \"quoted\" word"', ['a "quoted" word'], ["a"]),
    ("text", '""', [""], [" ", None]),
    ("text", "empty", [None], ["", "empty"]),
    ("text", '"empty"', ["empty"], [None]),
    ("text", "= EU", ["EU"], ["US"]),
    ("text", '"$ == 1 or true"', ["$ == 1 or true"], ["x"]),
    ("yes_no", "yes", [True], [False, None]),
    ("yes_no", "no, empty", [False, None], [True]),
    ("yes_no", "not(yes)", [False, None], [True]),
    ("date", "2026-01-31", ["2026-01-31", "2026-01-31T23:00:00Z"], ["2026-02-01"]),
    ("date", ">= 2026-01-01", ["2026-01-01", "2030-05-05"], ["2025-12-31"]),
    ("date", "2026-01-01..2026-12-31", ["2026-06-15"], ["2027-01-01", None]),
]

FAULTS = [
    ("number", "ten", "“ten” is not a number. Write it like 10, 12.5 or > 10."),
    ("number", "10-20", "For a range write two dots: 10..20."),
    ("number", "20..10", "ends before it begins"),
    ("number", "1,000", "Write 1000, or put a space after each comma."),
    ("number", "(5..5]", "Nothing lies in the range"),
    ("number", "1,, 2", "A value is missing beside a comma."),
    ("number", '"10"', "Quotes are for texts."),
    ("number", "not(-)", "not(-) would never match."),
    ("number", "sum(1)", "is not a number"),
    ("number", "1e400", "is not a number"),
    ("text", "> A", "compares numbers and dates"),
    ("text", "!= A", "Write not(A)."),
    ("text", '"A', "A quote is opened and not closed."),
    ("text", '"A" "B"', "a comma is expected"),
    ("text", "f(x)", 'Put the text in quotes: "f(x)".'),
    ("date", "31.01.2026", "Write it like 2026-01-31."),
    ("date", "2026-02-30", "is no day of the calendar"),
    ("yes_no", "maybe", "is neither yes nor no"),
    ("number", ",".join(f" {n}" for n in range(101)), "A cell may list 100 values"),
]


class TestReadCell:
    @pytest.mark.parametrize(("kind", "cell", "matching", "others"), MATCHES)
    def test_lets_through_what_it_says(self, kind: str, cell: str, matching: list[Any], others: list[Any]) -> None:
        compiled = compile_table(make_table({"x": kind}, {"y": "number"}, (cell, "1"), hit="collect"))
        assert [value for value in matching if decide(compiled, {"x": value}).result != [{"y": 1}]] == []
        assert [value for value in others if decide(compiled, {"x": value}).result != []] == []

    @pytest.mark.parametrize(("kind", "cell", "words"), FAULTS)
    def test_says_what_to_write_instead(self, kind: Any, cell: str, words: str) -> None:
        with pytest.raises(CellError) as caught:
            read_cell(cell, kind)
        assert words in str(caught.value)

    def test_reads_numbers_exactly(self) -> None:
        assert read_cell("0.1", "number").parts[0].low == Decimal("0.1")


class TestReadValue:
    @pytest.mark.parametrize(
        ("kind", "cell", "value"),
        [
            ("number", "10", 10),
            ("number", "10.00", 10),
            ("number", "0.5", 0.5),
            ("number", "-3", -3),
            ("number", "", None),
            ("text", "legal", "legal"),
            ("text", '"  kept "', "  kept "),
            ("text", "a, b", "a, b"),
            ("yes_no", "yes", True),
            ("yes_no", "no", False),
            ("date", "2026-01-31", "2026-01-31"),
        ],
    )
    def test_gives_plain_json(self, kind: Any, cell: str, value: Any) -> None:
        found = read_value(cell, kind)
        assert (found, type(found)) == (value, type(value))
