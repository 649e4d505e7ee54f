"""The difference between what is live and what would go live, laid over a drawing of either. Changes nothing."""

from __future__ import annotations

from typing import Any

from flows.definition.diff import FlowDiff
from flows.definition.flow_file import definition_to_data
from flows.definition.model import FlowDefinition
from flows.designer.pages.drawings import tell_drawing
from flows.models import Flow

VIEWS = ("canvas", "live")
_ICONS = {"added": "plus", "changed": "pencil", "removed": "x"}


def tell_drawn_diff(flow: Flow, definition: FlowDefinition, diff: FlowDiff, *, is_live: bool) -> dict[str, Any]:
    """``drawing`` and ``overlay`` for ``parts/drawing.html``; of what is live, else of the definition."""
    document = flow.live_version.document if is_live and flow.live_version else definition_to_data(definition)
    marks = dict(diff.overlay()["steps"])
    for step in diff.steps:
        if step.sort == "renamed":
            marks[step.old_key if is_live else step.key] = {"state": "changed", "label": step.label}
    steps = {key: {**mark, "icon": _ICONS.get(mark["state"], "pencil")} for key, mark in marks.items()}
    return {"drawing": tell_drawing(flow, document), "overlay": {"name": "diff", "steps": steps}}
