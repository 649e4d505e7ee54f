"""What a person types to answer an incident."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.model import Step
from flows.views.incident_forms import make_fields, read_fields, read_output

CALL = Step(
    key="reply",
    kind="http.request",
    settings={"method": "POST", "url": "= trigger.body.url", "json": {"ok": True}, "timeout_s": 5},
)
INPUT = {"method": "POST", "url": "https://hub.example/a", "json": {"ok": True}, "timeout_s": 5}


def posted(**changes: str) -> dict[str, str]:
    fields = {field.name: field.value for field in make_fields(CALL, INPUT)}
    return {**fields, **{f"with-{name}": text for name, text in changes.items()}}


class TestMakeFields:
    def test_shows_what_was_worked_out(self) -> None:
        fields = {field.label: (field.value, field.is_json) for field in make_fields(CALL, INPUT)}
        assert fields["Address"] == ("https://hub.example/a", False)
        assert fields["JSON body"] == ('{\n  "ok": true\n}', True)
        assert fields["Time limit in seconds"] == ("5", True)

    @pytest.mark.parametrize("kept", [None, {"cut": "…"}])
    def test_says_what_the_flow_says_where_nothing_was_worked_out(self, kept: Any) -> None:
        address = next(field for field in make_fields(CALL, kept) if field.label == "Address")
        assert (address.value, address.is_json) == ("", False)
        assert "= trigger.body.url" in address.hint

    def test_has_a_field_for_each_free_setting_of_set(self) -> None:
        step = Step(key="sum", kind="set", settings={"total": "= trigger.body.a", "note": "x"})
        assert [(field.label, field.is_json) for field in make_fields(step, None)] == [("total", True), ("note", False)]


class TestReadFields:
    def test_unchanged_gives_back_what_went_in(self) -> None:
        assert read_fields(make_fields(CALL, INPUT), posted())[1] == INPUT

    def test_takes_changes_and_leaves_out_what_was_emptied(self) -> None:
        _, settings = read_fields(
            make_fields(CALL, INPUT), posted(url="https://b.example/", json='{"n": 1}', timeout_s="")
        )
        assert settings == {"method": "POST", "url": "https://b.example/", "json": {"n": 1}}

    @pytest.mark.parametrize("text", ["{", "NaN", '{"a": 1, "a": 2}', "plain words"])
    def test_keeps_what_was_typed_when_it_cannot_be_read(self, text: str) -> None:
        fields, settings = read_fields(make_fields(CALL, INPUT), posted(json=text))
        wrong = next(field for field in fields if field.error)
        assert (wrong.label, wrong.value) == ("JSON body", text)
        assert "json" not in settings

    def test_wants_what_is_required(self) -> None:
        step = Step(key="ask", kind="task.assign", settings={"title": "Mend it", "to": "lee"})
        fields, _ = read_fields(
            make_fields(step, {"title": "Mend it", "to": "lee"}), {"with-to": "lee", "with-title": ""}
        )
        assert [field.error for field in fields if field.error] == ["Title is needed."]


class TestReadOutput:
    @pytest.mark.parametrize(
        ("text", "value"), [("", None), ("  ", None), ('{"status": 201}', {"status": 201}), ("7", 7)]
    )
    def test_reads_json(self, text: str, value: Any) -> None:
        field, read = read_output(text)
        assert (read, field.error) == (value, "")

    def test_says_what_is_wrong(self) -> None:
        field, read = read_output("yes")
        assert (field.value, read) == ("yes", None)
        assert "A text stands in double quotes." in field.error
