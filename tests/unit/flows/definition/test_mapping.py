"""Rows of the mapper and the values of flow files that they stand for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.definition.expressions import compile_value
from flows.definition.mapping import CONVERSIONS, Row, UnfitRow, read_mapping, settle, write_mapping

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
ROOTS = {"trigger": {"body": {"n": 3, "t": "12", "day": "2026-03-14", "yes": "Yes", "list": [1], "nil": None}}}

NAMES = st.text("abz_- é\"'", min_size=1, max_size=6)
SOURCES = st.sampled_from(
    [
        "trigger.body.n",
        "trigger.body.`odd, name`",
        "'a, b' & trigger.body.t",
        "$sum(trigger.body.list)",
        "$exists(trigger.body.x) ? {'a': 1} : {}",
        "trigger.body.list[0]",
        "{'a': trigger.body.n}",
        "$default(trigger.body.x, trigger.body.n)",
        "trigger.body.n in [1, 2]",
        "$string(trigger.body.n)",
    ]
)
CONSTANTS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab=,{}'\" ", max_size=5),
    lambda below: st.lists(below, max_size=2),
    max_leaves=4,
).filter(lambda value: not (isinstance(value, str) and value.startswith("=") and not value.startswith("==")))


def rows_of(depth: int) -> st.SearchStrategy[list[Row]]:
    plain = st.builds(Row, name=NAMES, value=CONSTANTS)
    data = st.builds(
        Row,
        name=NAMES,
        value=SOURCES.map(lambda source: f"= {source}"),
        conversion=st.sampled_from(CONVERSIONS),
        missing=st.sampled_from(["error", "leave_out"]),
    )
    defaulted = st.builds(
        Row,
        name=NAMES,
        value=SOURCES.map(lambda source: f"= {source}"),
        conversion=st.sampled_from(CONVERSIONS),
        missing=st.just("default"),
        default=CONSTANTS,
    )
    kinds = plain | data | defaulted
    if depth:
        kinds |= st.builds(Row, name=NAMES, rows=rows_of(depth - 1).filter(bool).map(tuple))
    return st.lists(kinds, max_size=4, unique_by=lambda row: row.name)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("=$ab.(){}[],:\"' ", max_size=12),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("ab", max_size=2), below, max_size=3),
    max_leaves=8,
)


class TestRoundTrip:
    @settings(deadline=None, max_examples=200)
    @given(rows_of(2))
    def test_reads_back_what_it_wrote(self, rows: list[Row]) -> None:
        value = write_mapping(rows)
        mapped = read_mapping(value)
        assert mapped.rows is not None
        assert write_mapping(mapped.rows) == value

    @settings(deadline=None)
    @given(ANYTHING)
    def test_never_changes_what_somebody_else_wrote(self, value: Any) -> None:
        mapped = read_mapping(value)
        assert mapped.value == value
        if mapped.rows is not None and value is not None:
            assert write_mapping(mapped.rows) == value

    @pytest.mark.parametrize("conversion", CONVERSIONS)
    @pytest.mark.parametrize("missing", ["error", "leave_out", "default"])
    def test_knows_each_conversion_again(self, conversion: Any, missing: Any) -> None:
        default = 0 if missing == "default" else None
        row = Row(name="a", value="= trigger.body.n", conversion=conversion, missing=missing, default=default)
        assert read_mapping(write_mapping([row])).rows == (row,)
        nested = Row(name="outer", rows=(row, Row(name="b", value="constant")))
        assert read_mapping(write_mapping([nested])).rows == (nested,)


class TestReadMapping:
    @pytest.mark.parametrize(
        "value",
        ["= trigger.body", "plain", ["a"], 3, '= $merge([{"a": 1}])', "= $merge(trigger.body.list)", "= {'a': 1}"],
    )
    def test_shows_what_it_does_not_know_as_it_is(self, value: Any) -> None:
        assert read_mapping(value).rows is None

    def test_gives_no_rows_for_nothing(self) -> None:
        assert read_mapping(None).rows == ()
        assert read_mapping({}).rows == ()

    def test_keeps_conversions_that_are_somebodys_own(self) -> None:
        (row,) = read_mapping({"a": "= $number( trigger.body.n )"}).rows or ()
        assert (row.conversion, row.value) == ("none", "= $number( trigger.body.n )")


class TestWriteMapping:
    @pytest.mark.parametrize(
        ("row", "made"),
        [
            (Row(name="a", value="= trigger.body.n", conversion="text"), {"a": "3"}),
            (Row(name="a", value="= trigger.body.t", conversion="number"), {"a": 12}),
            (Row(name="a", value="= trigger.body.yes", conversion="flag"), {"a": True}),
            (Row(name="a", value="= trigger.body.t", conversion="flag"), {"a": False}),
            (Row(name="a", value="= trigger.body.day", conversion="date"), {"a": "2026-03-14T00:00:00.000Z"}),
            (Row(name="a", value="= trigger.body.n", conversion="list"), {"a": [3]}),
            (Row(name="a", value="= trigger.body.list", conversion="list"), {"a": [1]}),
            (Row(name="a", value="= trigger.body.x", missing="default", default="none"), {"a": "none"}),
            (Row(name="a", value="= trigger.body.x", conversion="number", missing="default", default=0), {"a": 0}),
            (Row(name="a", value="= trigger.body.x", missing="leave_out"), {}),
            (Row(name="a", value="= trigger.body.n", conversion="text", missing="leave_out"), {"a": "3"}),
        ],
    )
    def test_makes_what_the_row_says(self, row: Row, made: Any) -> None:
        beside = Row(name="b", value="==x")
        value = write_mapping([row, beside])
        assert compile_value(value).evaluate(ROOTS, now=NOW) == {**made, "b": "=x"}

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([Row(name="")], "A field has no name. Type one at the left."),
            ([Row(name="a"), Row(name="a")], "“a” is there twice. Rename or remove one of them."),
            (
                [Row(name="a", value="x", conversion="number")],
                "“a” is always “x”, so there is nothing to convert and nothing can be missing. Pick data for it, or "
                "set both back.",
            ),
        ],
    )
    def test_refuses_what_makes_no_object(self, rows: list[Row], message: str) -> None:
        with pytest.raises(UnfitRow) as caught:
            write_mapping(rows)
        assert caught.value.message == message


class TestSettle:
    @pytest.mark.parametrize(
        ("value", "conversion", "made"),
        [
            ("3", "number", 3),
            ("2.5", "number", 2.5),
            ("yes", "flag", True),
            ("No", "flag", False),
            (3, "text", "3"),
            ("a", "list", ["a"]),
            ("", "list", []),
            ("2026-03-14", "date", "2026-03-14"),
        ],
    )
    def test_makes_what_was_typed_into_what_it_says(self, value: Any, conversion: Any, made: Any) -> None:
        row = settle(Row(name="a", value=value, conversion=conversion, missing="default", default=1))
        assert row == Row(name="a", value=made)

    def test_leaves_data_alone(self) -> None:
        row = Row(name="a", value="= trigger.body.n", conversion="number", missing="leave_out")
        assert settle(Row(name="o", rows=(row,))) == Row(name="o", rows=(row,))

    @pytest.mark.parametrize(
        ("value", "conversion", "message"),
        [
            ("many", "number", "“a” shall be a number, but “many” is none."),
            ("nan", "number", "“a” shall be a number, but “nan” is none."),
            ("perhaps", "flag", "“a” shall be yes or no, but says “perhaps”."),
        ],
    )
    def test_says_what_is_none(self, value: Any, conversion: Any, message: str) -> None:
        with pytest.raises(UnfitRow) as caught:
            settle(Row(name="a", value=value, conversion=conversion))
        assert caught.value.message == message
