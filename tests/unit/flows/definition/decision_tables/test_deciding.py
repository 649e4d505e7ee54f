"""Hit policies by table, mistakes in what comes in, zen against a plain evaluator, how long a large table takes."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.definition.decision_tables.cells import Part, read_cell
from flows.definition.decision_tables.compiling import TableInvalid, compile_table
from flows.definition.decision_tables.deciding import DecisionError, decide
from tests.unit.flows.definition.decision_tables.tables import make_table

INPUTS = {"amount": "number", "region": "text"}
OUTPUTS = {"team": "text", "days": "number"}
ROWS = (
    ("> 1000", "EU", "legal", "2"),
    ("> 100", "-", "finance", "5"),
    ("0..100", "EU, US", "support", "10.0"),
)
LEGAL, FINANCE, SUPPORT = (
    {"team": "legal", "days": 2},
    {"team": "finance", "days": 5},
    {"team": "support", "days": 10},
)
HITS: list[tuple[str, list[str] | None, Any, str, Any]] = [
    ("first", None, 2000, "EU", LEGAL),
    ("first", None, 2000, "US", FINANCE),
    ("first", None, 50, "US", SUPPORT),
    ("first", None, 50, "CH", "decision.no_row"),
    ("first", ["desk", ""], 50, "CH", {"team": "desk", "days": None}),
    ("first", None, None, "EU", "decision.no_row"),
    ("unique", None, 2000, "US", FINANCE),
    ("unique", None, 2000, "EU", "decision.two_rows"),
    ("unique", None, -1, "EU", "decision.no_row"),
    ("unique", ["desk", "1"], -1, "EU", {"team": "desk", "days": 1}),
    ("collect", None, 2000, "EU", [LEGAL, FINANCE]),
    ("collect", None, 50, "US", [SUPPORT]),
    ("collect", None, -1, "EU", []),
]


class TestDecide:
    @pytest.mark.parametrize(("hit", "otherwise", "amount", "region", "expected"), HITS)
    def test_keeps_to_its_hit_policy(
        self, hit: str, otherwise: list[str] | None, amount: Any, region: str, expected: Any
    ) -> None:
        compiled = compile_table(make_table(INPUTS, OUTPUTS, *ROWS, hit=hit, otherwise=otherwise))
        try:
            found = decide(compiled, {"amount": amount, "region": region, "more": [1]}).result
        except DecisionError as error:
            found = error.code
        assert found == expected
        assert "10.0" not in repr(found)

    def test_names_the_two_rows_and_what_came_in(self) -> None:
        compiled = compile_table(make_table(INPUTS, OUTPUTS, *ROWS, hit="unique"))
        with pytest.raises(DecisionError) as caught:
            decide(compiled, {"amount": 2000, "region": "EU"})
        assert "Rows 1 and 2 of the decision table 'triage' match at once, but only one may." in str(caught.value)
        assert caught.value.details == {
            "table": "triage",
            "rows": [1, 2],
            "input": {"amount": 2000, "region": "EU"},
        }

    @pytest.mark.parametrize(
        ("given_input", "code", "words"),
        [
            ([], "decision.input_wrong", "'input' must be a mapping of the columns of 'triage', but is a list."),
            ({"region": "EU"}, "decision.input_missing", "needs 'amount', but the input has none."),
            ({"amout": 1, "region": "EU"}, "decision.input_missing", "It has 'amout'; rename it in the step."),
            ({"amount": "12", "region": "EU"}, "decision.input_wrong", "must be a number"),
            ({"amount": True, "region": "EU"}, "decision.input_wrong", "but is true or false"),
            ({"amount": 1, "region": 5}, "decision.input_wrong", "'region' must be a text"),
        ],
    )
    def test_says_what_is_wrong_with_what_came_in(self, given_input: Any, code: str, words: str) -> None:
        with pytest.raises(DecisionError) as caught:
            decide(compile_table(make_table(INPUTS, OUTPUTS, *ROWS)), given_input)
        assert caught.value.code == code
        assert words in str(caught.value)

    @pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "2026-01-31x", 20260131])
    def test_refuses_what_is_no_date(self, value: Any) -> None:
        compiled = compile_table(make_table({"day": "date"}, {"x": "text"}, ("> 2026-01-01", "a")))
        with pytest.raises(DecisionError, match="a date such as 2026-01-31"):
            decide(compiled, {"day": value})

    def test_refuses_a_faulty_cell_by_its_place(self) -> None:
        with pytest.raises(TableInvalid) as caught:
            compile_table(make_table(INPUTS, OUTPUTS, *ROWS, ("ten", "-", "a", "1")))
        assert caught.value.pointer == "/rows/3/when/amount"

    def test_decides_a_thousand_rows_within_a_millisecond(self, capsys: pytest.CaptureFixture[str]) -> None:
        rows = [(f"{n * 10}..{n * 10 + 9}", "EU, US", 'not("x")', str(n)) for n in range(1000)]
        table = make_table({"amount": "number", "a": "text", "b": "text"}, {"n": "number"}, *rows)
        compiled = compile_table(table)
        took_s = []
        for _ in range(100):
            begin = time.perf_counter()
            assert decide(compiled, {"amount": 9995, "a": "EU", "b": None}).result == {"n": 999}
            took_s.append(time.perf_counter() - begin)
        with capsys.disabled():
            print(
                f" [1,000 rows: {min(took_s) * 1000:.2f} ms at best, {sorted(took_s)[50] * 1000:.2f} ms in the middle]"
            )
        assert min(took_s) < 0.005  # five times what is promised: other tests share the machine


numbers = st.one_of(st.integers(-20, 20), st.sampled_from([0.5, -0.5, 0.1, 10**25]))
texts = st.sampled_from(["A", "B", "C, D", 'q"q', "", "$", "not", "empty", "\\"])


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write(value: float) -> str:
    return f"{Decimal(repr(value)):f}"


number_items = st.one_of(
    numbers.map(write),
    st.tuples(st.sampled_from([">", ">=", "<", "<=", "!="]), numbers).map(lambda pair: f"{pair[0]} {write(pair[1])}"),
    st.tuples(st.sampled_from("[("), st.integers(-20, 0), st.integers(1, 20), st.sampled_from("])")).map(
        lambda range_: f"{range_[0]}{range_[1]}..{range_[2]}{range_[3]}"
    ),
    st.just("empty"),
)
text_items = st.one_of(texts.map(quote), st.just("empty"))


def cells_of(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = st.lists(items, min_size=1, max_size=3).map(", ".join)
    return st.one_of(st.just("-"), listed, listed.map(lambda text: f"not({text})"))


def is_in(value: Any, part: Part) -> bool:
    """Whether a part lets a value through, as one would write it down."""
    if part.low is not None and not (part.low < value or (part.low_in and part.low == value)):  # type: ignore[operator]
        return False
    return part.high is None or value < part.high or (part.high_in and value == part.high)  # type: ignore[operator]


def lets_through(text: str, kind: Any, value: Any) -> bool:
    """A plain evaluator of a cell."""
    cell = read_cell(text, kind)
    if cell.takes_any:
        return True
    if value is None:
        found = cell.takes_empty
    else:
        held = Decimal(repr(value)) if kind == "number" else value
        found = any(is_in(held, part) for part in cell.parts)
    return found is not cell.negated


class TestAgainstAPlainEvaluator:
    @settings(max_examples=150, deadline=None)
    @given(
        rows=st.lists(st.tuples(cells_of(number_items), cells_of(text_items)), min_size=1, max_size=6),
        values=st.lists(st.tuples(st.none() | numbers, st.none() | texts), min_size=1, max_size=8),
    )
    def test_finds_the_same_rows(self, rows: list[tuple[str, str]], values: list[tuple[Any, Any]]) -> None:
        table = make_table({"n": "number", "t": "text"}, {"x": "number"}, *((*row, "1") for row in rows), hit="collect")
        compiled = compile_table(table)
        for n, t in values:
            expected = [
                number
                for number, (one, other) in enumerate(rows, start=1)
                if lets_through(one, "number", n) and lets_through(other, "text", t)
            ]
            assert list(decide(compiled, {"n": n, "t": t}).rows) == expected
