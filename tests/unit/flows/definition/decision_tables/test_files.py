"""Tables as YAML, JSON and CSV, there and back; what is said of files that do not fit; what changed between two."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.definition.decision_tables.checking import check_table, run_tests
from flows.definition.decision_tables.compiling import compile_table
from flows.definition.decision_tables.csv_file import CsvError, read_csv, write_csv
from flows.definition.decision_tables.diff import diff_tables
from flows.definition.decision_tables.table import Row, Table, TableShapeError, table_from_data, table_to_data
from flows.definition.decision_tables.table_file import read_table_file, write_table_file
from tests.unit.flows.definition.decision_tables.tables import make_table

FILE = """
format: 1
table: triage
name: Triage
team: marketing
inputs:
  - {name: amount, label: Amount, type: number}
  - {name: region, type: text}
outputs:
  - {name: team, type: text}
  - {name: days, type: number}
rows:
  - {when: {amount: "> 100", region: EU}, then: {team: legal, days: 5}}
  - {when: {region: "US, CA"}, then: {team: "yes"}, note: the rest}
otherwise: {team: support, days: 1.5}
tests:
  - {given: {amount: 500, region: EU}, expect: {team: legal, days: 5}}
"""


def table() -> Table:
    return read_table_file(FILE)


class TestTableFile:
    def test_reads_short_rows(self) -> None:
        assert table().rows == (
            Row(when=("> 100", "EU"), then=("legal", "5")),
            Row(when=("-", "US, CA"), then=("yes", ""), note="the rest"),
        )
        assert table().otherwise == ("support", "1.5")

    def test_comes_back_the_same(self) -> None:
        text = write_table_file(table())
        assert read_table_file(text) == table()
        assert write_table_file(read_table_file(text)) == text
        assert read_table_file(json.dumps(table_to_data(table()))) == table()

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"hit": "any"}, "Choose one of: first, unique, collect."),
            ({"rows": [{"when": {"amuont": "1"}}]}, "'amuont' is not known here. Known are: amount, region."),
            ({"rows": {}}, "Here a list was expected"),
            ({"rows": [{"when": {"amount": ["1"]}}]}, "A cell must be a text, but this is a list."),
            ({"inputs": [{"name": "a"}, {"name": "a"}]}, "Two columns have the same name."),
            ({"inputs": [{"name": "a", "type": "money"}]}, "Choose one of: text, number, date, yes_no."),
            ({"rows": [{}] * 2001}, "There may be 2,000 entries here; these are 2,001."),
            ({"extra": 1}, "'extra' is not known here."),
            ({"format": 2}, "This version reads 'format: 1' only."),
        ],
    )
    def test_says_what_does_not_fit(self, change: dict[str, object], words: str) -> None:
        with pytest.raises(TableShapeError) as caught:
            table_from_data({**table_to_data(table()), **change})  # type: ignore[dict-item]
        assert words in str(caught.value)

    def test_names_the_line(self) -> None:
        with pytest.raises(TableShapeError, match="Line 14: 'amuont' is not known here"):
            read_table_file(FILE.replace("when: {region", "when: {amuont"))
        with pytest.raises(TableShapeError, match="Line"):
            read_table_file("a: [")


class TestCsv:
    def test_is_safe_and_comes_back_the_same(self) -> None:
        risky = replace(
            table(),
            rows=(Row(when=("-5", "-"), then=("=1+1", "-3"), note="@x"), Row(when=("= 5", "a"), then=("'b", ""))),
        )
        text = write_csv(risky)
        assert all(cell in text for cell in ("'=1+1", "'@x", "'= 5"))
        assert read_csv(text.encode(), risky) == risky

    def test_reads_what_spreadsheets_write(self) -> None:
        text = "\ufeffIF region;if amount;then days;THEN TEAM\r\nEU;> 5;2;x\r\n\r\n"
        assert read_csv(text.encode(), table()).rows == (Row(when=("> 5", "EU"), then=("x", "2")),)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "The file is empty."),
            ("if amount,if regoin,then team,then days\n", "Did you mean 'if region'?"),
            ("if amount,then team,then days\n", "The file lacks the column “if region”."),
            ("if amount,if amount,if region,then team,then days\n", "twice"),
            ("if amount,if region,then team,then days\n1,\x00,a,b\n", "NUL"),
            ('if amount,if region,then team,then days\n"1,2\n', "The file is no CSV"),
            ("if amount,if region,then team,then days\n" + "1,a,b,c\n" * 2001, "at most 2,000 rows"),
        ],
    )
    def test_says_what_to_do(self, text: str, words: str) -> None:
        with pytest.raises(CsvError) as caught:
            read_csv(text.encode(), table())
        assert words in str(caught.value)

    def test_wants_utf_8(self) -> None:
        with pytest.raises(CsvError, match="UTF-8"):
            read_csv("if ä".encode("latin-1"), table())

    @settings(max_examples=50, deadline=None)
    @given(
        st.text(
            alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]),
            min_size=1,
        )
    )
    def test_keeps_any_cell(self, text: str) -> None:
        if text.startswith("'"):
            return  # an apostrophe that protects cannot be told from one that was meant
        kept = replace(table(), rows=(Row(when=("-", "-"), then=(text, ""), note=""),))
        assert read_csv(write_csv(kept).encode(), kept) == kept


class TestDiffTables:
    def test_counts_rows(self) -> None:
        ins, outs = {"a": "number"}, {"x": "text"}
        old = make_table(ins, outs, ("1", "a"), ("2", "b"), ("3", "c"))
        new = make_table(ins, outs, ("1", "a"), ("2", "changed"), ("3", "c"), ("4", "d"), hit="unique")
        diff = diff_tables(old, new)
        assert diff.summary == "rows: 1 added, 1 changed; hit policy"
        assert [(one.sort, one.before, one.after) for one in diff.rows] == [("changed", 2, 2), ("added", None, 4)]
        assert diff_tables(new, old).summary == "rows: 1 changed, 1 removed; hit policy"

    def test_sees_no_change_in_rows_when_a_column_is_added(self) -> None:
        old = make_table({"a": "number"}, {"x": "text"}, ("1", "a"))
        new = make_table({"b": "text", "a": "number"}, {"x": "text"}, ("-", "1", "a"))
        assert diff_tables(old, new).summary == "inputs"
        assert diff_tables(old, old).is_empty


class TestDocumentation:
    def test_shows_a_table_that_is_sound(self) -> None:
        page = (Path(__file__).resolve().parents[5] / "docs/decision-tables.md").read_text()
        sample = page.rpartition("```yaml\n")[2].partition("```")[0]
        shown = read_table_file(sample)
        assert check_table(shown) == []
        assert all(result.passed for result in run_tests(shown, compile_table(shown)))
