"""Lists of operations: all or nothing, and an end to what takes too long."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.editing import EditFault, apply_ops, applying
from flows.registry import kind_specs

DOCUMENT: dict[str, Any] = {
    "format": 1,
    "flow": "f",
    "name": "F",
    "team": "t",
    "steps": {
        "ask": {"kind": "set", "with": {"a": "= trigger.body.asked"}, "next": "tell"},
        "tell": {"kind": "set", "with": {"a": "= steps.ask.a & steps.`ask`.a & 'steps.ask.a'", "b": "steps.ask"}},
    },
}


class TestApplyOps:
    def test_ends_what_takes_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(applying, "MAX_SECONDS", -1.0)
        with pytest.raises(EditFault, match="Make it in several parts") as refused:
            apply_ops(DOCUMENT, [{"op": "rename_step", "key": "ask", "to": "hear"}], kind_specs())
        assert refused.value.code == "edit.too_much"

    def test_follows_a_rename_wherever_the_step_is_named(self) -> None:
        found = apply_ops(DOCUMENT, [{"op": "rename_step", "key": "ask", "to": "hear"}], kind_specs()).document
        assert found["steps"]["hear"]["with"] == {"a": "= trigger.body.asked"}
        said = found["steps"]["tell"]["with"]["a"]
        assert said.replace("`", "") == "= steps.hear.a & steps.hear.a & 'steps.ask.a'"
        assert found["steps"]["tell"]["with"]["b"] == "steps.ask"
