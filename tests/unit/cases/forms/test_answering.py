"""What is kept of an answer and what is wrong with it, on the server and in the browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.forms import check_answer, expand_form, plan_form, read_form
from integrator.lib.schema import compile_schema
from tests.support.node import NodeModule

EUR = "EUR"
ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["lines", "total", "reason", "iban"],
    "properties": {
        "reason": {"type": "string", "x-show-if": "total > 100", "maxLength": 10},
        "total": {"x-field": "money", "x-compute": "sum(lines.net)"},
        "lines": {
            "x-field": "table", "minItems": 1, "maxItems": 3,
            "items": {
                "required": ["qty", "price", "why_free"],
                "properties": {
                    "net": {"x-field": "money", "x-compute": "qty * price"},
                    "qty": {"type": "integer", "minimum": 1},
                    "price": {"x-field": "money", "x-currencies": [EUR]},
                    "why_free": {"type": "string", "x-show-if": "price = 0"},
                },
            },
        },
        "iban": {"type": "string", "readOnly": True, "default": "DE02"},
        "is_urgent": {"type": "boolean"},
        "until": {"type": "string", "format": "date"},
        "level": {"enum": [1, "high"]},
        "paper": {"x-field": "document", "default": {"file": "x"}},
    },
    "x-layout": [{"title": "When", "fields": ["until"], "show": "is_urgent"}],
}  # fmt: skip
FORM = read_form(ORDER)
VALUES = json.loads((Path(__file__).parents[3] / "support" / "form_values.json").read_text())


def line(qty: Any, price: Any = "60.00", **more: Any) -> dict[str, Any]:
    return {"qty": qty, "price": {"amount": price, "currency": EUR}, **more}


def faults_of(data: dict[str, Any], schema: dict[str, Any] = ORDER) -> dict[str, str]:
    return {fault.pointer: fault.message for fault in check_answer(read_form(schema), data).faults}


class TestCheckAnswer:
    def test_computes_rows_before_what_adds_them_up_and_shows_what_depends_on_it(self) -> None:
        checked = check_answer(FORM, {"lines": [line(2)], "reason": "new", "total": {"amount": "1", "currency": "X"}})
        assert not checked.faults
        assert checked.data["total"] == {"amount": "120.00", "currency": EUR}
        assert checked.data["lines"][0]["net"] == {"amount": "120.00", "currency": EUR}
        assert checked.data["reason"] == "new"

    def test_neither_needs_nor_keeps_what_is_hidden(self) -> None:
        checked = check_answer(FORM, {"lines": [line(1)], "reason": "much too long for it", "until": "never"})
        assert not checked.faults
        assert checked.hidden == {"reason", "until"}
        assert not {"reason", "until"} & set(checked.data)

    def test_keeps_nothing_of_what_is_only_shown_and_its_own_value_of_what_is_fixed(self) -> None:
        checked = check_answer(FORM, {"lines": [line(1)], "iban": "stolen", "paper": {"file": "other"}})
        assert checked.data["iban"] == "DE02"
        assert "paper" not in checked.data

    def test_takes_prefilled_values_over_defaults(self) -> None:
        assert check_answer(FORM, {"lines": [line(1)]}, prefill={"iban": "AT03"}).data["iban"] == "AT03"

    @pytest.mark.parametrize(
        ("data", "pointers"),
        [
            ({}, ["/lines"]),
            ({"lines": []}, ["/lines"]),
            ({"lines": [line(1)] * 4}, ["/lines", "/reason"]),
            ({"lines": [{"qty": 1}]}, ["/lines/0/price"]),
            ({"lines": [line(0)]}, ["/lines/0/qty"]),
            ({"lines": [line(1, "0.00")]}, ["/lines/0/why_free"]),
            ({"lines": [line(1), 5]}, ["/lines/1"]),
            ({"lines": [line(1)], "level": 2}, ["/level"]),
            ({"lines": [line(1)], "is_urgent": True, "until": "31.12."}, ["/until"]),
        ],
    )  # fmt: skip
    def test_names_faults_by_their_place(self, data: dict[str, Any], pointers: list[str]) -> None:
        assert list(faults_of(data)) == pointers

    @pytest.mark.parametrize("row", VALUES, ids=lambda row: json.dumps(row["field"])[:60])
    def test_judges_values_as_the_table_says(self, row: dict[str, Any]) -> None:
        for value in (*row["good"], *row["bad"]):
            schema = {"type": "object", "properties": {"value": row["field"]}}
            assert bool(faults_of({"value": value}, schema)) == (value in row["bad"]), value

    def test_reads_amounts_as_text_only(self) -> None:
        for amount in (1, "1,5", "1e3", "", " 1", "12345678901234567", None):
            assert "/lines/0/price/amount" in faults_of(
                {"lines": [{"qty": 1, "price": {"amount": amount, "currency": EUR}}]}
            )
        assert "/lines/0/price/currency" in faults_of(
            {"lines": [{"qty": 1, "price": {"amount": "1", "currency": "USD"}}]}
        )

    def test_bounds_rows_of_any_table(self) -> None:
        schema = {
            "type": "object",
            "properties": {"rows": {"x-field": "table", "items": {"properties": {"a": {"type": "string"}}}}},
        }
        assert "/rows" in faults_of({"rows": [{"a": "x"}] * 201}, schema)

    def test_is_what_a_plain_schema_says_where_nothing_is_hidden_or_computed(self) -> None:
        schema = {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"type": "integer"}},
            "additionalProperties": False,
        }
        for data in ({}, {"a": "x"}, {"a": 1, "b": 2}, {"a": 1}):
            assert check_answer(read_form(schema), data).faults == tuple(compile_schema(schema).faults(data))


COMPARE: dict[str, Any] = {
    "type": "object",
    "required": ["change"],
    "properties": {
        "change": {
            "x-field": "comparison",
            "x-labels": {"/iban": "Account"},
            "default": {
                "before": {"iban": "DE1", "name": "A", "old": 1},
                "after": {"iban": "DE2", "name": "A", "new": 2},
            },
        }
    },
}  # fmt: skip


class TestComparisons:
    def test_make_the_patch_of_what_was_accepted_whatever_was_sent(self) -> None:
        sent = {
            "accepted": ["/iban", "/old", "/evil"],
            "refused": ["/new"],
            "patch": [{"op": "add", "path": "/evil", "value": 1}],
        }
        checked = check_answer(read_form(COMPARE), {"change": sent})
        assert not checked.faults
        assert checked.data["change"] == {
            "patch": [{"op": "replace", "path": "/iban", "value": "DE2"}, {"op": "remove", "path": "/old"}],
            "accepted": ["/iban", "/old"],
            "refused": ["/new"],
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("sent", "message"),
        [
            ({"accepted": ["/iban"]}, "leaves 2 changes open: accept or refuse each"),
            ({"accepted": ["/iban", "/old", "/new"], "refused": ["/new"]}, "accepts and refuses the same change"),
            ({}, "leaves 3 changes open: accept or refuse each"),
            (None, "is required"),
        ],
    )
    def test_want_each_change_answered(self, sent: Any, message: str) -> None:
        assert faults_of({} if sent is None else {"change": sent}, COMPARE) == {"/change": message}

    def test_have_nothing_to_ask_where_nothing_differs(self) -> None:
        checked = check_answer(read_form(COMPARE), {}, prefill={"change": {"before": {"a": 1}, "after": {"a": 1}}})
        assert (checked.faults, checked.data["change"]["patch"]) == ((), [])


TEXTS = st.one_of(st.text("aé1 -\U0001d11e", max_size=12), st.just("2026-05-01"), st.just("31.12."))
LINES = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {},
            optional={
                "qty": st.one_of(st.integers(-1, 4), st.none(), st.just("x"), st.just(1.5)),
                "price": st.one_of(
                    st.fixed_dictionaries(
                        {"amount": st.sampled_from(["0", "60.00", "-1.5", "x", "1e2"]), "currency": st.just(EUR)}
                    ),
                    st.just(5),
                ),
                "why_free": TEXTS,
            },
        ),
        st.just(7),
    ),
    max_size=4,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "lines": st.one_of(LINES, st.just("x")), "reason": st.one_of(TEXTS, st.integers()), "is_urgent": st.booleans(),
        "until": TEXTS, "level": st.sampled_from([1, 2, "high"]), "iban": TEXTS, "total": st.just(1), "else": st.none(),
    },
)  # fmt: skip


def judge(properties: dict[str, Any], data: dict[str, Any], browser: NodeModule) -> None:
    """Both sides find the same fields faulty."""
    schema = {"type": "object", "properties": properties}
    here = {fault.pointer.split("/")[1] for fault in check_answer(read_form(schema), data).faults}
    there = {place.split("/")[0] for place, _ in browser.ask({"plan": plan_form(schema), "data": data})["faults"]}
    assert here == there, data


class TestBothSides:
    @settings(deadline=None)
    @given(data=ANSWERS)
    def test_keep_the_same_and_what_the_server_takes_the_browser_takes(
        self, answers_js: NodeModule, data: dict[str, Any]
    ) -> None:
        checked = check_answer(FORM, data)
        there = answers_js.ask({"plan": plan_form(ORDER), "data": data})
        shown = {key: value for key, value in there["data"].items() if key != "paper"}
        assert (shown, there["hidden"]) == (checked.data, sorted(checked.hidden))
        if not checked.faults:
            assert there["faults"] == []

    @pytest.mark.parametrize("row", VALUES, ids=lambda row: json.dumps(row["field"])[:60])
    def test_judge_one_table_of_values_alike(self, answers_js: NodeModule, row: dict[str, Any]) -> None:
        column = {"x-field": "table", "items": {"properties": {"value": row["field"]}}}
        is_table = row["field"].get("x-field") == "table"
        for value in (*row["good"], *row["bad"]):
            judge({"value": row["field"]}, {"value": value}, answers_js)
            if not is_table:
                judge({"lines": column}, {"lines": [{"value": value}]}, answers_js)

    def test_both_say_what_is_missing(self, answers_js: NodeModule) -> None:
        there = answers_js.ask({"plan": plan_form(ORDER), "data": {"lines": [line(5, "100"), {"qty": 0}]}})
        assert [place for place, _ in there["faults"]] == ["reason", "lines/1/qty", "lines/1/price"]


class TestExpandForm:
    def test_is_a_plain_schema_that_strangers_can_check(self) -> None:
        full = expand_form(ORDER)
        assert expand_form(full) == full
        assert json.loads(json.dumps(full)) == full
        bare = {name: value for name, value in full.items() if name != "required"}
        good = check_answer(FORM, {"lines": [line(2, "0.00", why_free="gift")]}).data
        assert compile_schema(bare).faults(good) == []
        assert compile_schema(bare).faults({**good, "total": 5}) != []
