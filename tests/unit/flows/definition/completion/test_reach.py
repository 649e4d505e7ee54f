"""Which outputs a step may read."""

from __future__ import annotations

import pytest

from flows.definition.completion import list_items, list_readable
from flows.definition.flow_file import parse_flow_file
from flows.definition.scopes import compute_scopes
from flows.registry import kind_specs

FLOW = parse_flow_file("""
format: 1
flow: orders
name: Orders
team: operations
start: open
steps:
  open: {kind: set, with: {a: 1}, next: which}
  which: {kind: choose, with: {cases: [{when: "= true", port: big}]}, on: {big: ask, default: each}}
  ask: {kind: set, with: {a: 1}, next: each}
  each: {kind: for_each, with: {items: "= [1]", as: line}, on: {each: note}, next: both}
  note: {kind: set, with: {a: 1}, next: told}
  told: {kind: set, with: {a: 1}}
  both: {kind: parallel, on: {a: left, b: right}}
  left: {kind: set, with: {a: 1}, next: meet}
  right: {kind: set, with: {a: 1}, next: meet}
  meet: {kind: join, next: last}
  last: {kind: stop}
  lonely: {kind: stop}
""")


class TestListReadable:
    @pytest.mark.parametrize(
        ("reader", "keys"),
        [
            ("open", []),
            ("ask", ["open", "which"]),
            ("each", ["open", "which", "ask?"]),
            ("told", ["open", "which", "ask?", "each", "note"]),
            ("left", ["open", "which", "ask?", "each", "both"]),
            ("last", ["open", "which", "ask?", "each", "both", "meet"]),
            ("lonely", []),
            ("missing", []),
        ],
    )
    def test_gives_what_came_before_and_is_seen(self, reader: str, keys: list[str]) -> None:
        found = list_readable(FLOW, kind_specs(), reader)
        assert [each.key if each.is_certain else f"{each.key}?" for each in found] == keys


class TestListItems:
    def test_names_the_item_of_each_loop_round_it(self) -> None:
        scopes = compute_scopes(FLOW, kind_specs())
        assert list_items(FLOW, scopes, "told") == [("item", "each"), ("line", "each")]
        assert list_items(FLOW, scopes, "last") == []
