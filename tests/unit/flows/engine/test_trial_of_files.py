"""Loops over files in a try: the rows that somebody gave, at most twenty, else the try stands and asks for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.definition.flow_file import parse_flow_file
from flows.definition.item_files import ItemsUnreadable
from flows.engine.simulation import Simulated, Trial, WrittenBook, make_free_doors, simulate
from flows.engine.simulation.file_rows import read_given_rows, read_rows, write_rows

FLOW = """
format: 1
flow: lines
name: Lines
team: marketing
trigger: {kind: webhook, path: lines, auth: {kind: none}}
steps:
  lines: {kind: for_each, with: {items: "= trigger.files[0]"}, on: {each: take}, next: end}
  take: {kind: set, with: {n: "= item.n"}}
  end: {kind: stop, with: {output: "= [steps.lines.results.n]"}}
"""
FACTS = {"file": "0198c0de-0000-7000-8000-000000000002", "type": "text/csv", "bytes": 9, "sha256": ""}


def try_file(book: WrittenBook, name: str = "orders.csv") -> Simulated:
    definition = parse_flow_file(FLOW)
    trigger = {"body": None, "files": [{**FACTS, "name": name}]}
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return simulate(definition, Trial(trigger=trigger, book=book, now=now, doors=make_free_doors(definition)))


class TestLoopOverFile:
    def test_stands_and_asks_what_the_file_holds(self) -> None:
        found = try_file(WrittenBook({}))
        assert found.status == "waiting"
        assert [(asked.kind, asked.step, asked.subject) for asked in found.missing] == [("file", "lines", "orders.csv")]

    @pytest.mark.parametrize(
        ("rows", "name", "output"),
        [
            ("n,word\n1,a\n2,b\n", "orders.csv", ["1", "2"]),
            ("n;word\n1;a,b", "orders.csv", ["1"]),
            ('[{"n": 1}, {"n": 2}]', "orders.json", [1, 2]),
            ('{"n": 1}\n{"n": 2}', "orders.jsonl", [1, 2]),
            ('[{"n": 1}]', "orders.csv", ["1"]),  # a CSV file holds texts alone
            ('n,word\n1,"two\nlines"', "orders.json", ["1"]),
        ],
    )
    def test_goes_through_the_rows_that_were_given(self, rows: str, name: str, output: list[Any]) -> None:
        found = try_file(WrittenBook({"lines": {"rows": rows}}), name)
        assert (found.status, found.output) == ("completed", output)
        assert found.answers == {"lines": {"rows": rows}}  # as a test case keeps it
        assert "given by you" in found.visits[0].note

    def test_goes_through_twenty_and_says_so(self) -> None:
        rows = "n\n" + "".join(f"{n}\n" for n in range(50))
        found = try_file(WrittenBook({"lines": {"rows": rows}}))
        assert found.output == [str(n) for n in range(20)]
        assert found.visits[0].note == "the first 20 rows given by you"
        known = WrittenBook({}, read_file=lambda facts: {"rows": "n\n1\n", "more": True})
        assert try_file(known).visits[0].note == "the first 1 row of orders.csv"

    @pytest.mark.parametrize("rows", ["", "   ", "n,word\n1\n", '[{"n": 1', '{"n": 1}\nno'])
    def test_asks_again_with_what_is_wrong(self, rows: str) -> None:
        found = try_file(WrittenBook({"lines": {"rows": rows}}), "orders")
        assert found.status == "waiting"
        assert found.missing[0].fault


class TestRows:
    def test_of_a_head_are_cut_and_written_as_they_were_read(self) -> None:
        head = b"a;b\n" + b"1;x,y\n" * 30 + b"2;cut"
        rows = read_rows(head, name="x.csv", is_end=False)
        assert (len(rows.items), rows.has_more) == (20, True)
        assert read_given_rows(write_rows(rows, name="x.csv").decode(), name="x.csv").items == rows.items

    def test_of_a_picture_are_none(self) -> None:
        with pytest.raises(ItemsUnreadable):
            read_rows(b"\x89PNG", name="logo.png")
