"""The table of edits that the canvas passes too (frontend/designer/src/model/edit.test.ts), passed by the server."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from flows.definition.editing import EditFault, apply_ops
from flows.registry import kind_specs

TABLE = json.loads((Path(__file__).parents[3] / "flows/definition/editing/cases.json").read_text())


def trimmed(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its order; empty parts of the layout count as missing."""
    data = {key: value for key, value in document.items() if key != "order"}
    layout = {key: value for key, value in (data.pop("layout", None) or {}).items() if value}
    return {**data, "layout": layout} if layout else data


class TestEditingTable:
    @pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
    def test_gives_what_the_canvas_shows(self, case: dict[str, Any]) -> None:
        document = copy.deepcopy(TABLE["documents"][case["document"]])
        expect = case["expect"]
        if "refused" in expect:
            with pytest.raises(EditFault) as caught:
                apply_ops(document, case["ops"], kind_specs())
            fault = caught.value
            found = {"code": fault.code, "message": fault.message, "index": fault.index}
            assert found == expect["refused"]
            return
        applied = apply_ops(document, case["ops"], kind_specs())
        assert trimmed(applied.document) == trimmed(expect["document"])
        assert list(applied.document["steps"]) == list(expect["document"]["steps"])
        assert dict(applied.renamed) == expect.get("renamed", {})

    def test_knows_the_kinds_as_they_are(self) -> None:
        fields = ("key", "label", "ports", "free_ports", "opens_scope", "closes_scope", "outer_ports")
        specs = [{name: getattr(spec, name) for name in fields} for spec in kind_specs().values()]
        assert TABLE["kinds"] == json.loads(json.dumps(specs))
