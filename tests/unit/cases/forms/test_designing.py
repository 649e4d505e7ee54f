"""What the design of a form is told, and how its names follow."""

from __future__ import annotations

from typing import Any

import pytest

from cases.forms.designing import check_design
from cases.forms.renaming import rename_name

TABLE = {"x-field": "table"}


def faults_of(properties: dict[str, Any], **more: Any) -> list[str]:
    return [fault.message for fault in check_design({"type": "object", "properties": properties, **more})]


class TestCheckDesign:
    @pytest.mark.parametrize(
        ("properties", "words"),
        [
            ({}, "The form has no field yet."),
            ({"Bad": {"type": "string"}}, "“Bad” cannot name a field."),
            ({"a": {"x-field": "rocket"}}, "which there is not"),
            ({"a": {"type": "string", "enum": []}}, "has nothing to choose from"),
            ({"a": {"x-field": "table"}}, "has no column yet"),
            ({"a": {"x-field": "table", "items": {"properties": {"b": TABLE}}}}, "cannot stand in a table"),
            ({"a": {"x-field": "money", "x-currencies": ["euro"]}}, "codes of three letters"),
            ({"a": {"x-field": "confirmation", "x-auth": "blood"}}, "is confirmed by password"),
            ({"a": {"x-field": "lookup"}}, "connection, path, value of x-lookup is missing"),
            ({"a": {"type": "string", "x-show-if": "b > 1"}}, "There is no field “b”."),
            ({"a": {"type": "number", "x-compute": "a + 1"}}, "depends on itself"),
            ({"a": {"type": "number", "x-show-if": "a +"}}, "cannot be read"),
            ({"a": {"x-field": "document"}}, "does not say which document it shows"),
            ({"a": {"x-field": "comparison"}}, "does not say what it compares"),
            ({"a": {"type": "string", "x-show-if": "1 = 2"}}, "never shows: its condition is never true"),
            ({"a": {"x-field": "table", "items": {"properties": {"b": {"type": "string", "x-show-if": "false"}}}}},
             "The column “B” never shows"),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, properties: dict[str, Any], words: str) -> None:
        assert any(words in message for message in faults_of(properties))

    def test_lets_nothing_be_needed_that_nobody_can_fill_in(self) -> None:
        fixed = {"type": "string", "readOnly": True}
        (told,) = faults_of({"a": fixed}, required=["a"])
        assert told.startswith("“A” has to be filled in but can only be read.")
        assert faults_of({"a": fixed}) == []
        for filled in ({"x-prefill": "case.title"}, {"default": "x"}, {"x-compute": "'x'"}):
            assert faults_of({"a": {**fixed, **filled}}, required=["a"]) == []
        assert faults_of({"a": {"x-field": "document", "x-prefill": "case.data.scan"}}, required=["a"]) == []

    def test_looks_at_sections(self) -> None:
        layout = [{"title": "One", "fields": ["a", "b"], "show": "c = 1"}]
        found = faults_of({"a": {"type": "string"}}, **{"x-layout": layout})
        assert "names “b”" in found[0]
        assert "There is no field “c”" in found[1]


class TestRenameName:
    def test_leaves_texts_functions_and_longer_names_alone(self) -> None:
        text = "sum(sum.net) > 1 and sum != 'sum' and summary = 2"
        assert rename_name(text, ("sum",), "total") == "sum(total.net) > 1 and total != 'sum' and summary = 2"
        assert rename_name("sum(lines.net)", ("lines", "net"), "gross") == "sum(lines.gross)"
