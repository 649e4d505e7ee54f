"""Rows as HTML, drawn once for what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.template.backends.django import Template

from flows.definition.flow_file import parse_flow_file
from flows.designer import drawn_rows
from flows.designer.drawn_rows import draw_rows
from flows.designer.outline_rows import Row, make_page
from flows.registry import kind_specs, trigger_specs
from tests.support.large_flows import write_large_flow


@pytest.fixture
def rows() -> list[Row]:
    drawn_rows._kept.clear()
    definition = parse_flow_file(write_large_flow(10))
    return list(make_page(definition, [], kind_specs(), trigger_specs()).rows)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of rows that are drawn anew, as they are."""
    keys: list[str] = []
    render = Template.render

    def note(self: Template, context: dict[str, Row]) -> str:
        keys.append(context["row"].key)
        return render(self, context)

    monkeypatch.setattr(Template, "render", note)
    return keys


class TestDrawRows:
    def test_draws_each_row_once(self, rows: list[Row], drawn: list[str]) -> None:
        first = draw_rows(rows)
        assert drawn == [row.key for row in rows]
        assert draw_rows(rows) == first
        assert len(drawn) == len(rows)

    def test_draws_anew_what_says_something_else(self, rows: list[Row], drawn: list[str]) -> None:
        draw_rows(rows)
        drawn.clear()
        rows[3] = replace(rows[3], title="<b>Other</b>")
        assert "&lt;b&gt;Other&lt;/b&gt;" in draw_rows(rows)[3]
        assert drawn == [rows[3].key]

    def test_takes_a_row_of_the_same_flow_read_again_for_the_same(self, rows: list[Row], drawn: list[str]) -> None:
        draw_rows(rows)
        drawn.clear()
        again = parse_flow_file(write_large_flow(10))
        draw_rows(make_page(again, [], kind_specs(), trigger_specs()).rows)
        assert drawn == []

    def test_keeps_no_more_than_so_many(self, rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drawn_rows, "ROWS_KEPT", 4)
        draw_rows(rows)
        assert len(drawn_rows._kept) == 4

    def test_knows_rows_by_what_they_say_alone(self, rows: list[Row]) -> None:
        assert [row.key for row in rows if " at 0x" in repr(row)] == []
