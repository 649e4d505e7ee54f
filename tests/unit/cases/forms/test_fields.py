"""A JSON schema as fields, and what was typed as data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.forms import draw_form, expand_form, read_answers, read_fields, sort_faults
from integrator.lib.schema import compile_schema
from integrator.lib.strict_json import check

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["amount", "sure"],
    "properties": {
        "amount": {"type": "number", "title": "Correct amount", "description": "Net", "default": 5},
        "pieces": {"type": ["integer", "null"]},
        "booked_on": {"type": "string", "format": "date"},
        "why": {"enum": ["typing error", 3, None]},
        "sure": {"type": "boolean"},
        "note": {"type": "string", "maxLength": 1000},
        "lines/~": {"type": "array"},
        "level": {"oneOf": [{"const": 1, "title": "Low"}, {"const": 2}]},
        "mail": {"type": "string", "format": "email"},
    },
}


class TestReadFields:
    def test_finds_the_control_of_each(self) -> None:
        fields = {field.key: field for field in read_fields(FORM)}
        assert [field.type for field in fields.values()] == [
            "number", "number", "date", "select", "tick", "textarea", "json", "select", "email",
        ]  # fmt: skip
        assert (fields["amount"].label, fields["amount"].hint, fields["amount"].value) == ("Correct amount", "Net", "5")
        assert fields["booked_on"].label == "Booked on"
        assert fields["why"].options == (("typing error", "typing error"), ("3", "3"))
        assert fields["level"].options == (("1", "Low"), ("2", "2"))
        assert (fields["amount"].required, fields["sure"].required, fields["note"].required) == (True, False, False)

    def test_names_them_without_the_words_of_the_schema(self) -> None:
        assert [field.name for field in read_fields(FORM)] == [f"field-{number}" for number in range(9)]

    def test_keeps_what_was_typed_even_if_wrong(self) -> None:
        fields = read_fields(FORM, typed={"field-0": "12,5", "field-4": "true"}, faults={"amount": "A number."})
        assert (fields[0].value, fields[0].error) == ("12,5", "A number.")
        assert fields[4].value is True

    @pytest.mark.parametrize("form", [None, {}, {"type": "object"}, {"properties": []}])
    def test_are_none_without_properties(self, form: Any) -> None:
        assert read_fields(form) == []


class TestReadAnswers:
    @pytest.mark.parametrize("depth", [65, 400, 950, 100_000])
    def test_leave_what_is_nested_too_deep_as_text(self, depth: int) -> None:
        bomb = '{"a":' * depth + "1" + "}" * depth
        form = {"properties": {"blob": {"type": "object"}, "sum": {"type": "number", "x-compute": "1 + 1"}}}
        assert read_answers(form, {"field-0": bomb}) == {"blob": bomb}
        ((blob, total),) = [section.fields for section in draw_form(form, typed={"field-0": bomb})]
        assert (blob.value, total.value) == (bomb, "2")

    def test_gives_each_its_type(self) -> None:
        typed = {
            "field-0": "12.50", "field-1": " 3 ", "field-2": "2026-11-19", "field-3": "3", "field-4": "true",
            "field-5": "a\r\nb", "field-6": '["x"]', "field-7": "2", "field-8": " a@b.example ",
        }  # fmt: skip
        assert read_answers(FORM, typed) == {
            "amount": 12.5, "pieces": 3, "booked_on": "2026-11-19", "why": 3, "sure": True,
            "note": "a\nb", "lines/~": ["x"], "level": 2, "mail": "a@b.example",
        }  # fmt: skip

    def test_leaves_empty_fields_out_and_an_empty_box_is_no(self) -> None:
        assert read_answers(FORM, {"field-5": "  "}) == {"sure": False}

    @pytest.mark.parametrize("text", ["12,5", "1e999", "NaN", "0x10", "1_000", "٣", "9" * 50])
    def test_leaves_what_is_no_number_as_text(self, text: str) -> None:
        data = read_answers(FORM, {"field-0": text})
        assert data is not None
        assert data["amount"] == text

    @pytest.mark.parametrize("text", ["[NaN]", "[", "[" * 100_000])
    def test_leaves_what_is_no_json_as_text(self, text: str) -> None:
        data = read_answers(FORM, {"field-6": text})
        assert data is not None
        assert data["lines/~"] == text

    def test_is_none_without_a_form(self) -> None:
        assert read_answers(None, {"field-0": "1"}) is None

    @settings(deadline=None)
    @given(st.dictionaries(st.sampled_from([f"field-{number}" for number in range(9)]), st.text(max_size=30)))
    def test_always_gives_json_or_says_so(self, typed: dict[str, str]) -> None:
        data = read_answers(FORM, typed)
        assert data is not None
        for value in data.values():
            if not isinstance(value, str):
                check(value)


class TestSortFaults:
    def test_finds_the_field_of_each(self) -> None:
        errors = [
            {"pointer": "/data/amount", "message": "a number was expected"},
            {"pointer": "/data/amount", "message": "second"},
            {"pointer": "/data/lines~1~0/0", "message": "is needed"},
            {"pointer": "/comment", "message": "Say why."},
            {"pointer": "/data", "message": "too much"},
            {"pointer": "/outcome", "message": "Choose one."},
        ]
        by_key, others = sort_faults(errors, FORM)
        assert by_key == {"amount": "A number was expected.", "lines/~": "Is needed.", "": "Say why."}
        assert others == ["Too much.", "Choose one."]

    def test_speaks_to_who_fills_it_in_and_not_of_the_schema(self) -> None:
        money = {"x-field": "money", "x-currencies": ["EUR"]}
        fields = {
            "price": money,
            "code": {"type": "string", "pattern": "^[A-Z]+$"},
            "colour": {"oneOf": [{"const": "r", "title": "Red"}]},
            "sure": {"type": "boolean", "const": True},
            "lines": {"x-field": "table", "items": {"type": "object", "properties": {"net": money}}},
        }
        form = expand_form({"type": "object", "required": ["code"], "properties": fields})
        answer = {
            "price": {"amount": "12,5x", "currency": "EUR"},
            "colour": "blue",
            "sure": False,
            "lines": [{"net": {"amount": "1", "currency": "XXX"}}],
        }
        found = [
            {"pointer": f"/data{fault.pointer}", "message": fault.message}
            for data in (answer, {**answer, "code": "a1"})
            for fault in compile_schema(form).faults(data)
        ]
        assert sort_faults(found, form) == (
            {
                "price": "Write an amount, such as 1250.00.",
                "code": "Is required.",
                "colour": "Choose one of the list.",
                "sure": "Tick this to go on.",
                "lines/0/net": "Choose one of the currencies.",
            },
            [],
        )
        [last] = [fault for fault in found if fault["pointer"] == "/data/code" and "pattern" in fault["message"]]
        assert sort_faults([last], form)[0] == {"code": "This is not written as it has to be."}
