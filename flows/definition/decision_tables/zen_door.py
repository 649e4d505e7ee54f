"""The one module that knows zen-engine: rows of intervals become a JDM table, places go in, row numbers come out.

Every expression handed over is put together here from integers alone; no word of a table, a flow or data reaches it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import zen

from flows.definition.decision_tables.places import EMPTY, Interval

_NODE = {"position": {"x": 0, "y": 0}}


class Rules:
    """Rows ready to be matched. ``match`` may be called from several threads."""

    def __init__(self, decision: zen.ZenDecision, *, stops_at_first: bool) -> None:
        self._decision, self._stops_at_first = decision, stops_at_first

    def match(self, places: Sequence[int]) -> list[int]:
        """The numbers of the rows (from 0) that match, in their order; at most one when the first one stops."""
        answer = self._decision.evaluate({f"c{at}": place for at, place in enumerate(places)})
        result = answer["result"]
        found = [result] if self._stops_at_first else result
        return [int(one["row"]) for one in found if one]


def make_rules(rows: Sequence[Sequence[tuple[Interval, ...]]], lasts: Sequence[int], *, stops_at_first: bool) -> Rules:
    """This will compile rows: a tuple of intervals for each column; ``lasts`` are the columns' highest places."""
    rules: list[dict[str, str]] = []
    for number, row in enumerate(rows):
        cells = {f"c{at}": _test(intervals, lasts[at]) for at, intervals in enumerate(row)}
        rules.append({"_id": str(number), **cells, "row": str(number)})
    for test in {cell for rule in rules for name, cell in rule.items() if name.startswith("c") and cell}:
        if zen.validate_unary_expression(test) is not None:  # the engine would take it for a cell that never holds
            raise RuntimeError(f"zen-engine does not read what was made for it: {test}")
    content = {
        "hitPolicy": "first" if stops_at_first else "collect",
        "inputs": [{"id": f"c{at}", "name": f"c{at}", "field": f"c{at}"} for at in range(len(lasts))],
        "outputs": [{"id": "row", "name": "row", "field": "row"}],
        "rules": rules,
    }
    nodes: list[dict[str, Any]] = [
        {"id": "in", "name": "in", "type": "inputNode", **_NODE},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content, **_NODE},
        {"id": "out", "name": "out", "type": "outputNode", **_NODE},
    ]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return Rules(decision, stops_at_first=stops_at_first)


def _test(intervals: tuple[Interval, ...], last: int) -> str:
    """The cell in zen's words; "" for any value, and what never holds where nothing is let through."""
    if intervals == ((EMPTY, last),):
        return ""
    if not intervals:
        return "$ == -1"
    return " or ".join(f"$ == {low}" if low == high else f"$ in [{low}..{high}]" for low, high in intervals)
