"""The form language: one table of cases for the server and the browser, and whatever hypothesis thinks of."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.forms.errors import ExpressionInvalid
from cases.forms.language import Node, Scope, evaluate, list_names, parse
from cases.forms.language.decimals import write_decimal
from tests.support.node import NodeModule

TABLE = json.loads((Path(__file__).parents[3] / "support" / "form_language.json").read_text())
CASES = [(text, value, []) for text, value in TABLE["cases"]]
CASES += [(text, value, TABLE["columns"]) for text, value in TABLE["row_cases"]]


def plain(value: Any) -> Any:
    """A value as the table writes it."""
    if isinstance(value, Decimal):
        return {"number": write_decimal(value)}
    return [plain(one) for one in value] if isinstance(value, list) else value


def work_out(node: Node, data: Any, columns: list[str] | None = None, row: Any = None) -> Any:
    return plain(evaluate(node, Scope(data=data, columns=frozenset(columns or ()), row=row or {})))


class TestLanguage:
    @pytest.mark.parametrize(("text", "expected", "columns"), CASES)
    def test_gives_what_the_table_says(self, text: str, expected: Any, columns: list[str]) -> None:
        assert work_out(parse(text), TABLE["data"], columns, TABLE["row"]) == expected

    def test_gives_the_same_in_the_browser(self, language_js: NodeModule) -> None:
        for text, expected, columns in CASES:
            scope = {"data": TABLE["data"], "columns": columns, "row": TABLE["row"]}
            assert language_js.ask({"node": parse(text), "scope": scope}) == expected, text

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "Something is missing at the end."),
            ("amount >", "Something is missing at the end."),
            ("amount > 1 2", "“2” does not fit here."),
            ("(1", "A “)” is missing."),
            ("[1, 2", "A “]” is missing."),
            ("“DE”", "““” cannot stand here. Texts stand in quotation marks."),
            ("a % b", "“%” cannot stand here."),
            ("total(1)", "There is no “total()”. These there are: sum, count, min, max, round, abs, empty, filled, "
             "contains."),
            ("sum(1, 2)", "“sum()” takes 1 values, not 2."),
            ("round()", "“round()” takes 1 to 2 values, not 0."),
            ("(" * 40 + "1" + ")" * 40, "This is nested too deeply. Split it up."),
            ("-" * 400 + "1", "This is nested too deeply. Split it up."),
            ("not " * 100 + "1", "This is nested too deeply. Split it up."),
            ("a" * 501, "This has 501 characters; 500 is the most. Split it up."),
            ("1" * 40, "This number is too long."),
            ("a.b(1)", "There is no “a.b()”. These there are: sum, count, min, max, round, abs, empty, filled, "
             "contains."),
        ],
    )  # fmt: skip
    def test_says_what_it_cannot_read(self, text: str, message: str) -> None:
        with pytest.raises(ExpressionInvalid) as caught:
            parse(text)
        assert caught.value.message == message

    def test_names_the_fields_it_reads(self) -> None:
        assert set(list_names(parse("sum(lines.net) > limit and not contains([tag], 'x')"))) == {
            ("lines", "net"), ("limit",), ("tag",),
        }  # fmt: skip


NUMBERS = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-(10**6), 10**6, places=2).map(float),
)
AMOUNTS = st.decimals(-(10**9), 10**9, places=2).map(lambda amount: {"amount": str(amount), "currency": "EUR"})
TEXTS = st.text("aäZ9\U0001d11e\uffee", max_size=5)
VALUES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, AMOUNTS, st.lists(NUMBERS, max_size=3))
NAMES = st.sampled_from(["a", "b", "c", "d"])
LEAVES = st.one_of(
    NAMES.map(lambda name: ["name", name]),
    NAMES.map(lambda name: ["name", name, "amount"]),
    st.sampled_from([["num", "0"], ["num", "3"], ["num", "0.07"], ["text", "x"], ["bool", True], ["list"]]),
)
SIGNS = st.sampled_from(["+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">=", "in", "and", "or"])


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.tuples(SIGNS, inner, inner).map(lambda parts: ["bin", *parts]),
        inner.map(lambda node: ["neg", node]),
        inner.map(lambda node: ["not", node]),
        st.sampled_from(["sum", "count", "min", "max", "round", "abs", "empty", "filled"]).flatmap(
            lambda name: inner.map(lambda node: ["call", name, node])
        ),
        st.tuples(inner, inner).map(lambda parts: ["call", "contains", *parts]),
        st.lists(inner, max_size=3).map(lambda nodes: ["list", *nodes]),
    )


class TestBothSides:
    @settings(deadline=None)
    @given(node=st.recursive(LEAVES, _grow, max_leaves=8), data=st.dictionaries(NAMES, VALUES))
    def test_agree_on_any_tree(self, language_js: NodeModule, node: Node, data: dict[str, Any]) -> None:
        there = language_js.ask({"node": node, "scope": {"data": data, "columns": [], "row": {}}})
        assert there == work_out(node, json.loads(json.dumps(data)))
