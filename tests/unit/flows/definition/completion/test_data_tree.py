"""Data as people pick from it."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.completion import DataNode, join_path, make_tree, show, type_of, walk

SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "due": {"type": "string", "format": "date"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}}},
}


def rows(node: DataNode) -> dict[str, tuple[str, str, bool, bool]]:
    return {each.path: (each.type, each.example, each.may_be_missing, each.of_each) for each in walk(node)}


class TestMakeTree:
    def test_joins_what_the_schema_says_with_an_example(self) -> None:
        value = {"id": "CH-1", "extra": 3, "lines": [{"sku": "J-1", "more": True}]}
        assert rows(make_tree("body", "trigger.body", value, SCHEMA)) == {
            "trigger.body": ("group", "id, extra, lines", False, False),
            "trigger.body.id": ("text", "CH-1", False, False),
            "trigger.body.due": ("date", "", True, False),
            "trigger.body.lines": ("list of groups", "1 in it", True, False),
            "trigger.body.lines.sku": ("text", "J-1", True, True),
            "trigger.body.lines.more": ("yes or no", "yes", True, True),
            "trigger.body.extra": ("number", "3", True, False),
        }

    def test_ends_in_data_that_nests_without_end(self) -> None:
        value: Any = "deep"
        for _ in range(40):
            value = {"a": value}
        assert len(list(walk(make_tree("x", "x", value)))) < 10

    def test_knows_lists_by_their_schema_alone(self) -> None:
        node = make_tree("b", "b", None, SCHEMA)
        assert rows(node)["b.lines.sku"] == ("text", "", True, True)


class TestJoinPath:
    @pytest.mark.parametrize(
        ("name", "path"), [("title", "a.title"), ("due date", "a.`due date`"), ("in", "a.`in`"), ("2nd", "a.`2nd`")]
    )
    def test_quotes_what_is_no_plain_name(self, name: str, path: str) -> None:
        assert join_path("a", name) == path


class TestTypeOf:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("x", "text"),
            ("https://hub.example/a", "link"),
            ("2026-03-14", "date"),
            ("2026-03-14T09:30:00Z", "date"),
            (1.5, "number"),
            (True, "yes or no"),
            ([], "list"),
            ({}, "group"),
            (None, "nothing"),
            ("••••", "hidden"),
        ],
    )
    def test_says_it_in_words(self, value: Any, words: str) -> None:
        assert type_of(value) == words


class TestShow:
    def test_keeps_to_one_short_line(self) -> None:
        assert show("a\n b") == "a b"
        assert len(show("x" * 500)) == 60
        assert show([1, 2]) == "2 of them"
        assert show({"a": 1, "b": 2}) == "a, b"
