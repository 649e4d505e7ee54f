"""What two people change of one field at the same time."""

from __future__ import annotations

from typing import Any

from cases.forms.meeting import list_paths, list_touched


def table_of(**columns: Any) -> dict[str, Any]:
    return {"type": "array", "x-field": "table", "items": {"type": "object", "properties": columns}}


NUMBER = {"type": "number", "title": "Amount"}


class TestListTouched:
    def test_names_the_parts_that_differ_of_fields_and_columns(self) -> None:
        old = {"properties": {"why": {"type": "string"}, "lines": table_of(amount=NUMBER)}}
        new = {
            "properties": {
                "why": {"type": "string", "title": "Why"},
                "lines": table_of(amount={**NUMBER, "description": "With tax"}),
            },
            "required": ["why"],
        }
        assert set(list_touched(old, new)) == {"why/label", "why/required", "lines.amount/help"}

    def test_leaves_out_what_is_new_gone_or_no_field(self) -> None:
        old = {"properties": {"gone": {"type": "string"}, "odd": True}}
        new = {
            "properties": {"new": {"type": "string", "title": "New"}, "odd": False, "lines": table_of(amount=NUMBER)}
        }
        assert list(list_touched(old, new)) == []
        assert list_paths(new) == {"new", "lines", "lines.amount"}
