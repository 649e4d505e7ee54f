"""The table of cases that server and canvas share: what edits give, and with which sentence they are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.definition.editing import EditFault, apply_ops, close_document, open_document
from flows.registry import kind_specs

TABLE = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
DOCUMENTS = TABLE["documents"]


def apply(case: dict[str, Any]) -> dict[str, Any]:
    """What the server makes of a case, in the words of the table."""
    document = close_document(open_document(DOCUMENTS[case["document"]]))
    try:
        applied = apply_ops(document, case["ops"], kind_specs())
    except EditFault as fault:
        return {"refused": {"code": fault.code, "message": fault.message, "index": fault.index}}
    result: dict[str, Any] = {"document": open_document(applied.document)}
    return {**result, "renamed": dict(applied.renamed)} if applied.renamed else result


def expected(case: dict[str, Any]) -> dict[str, Any]:
    """The expectation, its document as it is stored."""
    wanted = dict(case["expect"])
    if "document" in wanted:
        wanted["document"] = open_document(close_document(open_document(wanted["document"])))
    return wanted


class TestCases:
    @pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
    def test_give_what_the_canvas_gives(self, case: dict[str, Any]) -> None:
        given, wanted = apply(case), expected(case)
        assert given == wanted
        if "document" in wanted:
            assert list(given["document"]["steps"]) == list(wanted["document"]["steps"])

    def test_know_every_kind_as_it_is(self) -> None:
        listed = {kind["key"]: kind for kind in TABLE["kinds"]}
        for key, spec in kind_specs().items():
            assert key in listed, f"{key} is not in the table of cases"
            assert listed[key]["label"] == spec.label
            for word in ("free_ports", "opens_scope", "closes_scope"):
                assert listed[key][word] == getattr(spec, word)
