"""The starters: flow files to begin with, each with a sample, tests, notes and places. One line registers one.

``document-intake``, ``content-approval`` and ``customer-dispute`` lie beside them; the demo runs the first two.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flows.definition.flow_file import parse_flow_file
from flows.definition.model import FlowDefinition

STARTERS: tuple[str, ...] = (
    "approval-round-trip",
    "case-from-event",
    "failed-transaction",
    "scheduled-pull",
    "team-alert",
    "collect-contributions",
)


@cache
def read_starter(key: str) -> FlowDefinition:
    """The design of a starter. Raises KeyError for a name that is none."""
    if key not in STARTERS:
        raise KeyError(key)
    return parse_flow_file((Path(__file__).parent / f"{key}.yaml").read_bytes())
