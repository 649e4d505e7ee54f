"""Gaps, overlaps, hidden rows, faults of a table by their place, and saved tests."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.definition.decision_tables.checking import check_table, run_tests
from flows.definition.decision_tables.compiling import compile_table
from flows.definition.decision_tables.deciding import DecisionError, decide
from flows.definition.decision_tables.table import Table
from tests.unit.flows.definition.decision_tables.tables import make_table

INPUTS = {"amount": "number", "region": "text"}
OUT = {"x": "text"}


def messages(table: Table) -> list[str]:
    return [fault.message for fault in check_table(table)]


class TestAnalysis:
    def test_names_rows_that_both_match(self) -> None:
        table = make_table(
            INPUTS, OUT, ("0..20", "EU, US", "a"), ("21..30", "-", "b"), ("10..25", "EU", "c"), hit="unique",
            otherwise=["z"],
        )  # fmt: skip
        assert messages(table) == [
            "Rows 1 and 3 both match amount 10..20 and region EU.",
            "Rows 2 and 3 both match amount 21..25 and region EU.",
        ]

    def test_tells_what_no_row_matches(self) -> None:
        table = make_table(INPUTS, OUT, ("< 10", "-", "a"), ("> 20", "EU", "b"), ("10..20", "-", "c"))
        assert messages(table) == ["No row matches amount above 20 and region anything else."]

    def test_tells_a_gap_between_numbers(self) -> None:
        table = make_table({"amount": "number"}, OUT, ("<= 10", "a"), (">= 11", "b"))
        assert messages(table) == ["No row matches amount above 10 to below 11."]

    def test_tells_a_row_that_never_wins(self) -> None:
        table = make_table(INPUTS, OUT, ("> 10", "-", "a"), ("20..30", "EU", "b"), ("-", "-", "c"))
        assert messages(table) == ["Row 2 never wins: row 1 above it matches everything that it matches."]

    def test_is_silent_where_something_holds_otherwise_or_all_is_collected(self) -> None:
        assert messages(make_table(INPUTS, OUT, ("> 10", "EU", "a"), otherwise=["b"])) == []
        assert messages(make_table(INPUTS, OUT, ("> 10", "EU", "a"), ("> 5", "EU", "a"), hit="collect")) == []

    def test_speaks_of_dates_and_yes_and_no(self) -> None:
        table = make_table(
            {"day": "date", "new": "yes_no"}, OUT, (">= 2026-01-01", "yes", "a"), ("< 2026-01-01", "-", "b")
        )
        assert messages(table) == ["No row matches day from 2026-01-01 on and new no."]

    def test_ends_in_bounded_time(self) -> None:
        rows = [(f"not({n})", f"not(t{n})", f"> {n}", "a") for n in range(2000)]
        table = make_table({"a": "number", "b": "text", "c": "number"}, OUT, *rows, hit="unique")
        begin = time.monotonic()
        assert any("There are more overlaps" in text for text in messages(table))
        assert time.monotonic() - begin < 20

    @settings(max_examples=60, deadline=None)
    @given(
        rows=st.lists(
            st.tuples(
                st.sampled_from(["-", "< 3", "3..6", "> 6", "5", "not(4..5)", "1, 7"]),
                st.sampled_from(["-", "A", "B", "not(A)", "A, B"]),
            ),
            min_size=1,
            max_size=5,
        ),
    )
    def test_warns_of_a_gap_exactly_where_there_is_one(self, rows: list[tuple[str, str]]) -> None:
        table = make_table(INPUTS, OUT, *((*row, "x") for row in rows))
        compiled = compile_table(table)
        has_gap = False
        for amount in [n / 2 for n in range(20)]:
            for region in ("A", "B", "other"):
                try:
                    decide(compiled, {"amount": amount, "region": region})
                except DecisionError:
                    has_gap = True
        assert any(text.startswith("No row matches") for text in messages(table)) == has_gap


class TestCheckTable:
    def test_gives_every_fault_with_its_place(self) -> None:
        table = make_table(
            {"amount": "number", "Region": "text"}, OUT, ("ten", "> A", "a"), ("1", '"x', "a"),
            tests=[{"given": {"amuont": 1}, "expect": {}}],
        )  # fmt: skip
        assert [fault.pointer for fault in check_table(table)] == [
            "/inputs/1/name",
            "/rows/0/when/amount",
            "/rows/0/when/Region",
            "/rows/1/when/Region",
            "/tests/0/given",
        ]

    def test_wants_columns_and_rows(self) -> None:
        assert [fault.pointer for fault in check_table(make_table({}, {}))] == ["/inputs", "/outputs", "/rows"]

    def test_refuses_otherwise_where_all_is_collected(self) -> None:
        table = make_table({"a": "text"}, OUT, ("-", "a"), hit="collect", otherwise=["b"])
        assert [fault.pointer for fault in check_table(table)] == ["/otherwise"]


class TestRunTests:
    def test_holds_what_comes_out_against_what_was_expected(self) -> None:
        table = make_table(
            {"amount": "number"}, {"days": "number", "ok": "yes_no"}, ("> 10", "5", "yes"),
            tests=[
                {"name": "large", "given": {"amount": 11}, "expect": {"days": 5.0, "ok": True}},
                {"given": {"amount": 11}, "expect": {"days": 5, "ok": 1}},
                {"given": {"amount": 1}, "expect": "decision.no_row"},
                {"given": {"amount": 1}, "expect": {"days": 5, "ok": True}},
            ],
        )  # fmt: skip
        results = run_tests(table, compile_table(table))
        assert [(one.name, one.passed) for one in results] == [
            ("large", True), ("Test 2", False), ("Test 3", True), ("Test 4", False),
        ]  # fmt: skip
        assert "No row of the decision table" in results[3].message
