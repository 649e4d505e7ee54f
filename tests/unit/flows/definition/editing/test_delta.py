"""What an edit changed, taken back and done again one after the other without closing the document between."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from flows.definition.editing import (
    Clash,
    apply_delta,
    apply_ops,
    changed_paths,
    make_delta,
    open_document,
    revert_delta,
)
from flows.definition.flow_file import definition_to_data, parse_flow_file
from flows.registry import kind_specs
from tests.support.drafts import CHAIN, add_op, set_op

BASE = definition_to_data(parse_flow_file(CHAIN))


def states(*ops: dict[str, Any]) -> list[dict[str, Any]]:
    """The data before and after each operation."""
    documents = [BASE]
    for op in ops:
        documents.append(apply_ops(documents[-1], [op], kind_specs()).document)
    return [open_document(document) for document in documents]


class TestDelta:
    def test_finds_its_place_again_behind_others(self) -> None:
        passed = states(
            {"op": "set", "target": "steps/ask", "path": ["with"], "value": None},
            {"op": "rename_step", "key": "ask", "to": "one"},
            {"op": "set", "target": "steps/one", "path": ["name"], "value": "One"},
            set_op("one", "title", "x"),
            {"op": "delete_steps", "keys": ["one"]},
        )
        deltas = [make_delta(before, after) for before, after in pairwise(passed)]
        data = passed[-1]
        for delta, wanted in zip(deltas[::-1], passed[-2::-1], strict=True):
            data = revert_delta(data, delta)
            assert json.dumps(data) == json.dumps(wanted)
        for delta, wanted in zip(deltas, passed[1:], strict=True):
            data = apply_delta(data, delta)
            assert json.dumps(data) == json.dumps(wanted)

    def test_names_the_places_it_changed(self) -> None:
        before, after = states(set_op("tell", "words", "x"))
        assert changed_paths(make_delta(before, after)) == [("steps", "tell", "with", "words")]

    def test_clashes_with_what_it_does_not_know(self) -> None:
        before, after = states(set_op("tell", "words", "x"))
        other = states(set_op("tell", "words", "y"))[1]
        with pytest.raises(Clash) as clash:
            revert_delta(other, make_delta(before, after))
        assert clash.value.path == ("steps", "tell", "with", "words")

    def test_clashes_where_the_step_is_gone(self) -> None:
        before, after = states(set_op("tell", "words", "x"))
        gone = states({"op": "delete_steps", "keys": ["tell"]})[1]
        with pytest.raises(Clash):
            apply_delta(gone, make_delta(before, after))

    def test_keeps_what_was_added_beside_it(self) -> None:
        before, after = states(add_op("one", "tell"))
        later = open_document(
            apply_ops(
                apply_ops(BASE, [add_op("one", "tell")], kind_specs()).document, [add_op("two")], kind_specs()
            ).document
        )
        reverted = revert_delta(later, make_delta(before, after))
        assert list(reverted["steps"]) == ["ask", "tell", "done", "two"]
