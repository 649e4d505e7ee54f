"""What a flow file being written says: its document where it has the shape of one, and every fault with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.definition.flow_file import FlowFileError, definition_to_data, read_data_file
from flows.definition.flow_file.shape import shape_definition
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.definition.places import Path, with_lines
from flows.models import Flow
from flows.queries.drafts import find_draft_findings


@dataclass(frozen=True, kw_only=True)
class Reading:
    """``definition`` is None where the text has no shape of a flow; ``findings`` are in the order of its lines."""

    definition: FlowDefinition | None
    findings: Sequence[Finding]
    lines: Mapping[Path, int]

    @property
    def document(self) -> dict[str, Any] | None:
        """The definition as a draft keeps it."""
        return definition_to_data(self.definition) if self.definition else None


def read_text(text: str, flow: Flow) -> Reading:
    """Reads and judges a text as it stands; queries what the findings of the flow ask for. Refuses nothing."""
    try:
        data, lines = read_data_file(text)
    except FlowFileError as error:
        return Reading(definition=None, findings=error.findings, lines={})
    definition, faults = shape_definition(data, may_be_empty=True)
    if definition is None:
        return Reading(definition=None, findings=with_lines(faults, lines), lines=lines)
    return Reading(definition=definition, findings=find_draft_findings(definition, flow, lines=lines), lines=lines)


def read_fragment(text: str) -> dict[str, Any] | None:
    """The steps in a piece of a flow file, as ``paste`` takes them; None where there are none."""
    try:
        data, _ = read_data_file(text)
    except FlowFileError:
        return None
    steps = data.get("steps") if isinstance(data, dict) else None
    if not isinstance(steps, dict) or not steps:
        return None
    kept = {name: data[name] for name in ("notes", "layout") if isinstance(data.get(name), dict)}
    return {"steps": steps, **kept}
